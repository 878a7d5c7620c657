//! Accounts, and the forms that change them.

use super::super::parts::{Table, given, next, problem, read, words};
use super::Part;
use crate::words::minute;
use axum::http::Uri;
use leptos::prelude::*;
use serde::Deserialize;
use server::{
    actor::Actor,
    admin::{
        Search,
        accounts::{self, Account},
    },
    app::App,
};

const PATH: &str = "/admin/accounts";

#[derive(Debug, Default, Deserialize)]
struct Asked {
    search: Option<String>,
    cursor: Option<String>,
}

/// The part.
pub async fn part(app: &App, actor: &Actor, uri: &Uri, made_for: &str) -> Part {
    let asked: Asked = read(uri);
    let search = Search {
        search: given(asked.search),
        limit: None,
        cursor: given(asked.cursor),
    };
    let found = accounts::list(app, actor, &search).await;
    let made_for = made_for.to_owned();
    let part = search.search;
    Box::new(move || {
        let list = match found {
            Err(error) => problem(&error),
            Ok(page) if page.data.is_empty() => {
                view! { <p class="empty">"No account is called that."</p> }.into_any()
            }
            Ok(page) => {
                let rows = page.data.iter().map(|account| row(account, &made_for));
                let table = Table {
                    name: "Accounts",
                    captioned: true,
                    columns: &[
                        "Address",
                        "Name",
                        "Since",
                        "Last seen",
                        "Organizations",
                        "State",
                    ],
                    buttons: Some("Change"),
                }
                .with(rows.collect());
                let following = page.next_cursor.map(|cursor| {
                    next(PATH, &[("search", part.clone()), ("cursor", Some(cursor))])
                });
                view! { {table} {following} }.into_any()
            }
        };
        view! {
            <section aria-labelledby="accounts-heading">
                <h2 id="accounts-heading">"Accounts"</h2>
                <p class="hint">
                    "A disabled account is signed out everywhere at once, and what it has asked for is stopped at its next step."
                </p>
                <form class="filters" method="get" action=PATH aria-label="Find accounts">
                    {words("Name or address", "search", part.unwrap_or_default())}
                    <button type="submit">"Find"</button>
                </form>
                {list}
            </section>
        }
        .into_any()
    })
}

fn row(account: &Account, made_for: &str) -> AnyView {
    let seen = account.last_seen_at.map_or_else(|| "—".to_owned(), minute);
    let (disable, disabled_words) = match account.disabled_at {
        None => ("disable", "Disable"),
        Some(_) => ("enable", "Enable"),
    };
    let (grant, grant_words) = if account.is_admin {
        ("revoke", "Stop running")
    } else {
        ("grant", "Let run")
    };
    let button = |wish: &'static str, words: &'static str, more: &str| {
        let label = format!("{words}{more}: {}", account.email);
        view! {
            <form method="post" action="/admin/accounts/change">
                <input type="hidden" name="made_for" value=made_for.to_owned()/>
                <input type="hidden" name="account" value=account.id.to_string()/>
                <input type="hidden" name="wish" value=wish/>
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
            <td>{minute(account.created_at)}</td>
            <td>{seen}</td>
            <td>{account.organizations.to_string()}</td>
            <td>
                {account.is_admin.then(|| view! { <span class="badge good">"Runs this instance"</span> })}
                {account.disabled_at.map(|_| view! { <span class="badge bad">"Disabled"</span> })}
            </td>
            <td>
                <div class="actions">
                    {button(disable, disabled_words, "")}
                    {button(grant, grant_words, " this instance")}
                </div>
            </td>
        </tr>
    }
    .into_any()
}
