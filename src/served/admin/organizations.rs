//! Organizations, and the form that puts one on a plan.

use super::super::parts::{Table, given, next, problem, read, words};
use super::Part;
use crate::words::minute;
use axum::http::Uri;
use domain::account::Plan;
use leptos::prelude::*;
use serde::Deserialize;
use server::{
    actor::Actor,
    admin::{
        Search,
        organizations::{self, Organization},
    },
    app::App,
};

const PATH: &str = "/admin/organizations";

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
    let found = organizations::list(app, actor, &search).await;
    let made_for = made_for.to_owned();
    let part = search.search;
    Box::new(move || {
        let list = match found {
            Err(error) => problem(&error),
            Ok(page) if page.data.is_empty() => {
                view! { <p class="empty">"There is no such organization."</p> }.into_any()
            }
            Ok(page) => {
                let rows = page.data.iter().map(|found| row(found, &made_for));
                let table = Table {
                    name: "Organizations",
                    captioned: true,
                    columns: &["Name", "Members", "Since", "Plan"],
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
            <section aria-labelledby="organizations-heading">
                <h2 id="organizations-heading">"Organizations"</h2>
                <p class="hint">
                    "On the free plan an organization's keys serve its admins, on the premium plan all its members."
                </p>
                <form class="filters" method="get" action=PATH aria-label="Find organizations">
                    {words("Name", "search", part.unwrap_or_default())}
                    <button type="submit">"Find"</button>
                </form>
                {list}
            </section>
        }
        .into_any()
    })
}

fn row(organization: &Organization, made_for: &str) -> AnyView {
    let (plan, other, words) = match organization.plan {
        Plan::Free => ("Free", "premium", "Set to premium"),
        Plan::Premium => ("Premium", "free", "Set to free"),
    };
    let label = format!("{words}: {}", organization.name);
    view! {
        <tr>
            <th scope="row" class="wrap">{organization.name.clone()}</th>
            <td>{organization.members.to_string()}</td>
            <td>{minute(organization.created_at)}</td>
            <td>{plan}</td>
            <td>
                <form method="post" action="/admin/organizations/plan">
                    <input type="hidden" name="made_for" value=made_for.to_owned()/>
                    <input type="hidden" name="organization" value=organization.id.to_string()/>
                    <input type="hidden" name="plan" value=other/>
                    <button type="submit" class="small" aria-label=label>
                        {words}
                    </button>
                </form>
            </td>
        </tr>
    }
    .into_any()
}
