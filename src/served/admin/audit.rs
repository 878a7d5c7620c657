//! What was done: filtered, page by page, and as a file.

use super::super::{
    audit::{self, Of},
    parts::{day, given, read, words},
};
use super::Part;
use axum::http::Uri;
use domain::OrganizationId;
use leptos::prelude::*;
use serde::Deserialize;
use server::{
    actor::Actor,
    app::App,
    audit::{Query, of_instance},
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
        let list = audit::list(Of::Instance, found, PATH, &asked.pairs());
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
                    {audit::files(|ending| asked.file(ending))}
                </form>
                {list}
            </section>
        }
        .into_any()
    })
}
