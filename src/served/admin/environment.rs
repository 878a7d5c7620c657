//! How the server was started: what its environment provides, and the settings in force.

use super::super::parts::{Table, problem};
use super::Part;
use leptos::prelude::*;
use server::{
    actor::Actor,
    admin::started::{self, Started},
    app::App,
};

/// The part.
pub fn part(app: &App, actor: &Actor) -> Part {
    let found = started::look(app, actor);
    Box::new(move || match &found {
        Ok(found) => view(found),
        Err(error) => problem(error),
    })
}

fn view(found: &Started) -> AnyView {
    let serves = match found.serves {
        "everyone" => "They serve everybody who is signed in (FILM_ENVIRONMENT_KEYS).",
        "admins" => "They serve the people who run this instance alone (FILM_ENVIRONMENT_KEYS).",
        _ => "They serve nobody (FILM_ENVIRONMENT_KEYS).",
    };
    let keys = found.keys.iter().map(|key| {
        let state = if key.is_set {
            view! { <span class="badge good">"Set"</span> }
        } else {
            view! { <span class="badge">"Not set"</span> }
        };
        view! {
            <tr>
                <th scope="row">{key.provider.label()}</th>
                <td>
                    <code>{key.variables.join(", ")}</code>
                </td>
                <td>{state}</td>
            </tr>
        }
        .into_any()
    });
    let endpoints = found.endpoints.iter().map(|endpoint| {
        let leads = endpoint
            .origin
            .clone()
            .unwrap_or_else(|| "Not set".to_owned());
        view! {
            <tr>
                <th scope="row">
                    <code>{endpoint.variable}</code>
                </th>
                <td class="wrap">{leads}</td>
            </tr>
        }
        .into_any()
    });
    let settings = found.settings.iter().map(|setting| {
        view! {
            <tr>
                <th scope="row" class="wrap">{setting.says}</th>
                <td>
                    <code>{setting.variable}</code>
                </td>
                <td class="wrap">{setting.value.clone()}</td>
            </tr>
        }
        .into_any()
    });
    view! {
        <section aria-labelledby="environment-heading">
            <h2 id="environment-heading">"Environment"</h2>
            <p class="hint">
                {serves} " Nothing here is changed while the server runs; no key is shown."
            </p>
            {Table {
                name: "Keys of the environment",
                captioned: true,
                columns: &["Provider", "Variable", "State"],
                buttons: None,
            }
            .with(keys.collect())}
            {Table {
                name: "Addresses of the environment",
                captioned: true,
                columns: &["Variable", "Leads to"],
                buttons: None,
            }
            .with(endpoints.collect())}
            {Table {
                name: "Settings in force",
                captioned: true,
                columns: &["Setting", "Variable", "Value"],
                buttons: None,
            }
            .with(settings.collect())}
        </section>
    }
    .into_any()
}
