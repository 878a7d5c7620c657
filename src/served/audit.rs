//! What was done, as a table with the way to what follows and to the files: of the instance and of an
//! organization.

use super::parts::{Table, next, problem};
use crate::words::minute;
use domain::ApiError;
use leptos::prelude::*;
use server::audit::{Event, Page};

/// Whose events a page shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// All of them, each with its organization.
    Instance,
    /// Those of one organization.
    Organization,
}

/// The events of a page. `path` and `pairs` are its address without the place where it begins.
pub fn list(
    of: Of,
    found: Result<Page, ApiError>,
    path: &str,
    pairs: &[(&str, Option<String>)],
) -> AnyView {
    let page = match found {
        Err(error) => return problem(&error),
        Ok(page) => page,
    };
    if page.data.is_empty() {
        return view! { <p class="empty">"Nothing of this kind was done."</p> }.into_any();
    }
    let table = Table {
        name: "What was done",
        captioned: true,
        columns: match of {
            Of::Instance => &["When", "Who", "What", "Organization", "From where"],
            Of::Organization => &["When", "Who", "What", "From where"],
        },
        buttons: None,
    }
    .with(page.data.iter().map(|event| row(of, event)).collect());
    let following = page.next_cursor.map(|cursor| {
        let mut pairs = pairs.to_vec();
        pairs.push(("before", Some(cursor.to_string())));
        next(path, &pairs)
    });
    view! { {table} {following} }.into_any()
}

/// The links to all of it as a file. `address` makes an address of an ending.
pub fn files(address: impl Fn(&str) -> String) -> AnyView {
    view! {
        <a class="button" href=address("csv") rel="external" download="">
            "Download CSV"
        </a>
        <a class="button" href=address("jsonl") rel="external" download="">
            "Download JSON lines"
        </a>
    }
    .into_any()
}

fn row(of: Of, event: &Event) -> AnyView {
    let who = event
        .actor
        .email
        .clone()
        .or_else(|| event.actor.name.clone())
        .unwrap_or_else(|| event.actor.id.to_string());
    let organization = (of == Of::Instance).then(|| {
        let name = event
            .organization_name
            .clone()
            .or_else(|| event.organization_id.as_ref().map(ToString::to_string));
        view! { <td class="wrap">{name.unwrap_or_default()}</td> }
    });
    view! {
        <tr>
            <td>{minute(event.at)}</td>
            <td>{who}</td>
            <td class="wrap">{event.what.clone()}</td>
            {organization}
            <td>{event.address.clone().unwrap_or_default()}</td>
        </tr>
    }
    .into_any()
}
