//! A change and the event that tells of it: both are there, or neither is.

use super::{
    at, enqueue, invitations::invite, new_generation, organization, organizations::add, user,
    user_id,
};
use crate::{
    Db, StoreError,
    audit::{
        self, NewEvent, Note,
        read::{self, Filter},
        verify::verify,
    },
    catalog,
    db::Tx,
    invitations::{self, Place},
    jobs,
    organizations::{
        self, NewOrganization,
        members::{self, Changed},
    },
    row::row,
    sessions::{self, NewSession},
    settings::{PatchOutcome, Scope, patch},
    statement::{Statement, values},
    test_support::{TestDb, tables},
    users::PasswordHash,
};
use domain::{
    Operation, OrganizationId, ProviderId, UserId,
    account::{
        OrganizationRole::{self, Admin, Member},
        Plan,
    },
    organization::rights::Change,
    settings::{Change as Wish, Field},
};

const RENAME_SQL: &str = "UPDATE organizations SET name = $2 WHERE id = $1 RETURNING name";
const RENAME: Statement = Statement {
    name: "notes::RENAME",
    sqlite: RENAME_SQL,
    postgres: RENAME_SQL,
};

row! {
    struct Named {
        name: String,
    }
}

fn note(id: &str) -> Note {
    Note::new(NewEvent {
        id: id.to_owned(),
        at: at(1),
        actor_id: user_id("ada"),
        action: "thing.done".to_owned(),
        target: "thing".to_owned(),
        detail: "{}".to_owned(),
        organization_id: None,
        address: None,
    })
}

/// The events of a chain that is whole.
async fn events(db: &Db) -> Vec<NewEvent> {
    let head = verify(db, None).await.unwrap().expect("the chain is whole");
    let rows = read::after(db, &Filter::default(), 0, 1_000).await.unwrap();
    assert_eq!(i64::try_from(rows.len()), Ok(head.count));
    rows.into_iter().map(|row| row.event).collect()
}

async fn written(db: &Db) -> Vec<String> {
    events(db).await.into_iter().map(|event| event.id).collect()
}

async fn name_of(db: &Db, studio: &OrganizationId, who: &UserId) -> String {
    let level = organizations::level_of(db, who, studio).await.unwrap();
    level.unwrap().name
}

fn studio_named(id: &str) -> NewOrganization {
    NewOrganization {
        id: OrganizationId(id.to_owned()),
        name: "Studio".to_owned(),
        plan: Plan::Free,
        policy: "{}".to_owned(),
        created_at: at(0),
    }
}

async fn begin(db: &Db) -> Tx {
    db.begin().await.unwrap()
}

async fn a_single_statement_takes_its_event_along_where_it_changes_a_row(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let studio = organization(db, &ada).await;
    let nowhere = OrganizationId("nowhere".to_owned());
    let noting = db.noting(&note("one"));
    assert!(!organizations::rename(&noting, &nowhere, "A").await.unwrap());
    assert!(written(db).await.is_empty());
    assert!(organizations::rename(&noting, &studio, "A").await.unwrap());
    assert_eq!(written(db).await, ["one"]);

    let noting = db.noting(&note("two"));
    let one = async |studio: &OrganizationId| {
        let values = values![studio, "B"];
        let row = noting.write_returning::<Named>(&RENAME, values).await;
        row.unwrap().map(|row| row.name)
    };
    assert_eq!(one(&nowhere).await, None);
    assert_eq!(written(db).await, ["one"]);
    assert_eq!(one(&studio).await.as_deref(), Some("B"));
    assert_eq!(written(db).await, ["one", "two"]);

    let noting = db.noting(&note("three"));
    let all = async |studio: &OrganizationId| {
        let values = values![studio, "C"];
        let rows = noting.write_returning_all::<Named>(&RENAME, values).await;
        rows.unwrap().len()
    };
    assert_eq!(all(&nowhere).await, 0);
    assert_eq!(written(db).await, ["one", "two"]);
    assert_eq!(all(&studio).await, 1);
    assert_eq!(written(db).await, ["one", "two", "three"]);
    assert_eq!(name_of(&noting, &studio, &ada).await, "C");
}

async fn a_statement_that_finds_nothing_holds_nobody_up(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let noting = db.noting(&note("claimed"));
    for _ in 0..20 {
        let job = jobs::claim(&noting, "worker", at(1), at(9)).await.unwrap();
        assert!(job.is_none());
    }
    enqueue(db, &new_generation("one", &ada)).await;
    let job = jobs::claim(&noting, "worker", at(1), at(9)).await.unwrap();
    assert!(job.is_some());
    assert_eq!(written(db).await, ["claimed"]);
}

