//! The catalogue across releases, servers and people, on both databases.

use super::{Live, WITHDRAWN};
use crate::catalog::load;
use domain::{
    Operation, ProviderId, Timestamp, UserId,
    catalog::{Catalog, Model},
    listing::{Listed, Listing},
};
use store::{
    Db,
    catalog::Place,
    listings::Fetched,
    on_both_databases,
    test_support::TestDb,
    users::{NewUser, PasswordHash},
};

const NOW: Timestamp = Timestamp(1_795_341_600_000);
const TODAY: &str = "2026-11-22";
/// A model that the program ships.
const VIDEO: (Operation, ProviderId) = (Operation::Video, ProviderId::Kie);

on_both_databases!(
    what_is_shipped_counts_in_its_own_order,
    a_correction_survives_a_release_that_changes_the_same_model,
    a_model_that_a_release_drops_stays_and_is_switched_off,
    another_server_learns_of_a_correction,
    a_list_is_laid_over_for_its_owner_alone,
    the_word_of_the_operator_stands_above_a_list,
    a_second_look_at_a_person_without_lists_asks_no_database,
);

async fn user(db: &Db, name: &str) -> UserId {
    let id = UserId(format!("user-{name}"));
    let new = NewUser {
        id: id.clone(),
        email: format!("{name}@example.com"),
        name: name.to_owned(),
        password_hash: PasswordHash("hash".to_owned()),
        created_at: NOW,
    };
    store::users::insert_first_or_later(db, &new).await.unwrap();
    id
}

fn first(catalog: &Catalog) -> Model {
    catalog.models_of(VIDEO.0, VIDEO.1).next().unwrap().clone()
}

fn place(model: &Model) -> Place<'_> {
    Place {
        operation: model.operation,
        provider: model.provider,
        model: &model.id,
    }
}

/// A correction of the price to this many micro-dollars for a clip.
fn priced(micro_usd: i64) -> String {
    serde_json::json!({ "prices": [{ "unit": "clip", "micro_usd": micro_usd,
        "source": "Corrected by the operator", "as_of": TODAY }] })
    .to_string()
}

async fn correct(db: &Db, who: &UserId, model: &Model, text: Option<&str>) {
    assert!(
        store::catalog::correct(db, place(model), text, who, NOW)
            .await
            .unwrap()
    );
}

fn prices(catalog: &Catalog, model: &Model) -> Vec<i64> {
    catalog
        .model(model.operation, model.provider, &model.id)
        .unwrap()
        .prices
        .iter()
        .map(|price| price.micro_usd.0)
        .collect()
}

async fn what_is_shipped_counts_in_its_own_order(test: TestDb) {
    let shipped = load().unwrap();
    let live = Live::start(&test.db, shipped.clone(), NOW).await.unwrap();
    assert_eq!(*live.current(), shipped);
    let again = Live::start(&test.db, shipped.clone(), NOW).await.unwrap();
    assert_eq!(*again.current(), shipped);
    assert_eq!(store::catalog::state(&test.db).await.unwrap().version, 1);
}

async fn a_correction_survives_a_release_that_changes_the_same_model(mut test: TestDb) {
    let shipped = load().unwrap();
    let model = first(&shipped);
    let ada = user(&test.db, "ada").await;
    Live::start(&test.db, shipped.clone(), NOW).await.unwrap();
    correct(&test.db, &ada, &model, Some(&priced(77))).await;

    test.restart().await;
    let mut next = shipped;
    for entry in &mut next.models {
        if entry.id == model.id && entry.operation == model.operation {
            entry.name = "A new name".to_owned();
            entry.prices[0].micro_usd.0 += 1_000;
        }
    }
    let live = Live::start(&test.db, next.clone(), NOW).await.unwrap();
    let catalog = live.current();
    assert_eq!(prices(&catalog, &model), [77]);
    let stands = catalog.model(model.operation, model.provider, &model.id);
    assert_eq!(stands.unwrap().name, "A new name");

    correct(&test.db, &ada, &model, None).await;
    live.reload(&test.db).await.unwrap();
    assert_eq!(prices(&live.current(), &model), prices(&next, &model));
}

async fn a_model_that_a_release_drops_stays_and_is_switched_off(test: TestDb) {
    let shipped = load().unwrap();
    let dropped = first(&shipped);
    let open = shipped
        .models_of(Operation::Llm, ProviderId::OpenRouter)
        .last()
        .unwrap()
        .clone();
    Live::start(&test.db, shipped.clone(), NOW).await.unwrap();
    let mut next = shipped.clone();
    let gone = |model: &Model| {
        (model.operation == dropped.operation && model.id == dropped.id)
            || (model.provider == open.provider && model.id == open.id)
    };
    next.models.retain(|model| !gone(model));
    let live = Live::start(&test.db, next, NOW).await.unwrap();
    let catalog = live.current();
    let stands = catalog
        .model(dropped.operation, dropped.provider, &dropped.id)
        .unwrap();
    assert!(stands.is_retired(TODAY), "{stands:?}");
    assert_eq!(stands.notice.as_deref(), Some(WITHDRAWN));
    assert_eq!(stands.prices, dropped.prices);
    let any = catalog
        .model(open.operation, open.provider, &open.id)
        .unwrap();
    assert_eq!(any.notice.as_deref(), Some(WITHDRAWN));
    assert!(!any.is_retired(TODAY), "its provider takes any model");
    let older = Live::start(&test.db, shipped.clone(), NOW).await.unwrap();
    assert_eq!(*older.current(), shipped);
}

