//! The latest generations, one by one.

use super::super::parts::Table;
use crate::words::{estimate_words, heading, minute};
use domain::{catalog::Catalog, generation::Generation};
use leptos::prelude::*;

/// The generations, newest first.
pub fn view(items: Vec<Generation>, catalog: &Catalog) -> AnyView {
    if items.is_empty() {
        return view! {
            <div class="empty">
                <p>"Nothing has been generated yet."</p>
            </div>
        }
        .into_any();
    }
    lines(items, catalog)
}

fn lines(items: Vec<Generation>, catalog: &Catalog) -> AnyView {
    let rows = items.into_iter().map(|item| {
        let resolution = &item.resolution;
        let model = catalog
            .model(item.operation(), resolution.provider, &resolution.model)
            .map_or(resolution.model.clone(), |model| model.name.clone());
        view! {
            <tr>
                <td>{minute(item.created_at)}</td>
                <td>{heading(item.operation())}</td>
                <td class="wrap">{resolution.provider.label()} " · " {model}</td>
                <td>{item.estimate.words()}</td>
                <td>
                    {item
                        .actual
                        .as_ref()
                        .map_or_else(|| "—".to_owned(), estimate_words)}
                </td>
                <td>{resolution.payer.words()}</td>
                <td>{item.status.words()}</td>
            </tr>
        }
        .into_any()
    });
    Table {
        name: "Latest",
        captioned: true,
        columns: &[
            "When",
            "What",
            "Provider and model",
            "Estimated",
            "Actual",
            "Paid by",
            "State",
        ],
        buttons: None,
    }
    .with(rows.collect())
}