async fn a_transaction_takes_its_event_along_only_where_it_is_committed(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let studio = organization(db, &ada).await;
    let kept = note("kept");
    let noting = db.noting(&kept);
    let mut tx = begin(&noting).await;
    let renamed = tx.execute(&RENAME, values![&studio, "Atelier"]).await;
    assert_eq!(renamed.unwrap(), 1);
    tx.rollback().await.unwrap();
    let mut tx = begin(&noting).await;
    tx.execute(&RENAME, values![&studio, "Atelier"])
        .await
        .unwrap();
    drop(tx);
    // What is refused writes nothing either.
    let twice = organizations::insert(&noting, &studio_named(studio.as_str()), &ada).await;
    assert!(matches!(twice, Err(StoreError::Constraint { .. })));
    assert!(written(db).await.is_empty());
    assert_eq!(name_of(db, &studio, &ada).await, "Studio");

    organizations::insert(&noting, &studio_named("second"), &ada)
        .await
        .unwrap();
    assert_eq!(written(db).await, ["kept"]);
}

async fn without_its_event_there_is_no_change(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let studio = organization(db, &ada).await;
    organizations::rename(&db.noting(&note("same")), &studio, "A")
        .await
        .unwrap();
    // An id that was used before stands for whatever may go wrong with an event.
    let noting = db.noting(&note("same"));
    let renamed = organizations::rename(&noting, &studio, "B").await;
    assert!(matches!(renamed, Err(StoreError::Constraint { .. })));
    let made = organizations::insert(&noting, &studio_named("second"), &ada).await;
    assert!(matches!(made, Err(StoreError::Constraint { .. })));
    assert_eq!(name_of(db, &studio, &ada).await, "A");
    let second = OrganizationId("second".to_owned());
    let level = organizations::level_of(db, &ada, &second).await.unwrap();
    assert!(level.is_none());
    assert_eq!(written(db).await, ["same"]);
}

async fn a_note_that_could_not_be_written_is_written_by_the_next_try(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let studio = organization(db, &ada).await;
    let noting = db.noting(&note("late"));
    // The chain has no head for a while.
    for text in [
        "CREATE TABLE kept_head AS SELECT * FROM audit_head",
        "DELETE FROM audit_head",
    ] {
        tables::meddle(db, text).await.unwrap();
    }
    let renamed = organizations::rename(&noting, &studio, "A").await;
    assert!(matches!(renamed, Err(StoreError::Corrupt { .. })));
    assert_eq!(name_of(db, &studio, &ada).await, "Studio");
    let back = "INSERT INTO audit_head SELECT * FROM kept_head";
    tables::meddle(db, back).await.unwrap();
    assert!(organizations::rename(&noting, &studio, "A").await.unwrap());
    assert_eq!(written(db).await, ["late"]);
}

async fn a_note_is_written_once(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let studio = organization(db, &ada).await;
    let once = note("once");
    let (noting, other) = (db.noting(&once), db.noting(&once));
    for name in ["A", "B"] {
        assert!(organizations::rename(&noting, &studio, name).await.unwrap());
        assert!(organizations::rename(&other, &studio, name).await.unwrap());
        begin(&noting).await.commit().await.unwrap();
    }
    // A handle without it writes nothing of it.
    assert!(organizations::rename(db, &studio, "C").await.unwrap());
    assert_eq!(written(db).await, ["once"]);
    let struck = note("struck");
    struck.strike();
    struck.amend(|event| event.action = "thing.undone".to_owned());
    let noting = db.noting(&struck);
    assert!(organizations::rename(&noting, &studio, "D").await.unwrap());
    assert_eq!(written(db).await, ["once"]);
}

