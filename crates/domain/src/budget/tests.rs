use super::*;
use crate::ApiError;
use proptest::prelude::*;

fn budget(limit: i64) -> Budget {
    Budget {
        period: Period::Daily,
        limit_micro_usd: MicroUsd(limit),
        hard: true,
        warn_percent: Some(80),
        unknown_prices: UnknownPrices::Refuse,
    }
}

fn used(spent: i64, reserved: i64) -> Standing {
    Standing {
        spent: MicroUsd(spent),
        reserved: MicroUsd(reserved),
    }
}

fn at(text: &str) -> Timestamp {
    serde_json::from_value(text.into()).unwrap()
}

#[test]
fn periods_are_days_and_months_of_the_calendar_in_utc() {
    for (now, day, next_day, month, next_month) in [
        (
            "2026-11-29T23:59:59.999Z",
            "2026-11-29",
            "2026-11-30",
            "2026-11-01",
            "2026-12-01",
        ),
        (
            "2026-12-31T00:00:00Z",
            "2026-12-31",
            "2027-01-01",
            "2026-12-01",
            "2027-01-01",
        ),
        (
            "2028-02-29T12:00:00Z",
            "2028-02-29",
            "2028-03-01",
            "2028-02-01",
            "2028-03-01",
        ),
    ] {
        let (now, day_of) = (at(now), |day| Timestamp::of_day(day).unwrap());
        assert_eq!(Period::Daily.start(now), day_of(day));
        assert_eq!(Period::Daily.resets_at(now), day_of(next_day));
        assert_eq!(Period::Monthly.start(now), day_of(month));
        assert_eq!(Period::Monthly.resets_at(now), day_of(next_month));
    }
}

#[test]
fn what_fits_exactly_is_admitted_and_one_more_is_not() {
    let hundred = budget(100);
    assert_eq!(hundred.weigh(used(40, 20), Some(MicroUsd(40))), Ok(()));
    assert_eq!(
        hundred.weigh(used(40, 20), Some(MicroUsd(41))),
        Err(Reason::Spent)
    );
    assert_eq!(hundred.weigh(used(140, 0), Some(MicroUsd::ZERO)), Ok(()));
    assert_eq!(hundred.left(used(140, 0)), MicroUsd::ZERO);
}

#[test]
fn an_unknown_price_is_what_the_budget_says_of_it() {
    let refuses = budget(100);
    let allows = Budget {
        unknown_prices: UnknownPrices::Allow,
        ..refuses
    };
    let soft = Budget {
        hard: false,
        ..allows
    };
    for (budget, standing, admitted) in [
        (refuses, used(0, 0), Err(Reason::UnknownPrice)),
        (allows, used(99, 0), Ok(())),
        (allows, used(60, 40), Err(Reason::Spent)),
        (soft, used(999, 0), Ok(())),
        (
            Budget {
                hard: false,
                ..refuses
            },
            used(0, 0),
            Err(Reason::UnknownPrice),
        ),
    ] {
        assert_eq!(budget.weigh(standing, None), admitted, "{budget:?}");
    }
}

#[test]
fn a_soft_budget_warns_and_refuses_nothing_with_a_price() {
    let soft = Budget {
        hard: false,
        ..budget(100)
    };
    for (standing, state) in [
        (used(79, 0), State::Fine),
        (used(40, 40), State::Warning),
        (used(100, 0), State::UsedUp),
        (used(300, 0), State::UsedUp),
    ] {
        assert_eq!(soft.state(standing), state);
        assert_eq!(soft.weigh(standing, Some(MicroUsd(1_000))), Ok(()));
    }
    let silent = Budget {
        warn_percent: None,
        ..soft
    };
    assert_eq!(silent.state(used(99, 0)), State::Fine);
}

#[test]
fn what_uses_a_budget_up_is_said_before_it_is_made() {
    let budget = Budget {
        hard: false,
        ..budget(1_000_000)
    };
    let now = at("2026-11-29T10:00:00Z");
    let said = |spent, price| {
        let standing = Standing {
            spent: MicroUsd(spent),
            ..Standing::default()
        };
        budget.warning(OwnerKind::User, standing, Some(MicroUsd(price)), now)
    };
    assert_eq!(said(100_000, 100_000), None);
    assert_eq!(
        said(750_000, 100_000).as_deref(),
        Some(
            "Your daily budget is nearly used up with this: up to 170 of 200 credits until 2026-11-30 00:00 UTC."
        )
    );
    assert!(
        said(990_000, 100_000)
            .unwrap()
            .contains("is used up with this")
    );
}

#[test]
fn a_refusal_names_whose_budget_what_is_left_and_when_it_resets() {
    let refused = Refused {
        whose: OwnerKind::Project,
        period: Period::Daily,
        limit_micro_usd: MicroUsd(1_000_000),
        left_micro_usd: MicroUsd(60_000),
        price_micro_usd: Some(MicroUsd(135_000)),
        resets_at: at("2026-11-30T00:00:00Z"),
        reason: Reason::Spent,
    };
    let error = ApiError::from(refused);
    assert_eq!(error.code.status(), 402);
    assert_eq!(
        error.detail,
        "This project's daily budget does not cover this: it may cost up to 27 credits, and 12 of 200 are left until 2026-11-30 00:00 UTC. Choose something cheaper, have the budget raised, or wait until then."
    );
    let json = serde_json::to_value(&error).unwrap();
    assert_eq!(json["budget"]["whose"], "project");
    assert_eq!(json["budget"]["left_micro_usd"], 60_000);
    assert_eq!(json["budget"]["resets_at"], "2026-11-30T00:00:00Z");
}

