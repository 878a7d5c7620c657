//! Accounts, sessions, organizations and projects.

use super::{at, new_user, organization, project, user, user_id};
use crate::{
    StoreError, audit, organizations,
    projects::{self, NewProject, Removal},
    sessions::{self, NewSession},
    settings::{self, Scope},
    test_support::TestDb,
    users::{self, PasswordHash, SignUp},
};
use domain::{
    OrganizationId, ProjectId,
    account::{OrganizationRole, Plan},
    settings::{Change, Field},
};

async fn of_many_who_sign_up_at_once_one_is_admin(test: TestDb) {
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let db = test.db.clone();
            tokio::spawn(async move {
                users::insert_first_or_later(&db, &new_user(&number.to_string()))
                    .await
                    .unwrap()
            })
        })
        .collect();
    let mut admins = 0;
    for task in tasks {
        let SignUp::Inserted { is_admin } = task.await.unwrap() else {
            panic!("all are new")
        };
        admins += i32::from(is_admin);
    }
    assert_eq!((admins, users::count(&test.db).await.unwrap()), (1, 16));
}

async fn an_address_has_one_account_in_whatever_case(test: TestDb) {
    let db = &test.db;
    let first = users::insert_first_or_later(db, &new_user("ada"))
        .await
        .unwrap();
    assert_eq!(first, SignUp::Inserted { is_admin: true });
    let mut again = new_user("other");
    again.email = "ADA@Example.com".to_owned();
    assert_eq!(
        users::insert_first_or_later(db, &again).await.unwrap(),
        SignUp::EmailTaken
    );
    assert_eq!(users::count(db).await.unwrap(), 1);
    let found = users::by_email(db, "Ada@EXAMPLE.com")
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.id.clone(), found.is_admin), (user_id("ada"), true));
    assert_eq!(users::by_id(db, &found.id).await.unwrap(), Some(found));
    assert_eq!(users::by_id(db, &user_id("other")).await.unwrap(), None);
}

async fn a_taken_address_does_not_use_up_the_admin(test: TestDb) {
    let db = &test.db;
    user(db, "ada").await;
    users::insert_first_or_later(db, &new_user("ada"))
        .await
        .unwrap();
    let later = users::insert_first_or_later(db, &new_user("bob"))
        .await
        .unwrap();
    assert_eq!(later, SignUp::Inserted { is_admin: false });
}

async fn a_password_hash_is_renewed_while_it_is_the_same_and_never_shown(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let hash = |text: &str| PasswordHash(text.to_owned());
    let renew = async |from: &str, to: &str| {
        users::renew_password_hash(db, &ada, &hash(from), &hash(to))
            .await
            .unwrap()
    };
    assert!(renew("hash of ada", "canary").await);
    assert!(!renew("hash of ada", "other").await);
    let row = users::by_id(db, &ada).await.unwrap().unwrap();
    assert_eq!(row.password_hash, hash("canary"));
    assert!(!format!("{row:?}").contains("canary"));
}

async fn a_session_is_found_until_it_ends(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let hash = PasswordHash("hash of ada".to_owned());
    let begin = async |token: u8, expires: i64| {
        let session = NewSession {
            token_hash: vec![token; 32],
            id: format!("session-{token}"),
            user_id: ada.clone(),
            created_at: at(0),
            expires_at: at(expires),
            address: None,
            agent: String::new(),
        };
        assert!(sessions::insert(db, &session, &hash).await.unwrap());
    };
    begin(1, 100).await;
    begin(2, 200).await;
    let found = sessions::by_token_hash(db, &[1; 32], at(99))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.user.id, found.times.expires_at),
        (ada.clone(), at(100))
    );
    assert_eq!(
        sessions::by_token_hash(db, &[1; 32], at(100))
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        sessions::by_token_hash(db, &[9; 32], at(0)).await.unwrap(),
        None
    );

    assert!(
        sessions::touch(db, &[1; 32], at(50), at(150))
            .await
            .unwrap()
    );
    let found = sessions::by_token_hash(db, &[1; 32], at(149))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.times.last_seen_at, at(50));
    assert_eq!(sessions::delete_expired(db, at(150)).await.unwrap(), 1);
    assert!(
        !sessions::touch(db, &[1; 32], at(160), at(300))
            .await
            .unwrap()
    );

    assert!(sessions::delete(db, &[2; 32]).await.unwrap());
    assert!(!sessions::delete(db, &[2; 32]).await.unwrap());
    begin(3, 200).await;
    begin(4, 200).await;
    assert_eq!(sessions::delete_all_of_user(db, &ada).await.unwrap(), 2);
}

