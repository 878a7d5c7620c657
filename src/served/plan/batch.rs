//! The batch and what everything comes to: how far it is, what can be decided, and the button that
//! starts it, with the price and the payers beside it.

use super::super::parts::Table;
use super::{Shown, blocker};
use crate::words::{heading, usd};
use domain::{
    Map,
    money::MicroUsd,
    plan::{BatchState, BatchView, Consent, Counts, PlanView, Sum, Totals},
};
use leptos::prelude::*;

/// How far a batch is, in a sentence.
fn progress_words(state: BatchState, counts: Counts) -> String {
    let head = match state {
        BatchState::Running => "Being made",
        BatchState::Paused => "Paused",
        BatchState::Cancelled => "Cancelled",
        BatchState::Done => "Finished",
    };
    let mut words = format!("{head}: {} of {} done", counts.done, counts.items);
    for (count, what) in [
        (counts.running, "being made"),
        (counts.waiting, "waiting"),
        (counts.failed, "did not work"),
        (counts.cancelled, "cancelled"),
        (counts.unknown, "with a lost answer"),
    ] {
        if count > 0 {
            words.push_str(&format!(", {count} {what}"));
        }
    }
    words.push('.');
    words
}

/// The newest batch.
pub fn view(shown: &Shown, plan: &PlanView, batch: &BatchView) -> AnyView {
    let counts = batch.counts;
    view! {
        <section class="card" aria-labelledby="batch-heading">
            <h2 id="batch-heading">"Batch"</h2>
            <p role="status">{progress_words(batch.state, counts)}</p>
            <progress
                aria-label="Progress of the batch"
                max=counts.items.max(1).to_string()
                value=counts.ended().to_string()
            ></progress>
            {batch
                .reason
                .as_ref()
                .map(|reason| {
                    view! {
                        <div class="note warn">
                            <p>{reason.detail.clone()}</p>
                        </div>
                    }
                })}
            {(counts.unknown > 0)
                .then(|| {
                    view! {
                        <p class="hint">
                            "Where the answer was lost it may have been made and charged. Open its step and look again at the provider there; to make it anew, remove the item and add it again."
                        </p>
                    }
                })}
            {shown.may_edit.then(|| actions(shown, plan, batch))}
        </section>
    }
    .into_any()
}

/// What can be decided about a batch now.
fn actions(shown: &Shown, plan: &PlanView, batch: &BatchView) -> AnyView {
    let is_mine = batch.started_by.as_str() == shown.made_for;
    let is_paused = batch.state == BatchState::Paused;
    let can_retry = is_mine && batch.state != BatchState::Cancelled && plan.again.all.items > 0;
    view! {
        <div class="actions">
            {(batch.state == BatchState::Running)
                .then(|| shown.button("pause", "Pause".to_owned(), ""))}
            {(is_paused && is_mine)
                .then(|| shown.button("resume", "Resume".to_owned(), "primary"))}
            {batch.state.is_open().then(|| shown.button("cancel", "Cancel batch".to_owned(), ""))}
            {can_retry.then(|| retry(shown, &plan.again))}
        </div>
    }
    .into_any()
}

fn retry(shown: &Shown, again: &Totals) -> AnyView {
    let label = format!(
        "Retry {} for up to {} — {}",
        count(again.all.items),
        price(&again.all),
        payers(again)
    );
    view! {
        <form method="post" action=shown.address("retry")>
            <input type="hidden" name="made_for" value=shown.made_for.clone()/>
            {agreed(&again.consent())}
            <button type="submit" id="plan-retry">
                {label}
            </button>
        </form>
    }
    .into_any()
}

/// What was shown, as the form sends it back.
fn agreed(consent: &Consent) -> AnyView {
    let payers: Vec<_> = consent.payers.iter().map(|payer| payer.as_str()).collect();
    view! {
        <input type="hidden" name="most" value=consent.most_micro_usd.0.to_string()/>
        <input type="hidden" name="unknown" value=consent.unknown.to_string()/>
        <input type="hidden" name="payers" value=payers.join(",")/>
    }
    .into_any()
}

fn count(items: usize) -> String {
    if items == 1 {
        "1 item".to_owned()
    } else {
        format!("{items} items")
    }
}

