//! Accounts, and the forms that change them.

use super::{
    Part,
    list::{List, Shown},
};
use crate::words::{day, minute};
use axum::http::Uri;
use leptos::prelude::*;
use server::{
    actor::Actor,
    admin::accounts::{self, Account},
    app::App,
};

/// Where they are.
pub const PATH: &str = "/admin/accounts";

const LIST: List = List {
    path: PATH,
    name: "Accounts",
    about: "A disabled account is signed out everywhere at once, and what it has asked for is stopped at its next step.",
    by: "Name or address",
    nothing: "No account is called that.",
    columns: &[
        "Address",
        "Name",
        "Since",
        "Last seen",
        "Organizations",
        "State",
    ],
};

/// The part.
pub async fn part(app: &App, actor: &Actor, uri: &Uri, made_for: &str) -> Part {
    let shown = Shown::of(uri);
    let found = accounts::list(app, actor, &shown.search()).await;
    let made_for = made_for.to_owned();
    LIST.part(found, shown, move |account: &Account, shown: &Shown| {
        row(account, shown, &made_for)
    })
}

fn row(account: &Account, shown: &Shown, made_for: &str) -> AnyView {
    let seen = account.last_seen_at.map_or_else(|| "—".to_owned(), minute);
    let (disable, disable_words) = match account.disabled_at {
        None => ("disable", "Disable"),
        Some(_) => ("enable", "Enable"),
    };
    let (grant, grant_words) = if account.is_admin {
        ("revoke", "Remove as admin")
    } else {
        ("grant", "Make admin")
    };
    let button = |wish: &'static str, words: &'static str| {
        let label = format!("{words}: {}", account.email);
        view! {
            <form method="post" action="/admin/accounts/change">
                <input type="hidden" name="made_for" value=made_for.to_owned()/>
                <input type="hidden" name="account" value=account.id.to_string()/>
                <input type="hidden" name="wish" value=wish/>
                {shown.fields()}
                <button type="submit" class="small" aria-label=label>
                    {words}
                </button>
            </form>
        }
    };
    view! {
        <tr>
            <th scope="row">{account.email.clone()}</th>
            <td class="wrap">{account.name.clone()}</td>
            <td>{day(account.created_at)}</td>
            <td>{seen}</td>
            <td>{account.organizations.to_string()}</td>
            <td>
                {account.is_admin.then(|| view! { <span class="badge good">"Admin"</span> })}
                {account.disabled_at.map(|_| view! { <span class="badge bad">"Disabled"</span> })}
            </td>
            <td>
                <div class="actions">
                    {button(disable, disable_words)}
                    {button(grant, grant_words)}
                </div>
            </td>
        </tr>
    }
    .into_any()
}
