//! The chain of audit events: it holds whoever appends at the same moment, and whatever somebody does
//! to the rows is found.

use super::{at, organization, user, user_id};
use crate::{
    Db, StoreError,
    audit::{
        self, Hash, NewEvent,
        read::{self, Filter},
        verify::{Break, Head, Why, verify},
    },
    test_support::{TestDb, tables},
};
use domain::{OrganizationId, Timestamp};

fn event(number: u32) -> NewEvent {
    NewEvent {
        id: format!("event-{number:04}"),
        at: at(i64::from(number)),
        actor_id: user_id(if number.is_multiple_of(2) {
            "ada"
        } else {
            "bob"
        }),
        action: "key.stored".to_owned(),
        target: "gemini".to_owned(),
        detail: "{}".to_owned(),
        organization_id: number
            .is_multiple_of(3)
            .then(|| OrganizationId("studio".to_owned())),
        address: (number > 2).then(|| "192.0.2.7".to_owned()),
    }
}

async fn whole(db: &Db) -> Head {
    verify(db, None).await.unwrap().expect("the chain is whole")
}

async fn broken(db: &Db) -> Break {
    verify(db, None)
        .await
        .unwrap()
        .expect_err("the chain is broken")
}

async fn a_chain_grows_and_an_earlier_head_stays_part_of_it(test: TestDb) {
    let db = &test.db;
    assert_eq!(
        (whole(db).await.count, whole(db).await.hash),
        (0, Hash::NONE)
    );
    let mut heads = vec![Hash::NONE];
    for number in 1..=7 {
        audit::append(db, &event(number)).await.unwrap();
        let head = whole(db).await;
        assert_eq!(head.count, i64::from(number));
        assert!(!heads.contains(&head.hash));
        heads.push(head.hash);
    }
    for hash in heads {
        let head = verify(db, Some(hash)).await.unwrap().unwrap();
        assert!(head.is_expected, "{hash}");
    }
    let other = verify(db, Some(Hash([7; 32]))).await.unwrap().unwrap();
    assert!(!other.is_expected);
}

async fn what_was_not_written_takes_no_place(test: TestDb) {
    let db = &test.db;
    audit::append(db, &event(1)).await.unwrap();
    let again = audit::append(db, &event(1)).await.unwrap_err();
    assert!(matches!(again, StoreError::Constraint { .. }), "{again:?}");
    audit::append(db, &event(2)).await.unwrap();
    assert_eq!(whole(db).await.count, 2);
}

async fn two_hundred_at_once_make_one_chain(test: TestDb) {
    // Two processes, as far as the database can tell.
    let beside = Db::open(test.url()).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..200 {
        let db = if number % 2 == 0 { &test.db } else { &beside }.clone();
        tasks.spawn(async move {
            // SQLite lets one process at a time write; the other may have to try again.
            while let Err(error) = audit::append(&db, &event(number)).await {
                assert!(matches!(error, StoreError::Busy { .. }), "{error:?}");
            }
        });
    }
    // Whoever looks meanwhile finds a whole chain.
    for _ in 0..5 {
        whole(&test.db).await;
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    assert_eq!(whole(&test.db).await.count, 200);
}

async fn rows_are_not_changed_and_not_removed(test: TestDb) {
    let db = &test.db;
    for number in 1..=3 {
        audit::append(db, &event(number)).await.unwrap();
    }
    for text in [
        "UPDATE audit_events SET detail = '{}' WHERE sequence = 2",
        "UPDATE audit_events SET sequence = NULL WHERE sequence = 2",
        "DELETE FROM audit_events WHERE sequence = 2",
        "DELETE FROM audit_events",
        "INSERT INTO audit_events (id, at, actor_id, action, target, detail)
         VALUES ('x', 1, 'ada', 'a', 'b', '{}')",
    ] {
        assert!(tables::meddle(db, text).await.is_err(), "{text}");
    }
    assert_eq!(whole(db).await.count, 3);
}

async fn every_tampering_is_found(test: TestDb) {
    for (text, sequence, why) in [
        (
            "UPDATE audit_events SET detail = '{ }' WHERE sequence = 4",
            4,
            Why::Changed,
        ),
        (
            "UPDATE audit_events SET actor_id = 'user-eve' WHERE sequence = 1",
            1,
            Why::Changed,
        ),
        (
            "UPDATE audit_events SET address = NULL WHERE sequence = 6",
            6,
            Why::Changed,
        ),
        (
            "UPDATE audit_events SET organization_id = NULL WHERE sequence = 3",
            3,
            Why::Changed,
        ),
        (
            "UPDATE audit_events SET hash = previous_hash WHERE sequence = 2",
            2,
            Why::Changed,
        ),
        (
            "UPDATE audit_events SET hash = NULL WHERE sequence = 2",
            2,
            Why::Changed,
        ),
        (
            "DELETE FROM audit_events WHERE sequence = 3",
            3,
            Why::Missing,
        ),
        (
            "DELETE FROM audit_events WHERE sequence = 1",
            1,
            Why::Missing,
        ),
        // The end cut off, by a row and wholly.
        (
            "DELETE FROM audit_events WHERE sequence = 6",
            6,
            Why::Missing,
        ),
        ("DELETE FROM audit_events", 1, Why::Missing),
        // Two rows that have changed places.
        (
            "UPDATE audit_events SET sequence = CASE sequence WHEN 2 THEN -5 ELSE sequence END",
            0,
            Why::NotChained,
        ),
        (
            "UPDATE audit_events SET sequence = NULL WHERE sequence = 5",
            0,
            Why::NotChained,
        ),
        (
            "INSERT INTO audit_events (id, at, actor_id, action, target, detail, sequence,
                previous_hash, hash)
             SELECT 'slipped in', at, actor_id, action, target, detail, 7, hash, hash
             FROM audit_events WHERE sequence = 6",
            7,
            Why::NotCounted,
        ),
        // The tail cut off and the head set back to it, but for the hash.
        ("UPDATE audit_head SET count = 5", 6, Why::OtherHead),
        ("UPDATE audit_head SET count = 7", 7, Why::Missing),
        ("DELETE FROM audit_head", 1, Why::NotCounted),
    ] {
        let fresh = match test.folder() {
            Some(_) => TestDb::sqlite().await,
            None => TestDb::postgres().await,
        };
        let db = &fresh.db;
        for number in 1..=6 {
            audit::append(db, &event(number)).await.unwrap();
        }
        tables::drop_audit_triggers(db).await.unwrap();
        whole(db).await;
        assert!(tables::meddle(db, text).await.unwrap() > 0, "{text}");
        let found = broken(db).await;
        assert_eq!(found.why, why, "{text}: {found}");
        assert!(
            found.sequence == sequence || why == Why::OtherHead,
            "{text}: {found}"
        );
    }
}