async fn notes_at_the_same_moment_make_one_chain(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let studio = organization(db, &ada).await;
    let tasks: Vec<_> = (0..40)
        .map(|number| {
            let (db, ada, studio) = (db.clone(), ada.clone(), studio.clone());
            tokio::spawn(async move {
                let noting = db.noting(&note(&format!("note-{number:02}")));
                // On one row, on many, and beside those who bring no note.
                match number % 4 {
                    0 => {
                        let name = number.to_string();
                        organizations::rename(&noting, &studio, &name)
                            .await
                            .map(drop)
                    }
                    1 => {
                        let new = studio_named(&format!("studio-{number}"));
                        organizations::insert(&noting, &new, &ada).await
                    }
                    2 => audit::append(&db, &event_of(number)).await,
                    _ => organizations::rename(&noting, &OrganizationId(String::new()), "")
                        .await
                        .map(drop),
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let mut ids = written(db).await;
    ids.sort();
    let expected: Vec<String> = (0..40)
        .filter(|number| number % 4 != 3)
        .map(|number| format!("note-{number:02}"))
        .collect();
    assert_eq!(ids, expected);
}

fn event_of(number: u32) -> NewEvent {
    let note = note(&format!("note-{number:02}"));
    note.take().expect("it is new")
}

async fn what_is_known_inside_alone_is_put_in(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let studio = organization(db, &ada).await;
    let bob = add(db, &studio, "bob", Admin).await;
    let told = note("told");
    let noting = db.noting(&told);
    let change = async |actor: &UserId, target: &UserId| {
        let wish = Change::Role(Member);
        let hear = |before: OrganizationRole| {
            told.amend(|event| event.detail = before.as_str().to_owned());
        };
        let changed = members::change(&noting, &studio, actor, target, wish, hear).await;
        changed.unwrap()
    };
    assert!(matches!(change(&bob, &ada).await, Changed::Refused(_)));
    assert!(written(db).await.is_empty());
    assert_eq!(change(&ada, &bob).await, Changed::Done(Admin));

    let hash = PasswordHash("hash of ada".to_owned());
    for token in 1..=3_u8 {
        let session = NewSession {
            token_hash: vec![token; 32],
            id: format!("session-{token}"),
            user_id: ada.clone(),
            created_at: at(0),
            expires_at: at(100),
            address: None,
            agent: String::new(),
        };
        assert!(sessions::insert(db, &session, &hash).await.unwrap());
    }
    for (id, ended) in [("ended", 2), ("again", 0)] {
        let note = note(id);
        let noting = db.noting(&note);
        let hear = |number: u64| note.amend(|event| event.detail = number.to_string());
        let others = sessions::delete_others(&noting, &ada, &[2; 32], hear).await;
        assert_eq!(others.unwrap(), ended);
    }
    let details: Vec<_> = events(db)
        .await
        .into_iter()
        .map(|event| (event.id, event.detail))
        .collect();
    let pair = |id: &str, detail: &str| (id.to_owned(), detail.to_owned());
    assert_eq!(details, [pair("told", "admin"), pair("ended", "2")]);
}

async fn settings_that_were_so_already_are_no_event(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let scope = Scope::User(ada.clone());
    let set = async |id: &str, value: Option<&str>, base: Option<i64>| {
        let wish = Wish {
            field: Field::Provider(Operation::Image),
            value: value.map(str::to_owned),
            base,
        };
        let noting = db.noting(&note(id));
        let outcome = patch(&noting, &scope, &[wish], &ada, at(1)).await;
        matches!(outcome.unwrap(), PatchOutcome::Applied(_))
    };
    assert!(set("never set", None, None).await);
    assert!(set("set", Some("kie"), Some(1)).await);
    assert!(set("same", Some("kie"), None).await);
    assert!(!set("refused", Some("gemini"), Some(1)).await);
    assert!(set("cleared", None, Some(2)).await);
    assert_eq!(written(db).await, ["set", "cleared"]);
}

async fn who_is_there_already_does_not_join(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let eve = user(db, "eve").await;
    let studio = organization(db, &ada).await;
    let place = Place::Organization(&studio);
    for (link, id) in [(1, "joined"), (2, "there already")] {
        invite(db, place, "eve@example.com", "member", &ada, link).await;
        let noting = db.noting(&note(id));
        let accepted = invitations::accept(&noting, &[link; 32], &eve, at(10)).await;
        assert_eq!(accepted.unwrap().unwrap().1, link == 1);
        // The link is used up all the same.
        let again = invitations::accept(&noting, &[link; 32], &eve, at(10)).await;
        assert!(again.unwrap().is_none());
    }
    assert_eq!(written(db).await, ["joined"]);
}

async fn a_correction_that_is_not_there_is_not_taken_back(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let models = r#"[{"operation":"image","provider":"kie","model":"a","shipped":"1"}]"#;
    catalog::ship(db, "one", models, at(1)).await.unwrap();
    let correct = async |id: &str, model: &str, text: Option<&str>| {
        let place = catalog::Place {
            operation: Operation::Image,
            provider: ProviderId::Kie,
            model,
        };
        let noting = db.noting(&note(id));
        let known = catalog::correct(&noting, place, text, &ada, at(2)).await;
        known.unwrap()
    };
    assert!(!correct("unknown", "b", Some("{}")).await);
    assert!(correct("nothing", "a", None).await);
    assert!(correct("corrected", "a", Some("{}")).await);
    assert!(correct("taken back", "a", None).await);
    assert!(correct("nothing again", "a", None).await);
    assert_eq!(written(db).await, ["corrected", "taken back"]);
}

crate::on_both_databases!(
    a_single_statement_takes_its_event_along_where_it_changes_a_row,
    a_statement_that_finds_nothing_holds_nobody_up,
    a_transaction_takes_its_event_along_only_where_it_is_committed,
    without_its_event_there_is_no_change,
    a_note_that_could_not_be_written_is_written_by_the_next_try,
    a_note_is_written_once,
    notes_at_the_same_moment_make_one_chain,
    what_is_known_inside_alone_is_put_in,
    settings_that_were_so_already_are_no_event,
    who_is_there_already_does_not_join,
    a_correction_that_is_not_there_is_not_taken_back,
);
