//! Bars for what was spent on each day. They are for the eye; the same figures stand in a table.

use super::sums::{PAYERS, amount, of_payer};
use domain::{money::MicroUsd, usage::PaidBy};
use leptos::prelude::*;

/// The height of the highest bar.
const HEIGHT: i64 = 120;
/// The width of a day, with the gap beside it.
const DAY: usize = 12;

/// One day's bars, from the bottom up: which payer's, where it begins from above, how high it is.
fn stacked(paid: &PaidBy, highest: MicroUsd) -> Vec<(&'static str, i64, i64)> {
    let mut top = HEIGHT;
    PAYERS
        .into_iter()
        .filter_map(|payer| {
            let spent = of_payer(paid, payer).micro_usd;
            if spent == MicroUsd::ZERO {
                return None;
            }
            let share = i128::from(spent.0) * i128::from(HEIGHT) / i128::from(highest.0.max(1));
            // What cost something can be seen.
            let height = i64::try_from(share).unwrap_or(HEIGHT).max(1);
            top -= height;
            Some((payer.as_str(), top, height))
        })
        .collect()
}

/// What all payers spent.
fn height(paid: &PaidBy) -> MicroUsd {
    PAYERS.into_iter().fold(MicroUsd::ZERO, |sum, payer| {
        sum.plus(of_payer(paid, payer).micro_usd)
    })
}

/// From when to when.
fn days_words(days: &[(String, PaidBy)]) -> String {
    match (days.first(), days.last()) {
        (Some((first, _)), Some((last, _))) if days.len() > 1 => format!("{first} to {last}"),
        (Some((only, _)), _) => only.clone(),
        _ => String::new(),
    }
}

/// A bar for each day, oldest first.
pub fn view(days: &[(String, PaidBy)]) -> AnyView {
    let highest = days
        .iter()
        .map(|(_, paid)| height(paid))
        .max()
        .unwrap_or_default();
    if highest == MicroUsd::ZERO {
        return ().into_any();
    }
    let width = days.len() * DAY;
    let bars = days.iter().enumerate().map(|(place, (day, paid))| {
        let bars = stacked(paid, highest)
            .into_iter()
            .map(move |(payer, top, height)| {
                view! {
                    <rect
                        class=format!("paid-{payer}")
                        x=(place * DAY).to_string()
                        y=top.to_string()
                        width=(DAY - 3).to_string()
                        height=height.to_string()
                    ></rect>
                }
            });
        view! {
            <g>
                <title>{format!("{day}: {}", amount(height(paid)))}</title>
                {bars.collect_view()}
            </g>
        }
    });
    let label = format!("Spent on each day, at most {}", amount(highest));
    view! {
        <figure class="chart">
            <svg
                role="img"
                aria-label=label
                viewBox=format!("0 0 {width} {HEIGHT}")
                preserveAspectRatio="none"
            >
                {bars.collect_view()}
            </svg>
            <figcaption>
                <span class="legend days">{days_words(days)}</span>
                {PAYERS
                    .into_iter()
                    .filter(|payer| days.iter().any(|(_, paid)| of_payer(paid, *payer).number > 0))
                    .map(|payer| {
                        view! {
                            <span class=format!("legend paid-{}", payer.as_str())>{payer.words()}</span>
                        }
                    })
                    .collect_view()}
            </figcaption>
        </figure>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::usage::Sum;

    fn sum(micro_usd: i64) -> Sum {
        Sum {
            number: 1,
            micro_usd: MicroUsd(micro_usd),
            ..Sum::default()
        }
    }

    #[test]
    fn bars_stand_on_each_other_and_what_cost_something_is_seen() {
        let paid = PaidBy {
            user: sum(500),
            organization: sum(1),
            instance: sum(0),
        };
        assert_eq!(
            stacked(&paid, MicroUsd(1_000)),
            [("user", 60, 60), ("organization", 59, 1)]
        );
    }

    #[test]
    fn a_day_of_the_largest_amount_does_not_overflow() {
        let paid = PaidBy {
            user: sum(i64::MAX),
            ..PaidBy::default()
        };
        assert_eq!(stacked(&paid, height(&paid)), [("user", 0, HEIGHT)]);
    }
}
