//! What was done: filtered, page by page, and as a file.

use super::super::parts::{Table, day, problem, words};
use super::{Part, given, next, read};
use crate::words::minute;
use axum::http::Uri;
use domain::OrganizationId;
use leptos::prelude::*;
use serde::Deserialize;
use server::{
    actor::Actor,
    app::App,
    audit::{Event, Query, of_instance},
};

const PATH: &str = "/admin/audit";

#[derive(Debug, Default, Clone, Deserialize)]
struct Asked {
    actor: Option<String>,
    action: Option<String>,
    organization: Option<String>,
    from: Option<String>,
    to: Option<String>,
    before: Option<String>,
}

impl Asked {
    /// The filters as an address has them.
    fn pairs(&self) -> [(&'static str, Option<String>); 5] {
        [
            ("actor", given(self.actor.clone())),
            ("action", given(self.action.clone())),
            ("organization", given(self.organization.clone())),
            ("from", given(self.from.clone())),
            ("to", given(self.to.clone())),
        ]
    }

    fn query(&self) -> Query {
        Query {
            actor: given(self.actor.clone()),
            action: given(self.action.clone()),
            organization: given(self.organization.clone()).map(OrganizationId),
            from: given(self.from.clone()),
            to: given(self.to.clone()),
            limit: None,
            before: self
                .before
                .as_deref()
                .and_then(|before| before.parse().ok()),
        }
    }

    /// The address of the same as a file.
    fn file(&self, ending: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.pairs() {
            if let Some(value) = value {
                query.append_pair(name, &value);
            }
        }
        format!("/api/v1/admin/audit.{ending}?{}", query.finish())
    }
}

/// The part.
pub async fn part(app: &App, actor: &Actor, uri: &Uri) -> Part {
    let asked: Asked = read(uri);
    let found = of_instance(app, actor, &asked.query()).await;
    Box::new(move || {
        let list = match found {
            Err(error) => problem(&error),
            Ok(page) if page.data.is_empty() => {
                view! { <p class="empty">"Nothing of this kind was done."</p> }.into_any()
            }
            Ok(page) => {
                let table = Table {
                    name: "What was done",
                    captioned: true,
                    columns: &["When", "Who", "What", "Organization", "From where"],
                    buttons: None,
                }
                .with(page.data.iter().map(row).collect());
                let following = page.next_cursor.map(|cursor| {
                    let mut pairs = asked.pairs().to_vec();
                    pairs.push(("before", Some(cursor.to_string())));
                    next(PATH, &pairs)
                });
                view! { {table} {following} }.into_any()
            }
        };
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        view! {
            <section aria-labelledby="audit-heading">
                <h2 id="audit-heading">"Audit"</h2>
                <p class="hint">
                    "Events are only ever added, each with the hash of the one before it. On the command line, "
                    <code>"film-generator audit verify"</code> " finds what was changed."
                </p>
                <form class="filters" method="get" action=PATH aria-label="What is shown">
                    {words("Who, by address", "actor", text(&asked.actor))}
                    {words("What, such as key.replaced", "action", text(&asked.action))}
                    {day("From", "from", text(&asked.from))}
                    {day("To", "to", text(&asked.to))}
                    <button type="submit">"Show"</button>
                    <a class="button" href=asked.file("csv") rel="external" download="">
                        "Download CSV"
                    </a>
                    <a class="button" href=asked.file("jsonl") rel="external" download="">
                        "Download JSON lines"
                    </a>
                </form>
                {list}
            </section>
        }
        .into_any()
    })
}

fn row(event: &Event) -> AnyView {
    let who = event
        .actor
        .email
        .clone()
        .or_else(|| event.actor.name.clone())
        .unwrap_or_else(|| event.actor.id.to_string());
    let organization = event
        .organization_name
        .clone()
        .or_else(|| event.organization_id.as_ref().map(ToString::to_string));
    view! {
        <tr>
            <td>{minute(event.at)}</td>
            <td>{who}</td>
            <td class="wrap">{event.what.clone()}</td>
            <td class="wrap">{organization.unwrap_or_default()}</td>
            <td>{event.address.clone().unwrap_or_default()}</td>
        </tr>
    }
    .into_any()
}