async fn rows_that_changed_places_are_found(test: TestDb) {
    let db = &test.db;
    for number in 1..=6 {
        audit::append(db, &event(number)).await.unwrap();
    }
    tables::drop_audit_triggers(db).await.unwrap();
    for text in [
        "UPDATE audit_events SET sequence = -1 WHERE sequence = 2",
        "UPDATE audit_events SET sequence = 2 WHERE sequence = 3",
        "UPDATE audit_events SET sequence = 3 WHERE sequence = -1",
    ] {
        tables::meddle(db, text).await.unwrap();
    }
    let found = broken(db).await;
    assert_eq!((found.sequence, found.why), (2, Why::OutOfPlace));
    assert_eq!(found.id.as_deref(), Some("event-0003"));
}

async fn rows_of_before_are_chained_once(test: TestDb) {
    let db = &test.db;
    // As an earlier version left them.
    tables::drop_audit_triggers(db).await.unwrap();
    let text = "
        WITH RECURSIVE n (i) AS (
            SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 450)
        INSERT INTO audit_events (id, at, actor_id, action, target, detail)
        SELECT 'old-' || CAST(i AS TEXT), 1000 - i, 'user-ada', 'key.stored', 'kie', '{}' FROM n";
    assert_eq!(tables::meddle(db, text).await.unwrap(), 450);
    assert_eq!(broken(db).await.why, Why::NotChained);
    // Several processes start at the same moment.
    let others = (0..3).map(|_| {
        let db = db.clone();
        tokio::spawn(async move { audit::chain_old(&db).await.unwrap() })
    });
    let mut chained = 0;
    for other in others.collect::<Vec<_>>() {
        chained += other.await.unwrap();
    }
    assert_eq!(chained, 450);
    assert_eq!(audit::chain_old(db).await.unwrap(), 0);
    audit::append(db, &event(1)).await.unwrap();
    assert_eq!(whole(db).await.count, 451);
    let first = read::after(db, &Filter::default(), 0, 1).await.unwrap();
    assert_eq!(first[0].event.id, "old-450", "the oldest comes first");
}

async fn what_is_read_is_filtered_and_names_people(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    user(db, "bob").await;
    let studio = organization(db, &ada).await;
    for number in 1..=6 {
        let mut event = event(number);
        event.organization_id = event.organization_id.map(|_| studio.clone());
        audit::append(db, &event).await.unwrap();
    }
    let places = |rows: Vec<read::Read>| rows.iter().map(|row| row.sequence).collect::<Vec<_>>();
    let before = async |filter: Filter, before, limit| {
        places(read::before(db, &filter, before, limit).await.unwrap())
    };
    let all = Filter::default;
    assert_eq!(before(all(), None, 10).await, [6, 5, 4, 3, 2, 1]);
    assert_eq!(before(all(), Some(4), 2).await, [3, 2]);
    let by = |actor: &str| Filter {
        actor: Some(actor.to_owned()),
        ..all()
    };
    assert_eq!(before(by("user-ada"), None, 10).await, [6, 4, 2]);
    assert_eq!(before(by("bob@example.com"), None, 10).await, [5, 3, 1]);
    let of = |action: &str| Filter {
        action: Some(action.to_owned()),
        ..all()
    };
    assert_eq!(before(of("key.removed"), None, 10).await, [0_i64; 0]);
    let during = Filter {
        from: at(2),
        to: at(4),
        ..all()
    };
    assert_eq!(before(during, None, 10).await, [3, 2]);
    let theirs = read::of_organization(db, &studio, None, 10).await.unwrap();
    assert_eq!(theirs[0].actor_name.as_deref(), Some("ada"));
    assert_eq!(theirs[0].organization_name.as_deref(), Some("Studio"));
    assert_eq!(places(theirs), [6, 3]);
    let ones = read::of_organization(db, &studio, Some(6), 10).await;
    assert_eq!(places(ones.unwrap()), [3]);
    let rest = Filter {
        to: Timestamp(i64::MAX),
        ..all()
    };
    assert_eq!(places(read::after(db, &rest, 4, 10).await.unwrap()), [5, 6]);
}

crate::on_both_databases!(
    a_chain_grows_and_an_earlier_head_stays_part_of_it,
    what_was_not_written_takes_no_place,
    two_hundred_at_once_make_one_chain,
    rows_are_not_changed_and_not_removed,
    every_tampering_is_found,
    rows_that_changed_places_are_found,
    rows_of_before_are_chained_once,
    what_is_read_is_filtered_and_names_people,
);
