//! What a resolution sees: one's own, the visible project's, the right organization's.

use super::{at, organization, project, user};
use crate::{
    Db, organizations,
    secrets::{self, NewSecret, Owner, Slot},
    settings::{self, Scope},
    snapshot::load,
    test_support::TestDb,
    users,
};
use domain::{
    Operation, ProjectId, ProviderId, SecretId, UserId,
    account::OrganizationRole,
    settings::{Change, Field, Fields},
};

const IMAGE: Field = Field::Provider(Operation::Image);

async fn set(db: &Db, scope: Scope, value: &str, who: &UserId) {
    let change = Change {
        field: IMAGE,
        value: Some(value.to_owned()),
        base: None,
    };
    settings::patch(db, &scope, &[change], who, at(0))
        .await
        .unwrap();
}

async fn key(db: &Db, owner: Owner, id: &str, who: &UserId) {
    let slot = Slot {
        owner: &owner,
        provider: ProviderId::Gemini,
        field: "key",
    };
    secrets::replace(db, slot, |_| NewSecret {
        id: SecretId(id.to_owned()),
        audience_origin: "https://example.com".to_owned(),
        kid: "kid".to_owned(),
        salt: vec![1],
        dek_nonce: vec![2],
        wrapped_dek: vec![3],
        nonce: vec![4],
        ciphertext: vec![5],
        last4: None,
        fingerprint: "f".to_owned(),
        created_by: who.clone(),
        created_at: at(0),
    })
    .await
    .unwrap();
}

fn image(fields: &Fields) -> Option<&str> {
    fields
        .get(&IMAGE)
        .and_then(|stored| stored.value.as_deref())
}

async fn every_level_is_there_and_nothing_of_others(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    let studio = organization(db, &ada).await;
    organizations::add_member(db, &studio, &bob, OrganizationRole::Member, at(0))
        .await
        .unwrap();
    let film = project(db, &ada, Some(&studio)).await;
    let own = project(db, &bob, None).await;
    set(db, Scope::User(ada.clone()), "of ada", &ada).await;
    set(db, Scope::User(bob.clone()), "of bob", &bob).await;
    set(db, Scope::Project(film.clone()), "of film", &ada).await;
    set(db, Scope::Project(own.clone()), "of own", &bob).await;
    set(db, Scope::Organization(studio.clone()), "of studio", &ada).await;
    key(db, Owner::User(ada.clone()), "key-ada", &ada).await;
    key(db, Owner::User(bob.clone()), "key-bob", &bob).await;
    key(db, Owner::Organization(studio.clone()), "key-studio", &ada).await;

    let rows = load(db, &bob, Some(&film)).await.unwrap().unwrap();
    assert_eq!((rows.user_id.clone(), rows.is_admin), (bob.clone(), false));
    assert_eq!(image(&rows.user_settings), Some("of bob"));
    let ids = |heads: &[crate::secrets::SecretRow]| {
        heads
            .iter()
            .map(|head| head.id.0.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&rows.user_secrets), ["key-bob"]);
    let (row, fields) = rows.project.unwrap();
    assert_eq!((row.id, image(&fields)), (film, Some("of film")));
    let level = rows.organization.unwrap();
    assert_eq!(
        (level.id, level.role),
        (studio.clone(), OrganizationRole::Member)
    );
    assert_eq!(image(&level.settings), Some("of studio"));
    assert_eq!(ids(&level.secrets), ["key-studio"]);

    // A project of one's own has no organization, whichever is active.
    assert!(
        users::set_active_organization(db, &bob, Some(&studio))
            .await
            .unwrap()
    );
    let rows = load(db, &bob, Some(&own)).await.unwrap().unwrap();
    assert_eq!(image(&rows.project.unwrap().1), Some("of own"));
    assert_eq!(rows.organization, None);
    // Without a project it is the active one.
    let rows = load(db, &bob, None).await.unwrap().unwrap();
    assert_eq!(rows.project, None);
    assert_eq!(rows.organization.unwrap().id, studio);
    let rows = load(db, &ada, None).await.unwrap().unwrap();
    assert_eq!((rows.organization, rows.is_admin), (None, true));
}

async fn a_foreign_project_is_as_invisible_as_a_missing_one(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    let film = project(db, &ada, None).await;
    assert!(load(db, &ada, Some(&film)).await.unwrap().is_some());
    assert_eq!(load(db, &bob, Some(&film)).await.unwrap(), None);
    assert_eq!(
        load(db, &bob, Some(&ProjectId("none".to_owned())))
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        load(db, &UserId("nobody".to_owned()), None).await.unwrap(),
        None
    );
}

crate::on_both_databases!(
    every_level_is_there_and_nothing_of_others,
    a_foreign_project_is_as_invisible_as_a_missing_one,
);