/// The most that some items cost, with what nobody knows named.
fn price(sum: &Sum) -> String {
    let known = sum.items - sum.unknown;
    let most = Sum {
        micro_usd: domain::pricing::Span::exact(sum.micro_usd.high),
        ..*sum
    };
    if known == 0 || sum.micro_usd.high == MicroUsd::ZERO {
        return most.words();
    }
    format!("{} ({})", most.words(), usd(sum.micro_usd.high))
}

fn payers(totals: &Totals) -> String {
    let payers: Vec<_> = totals.by_payer.keys().map(|payer| payer.words()).collect();
    format!("paid by: {}", payers.join("; "))
}

/// What everything that is still to be made comes to, and the button that starts it.
pub fn totals(shown: &Shown, plan: &PlanView) -> AnyView {
    let totals = &plan.totals;
    let open = plan
        .batch
        .as_ref()
        .is_some_and(|batch| batch.state.is_open());
    view! {
        <section class="card" aria-labelledby="totals-heading">
            <h2 id="totals-heading">"Still to be made"</h2>
            {if totals.all.items == 0 {
                view! { <p>"Nothing can be started now."</p> }.into_any()
            } else {
                sums(totals)
            }}
            {(plan.blocked > 0)
                .then(|| {
                    let words = format!(
                        "{} cannot be made yet and would be left out: see below what is in the way.",
                        count(plan.blocked),
                    );
                    view! { <p class="hint">{words}</p> }
                })}
            {plan.blockers.iter().map(blocker).collect_view()}
            {(shown.may_edit && !open && totals.all.items > 0 && plan.blockers.is_empty())
                .then(|| start(shown, totals))}
        </section>
    }
    .into_any()
}

fn start(shown: &Shown, totals: &Totals) -> AnyView {
    let label = format!(
        "Start {} for up to {}",
        count(totals.all.items),
        price(&totals.all)
    );
    let mut who = payers(totals);
    who.replace_range(..1, "P");
    view! {
        <form method="post" action=shown.address("start")>
            <input type="hidden" name="made_for" value=shown.made_for.clone()/>
            {agreed(&totals.consent())}
            <p id="plan-payers">{who} "."</p>
            <label class="check">
                <input type="checkbox" name="stop_on_error" value="yes"/>
                " Pause at the first item that does not work"
            </label>
            <div class="actions">
                <button type="submit" id="plan-start" class="primary" aria-describedby="plan-payers">
                    {label}
                </button>
            </div>
        </form>
    }
    .into_any()
}

fn sums(totals: &Totals) -> AnyView {
    let mut rows = group(&totals.by_operation, |operation| heading(*operation));
    rows.extend(group(&totals.by_provider, |provider| provider.label()));
    rows.extend(group(&totals.by_payer, |payer| payer.words()));
    rows.push(row("Everything", &totals.all));
    Table {
        name: "Sums of the plan",
        captioned: false,
        columns: &["Of", "Items", "Estimate"],
        buttons: None,
    }
    .with(rows)
}

fn group<K>(sums: &Map<K, Sum>, name: fn(&K) -> &'static str) -> Vec<AnyView> {
    sums.iter().map(|(key, sum)| row(name(key), sum)).collect()
}

fn row(name: &'static str, sum: &Sum) -> AnyView {
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td>{sum.items.to_string()}</td>
            <td>{sum.words()}</td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::pricing::Span;

    #[test]
    fn progress_says_what_there_is_and_nothing_else() {
        let counts = Counts {
            items: 6,
            done: 3,
            running: 1,
            failed: 2,
            ..Counts::default()
        };
        assert_eq!(
            progress_words(BatchState::Running, counts),
            "Being made: 3 of 6 done, 1 being made, 2 did not work."
        );
    }

    #[test]
    fn a_price_on_a_button_is_the_most_and_names_what_is_unknown() {
        let sum = |items, high, unknown| Sum {
            items,
            micro_usd: Span {
                low: MicroUsd(0),
                high: MicroUsd(high),
            },
            unknown,
        };
        assert_eq!(price(&sum(2, 200_000, 0)), "40 credits ($0.20)");
        assert_eq!(price(&sum(1, 0, 1)), "1 of unknown price");
        assert_eq!(
            price(&sum(2, 5_000, 1)),
            "1 credits and 1 of unknown price ($0.005)"
        );
        assert_eq!(price(&sum(1, 0, 0)), "0 credits");
    }
}
