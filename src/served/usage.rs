//! What was generated and what it has cost. What is not known is shown apart and never counted as
//! nothing.

use crate::words::{estimate_words, heading, minute, usd};
use domain::{
    Operation,
    catalog::Catalog,
    generation::{Generation, Status},
    money::{MicroUsd, format_credits},
};
use leptos::prelude::*;
use server::{actor::Actor, app::App};
use std::sync::Arc;

/// The sum of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    operation: Operation,
    generations: usize,
    cost: MicroUsd,
    unknown: usize,
}

/// Adds up what succeeded, per operation. An actual cost that is not known counts as unknown.
fn rows(items: &[Generation]) -> Vec<Row> {
    Operation::ALL
        .into_iter()
        .filter_map(|operation| {
            let mut row = Row {
                operation,
                generations: 0,
                cost: MicroUsd::ZERO,
                unknown: 0,
            };
            for item in items.iter().filter(|item| item.operation() == operation) {
                row.generations += 1;
                match item.actual.as_ref().and_then(|actual| actual.micro_usd) {
                    Some(cost) => row.cost = row.cost.plus(cost.high),
                    None if matches!(item.status, Status::Succeeded | Status::Unknown) => {
                        row.unknown += 1;
                    }
                    None => {}
                }
            }
            (row.generations > 0).then_some(row)
        })
        .collect()
}

/// A count, or nothing where there is nothing to count.
fn words_of(count: usize) -> String {
    if count == 0 {
        String::new()
    } else {
        count.to_string()
    }
}

/// What the page shows.
pub async fn page(app: &App, actor: &Actor) -> String {
    let found = crate::seed::generations(app, actor, None).await;
    let catalog = app
        .catalog_for(actor)
        .await
        .unwrap_or_else(|_| app.catalog());
    super::html(move || {
        let shown = match found {
            Err(error) => view! { <p role="alert">{error.detail.clone()}</p> }.into_any(),
            Ok(items) if items.is_empty() => view! {
                <div class="empty">
                    <p>"Nothing has been generated yet."</p>
                </div>
            }
            .into_any(),
            Ok(items) => view! {
                <Sums items=items.clone()/>
                <Lines items=items catalog=catalog/>
            }
            .into_any(),
        };
        view! {
            <h1>"Usage"</h1>
            <p class="hint">
                "Your latest generations. 200 credits are one US dollar; what you pay is decided by the provider."
            </p>
            {shown}
        }
        .into_any()
    })
}

#[component]
fn Sums(items: Vec<Generation>) -> impl IntoView {
    view! {
        <div class="scroll" tabindex="0" role="region" aria-labelledby="sums-heading">
            <table class="data">
                <caption id="sums-heading">"By operation"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Operation"</th>
                        <th scope="col">"Generations"</th>
                        <th scope="col">"Cost"</th>
                        <th scope="col">"Cost not known"</th>
                    </tr>
                </thead>
                <tbody>
                    {rows(&items)
                        .into_iter()
                        .map(|row| {
                            view! {
                                <tr>
                                    <th scope="row">{heading(row.operation)}</th>
                                    <td>{row.generations.to_string()}</td>
                                    <td>
                                        {format!(
                                            "{} credits ({})",
                                            format_credits(row.cost),
                                            usd(row.cost),
                                        )}
                                    </td>
                                    <td>{words_of(row.unknown)}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Lines(items: Vec<Generation>, catalog: Arc<Catalog>) -> impl IntoView {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        GenerationId, ProviderId, Timestamp,
        input::{GenerationInput, MusicInput},
        pricing::{Estimate, PriceStatus, Span},
        resolution::{Payer, Resolution},
    };

    fn item(status: Status, actual: Option<i64>) -> Generation {
        Generation {
            id: GenerationId("g".into()),
            project_id: None,
            step: None,
            status,
            input: GenerationInput::Music(MusicInput::default()),
            resolution: Resolution {
                operation: Operation::Music,
                provider: ProviderId::Kie,
                model: "m".into(),
                endpoint: None,
                credential: None,
                payer: Payer::User,
                trace: Default::default(),
            },
            estimate: Estimate::unknown(),
            actual: actual.map(|cost| Estimate {
                status: PriceStatus::Known,
                credits: None,
                micro_usd: Some(Span::exact(MicroUsd(cost))),
                lines: Vec::new(),
            }),
            outputs: Vec::new(),
            text: None,
            error: None,
            created_at: Timestamp(0),
            finished_at: None,
        }
    }

    #[test]
    fn what_is_not_known_is_counted_apart_and_what_failed_costs_nothing() {
        let items = [
            item(Status::Succeeded, Some(5_000)),
            item(Status::Succeeded, None),
            item(Status::Unknown, None),
            item(Status::Failed, None),
        ];
        assert_eq!(
            rows(&items),
            [Row {
                operation: Operation::Music,
                generations: 4,
                cost: MicroUsd(5_000),
                unknown: 2
            }]
        );
    }
}