async fn nobody_and_whoever_has_another_password_begin_no_session(test: TestDb) {
    let db = &test.db;
    let session = |user_id| NewSession {
        token_hash: vec![1; 32],
        id: "session".to_owned(),
        user_id,
        created_at: at(0),
        expires_at: at(1),
        address: None,
        agent: String::new(),
    };
    let hash = PasswordHash("hash of ada".to_owned());
    let nobody = session(user_id("nobody"));
    assert!(!sessions::insert(db, &nobody, &hash).await.unwrap());
    let ada = session(user(db, "ada").await);
    let other = PasswordHash("hash of eve".to_owned());
    assert!(!sessions::insert(db, &ada, &other).await.unwrap());
    assert!(sessions::insert(db, &ada, &hash).await.unwrap());
}

async fn an_organization_is_known_to_its_members_alone(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    let studio = organization(db, &ada).await;
    let level = organizations::level_of(db, &ada, &studio)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (level.role, level.plan),
        (OrganizationRole::Owner, Plan::Premium)
    );
    assert_eq!(
        organizations::level_of(db, &bob, &studio).await.unwrap(),
        None
    );
    assert!(
        organizations::memberships_of(db, &bob)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        !users::set_active_organization(db, &bob, Some(&studio))
            .await
            .unwrap()
    );

    for role in [OrganizationRole::Admin, OrganizationRole::Member] {
        organizations::add_member(db, &studio, &bob, role, at(1))
            .await
            .unwrap();
        let memberships = organizations::memberships_of(db, &bob).await.unwrap();
        assert_eq!(
            memberships.iter().map(|m| m.role).collect::<Vec<_>>(),
            [role]
        );
    }
    assert!(
        users::set_active_organization(db, &bob, Some(&studio))
            .await
            .unwrap()
    );
    let active = users::by_id(db, &bob)
        .await
        .unwrap()
        .unwrap()
        .active_organization_id;
    assert_eq!(active, Some(studio));
    assert!(
        users::set_active_organization(db, &bob, None)
            .await
            .unwrap()
    );
}

async fn a_project_is_invisible_to_others(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    let film = project(db, &ada, None).await;
    assert_eq!(
        projects::get(db, &ada, &film).await.unwrap().unwrap().name,
        "Film"
    );
    assert_eq!(projects::get(db, &bob, &film).await.unwrap(), None);
    assert!(projects::list(db, &bob).await.unwrap().is_empty());
    let viewers = projects::viewers(db, &film).await.unwrap();
    assert_eq!(viewers, std::slice::from_ref(&ada));
    assert!(
        !projects::rename(db, &bob, &film, "Mine", at(1))
            .await
            .unwrap()
    );
    assert_eq!(
        projects::delete(db, &bob, &film).await.unwrap(),
        Removal::Missing
    );
    assert!(
        projects::rename(db, &ada, &film, "Foxes", at(2))
            .await
            .unwrap()
    );
    let renamed = projects::get(db, &ada, &film).await.unwrap().unwrap();
    assert_eq!(
        (renamed.name.as_str(), renamed.updated_at),
        ("Foxes", at(2))
    );
    assert_eq!(projects::list(db, &ada).await.unwrap(), [renamed]);
}

async fn projects_come_in_pages_by_when_they_were_made(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let studio = organization(db, &ada).await;
    for (number, name) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
        let made = NewProject {
            id: ProjectId(name.to_owned()),
            name: name.to_owned(),
            organization_id: (number % 2 == 0).then(|| studio.clone()),
            created_at: at([1, 2, 2, 3, 4][number]),
        };
        assert!(projects::insert(db, &ada, &made).await.unwrap());
    }
    let mut seen = Vec::new();
    let mut last: Option<(domain::Timestamp, String)> = None;
    loop {
        let after = last.as_ref().map(|(at, id)| (*at, id.as_str()));
        let page = projects::page(db, &ada, after, 2).await.unwrap();
        let Some(row) = page.last() else { break };
        last = Some((row.created_at, row.id.to_string()));
        seen.extend(page.iter().map(|row| row.id.to_string()));
        let renamed = projects::rename(db, &ada, &page[0].id, "New", at(9)).await;
        assert!(renamed.unwrap());
    }
    assert_eq!(seen, ["e", "d", "c", "b", "a"]);
    let bob = user(db, "bob").await;
    assert!(projects::page(db, &bob, None, 2).await.unwrap().is_empty());
}

