//! Budgets under many hands: no more gets through than fits, and what is given back is there again.

use super::{at, enqueue, generation_id, new_generation, organization, project, user};
use crate::{
    Db, StoreError, budgets,
    generations::{self, Enqueued, NewGeneration},
    jobs::{self, Settlement},
    ledger::Charge,
    projects,
    test_support::TestDb,
};
use domain::{
    Timestamp,
    budget::{Budget, Owner, OwnerKind, Period, Reason, Standing, UnknownPrices},
    generation::Status,
    money::MicroUsd,
    pricing::Span,
    resolution::{Level, Payer},
};
use std::collections::VecDeque;

fn daily(limit: i64) -> Budget {
    Budget {
        period: Period::Daily,
        limit_micro_usd: MicroUsd(limit),
        hard: true,
        warn_percent: Some(80),
        unknown_prices: UnknownPrices::Refuse,
    }
}

async fn set(db: &Db, owner: &Owner, budget: Budget) {
    let by = domain::UserId("somebody".to_owned());
    budgets::put(db, owner, &budget, &by, at(0)).await.unwrap();
}

async fn ask(db: &Db, new: &NewGeneration) -> Enqueued {
    generations::enqueue(db, new, None, &[]).await.unwrap()
}

async fn standing(db: &Db, owner: &Owner, now: Timestamp) -> (i64, i64) {
    let since = Period::Daily.start(now);
    let Standing { spent, reserved } = budgets::standing(db, owner, since).await.unwrap();
    (spent.0, reserved.0)
}

/// Claims the job that is due and settles it with this cost.
async fn settle_next(db: &Db, now: Timestamp, actual: Option<i64>) -> domain::GenerationId {
    let job = jobs::claim(db, "w", now, now.plus_millis(30_000))
        .await
        .unwrap()
        .unwrap();
    let charge = Charge {
        attempt: 1,
        key_source: Level::User,
        settings: String::new(),
        quantity: None,
        estimate: Some(Span {
            low: MicroUsd(0),
            high: MicroUsd(100),
        }),
        actual: actual.map(MicroUsd),
        is_reported: true,
        lines: "[]".to_owned(),
    };
    let end = Settlement {
        status: Status::Succeeded,
        actual: None,
        text: None,
        error: None,
        charge: Some(&charge),
        outputs: &[],
    };
    assert!(jobs::settle(db, &job.lease, &end, now).await.unwrap());
    job.lease.generation_id
}

