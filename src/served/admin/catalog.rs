//! The catalogue's prices: what counts, who says so, and the form that corrects them.

use super::super::parts::{Table, choice, given, problem, read};
use super::Part;
use crate::words::{heading, usd};
use axum::http::Uri;
use domain::{
    Operation, ProviderId,
    catalog::{Model, Price},
};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use server::{
    actor::Actor,
    app::App,
    catalog::admin::{self, Entry},
};

const PATH: &str = "/admin/catalog";

#[derive(Debug, Default, Deserialize)]
struct Asked {
    operation: Option<String>,
    provider: Option<String>,
    model: Option<String>,
}

/// The part.
pub async fn part(app: &App, actor: &Actor, uri: &Uri, made_for: &str) -> Part {
    let asked: Asked = read(uri);
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
                    Some(entry) => correcting(entry, &made_for),
                    None => table(&entries),
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
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("operation", entry.operation.as_str())
            .append_pair("provider", entry.provider.as_str())
            .append_pair("model", &entry.model);
        let address = format!("{PATH}?{}", query.finish());
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
fn holds(price: &Price) -> String {
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

/// The form that corrects one model.
fn correcting(entry: &Entry, made_for: &str) -> AnyView {
    let Some(model) = &entry.effective else {
        return view! { <p class="empty">"This model is not offered."</p> }.into_any();
    };
    let hidden = |what: &'static str, value: String| {
        view! { <input type="hidden" name=what value=value/> }
    };
    let place = || {
        view! {
            {hidden("made_for", made_for.to_owned())}
            {hidden("operation", entry.operation.as_str().to_owned())}
            {hidden("provider", entry.provider.as_str().to_owned())}
            {hidden("model", entry.model.clone())}
        }
    };
    let corrected = entry.correction.as_ref().map(|correction| {
        view! {
            <div class="note">
                <p>{format!("Corrected on {}.", crate::words::minute(correction.at))}</p>
                <form method="post" action="/admin/catalog/take-back">
                    {place()}
                    <button type="submit">"Take the correction back"</button>
                </form>
            </div>
        }
    });
    let dated = |what: &'static str, label: &'static str, value: &Option<String>, kind| {
        let id = format!("field-{what}");
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input type=kind id=id name=what value=value.clone().unwrap_or_default() maxlength="500"/>
            </div>
        }
    };
    view! {
        <h3>{model.name.clone()}</h3>
        {corrected}
        <form class="stack" method="post" action="/admin/catalog/correct" aria-label="Correct this model">
            {place()}
            {prices(model)}
            {dated("retires_on", "Switched off on", &model.retires_on, "date")}
            {dated("notice", "What people should know before they choose it", &model.notice, "text")}
            <button type="submit">"Save correction"</button>
        </form>
        <p>
            <a href=PATH rel="external">
                "Back to all models"
            </a>
        </p>
    }
    .into_any()
}

/// A field for each price, with what it holds for beside it.
fn prices(model: &Model) -> AnyView {
    if model.prices.is_empty() {
        return view! { <p class="hint">"Its price is not known. The API can set one: PUT /admin/catalog."</p> }
            .into_any();
    }
    let fields = model.prices.iter().enumerate().map(|(at, price)| {
        let id = format!("field-usd-{at}");
        let label = match holds(price) {
            holds if holds.is_empty() => format!("US dollars {}", price.unit.per()),
            holds => format!("US dollars {} ({holds})", price.unit.per()),
        };
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input type="hidden" name="price" value=shape(price).to_string()/>
                <input
                    type="text"
                    id=id
                    name="usd"
                    value=decimal(price.micro_usd.0)
                    inputmode="decimal"
                    required=true
                />
                <p class="hint">{format!("{}, {}", price.source, price.as_of)}</p>
            </div>
        }
    });
    fields.collect_view().into_any()
}

/// A price without its amount, as the API takes it.
fn shape(price: &Price) -> Value {
    let mut shape = json!({"unit": price.unit});
    for (name, value) in [
        ("resolution", json!(price.resolution)),
        ("audio", json!(price.audio)),
        ("seconds", json!(price.seconds)),
        ("above_input_tokens", json!(price.above_input_tokens)),
        ("from", json!(price.from)),
        ("until", json!(price.until)),
    ] {
        if !value.is_null() {
            shape[name] = value;
        }
    }
    shape
}

/// Dollars, exactly.
fn decimal(micro_usd: i64) -> String {
    let text = format!("{}.{:06}", micro_usd / 1_000_000, micro_usd % 1_000_000);
    let text = text.trim_end_matches('0');
    text.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_exact() {
        for (micro_usd, dollars) in [
            (0, "0"),
            (1, "0.000001"),
            (33_600, "0.0336"),
            (1_000_000, "1"),
            (12_500_000, "12.5"),
        ] {
            assert_eq!(decimal(micro_usd), dollars);
        }
    }
}
