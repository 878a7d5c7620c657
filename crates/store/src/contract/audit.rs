//! What was done to a key: the newest first, of the asking person alone.

use super::{at, user_id};
use crate::{
    audit::{self, NewEvent},
    test_support::TestDb,
};
use domain::ProviderId;

async fn the_history_of_a_key_is_its_own(test: TestDb) {
    let db = &test.db;
    for (id, millis, actor, action, target) in [
        ("1", 1, "ada", "key.stored", "gemini"),
        ("2", 2, "ada", "key.replaced", "gemini"),
        ("3", 2, "ada", "key.removed", "gemini"),
        ("4", 3, "ada", "key.stored", "kie"),
        ("5", 4, "bob", "key.stored", "gemini"),
        ("6", 5, "ada", "catalog.corrected", "gemini"),
    ] {
        let event = NewEvent {
            id: id.to_owned(),
            at: at(millis),
            actor_id: user_id(actor),
            action: action.to_owned(),
            target: target.to_owned(),
            detail: "{}".to_owned(),
            organization_id: None,
            address: None,
        };
        audit::append(db, &event).await.unwrap();
    }
    let of = async |actor, slot, limit| {
        let rows = audit::of_key(db, &user_id(actor), slot, limit).await;
        let rows = rows.unwrap().into_iter();
        rows.map(|row| (row.at, row.action)).collect::<Vec<_>>()
    };
    let removed = (at(2), "key.removed".to_owned());
    let replaced = (at(2), "key.replaced".to_owned());
    let stored = (at(1), "key.stored".to_owned());
    let gemini = ProviderId::Gemini;
    let newest = [removed, replaced, stored];
    assert_eq!(of("ada", gemini, 20).await, newest);
    assert_eq!(of("ada", gemini, 2).await, newest[..2]);
    assert_eq!(of("bob", ProviderId::Kie, 20).await, []);
}

crate::on_both_databases!(the_history_of_a_key_is_its_own);