#[test]
fn a_wish_says_its_limit_and_the_rest_is_strict() {
    let read = |text: &str| {
        serde_json::from_str::<Wish>(text)
            .unwrap()
            .budget(Period::Daily)
    };
    assert_eq!(read(r#"{"limit_micro_usd":100}"#), Ok(budget(100)));
    let soft = read(r#"{"limit_micro_usd":0,"hard":false,"warn_percent":null}"#).unwrap();
    assert_eq!(soft.unknown_prices, UnknownPrices::Allow);
    assert_eq!(soft.warn_percent, None);
    for (text, field) in [
        (r#"{"limit_micro_usd":-1}"#, "limit_micro_usd"),
        (r#"{"limit_micro_usd":1000000000000001}"#, "limit_micro_usd"),
        (r#"{"limit_micro_usd":1,"warn_percent":0}"#, "warn_percent"),
        (
            r#"{"limit_micro_usd":1,"warn_percent":101}"#,
            "warn_percent",
        ),
    ] {
        assert_eq!(read(text).unwrap_err().field, field, "{text}");
    }
    assert!(serde_json::from_str::<Wish>(r#"{"limit_micro_usd":1,"user_id":"x"}"#).is_err());
}

/// One thing that happens to a budget: a wish that may cost so much, or the end of the oldest wish,
/// which has cost a share of that, or nothing.
#[derive(Debug, Clone)]
enum Event {
    Wish(Option<i64>),
    Settle(u8),
    Release,
    NextDay,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        4 => prop_oneof![3 => (0..=i64::MAX).prop_map(Some), 6 => (0..2_000_i64).prop_map(Some), 1 => Just(None)]
            .prop_map(Event::Wish),
        2 => (0..=100_u8).prop_map(Event::Settle),
        1 => Just(Event::Release),
        1 => Just(Event::NextDay),
    ];
    proptest::collection::vec(event, 0..200)
}

proptest! {
    #[test]
    fn a_hard_budget_is_never_exceeded_and_nothing_is_ever_negative(
        limit in 0..10_000_i64, events in events()
    ) {
        let budget = budget(limit);
        let mut open: Vec<i64> = Vec::new();
        let mut spent = 0_i64;
        for event in events {
            match event {
                Event::Wish(price) => {
                    let before = used(spent, open.iter().sum());
                    match budget.weigh(before, price.map(MicroUsd)) {
                        Ok(()) => open.push(price.expect("unknown prices are refused")),
                        Err(Reason::UnknownPrice) => prop_assert!(price.is_none()),
                        Err(Reason::Spent) => {
                            prop_assert!(price.unwrap_or(0) > budget.left(before).0);
                        }
                    }
                }
                Event::Settle(percent) if !open.is_empty() => {
                    spent += open.remove(0) * i64::from(percent) / 100;
                }
                Event::Release if !open.is_empty() => {
                    let with: i64 = open.iter().sum();
                    let released = open.pop().unwrap_or(0);
                    let after = used(spent, open.iter().sum());
                    prop_assert_eq!(after.reserved.0, with - released);
                    // What was given back is there for the next one again.
                    prop_assert_eq!(budget.weigh(after, Some(MicroUsd(released))), Ok(()));
                }
                Event::NextDay => {
                    spent = 0;
                }
                Event::Settle(_) | Event::Release => {}
            }
            let now = used(spent, open.iter().sum());
            prop_assert!(now.spent.0 >= 0 && now.reserved.0 >= 0);
            prop_assert!(now.used().0 <= limit, "{} of {}", now.used().0, limit);
            prop_assert_eq!(budget.left(now).0, limit - now.used().0);
        }
    }

    #[test]
    fn sums_beyond_every_limit_do_not_wrap_around(
        spent in 0..=i64::MAX, reserved in 0..=i64::MAX, limit in 0..=i64::MAX, price in 1..=i64::MAX
    ) {
        let budget = budget(limit);
        let standing = used(spent, reserved);
        prop_assert!(budget.left(standing).0 >= 0);
        let exact = i128::from(spent) + i128::from(reserved) + i128::from(price);
        if budget.weigh(standing, Some(MicroUsd(price))).is_ok() {
            prop_assert!(exact <= i128::from(limit));
        }
        let _ = budget.state(standing);
    }

    #[test]
    fn every_moment_lies_in_its_period_and_the_next_one_begins_where_it_ends(
        millis in 0..4_000_000_000_000_i64
    ) {
        for period in Period::ALL {
            let now = Timestamp(millis);
            let (start, end) = (period.start(now), period.resets_at(now));
            prop_assert!(start <= now && now < end);
            prop_assert_eq!(period.start(end), end);
            prop_assert_eq!(period.start(end.plus_millis(-1)), start);
        }
    }
}