async fn another_server_learns_of_a_correction(test: TestDb) {
    let shipped = load().unwrap();
    let model = first(&shipped);
    let ada = user(&test.db, "ada").await;
    let here = Live::start(&test.db, shipped.clone(), NOW).await.unwrap();
    let there = Live::start(&test.db, shipped.clone(), NOW).await.unwrap();
    correct(&test.db, &ada, &model, Some(&priced(5))).await;
    here.reload(&test.db).await.unwrap();
    assert_eq!(prices(&there.current(), &model), prices(&shipped, &model));
    there.look(&test.db).await.unwrap();
    assert_eq!(prices(&there.current(), &model), [5]);

    assert_eq!(
        there.for_user(&test.db, &ada).await.unwrap(),
        there.current()
    );
    list(&test.db, &ada, &of(&model, 9)).await;
    there.look(&test.db).await.unwrap();
    assert_ne!(
        there.for_user(&test.db, &ada).await.unwrap(),
        there.current()
    );
}

/// A list that has the model at another price, and one more.
fn of(model: &Model, micro_usd: i64) -> Listing {
    let mut price = model.prices[0].clone();
    price.micro_usd.0 = micro_usd;
    price.source = "The provider's list".to_owned();
    let listed = Listed {
        operation: model.operation,
        id: model.sent_id().to_owned(),
        name: "Listed".to_owned(),
        prices: vec![price],
        retires_on: None,
        max_characters: None,
        json_schema: false,
    };
    let new = Listed {
        id: "maker/new".to_owned(),
        ..listed.clone()
    };
    Listing {
        models: vec![listed, new],
        voices: Vec::new(),
        whole: true,
    }
}

async fn list(db: &Db, user: &UserId, listing: &Listing) {
    let text = serde_json::to_string(listing).unwrap();
    let fetched = Fetched {
        list: &text,
        difference: "{}",
        at: NOW,
    };
    store::listings::store(db, user, VIDEO.1, fetched)
        .await
        .unwrap();
}

async fn a_list_is_laid_over_for_its_owner_alone(test: TestDb) {
    let live = Live::start(&test.db, load().unwrap(), NOW).await.unwrap();
    let (ada, bob) = (user(&test.db, "ada").await, user(&test.db, "bob").await);
    let model = first(&live.current());
    assert_eq!(live.for_user(&test.db, &ada).await.unwrap(), live.current());
    list(&test.db, &ada, &of(&model, 9)).await;
    live.forget(&ada);
    let hers = live.for_user(&test.db, &ada).await.unwrap();
    assert_eq!(prices(&hers, &model), [9]);
    assert!(hers.accepts_model(VIDEO.0, VIDEO.1, "maker/new"));
    assert_eq!(
        hers.model(VIDEO.0, VIDEO.1, &model.id).unwrap().name,
        model.name
    );
    assert_eq!(
        hers.models_of(Operation::Image, ProviderId::Gemini).count(),
        live.current()
            .models_of(Operation::Image, ProviderId::Gemini)
            .count()
    );
    let his = live.for_user(&test.db, &bob).await.unwrap();
    assert_eq!(his, live.current());
    assert!(!his.accepts_model(VIDEO.0, VIDEO.1, "maker/new"));
}

async fn the_word_of_the_operator_stands_above_a_list(test: TestDb) {
    let live = Live::start(&test.db, load().unwrap(), NOW).await.unwrap();
    let ada = user(&test.db, "ada").await;
    let model = first(&live.current());
    list(&test.db, &ada, &of(&model, 9)).await;
    assert_eq!(
        prices(&live.for_user(&test.db, &ada).await.unwrap(), &model),
        [9]
    );
    correct(&test.db, &ada, &model, Some(&priced(5))).await;
    live.reload(&test.db).await.unwrap();
    assert_eq!(
        prices(&live.for_user(&test.db, &ada).await.unwrap(), &model),
        [5]
    );
}

async fn a_second_look_at_a_person_without_lists_asks_no_database(test: TestDb) {
    let live = Live::start(&test.db, load().unwrap(), NOW).await.unwrap();
    let ada = user(&test.db, "ada").await;
    live.for_user(&test.db, &ada).await.unwrap();
    test.db.close().await;
    assert_eq!(live.for_user(&test.db, &ada).await.unwrap(), live.current());
    assert!(
        live.for_user(&test.db, &UserId("user-bob".to_owned()))
            .await
            .is_err()
    );
}
