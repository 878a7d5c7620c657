//! The catalogue: a release is loaded once, and never undoes a correction.

use super::{at, user};
use crate::{
    Db,
    catalog::{ModelRow, Place, all, correct, get, ship, state},
    test_support::TestDb,
};
use domain::{Operation, ProviderId, UserId};

const OLD: Place<'static> = Place {
    operation: Operation::Image,
    provider: ProviderId::Kie,
    model: "maker/old",
};

/// A release with these models, each shipped with a text that says so.
fn release(models: &[(&str, &str)]) -> String {
    let rows: Vec<String> = models
        .iter()
        .map(|(model, shipped)| {
            format!(
                r#"{{"operation":"image","provider":"kie","model":"{model}","shipped":"{shipped}"}}"#
            )
        })
        .collect();
    format!("[{}]", rows.join(","))
}

async fn models(db: &Db) -> Vec<(String, String, bool)> {
    let (_, rows) = all(db).await.unwrap();
    rows.into_iter()
        .map(|row| (row.model, row.shipped, row.withdrawn_at.is_some()))
        .collect()
}

fn shown(rows: &[(String, String, bool)]) -> Vec<(&str, &str, bool)> {
    rows.iter()
        .map(|(model, shipped, withdrawn)| (model.as_str(), shipped.as_str(), *withdrawn))
        .collect()
}

async fn a_release_is_loaded_once_in_its_own_order(test: TestDb) {
    let db = &test.db;
    let first = release(&[("maker/old", "1"), ("maker/a", "say \\\"1\\\" — é")]);
    assert!(ship(db, "one", &first, at(1)).await.unwrap());
    let version = state(db).await.unwrap().version;
    assert!(!ship(db, "one", &first, at(2)).await.unwrap());
    assert_eq!(state(db).await.unwrap().version, version);
    assert_eq!(
        shown(&models(db).await),
        [
            ("maker/old", "1", false),
            ("maker/a", "say \"1\" — é", false)
        ]
    );
}

async fn what_is_no_longer_shipped_stays_and_says_so(test: TestDb) {
    let db = &test.db;
    let first = release(&[("maker/old", "1"), ("maker/a", "1")]);
    ship(db, "one", &first, at(1)).await.unwrap();
    let second = release(&[("maker/new", "2"), ("maker/a", "2")]);
    assert!(ship(db, "two", &second, at(2)).await.unwrap());
    let mut stand = models(db).await;
    stand.sort();
    assert_eq!(
        shown(&stand),
        [
            ("maker/a", "2", false),
            ("maker/new", "2", false),
            ("maker/old", "1", true)
        ]
    );
    let old = get(db, OLD).await.unwrap().unwrap();
    assert_eq!(old.withdrawn_at, Some(at(2)));
    ship(db, "three", &release(&[("maker/a", "3")]), at(3))
        .await
        .unwrap();
    let old = get(db, OLD).await.unwrap().unwrap();
    assert_eq!(old.withdrawn_at, Some(at(2)), "the first moment counts");
    ship(db, "one", &first, at(4)).await.unwrap();
    assert_eq!(get(db, OLD).await.unwrap().unwrap().withdrawn_at, None);
}

async fn no_release_touches_a_correction(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    ship(db, "one", &release(&[("maker/old", "1")]), at(1))
        .await
        .unwrap();
    let before = state(db).await.unwrap().version;
    assert!(
        correct(db, OLD, Some("{\"prices\":[]}"), &ada, at(2))
            .await
            .unwrap()
    );
    assert!(state(db).await.unwrap().version > before);
    for (name, moment, models) in [
        ("two", 3, release(&[("maker/old", "2")])),
        ("three", 4, release(&[("maker/a", "3")])),
    ] {
        ship(db, name, &models, at(moment)).await.unwrap();
        let row = get(db, OLD).await.unwrap().unwrap();
        assert_eq!(row.corrected.as_deref(), Some("{\"prices\":[]}"), "{name}");
        assert_eq!(
            (row.corrected_by, row.corrected_at),
            (Some(ada.clone()), Some(at(2)))
        );
    }
    assert!(correct(db, OLD, None, &ada, at(5)).await.unwrap());
    let row = get(db, OLD).await.unwrap().unwrap();
    assert_eq!(
        (row.corrected, row.corrected_by, row.corrected_at),
        (None, None, None)
    );
}

async fn a_model_that_is_not_there_cannot_be_corrected(test: TestDb) {
    let db = &test.db;
    let before = state(db).await.unwrap();
    let nobody = UserId("user-ada".to_owned());
    assert!(!correct(db, OLD, Some("{}"), &nobody, at(1)).await.unwrap());
    assert_eq!(state(db).await.unwrap(), before);
    assert_eq!(get(db, OLD).await.unwrap(), None);
}

async fn servers_that_start_together_load_a_release_once(test: TestDb) {
    let db = &test.db;
    let models = release(&[("maker/old", "1"), ("maker/a", "1")]);
    let start = || ship(db, "one", &models, at(1));
    let (a, b, c) = tokio::join!(start(), start(), start());
    let loaded = [a, b, c].map(Result::unwrap);
    assert_eq!(loaded.into_iter().filter(|loaded| *loaded).count(), 1);
    assert_eq!(state(db).await.unwrap().version, 1);
}

async fn a_restart_keeps_everything(mut test: TestDb) {
    let ada = user(&test.db, "ada").await;
    ship(&test.db, "one", &release(&[("maker/old", "1")]), at(1))
        .await
        .unwrap();
    correct(&test.db, OLD, Some("{}"), &ada, at(2))
        .await
        .unwrap();
    let before: (_, Vec<ModelRow>) = all(&test.db).await.unwrap();
    test.restart().await;
    assert_eq!(all(&test.db).await.unwrap(), before);
}

crate::on_both_databases!(
    a_release_is_loaded_once_in_its_own_order,
    what_is_no_longer_shipped_stays_and_says_so,
    no_release_touches_a_correction,
    a_model_that_is_not_there_cannot_be_corrected,
    servers_that_start_together_load_a_release_once,
    a_restart_keeps_everything,
);