async fn of_500_at_once_with_room_for_three_exactly_three_run(test: TestDb) {
    let ada = user(&test.db, "ada").await;
    let owner = Owner::User(ada.clone());
    set(&test.db, &owner, daily(399)).await;
    // Two processes on one database.
    let other = Db::open(test.url()).await.unwrap();
    let tasks: Vec<_> = (0..500)
        .map(|number| {
            let db = if number % 2 == 0 { &test.db } else { &other };
            let db = db.clone();
            let new = NewGeneration {
                price: Some(MicroUsd(100)),
                ..new_generation(&number.to_string(), &ada)
            };
            tokio::spawn(async move {
                loop {
                    match generations::enqueue(&db, &new, None, &[]).await {
                        // So many at once wait longer for a connection than a request may.
                        Err(StoreError::Busy { .. }) => {}
                        outcome => return outcome.unwrap(),
                    }
                }
            })
        })
        .collect();
    let (mut run, mut refused) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Enqueued::New => run += 1,
            Enqueued::OverBudget(why) => {
                assert_eq!(why.reason, Reason::Spent);
                refused += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((run, refused), (3, 497));
    assert_eq!(jobs::unfinished(&test.db).await.unwrap(), 3);
    assert_eq!(standing(&test.db, &owner, at(0)).await, (0, 300));
}

async fn a_refused_generation_leaves_nothing_behind_and_says_why(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    set(db, &Owner::User(ada.clone()), daily(150)).await;
    let new = |name: &str, price: Option<i64>| NewGeneration {
        price: price.map(MicroUsd),
        ..new_generation(name, &ada)
    };
    assert_eq!(ask(db, &new("first", Some(100))).await, Enqueued::New);
    let Enqueued::OverBudget(refused) = ask(db, &new("second", Some(51))).await else {
        panic!("it does not fit");
    };
    assert_eq!(
        (refused.whose, refused.period, refused.reason),
        (OwnerKind::User, Period::Daily, Reason::Spent)
    );
    assert_eq!(
        (refused.left_micro_usd, refused.resets_at),
        (MicroUsd(50), Period::Daily.resets_at(at(0)))
    );
    let gone = generations::get(db, &ada, &generation_id("second")).await;
    assert_eq!(gone.unwrap(), None);
    let Enqueued::OverBudget(refused) = ask(db, &new("unknown", None)).await else {
        panic!("its price is unknown");
    };
    assert_eq!(refused.reason, Reason::UnknownPrice);
    assert_eq!(ask(db, &new("free", Some(0))).await, Enqueued::New);
    assert_eq!(ask(db, &new("second", Some(50))).await, Enqueued::New);
    assert_eq!(jobs::unfinished(db).await.unwrap(), 3);
}

async fn unknown_prices_pass_and_reserve_nothing_where_the_budget_allows_them(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let owner = Owner::User(ada.clone());
    let allows = Budget {
        unknown_prices: UnknownPrices::Allow,
        ..daily(100)
    };
    set(db, &owner, allows).await;
    enqueue(db, &new_generation("unknown", &ada)).await;
    assert_eq!(standing(db, &owner, at(0)).await, (0, 0));
}

async fn what_is_cancelled_or_settled_is_no_longer_reserved(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let owner = Owner::User(ada.clone());
    let wish = |name: &str| NewGeneration {
        price: Some(MicroUsd(100)),
        ..new_generation(name, &ada)
    };
    for name in ["a", "b", "c"] {
        // Without any budget it is reserved too: one may be set meanwhile.
        enqueue(db, &wish(name)).await;
    }
    assert_eq!(standing(db, &owner, at(0)).await, (0, 300));
    generations::request_cancel(db, &ada, &generation_id("a"), at(1))
        .await
        .unwrap();
    assert_eq!(standing(db, &owner, at(0)).await, (0, 200));
    settle_next(db, at(2), Some(30)).await;
    assert_eq!(standing(db, &owner, at(0)).await, (30, 100));
    // Perhaps it was charged: it counts with the most that it may have cost.
    settle_next(db, at(3), None).await;
    assert_eq!(standing(db, &owner, at(0)).await, (130, 0));
    set(db, &owner, daily(230)).await;
    assert_eq!(ask(db, &wish("d")).await, Enqueued::New);
    assert!(matches!(ask(db, &wish("e")).await, Enqueued::OverBudget(_)));
}

async fn a_new_period_begins_with_nothing_spent(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let owner = Owner::User(ada.clone());
    let midnight = Period::Daily.resets_at(at(0));
    let before = midnight.plus_millis(-1);
    set(db, &owner, daily(100)).await;
    let month = Budget {
        period: Period::Monthly,
        ..daily(150)
    };
    set(db, &owner, month).await;
    let wish = |name: &str, price: i64, when: Timestamp| NewGeneration {
        price: Some(MicroUsd(price)),
        created_at: when,
        ..new_generation(name, &ada)
    };
    assert_eq!(ask(db, &wish("a", 100, before)).await, Enqueued::New);
    settle_next(db, before, Some(100)).await;
    let refused = |outcome| match outcome {
        Enqueued::OverBudget(why) => (why.period, why.left_micro_usd.0),
        other => panic!("{other:?}"),
    };
    let full = ask(db, &wish("b", 1, before)).await;
    assert_eq!(refused(full), (Period::Daily, 0));
    // The day begins anew; the month goes on.
    let month = ask(db, &wish("c", 51, midnight)).await;
    assert_eq!(refused(month), (Period::Monthly, 50));
    assert_eq!(ask(db, &wish("d", 50, midnight)).await, Enqueued::New);
}

async fn each_budget_counts_what_is_its_own(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    let studio = organization(db, &ada).await;
    let film = project(db, &ada, Some(&studio)).await;
    let owners = [
        Owner::User(ada.clone()),
        Owner::User(bob.clone()),
        Owner::Project(film.clone()),
        Owner::Organization(studio.clone()),
        Owner::Instance,
    ];
    let amounts = async || {
        let mut amounts = Vec::new();
        for owner in &owners {
            amounts.push(standing(db, owner, at(0)).await);
        }
        amounts
    };
    for (name, payer, in_project, price) in [
        ("own", Payer::User, true, 1),
        ("shared", Payer::Organization, true, 10),
        ("server", Payer::Instance, false, 100),
    ] {
        let new = NewGeneration {
            payer,
            project_id: in_project.then(|| film.clone()),
            organization_id: in_project.then(|| studio.clone()),
            price: Some(MicroUsd(price)),
            ..new_generation(name, &ada)
        };
        enqueue(db, &new).await;
    }
    let reserved = [(0, 111), (0, 0), (0, 11), (0, 10), (0, 100)];
    assert_eq!(amounts().await, reserved);
    for _ in 0..3 {
        let id = settle_next(db, at(1), Some(1_000)).await;
        assert!(id.as_str().starts_with("generation-"));
    }
    let spent = [(3_000, 0), (0, 0), (2_000, 0), (1_000, 0), (1_000, 0)];
    assert_eq!(amounts().await, spent);

    // Every budget that it counts against has a say, and no other.
    for (number, owner) in owners.iter().enumerate() {
        set(db, owner, daily(500)).await;
        let shared = NewGeneration {
            payer: Payer::Organization,
            project_id: Some(film.clone()),
            organization_id: Some(studio.clone()),
            price: Some(MicroUsd(1)),
            ..new_generation(&number.to_string(), &ada)
        };
        let whose = match ask(db, &shared).await {
            Enqueued::New => None,
            Enqueued::OverBudget(refused) => Some(refused.whose),
            other => panic!("{other:?}"),
        };
        let concerned = [0, 2, 3].contains(&number);
        assert_eq!(whose, concerned.then(|| owner.kind()));
        assert!(budgets::remove(db, owner, Period::Daily).await.unwrap());
        assert!(!budgets::remove(db, owner, Period::Daily).await.unwrap());
    }
}

async fn budgets_are_kept_replaced_and_go_with_their_project(mut test: TestDb) {
    let ada = user(&test.db, "ada").await;
    let film = project(&test.db, &ada, None).await;
    let owner = Owner::Project(film.clone());
    let month = Budget {
        period: Period::Monthly,
        hard: false,
        warn_percent: None,
        unknown_prices: UnknownPrices::Allow,
        ..daily(7)
    };
    set(&test.db, &owner, month).await;
    set(&test.db, &owner, daily(5)).await;
    set(&test.db, &owner, daily(6)).await;
    test.restart().await;
    let kept = budgets::of(&test.db, &owner).await.unwrap();
    let terms: Vec<Budget> = kept.iter().map(|kept| kept.budget).collect();
    assert_eq!(terms, [daily(6), month]);
    projects::delete(&test.db, &ada, &film).await.unwrap();
    assert!(budgets::of(&test.db, &owner).await.unwrap().is_empty());
}

/// Whoever deletes a project and whoever asks for something in it take what they need in the same
/// order, so that neither waits for the other for ever.
async fn a_project_that_is_deleted_while_others_ask_in_it_holds_nobody_up(test: TestDb) {
    let ada = user(&test.db, "ada").await;
    for round in 0..20 {
        let film = project(&test.db, &ada, None).await;
        set(&test.db, &Owner::Project(film.clone()), daily(1_000)).await;
        let asking: Vec<_> = (0..6)
            .map(|number| {
                let new = NewGeneration {
                    project_id: Some(film.clone()),
                    price: Some(MicroUsd(1)),
                    ..new_generation(&format!("{round}-{number}"), &ada)
                };
                let db = test.db.clone();
                tokio::spawn(async move { generations::enqueue(&db, &new, None, &[]).await })
            })
            .collect();
        tokio::task::yield_now().await;
        let removed = projects::delete(&test.db, &ada, &film).await;
        assert_eq!(removed, Ok(projects::Removal::Done));
        for asked in asking {
            let outcome = asked.await.unwrap();
            assert!(
                !matches!(outcome, Err(StoreError::Busy { .. })),
                "{outcome:?}"
            );
        }
    }
}

/// Hundreds of random wishes, ends and cancellations: what the database says is what a plain model
/// says, to the last micro-dollar.
async fn the_sums_never_drift(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let owner = Owner::User(ada.clone());
    let budget = daily(5_000);
    set(db, &owner, budget).await;
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        i64::try_from(state % below).unwrap()
    };
    let (mut open, mut spent) = (VecDeque::<(String, i64)>::new(), 0);
    for number in 0..400 {
        let reserved: i64 = open.iter().map(|(_, price)| price).sum();
        match random(5) {
            0..=2 => {
                let (name, price) = (number.to_string(), random(700));
                let new = NewGeneration {
                    price: Some(MicroUsd(price)),
                    created_at: at(number),
                    ..new_generation(&name, &ada)
                };
                let fits = price == 0 || spent + reserved + price <= 5_000;
                let outcome = ask(db, &new).await;
                assert_eq!(outcome == Enqueued::New, fits, "{outcome:?}");
                if fits {
                    open.push_back((name, price));
                }
            }
            3 => {
                if let Some((_, price)) = open.pop_front() {
                    let cost = random(u64::try_from(price).unwrap() + 1);
                    settle_next(db, at(1_000), Some(cost)).await;
                    spent += cost;
                }
            }
            _ => {
                if let Some((name, _)) = open.pop_back() {
                    generations::request_cancel(db, &ada, &generation_id(&name), at(1_000))
                        .await
                        .unwrap();
                }
            }
        }
        let reserved: i64 = open.iter().map(|(_, price)| price).sum();
        assert_eq!(standing(db, &owner, at(0)).await, (spent, reserved));
    }
    assert!(spent > 1_000, "{spent}");
}

crate::on_both_databases!(
    of_500_at_once_with_room_for_three_exactly_three_run,
    a_refused_generation_leaves_nothing_behind_and_says_why,
    unknown_prices_pass_and_reserve_nothing_where_the_budget_allows_them,
    what_is_cancelled_or_settled_is_no_longer_reserved,
    a_new_period_begins_with_nothing_spent,
    each_budget_counts_what_is_its_own,
    budgets_are_kept_replaced_and_go_with_their_project,
    a_project_that_is_deleted_while_others_ask_in_it_holds_nobody_up,
    the_sums_never_drift,
);
