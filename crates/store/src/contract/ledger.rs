//! The ledger: one row for each sending that may have been charged, and sums that keep what is
//! unknown apart.

use super::{at, enqueue, new_generation, organization, project, user};
use crate::{
    Db,
    generations::NewGeneration,
    jobs::{self, Settlement},
    ledger::{self, Alike, Charge, Past, Reported, Spent},
    projects,
    test_support::TestDb,
};
use domain::{
    Operation, ProviderId, Timestamp, UserId,
    generation::Status,
    money::MicroUsd,
    pricing::Span,
    resolution::{Level, Payer},
};

const DAY: i64 = 86_400_000;

fn charge(actual: Option<i64>) -> Charge {
    Charge {
        attempt: 1,
        key_source: Level::User,
        settings: "1K".to_owned(),
        quantity: None,
        estimate: Some(Span {
            low: MicroUsd(10),
            high: MicroUsd(90),
        }),
        actual: actual.map(MicroUsd),
        is_reported: true,
        lines: "[]".to_owned(),
    }
}

/// Writes a generation down and brings it to its end at the same moment.
async fn ended(db: &Db, new: &NewGeneration, status: Status, charge: Option<&Charge>) {
    enqueue(db, new).await;
    let now = new.created_at;
    let job = jobs::claim(db, "w", now, now.plus_millis(30_000)).await;
    let end = Settlement {
        status,
        actual: None,
        text: None,
        error: None,
        charge,
        outputs: &[],
    };
    let lease = job.unwrap().unwrap().lease;
    assert!(jobs::settle(db, &lease, &end, now).await.unwrap());
    assert!(!jobs::settle(db, &lease, &end, now).await.unwrap());
}

async fn spent(db: &Db, user: &UserId) -> Vec<Spent> {
    let all = (Timestamp(0), Timestamp(i64::MAX));
    let mut rows = ledger::of_user(db, user, all.0, all.1).await.unwrap();
    rows.sort_by(|a, b| (a.day, &a.model).cmp(&(b.day, &b.model)));
    rows
}

async fn what_is_known_and_what_is_not_are_counted_apart(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    for (name, status, charge) in [
        ("a", Status::Succeeded, Some(charge(Some(40)))),
        ("b", Status::Succeeded, Some(charge(Some(2)))),
        ("c", Status::Succeeded, Some(charge(Some(0)))),
        ("lost", Status::Unknown, Some(charge(None))),
        ("unsent", Status::Failed, None),
    ] {
        ended(db, &new_generation(name, &ada), status, charge.as_ref()).await;
    }
    let unpriced = Charge {
        estimate: None,
        ..charge(None)
    };
    let new = new_generation("unpriced", &ada);
    ended(db, &new, Status::Failed, Some(&unpriced)).await;
    let rows = spent(db, &ada).await;
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!((row.number, row.known), (5, 3));
    assert_eq!((row.micro_usd.0, row.at_most.0), (42, 90));
    assert_eq!(
        (row.payer, row.key_source, row.operation, row.provider),
        (
            Payer::User,
            Level::User,
            Operation::Image,
            ProviderId::Gemini
        )
    );
    assert_eq!(row.day, at(0).0 / DAY);
}

async fn what_was_unknown_becomes_known_once_and_counts_where_it_did(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let new = new_generation("lost", &ada);
    ended(db, &new, Status::Unknown, Some(&charge(None))).await;
    let day = spent(db, &ada).await[0].day;
    let later = at(0).plus_millis(3 * DAY);
    let close = async |charge: Option<&Charge>| {
        let mut tx = db.begin().await.unwrap();
        ledger::close(&mut tx, &new.id, charge, later)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    };
    for cost in [70, 80] {
        close(Some(&charge(Some(cost)))).await;
        let rows = spent(db, &ada).await;
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].number, rows[0].known), (1, 1));
        assert_eq!((rows[0].micro_usd.0, rows[0].day), (70, day));
    }
    close(None).await;
    assert_eq!(spent(db, &ada).await.len(), 1, "what is known stays");

    let other = new_generation("refunded", &ada);
    ended(db, &other, Status::Unknown, Some(&charge(None))).await;
    let mut tx = db.begin().await.unwrap();
    ledger::close(&mut tx, &other.id, None, later)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let rows = spent(db, &ada).await;
    assert_eq!((rows.len(), rows[0].number), (1, 1), "it was not charged");
}

