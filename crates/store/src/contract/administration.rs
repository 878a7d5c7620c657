//! What the people who run the instance see and change: whatever they do to each other at the same
//! moment, one of them is left.

use super::{at, enqueue, new_generation, new_user, organization, user, user_id};
use crate::{
    Db,
    administration::{self, Change, Changed},
    audit::{NewEvent, verify::verify},
    sessions::{self, NewSession},
    test_support::TestDb,
};
use domain::{OrganizationId, UserId, account::Plan};

pub(super) fn event(id: &str) -> NewEvent {
    NewEvent {
        id: id.to_owned(),
        at: at(9),
        actor_id: user_id("ada"),
        action: "account.disabled".to_owned(),
        target: "somebody".to_owned(),
        detail: "{}".to_owned(),
        organization_id: None,
        address: None,
    }
}

async fn change(db: &Db, id: &UserId, change: Change, name: &str) -> &'static str {
    let changed = administration::change_account(db, id, change, &event(name)).await;
    match changed.unwrap() {
        Changed::Done(_) => "done",
        Changed::Same(_) => "same",
        Changed::Missing => "missing",
        Changed::LastAdmin => "last admin",
    }
}

async fn accounts_are_found_by_parts_and_pages(test: TestDb) {
    let db = &test.db;
    for name in ["ada", "bob", "b_b", "cat"] {
        user(db, name).await;
    }
    organization(db, &user_id("bob")).await;
    let found = async |search: Option<&str>, after: &str, limit| {
        let rows = administration::accounts(db, search, after, limit).await;
        rows.unwrap()
            .into_iter()
            .map(|row| row.name)
            .collect::<Vec<_>>()
    };
    let mut all = found(None, "", 10).await;
    let pages = [
        found(None, "", 2).await,
        found(None, &format!("{}@example.com", all[1]), 2).await,
    ];
    assert_eq!(pages.concat(), all);
    all.sort();
    assert_eq!(all, ["ada", "b_b", "bob", "cat"]);
    assert_eq!(found(Some("B"), "", 10).await.len(), 2);
    assert_eq!(found(Some("_"), "", 10).await, ["b_b"], "no wildcard");
    assert_eq!(found(Some("%"), "", 10).await, [""; 0]);
    assert_eq!(found(Some("CAT@example"), "", 10).await, ["cat"]);
    let bob = administration::account(db, &user_id("bob"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((bob.organizations, bob.last_seen_at), (1, None));
    assert!(!bob.is_admin);
}

async fn a_disabled_account_is_signed_out_at_once(test: TestDb) {
    let db = &test.db;
    user(db, "ada").await;
    let bob = user(db, "bob").await;
    let session = NewSession {
        token_hash: vec![7; 32],
        id: "session-7".to_owned(),
        user_id: bob.clone(),
        created_at: at(0),
        expires_at: at(1_000_000),
        address: None,
        agent: "Firefox on Linux".to_owned(),
    };
    let password = new_user("bob").password_hash;
    assert!(sessions::insert(db, &session, &password).await.unwrap());
    enqueue(db, &new_generation("one", &bob)).await;
    let unfinished = administration::unfinished_of(db, &bob).await.unwrap();
    assert_eq!(unfinished.len(), 1);
    let disable = Change::Disable(at(5));
    assert_eq!(change(db, &bob, disable, "1").await, "done");
    assert_eq!(change(db, &bob, disable, "2").await, "same");
    assert_eq!(change(db, &bob, Change::Enable, "3").await, "done");
    let found = sessions::by_token_hash(db, &[7; 32], at(6)).await.unwrap();
    assert!(found.is_none(), "the session does not come back");
    assert_eq!(
        change(db, &user_id("nobody"), disable, "4").await,
        "missing"
    );
    let written = verify(db, None).await.unwrap().unwrap().count;
    assert_eq!(written, 2, "only what was done is written down");
}

async fn the_last_who_runs_the_instance_stays(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let bob = user(db, "bob").await;
    assert_eq!(
        change(db, &ada, Change::Admin(false), "1").await,
        "last admin"
    );
    assert_eq!(
        change(db, &ada, Change::Disable(at(1)), "2").await,
        "last admin"
    );
    assert_eq!(change(db, &bob, Change::Admin(true), "3").await, "done");
    assert_eq!(change(db, &bob, Change::Disable(at(1)), "4").await, "done");
    assert_eq!(
        change(db, &ada, Change::Admin(false), "5").await,
        "last admin",
        "a disabled one does not count"
    );
    assert_eq!(change(db, &bob, Change::Admin(false), "6").await, "done");
}

async fn of_two_who_unmake_each_other_one_stays(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let bob = user(db, "bob").await;
    for round in 0..10 {
        let both = [&ada, &bob];
        for (number, id) in both.iter().enumerate() {
            let again = format!("{round}-again-{number}");
            change(db, id, Change::Admin(true), &again).await;
            change(db, id, Change::Enable, &format!("{again}-on")).await;
        }
        let wish = |number: usize| match (round + number) % 2 {
            0 => Change::Admin(false),
            _ => Change::Disable(at(1)),
        };
        let names = [format!("{round}-a"), format!("{round}-b")];
        let (one, other) = tokio::join!(
            change(db, &ada, wish(0), &names[0]),
            change(db, &bob, wish(1), &names[1]),
        );
        let mut came = [one, other];
        came.sort_unstable();
        assert_eq!(came, ["done", "last admin"], "round {round}");
    }
}

async fn a_plan_is_set_once(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let studio = organization(db, &ada).await;
    let set = async |id: &OrganizationId, plan, name: &str| {
        administration::set_plan(db, id, plan, &event(name))
            .await
            .unwrap()
    };
    assert!(matches!(
        set(&studio, Plan::Premium, "1").await,
        Changed::Same(_)
    ));
    let Changed::Done(row) = set(&studio, Plan::Free, "2").await else {
        panic!("it was premium")
    };
    assert_eq!((row.plan, row.members), (Plan::Free, 1));
    let nowhere = OrganizationId("nowhere".to_owned());
    assert_eq!(set(&nowhere, Plan::Free, "3").await, Changed::Missing);
    let found = administration::organizations(db, Some("stud"), "", 5).await;
    assert_eq!(found.unwrap()[0].plan, Plan::Free);
    let (accounts, organizations) = administration::counts(db).await.unwrap();
    assert_eq!(
        (accounts.number, accounts.disabled, organizations),
        (1, 0, 1)
    );
}

crate::on_both_databases!(
    accounts_are_found_by_parts_and_pages,
    a_disabled_account_is_signed_out_at_once,
    the_last_who_runs_the_instance_stays,
    of_two_who_unmake_each_other_one_stays,
    a_plan_is_set_once,
);
