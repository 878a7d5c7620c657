//! The latest generations, one by one.

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
    view! {
        <div class="scroll" tabindex="0" role="region" aria-labelledby="lines-heading">
            <table class="data">
                <caption id="lines-heading">"Latest"</caption>
                <thead>
                    <tr>
                        <th scope="col">"When"</th>
                        <th scope="col">"What"</th>
                        <th scope="col">"Provider and model"</th>
                        <th scope="col">"Estimated"</th>
                        <th scope="col">"Actual"</th>
                        <th scope="col">"Paid by"</th>
                        <th scope="col">"State"</th>
                    </tr>
                </thead>
                <tbody>
                    {items
                        .into_iter()
                        .map(|item| {
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
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
    .into_any()
}