async fn sums_are_by_day_and_within_the_moments_asked_for(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    let today = Timestamp(at(0).0 / DAY * DAY);
    for (name, who, millis) in [
        ("before", &ada, -1),
        ("first", &ada, 0),
        ("last", &ada, DAY - 1),
        ("after", &ada, DAY),
        ("foreign", &bob, 5),
    ] {
        let new = NewGeneration {
            created_at: today.plus_millis(millis),
            ..new_generation(name, who)
        };
        ended(db, &new, Status::Succeeded, Some(&charge(Some(1)))).await;
    }
    let days = spent(db, &ada).await;
    let counts: Vec<(i64, i64)> = days.iter().map(|row| (row.day, row.number)).collect();
    let day = today.0 / DAY;
    assert_eq!(counts, [(day - 1, 1), (day, 2), (day + 1, 1)]);
    let within = ledger::of_user(db, &ada, today, today.plus_millis(DAY)).await;
    assert_eq!(within.unwrap().len(), 1);
}

async fn an_organization_and_the_instance_see_what_they_pay_and_a_deleted_project_stays(
    test: TestDb,
) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let studio = organization(db, &ada).await;
    let film = project(db, &ada, Some(&studio)).await;
    for (name, payer) in [
        ("own", Payer::User),
        ("shared", Payer::Organization),
        ("server", Payer::Instance),
    ] {
        let new = NewGeneration {
            payer,
            project_id: Some(film.clone()),
            organization_id: Some(studio.clone()),
            ..new_generation(name, &ada)
        };
        ended(db, &new, Status::Succeeded, Some(&charge(Some(7)))).await;
    }
    projects::delete(db, &ada, &film).await.unwrap();
    let (from, to) = (Timestamp(0), Timestamp(i64::MAX));
    let own = ledger::of_user(db, &ada, from, to).await.unwrap();
    let organizations = ledger::of_organization(db, &studio, None, from, to)
        .await
        .unwrap();
    let instances = ledger::of_instance(db, from, to).await.unwrap();
    let sum = |rows: &[Spent]| rows.iter().map(|row| row.micro_usd.0).sum::<i64>();
    assert_eq!(
        (sum(&own), sum(&organizations), sum(&instances)),
        (21, 7, 7)
    );
    assert!(own.iter().all(|row| row.project_id == Some(film.clone())));
}

async fn only_reported_costs_of_like_generations_are_remembered_the_newest_first(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    let studio = organization(db, &ada).await;
    let plain = charge(Some(5));
    let computed = Charge {
        is_reported: false,
        ..plain.clone()
    };
    let larger = Charge {
        settings: "4K".to_owned(),
        ..plain.clone()
    };
    let long = Charge {
        quantity: Some(12),
        actual: Some(MicroUsd(9)),
        ..plain.clone()
    };
    for (number, (who, payer, status, charge)) in [
        (&ada, Payer::User, Status::Succeeded, &plain),
        (&ada, Payer::User, Status::Succeeded, &computed),
        (&ada, Payer::User, Status::Succeeded, &larger),
        (&ada, Payer::User, Status::Failed, &plain),
        (&bob, Payer::Organization, Status::Succeeded, &plain),
        (&ada, Payer::Organization, Status::Succeeded, &long),
        (&ada, Payer::User, Status::Unknown, &self::charge(None)),
    ]
    .into_iter()
    .enumerate()
    {
        let new = NewGeneration {
            payer,
            organization_id: (payer == Payer::Organization).then(|| studio.clone()),
            created_at: at(i64::try_from(number).unwrap()),
            ..new_generation(&number.to_string(), who)
        };
        ended(db, &new, status, Some(charge)).await;
    }
    let alike = Alike {
        operation: Operation::Image,
        provider: ProviderId::Gemini,
        model: "model",
        settings: "1K",
    };
    let found = async |past, most| ledger::reported(db, past, alike, most).await.unwrap();
    let one = |actual, quantity| Reported {
        actual: MicroUsd(actual),
        quantity,
    };
    assert_eq!(
        found(Past::User(&ada), 9).await,
        [one(9, Some(12)), one(5, None)]
    );
    assert_eq!(found(Past::User(&ada), 1).await, [one(9, Some(12))]);
    assert_eq!(
        found(Past::Organization(&studio), 9).await,
        [one(9, Some(12)), one(5, None)]
    );
    assert_eq!(found(Past::User(&bob), 9).await, [one(5, None)]);
}

crate::on_both_databases!(
    what_is_known_and_what_is_not_are_counted_apart,
    what_was_unknown_becomes_known_once_and_counts_where_it_did,
    sums_are_by_day_and_within_the_moments_asked_for,
    an_organization_and_the_instance_see_what_they_pay_and_a_deleted_project_stays,
    only_reported_costs_of_like_generations_are_remembered_the_newest_first,
);
