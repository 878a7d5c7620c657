//! The catalogue's prices: what counts, and who says so.

use super::super::parts::{Table, address, choice, given, problem, read};
use super::{
    Part,
    correction::{self, Refused},
};
use crate::words::{heading, usd};
use axum::http::Uri;
use domain::{Operation, ProviderId, catalog::Price};
use leptos::prelude::*;
use serde::Deserialize;
use server::{
    actor::Actor,
    app::App,
    catalog::admin::{self, Entry},
};

/// Where it is.
pub const PATH: &str = "/admin/catalog";

#[derive(Debug, Default, Deserialize)]
struct Asked {
    operation: Option<String>,
    provider: Option<String>,
    model: Option<String>,
}

/// The part.
pub async fn part(app: &App, actor: &Actor, uri: &Uri, made_for: &str) -> Part {
    shown(app, actor, read(uri), made_for, None).await
}

/// The part again, with a correction that is refused as it was sent.
pub async fn part_again(app: &App, actor: &Actor, made_for: &str, refused: Refused) -> Part {
    let sent = |name: &str| Some(refused.sent.get(name).to_owned());
    let asked = Asked {
        operation: sent("operation"),
        provider: sent("provider"),
        model: sent("model"),
    };
    shown(app, actor, asked, made_for, Some(refused)).await
}

async fn shown(
    app: &App,
    actor: &Actor,
    asked: Asked,
    made_for: &str,
    refused: Option<Refused>,
) -> Part {
    let operation = asked.operation.as_deref().and_then(Operation::parse);
    let operation = operation.unwrap_or(Operation::Image);
    let provider = asked.provider.as_deref().and_then(ProviderId::parse);
    let found = admin::list(app, actor, Some(operation), provider).await;
    let (model, made_for) = (given(asked.model), made_for.to_owned());
    Box::new(move || {
        let list = match found {
            Err(error) => problem(&error),
            Ok(entries) => {
                let chosen = model.and_then(|id| entries.iter().find(|entry| entry.model == id));
                match chosen {
                    Some(entry) => correction::form(entry, &made_for, refused.as_ref()),
                    None => {
                        let refused = refused.map(|refused| problem(&refused.error));
                        view! { {refused} {table(&entries)} }.into_any()
                    }
                }
            }
        };
        view! {
            <section aria-labelledby="catalog-heading">
                <h2 id="catalog-heading">"Catalogue"</h2>
                <p class="hint">
                    "A correction stays in force until it is taken back; a new version of the program leaves it alone."
                </p>
                <form class="filters" method="get" action=PATH aria-label="What is shown">
                    {choice(
                        "Operation",
                        "operation",
                        Some(operation.as_str()),
                        None,
                        Operation::ALL.map(|one| (one.as_str().to_owned(), heading(one).to_owned())),
                    )}
                    {choice(
                        "Provider",
                        "provider",
                        provider.map(ProviderId::as_str),
                        Some("All"),
                        ProviderId::ALL.map(|one| (one.as_str().to_owned(), one.label().to_owned())),
                    )}
                    <button type="submit">"Show"</button>
                </form>
                {list}
            </section>
        }
        .into_any()
    })
}

fn table(entries: &[Entry]) -> AnyView {
    let rows = entries.iter().map(|entry| {
        let prices = entry
            .effective
            .as_ref()
            .map(|model| prices_words(&model.prices));
        let state = match (&entry.correction, &entry.effective) {
            (Some(_), _) => view! { <span class="badge good">"Corrected"</span> }.into_any(),
            (None, None) => view! { <span class="badge bad">"Not offered"</span> }.into_any(),
            (None, Some(_)) => "As shipped".into_any(),
        };
        let address = address(
            PATH,
            &[
                ("operation", Some(entry.operation.as_str().to_owned())),
                ("provider", Some(entry.provider.as_str().to_owned())),
                ("model", Some(entry.model.clone())),
            ],
        );
        view! {
            <tr>
                <th scope="row" class="wrap">
                    <a href=address rel="external">
                        {name(entry)}
                    </a>
                </th>
                <td>{entry.provider.label()}</td>
                <td class="wrap">{prices.unwrap_or_default()}</td>
                <td>{state}</td>
            </tr>
        }
        .into_any()
    });
    Table {
        name: "Models",
        captioned: true,
        columns: &["Model", "Provider", "Prices", "State"],
        buttons: None,
    }
    .with(rows.collect())
}

fn name(entry: &Entry) -> String {
    entry
        .effective
        .as_ref()
        .map_or_else(|| entry.model.clone(), |model| model.name.clone())
}

fn prices_words(prices: &[Price]) -> String {
    if prices.is_empty() {
        return "Not known".to_owned();
    }
    let words = prices.iter().map(|price| {
        let holds = holds(price);
        let price = format!("{} {}", usd(price.micro_usd), price.unit.per());
        if holds.is_empty() {
            price
        } else {
            format!("{price} ({holds})")
        }
    });
    words.collect::<Vec<_>>().join("; ")
}

/// For what a price holds.
pub fn holds(price: &Price) -> String {
    let mut holds = Vec::new();
    holds.extend(price.resolution.clone());
    holds.extend(price.seconds.map(|seconds| format!("{seconds} s")));
    holds.extend(
        price
            .audio
            .map(|audio| if audio { "with sound" } else { "without sound" }.to_owned()),
    );
    holds.extend(
        price
            .above_input_tokens
            .map(|tokens| format!("above {tokens} prompt tokens")),
    );
    holds.extend(price.from.as_ref().map(|day| format!("from {day}")));
    holds.extend(price.until.as_ref().map(|day| format!("until {day}")));
    holds.join(", ")
}
