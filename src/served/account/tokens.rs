//! Access tokens: those that there are, making one, and the one answer that shows its text.

use super::{Account, PAGE, confirm::first};
use crate::{
    served::parts::{Sent, Table, problem},
    words::minute,
};
use domain::scope::Scope;
use leptos::prelude::*;
use server::auth::access_token::{DEFAULT_DAYS, TokenText, TokenView};

/// A token that was asked for and not made, as its form was filled in.
pub(super) struct Wished {
    name: String,
    scopes: Vec<Scope>,
    days: String,
}

impl Wished {
    /// What was sent.
    pub(super) fn of(sent: &Sent) -> Self {
        Self {
            name: sent.get("name").to_owned(),
            scopes: sent.all("scope").filter_map(Scope::parse).collect(),
            days: sent.get("days").to_owned(),
        }
    }
}

impl Default for Wished {
    fn default() -> Self {
        Self {
            name: String::new(),
            scopes: vec![Scope::Read],
            days: DEFAULT_DAYS.to_string(),
        }
    }
}

/// The part of the page.
pub(super) fn view(account: &Account, said: Option<AnyView>) -> AnyView {
    let list = match &account.tokens {
        Err(error) => Some(problem(error)),
        Ok(tokens) => (!tokens.is_empty()).then(|| table(account, tokens)),
    };
    let make = if account.is_confirmed {
        form(account)
    } else {
        first("make an access token")
    };
    view! {
        <section class="card account-part" id="tokens" aria-labelledby="tokens-heading">
            <h2 id="tokens-heading">"Access tokens"</h2>
            {said}
            <p class="hint">
                "With a token, a program of yours uses this server's API in your name, as far as the token allows. It can change neither your password nor your tokens. What it can ask for is described on the page "
                <a href="/api/v1/docs" rel="external">"HTTP API"</a> "."
            </p>
            {list}
            {make}
        </section>
    }
    .into_any()
}

fn table(account: &Account, tokens: &[TokenView]) -> AnyView {
    let rows = tokens.iter().map(|token| {
        let label = format!("Revoke the token: {}", token.name);
        let expires = if token.expired {
            view! { <span class="badge bad">"Expired"</span> }.into_any()
        } else {
            minute(token.expires_at).into_any()
        };
        view! {
            <tr>
                <th scope="row" class="wrap">{token.name.clone()}</th>
                <td class="wrap">{token.scopes.to_string()}</td>
                <td>{expires}</td>
                <td>{token.last_used_at.map_or_else(|| "Never".to_owned(), minute)}</td>
                <td>
                    <form method="post" action=format!("{PAGE}/tokens/revoke")>
                        {account.made_for()} <input type="hidden" name="id" value=token.id.clone()/>
                        <button type="submit" class="small" aria-label=label>
                            "Revoke"
                        </button>
                    </form>
                </td>
            </tr>
        }
        .into_any()
    });
    Table {
        name: "Access tokens",
        captioned: false,
        columns: &["Name", "May be used for", "Expires", "Last used"],
        buttons: Some("Revoke"),
    }
    .with(rows.collect())
}

/// What a scope lets a program do.
const fn scope_words(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "Read: look at everything that you see, and estimate",
        Scope::Generate => "Generate: make things, cancel, work with plans",
        Scope::Settings => "Settings: change settings, projects and budgets",
        Scope::Keys => "Keys: store, test and remove API keys",
        Scope::Organizations => "Organizations: change them, as far as you may",
        Scope::Admin => "Admin: run this server, as long as you do",
    }
}

fn form(account: &Account) -> AnyView {
    let wished = &account.wished;
    let scopes = Scope::ALL.map(|scope| {
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    name="scope"
                    value=scope.as_str()
                    checked=wished.scopes.contains(&scope)
                />
                <span>{scope_words(scope)}</span>
            </label>
        }
    });
    let days = [7, 30, DEFAULT_DAYS, 365].map(|days| {
        let words = format!("{days} days");
        let value = days.to_string();
        let selected = value == wished.days;
        view! { <option value=value selected=selected>{words}</option> }
    });
    view! {
        <form class="account-form" method="post" action=PAGE aria-label="Make an access token">
            {account.made_for()} <input type="hidden" name="act" value="token"/>
            <div class="field">
                <label for="token-name">"Name of the token"</label>
                <input
                    id="token-name"
                    name="name"
                    type="text"
                    value=wished.name.clone()
                    maxlength="100"
                    autocomplete="off"
                    required=true
                    aria-describedby="token-name-note"
                />
                <p class="hint" id="token-name-note">"Such as the program that will use it."</p>
            </div>
            <fieldset class="scopes">
                <legend>"What it may be used for"</legend>
                {scopes.into_iter().collect_view()}
            </fieldset>
            <div class="field">
                <label for="token-days">"Expires after"</label>
                <select id="token-days" name="days">
                    {days.into_iter().collect_view()}
                </select>
            </div>
            <button type="submit">"Make token"</button>
        </form>
    }
    .into_any()
}

/// The answer that shows a new token, the only one that ever does.
pub(super) fn made(token: &TokenView, text: &TokenText) -> AnyView {
    view! {
        <h1>"Your new access token"</h1>
        <section class="card account-part" aria-labelledby="new-token-heading">
            <h2 id="new-token-heading">{token.name.clone()}</h2>
            <p role="status">
                "Copy it now into the program that will use it. It is not shown again."
            </p>
            <p>
                <output class="secret" aria-label="Access token">{text.as_str().to_owned()}</output>
            </p>
            <p class="hint">
                "The program sends it with each request: " <code>"Authorization: Bearer fgp_…"</code>
                {format!(" It expires on {}.", minute(token.expires_at))}
            </p>
            <p>
                <a class="button primary" href=PAGE rel="external">
                    "I have copied it"
                </a>
            </p>
        </section>
    }
    .into_any()
}