async fn a_project_of_an_organization_is_its_members(test: TestDb) {
    let db = &test.db;
    let (ada, bob, eve) = (
        user(db, "ada").await,
        user(db, "bob").await,
        user(db, "eve").await,
    );
    let studio = organization(db, &ada).await;
    let into_it = NewProject {
        id: ProjectId("project-eve".to_owned()),
        name: "Film".to_owned(),
        organization_id: Some(studio.clone()),
        created_at: at(0),
    };
    assert!(!projects::insert(db, &eve, &into_it).await.unwrap());
    let nowhere = NewProject {
        organization_id: Some(OrganizationId("none".to_owned())),
        ..into_it
    };
    assert!(!projects::insert(db, &ada, &nowhere).await.unwrap());

    organizations::add_member(db, &studio, &bob, OrganizationRole::Member, at(0))
        .await
        .unwrap();
    let film = project(db, &ada, Some(&studio)).await;
    assert_eq!(projects::list(db, &bob).await.unwrap().len(), 1);
    let mut viewers = projects::viewers(db, &film).await.unwrap();
    viewers.sort();
    assert_eq!(viewers, [ada.clone(), bob.clone()]);
    assert!(projects::get(db, &bob, &film).await.unwrap().is_some());
    assert_eq!(projects::get(db, &eve, &film).await.unwrap(), None);
    assert_eq!(
        projects::delete(db, &eve, &film).await.unwrap(),
        Removal::Missing
    );
    assert_eq!(
        projects::delete(db, &bob, &film).await.unwrap(),
        Removal::Forbidden
    );
    organizations::add_member(db, &studio, &bob, OrganizationRole::Admin, at(1))
        .await
        .unwrap();
    assert_eq!(
        projects::delete(db, &bob, &film).await.unwrap(),
        Removal::Done
    );
    assert_eq!(projects::get(db, &ada, &film).await.unwrap(), None);
}

async fn a_removed_project_leaves_no_settings(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let film = project(db, &ada, None).await;
    let scope = Scope::Project(film.clone());
    let change = Change {
        field: Field::PreferOwnKeys,
        value: Some("true".to_owned()),
        base: None,
    };
    settings::patch(db, &scope, &[change], &ada, at(0))
        .await
        .unwrap();
    let set = settings::of_projects(db, &ada).await.unwrap();
    assert_eq!(
        set,
        [(film.clone(), Field::PreferOwnKeys, "true".to_owned())]
    );
    let bob = user(db, "bob").await;
    assert!(settings::of_projects(db, &bob).await.unwrap().is_empty());
    assert_eq!(
        projects::delete(db, &ada, &film).await.unwrap(),
        Removal::Done
    );
    assert!(settings::load(db, &scope).await.unwrap().is_empty());
    assert_eq!(
        projects::delete(db, &ada, &film).await.unwrap(),
        Removal::Missing
    );
}

async fn audit_events_are_appended_once(test: TestDb) {
    let event = audit::NewEvent {
        id: "event-1".to_owned(),
        at: at(0),
        actor_id: user_id("ada"),
        action: "key.replaced".to_owned(),
        target: "user-ada/gemini".to_owned(),
        detail: "{}".to_owned(),
        organization_id: None,
        address: None,
    };
    audit::append(&test.db, &event).await.unwrap();
    let again = audit::append(&test.db, &event).await.unwrap_err();
    assert!(
        matches!(again, StoreError::Constraint { rule: "unique", .. }),
        "{again:?}"
    );
}

crate::on_both_databases!(
    of_many_who_sign_up_at_once_one_is_admin,
    an_address_has_one_account_in_whatever_case,
    a_taken_address_does_not_use_up_the_admin,
    a_password_hash_is_renewed_while_it_is_the_same_and_never_shown,
    a_session_is_found_until_it_ends,
    nobody_and_whoever_has_another_password_begin_no_session,
    an_organization_is_known_to_its_members_alone,
    a_project_is_invisible_to_others,
    projects_come_in_pages_by_when_they_were_made,
    a_project_of_an_organization_is_its_members,
    a_removed_project_leaves_no_settings,
    audit_events_are_appended_once,
);
