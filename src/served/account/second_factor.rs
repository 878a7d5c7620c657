//! Two-step sign-in: how it stands, setting it up, and the recovery codes.

use super::{Account, PAGE, Typed, confirm::first, made_for};
use crate::{served::parts::problem, words::minute};
use domain::{ApiError, Timestamp};
use leptos::prelude::*;
use server::auth::second_factor::Setup;

/// The part of the page.
pub(super) fn view(account: &Account, said: Option<AnyView>) -> AnyView {
    let content = match &account.standing {
        Err(error) => problem(error),
        Ok(standing) => match standing.on_since {
            Some(since) => on(account, since, standing.recovery_codes_left),
            None => off(account),
        },
    };
    view! {
        <section class="card account-part" id="two-step" aria-labelledby="two-step-heading">
            <h2 id="two-step-heading">"Two-step sign-in"</h2>
            {said}
            {content}
        </section>
    }
    .into_any()
}

fn off(account: &Account) -> AnyView {
    let begin = if account.is_confirmed {
        view! {
            <form method="post" action=PAGE>
                {account.made_for()} <input type="hidden" name="act" value="second-factor-begin"/>
                <button type="submit">"Set up two-step sign-in"</button>
            </form>
        }
        .into_any()
    } else {
        first("set up two-step sign-in")
    };
    view! {
        <p>
            "Off. With an authenticator app on your phone, your password alone lets nobody in."
        </p>
        {begin}
    }
    .into_any()
}

fn on(account: &Account, since: Timestamp, left: i64) -> AnyView {
    let forms = if account.is_confirmed {
        view! {
            <div class="actions">
                <form method="post" action=PAGE>
                    {account.made_for()} <input type="hidden" name="act" value="recovery-codes"/>
                    <button type="submit">"Make new recovery codes"</button>
                </form>
                <form method="post" action=format!("{PAGE}/second-factor/off")>
                    {account.made_for()} <button type="submit">"Turn two-step sign-in off"</button>
                </form>
            </div>
        }
        .into_any()
    } else {
        first("change this")
    };
    let few = if left < 3 { "hint warn" } else { "hint" };
    view! {
        <p>
            <span class="badge good">"On"</span>
            {format!(" since {}", minute(since))}
        </p>
        <p class=few>
            {format!(
                "{left} recovery {} left. Each lets you in once when you do not have your phone.",
                if left == 1 { "code is" } else { "codes are" },
            )}
        </p>
        {forms}
    }
    .into_any()
}

/// The answer that shows a new secret, and why the code that was sent for it was not taken.
pub(super) fn setup(user: &str, setup: &Setup, error: Option<&ApiError>) -> AnyView {
    let code = Typed::code("first-code", "The six digits that the app shows then.");
    let groups: Vec<String> = setup
        .secret
        .as_bytes()
        .chunks(4)
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect();
    view! {
        <h1>"Set up two-step sign-in"</h1>
        <section class="card account-part" aria-labelledby="scan-heading">
            <h2 id="scan-heading">"1. Add it to your authenticator app"</h2>
            <p>"Scan this picture with the app:"</p>
            <img
                class="qr"
                src=setup.qr_address()
                alt="The secret of two-step sign-in as a QR code; it stands below as text too."
                width="240"
                height="240"
            />
            <p>
                "Or type this secret there, for codes that change with the time: "
                <code class="secret" id="totp-secret">{groups.join(" ")}</code>
            </p>
            <p>
                <a href=setup.uri.clone() rel="external">"Open it in an app on this device"</a>
            </p>
        </section>
        <section class="card account-part" aria-labelledby="code-heading">
            <h2 id="code-heading">"2. Enter its code"</h2>
            {error.map(problem)}
            <form
                class="account-form"
                method="post"
                action=PAGE
                aria-label="Turn two-step sign-in on"
            >
                {made_for(user)} <input type="hidden" name="act" value="second-factor-on"/>
                {code.view()} <button type="submit" class="primary">"Turn on"</button>
            </form>
            <p>
                <a href=PAGE rel="external">"Back to your account"</a>
            </p>
        </section>
    }
    .into_any()
}

/// The answer that shows recovery codes, the only one that ever does.
pub(super) fn codes(heading: &'static str, codes: &[String]) -> AnyView {
    let items = codes.iter().map(|code| {
        view! {
            <li>
                <code>{code.clone()}</code>
            </li>
        }
    });
    view! {
        <h1>{heading}</h1>
        <section class="card account-part" aria-labelledby="codes-heading">
            <h2 id="codes-heading">"Your recovery codes"</h2>
            <p role="status">
                "Keep them where you find them without your phone, such as a password manager or on paper. Each lets you in once. They are not shown again."
            </p>
            <ol class="recovery-codes" aria-labelledby="codes-heading">
                {items.collect_view()}
            </ol>
            <p>
                <a class="button primary" href=PAGE rel="external">
                    "I have kept them"
                </a>
            </p>
        </section>
    }
    .into_any()
}
