//! Organizations under many hands: an owner is always left, and what was made outlives the end.

use super::{
    at, enqueue,
    invitations::{invite, is_open},
    new_generation, organization, project, user, user_id,
};
use crate::{
    Db, budgets, generations,
    invitations::Place,
    organizations::{
        self,
        ending::{self, Ending},
        members::{self, Changed},
    },
    projects::{self, NewProject},
    secrets::{self, Owner},
    settings::{self, Scope},
    test_support::{TestDb, tables},
    users,
};
use domain::{
    OrganizationId, ProjectId, ProviderId, UserId,
    account::OrganizationRole::{self, Admin, Member, Owner as Owns},
    budget::Owner as Budgeted,
    money::MicroUsd,
    organization::rights::{Change, Refusal},
    settings::{Change as Setting, Field},
};

pub(super) async fn add(
    db: &Db,
    studio: &OrganizationId,
    name: &str,
    role: OrganizationRole,
) -> UserId {
    let id = user(db, name).await;
    organizations::add_member(db, studio, &id, role, at(1))
        .await
        .unwrap();
    id
}

async fn roles(db: &Db, studio: &OrganizationId) -> Vec<(String, OrganizationRole)> {
    let rows = members::list(db, studio).await.unwrap();
    rows.into_iter().map(|row| (row.name, row.role)).collect()
}

pub(super) async fn change(
    db: &Db,
    studio: &OrganizationId,
    actor: &UserId,
    target: &UserId,
    wish: Change,
) -> Changed {
    members::change(db, studio, actor, target, wish, |_| ())
        .await
        .unwrap()
}

async fn of_two_owners_who_demote_each_other_at_once_one_stays(test: TestDb) {
    for round in 0..12 {
        let db = &test.db;
        let ada = user(db, &format!("ada-{round}")).await;
        let studio = organization(db, &ada).await;
        let bob = add(db, &studio, &format!("bob-{round}"), Owns).await;
        let wish = if round % 2 == 0 {
            Change::Role(Member)
        } else {
            Change::Removal
        };
        let act = |actor: UserId, target: UserId| {
            let (db, studio) = (db.clone(), studio.clone());
            tokio::spawn(async move { change(&db, &studio, &actor, &target, wish).await })
        };
        let (one, other) = (act(ada.clone(), bob.clone()), act(bob.clone(), ada.clone()));
        let outcomes = [one.await.unwrap(), other.await.unwrap()];
        let done = outcomes
            .iter()
            .filter(|outcome| **outcome == Changed::Done(Owns))
            .count();
        let owners = roles(db, &studio)
            .await
            .into_iter()
            .filter(|(_, role)| *role == Owns)
            .count();
        assert_eq!((done, owners), (1, 1), "{outcomes:?}");
    }
}

async fn of_many_owners_who_leave_at_once_one_stays(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let studio = organization(db, &ada).await;
    let mut owners = vec![ada];
    for number in 0..7 {
        owners.push(add(db, &studio, &format!("owner-{number}"), Owns).await);
    }
    let tasks: Vec<_> = owners
        .into_iter()
        .map(|owner| {
            let (db, studio) = (db.clone(), studio.clone());
            tokio::spawn(async move { change(&db, &studio, &owner, &owner, Change::Removal).await })
        })
        .collect();
    let mut refused = 0;
    for task in tasks {
        match task.await.unwrap() {
            Changed::Done(Owns) => {}
            Changed::Refused(Refusal::LastOwner) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((refused, roles(db, &studio).await.len()), (1, 1));
}

async fn roles_are_judged_as_they_stand(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let studio = organization(db, &ada).await;
    let bob = add(db, &studio, "bob", Admin).await;
    let eve = add(db, &studio, "eve", Member).await;
    let stranger = user(db, "stranger").await;
    for (actor, target, wish, outcome) in [
        (
            &eve,
            &bob,
            Change::Removal,
            Changed::Refused(Refusal::AdminsOnly),
        ),
        (
            &eve,
            &eve,
            Change::Role(Admin),
            Changed::Refused(Refusal::OwnPromotion),
        ),
        (
            &bob,
            &ada,
            Change::Role(Member),
            Changed::Refused(Refusal::OwnersOnly),
        ),
        (
            &bob,
            &eve,
            Change::Role(Owns),
            Changed::Refused(Refusal::OwnersOnly),
        ),
        (
            &bob,
            &bob,
            Change::Role(Owns),
            Changed::Refused(Refusal::OwnPromotion),
        ),
        (
            &ada,
            &ada,
            Change::Role(Admin),
            Changed::Refused(Refusal::LastOwner),
        ),
        (&stranger, &eve, Change::Removal, Changed::NoOrganization),
        (&bob, &stranger, Change::Removal, Changed::NoMember),
        (&bob, &eve, Change::Role(Admin), Changed::Done(Member)),
        (&ada, &bob, Change::Role(Owns), Changed::Done(Admin)),
    ] {
        assert_eq!(
            change(db, &studio, actor, target, wish).await,
            outcome,
            "{actor} {target} {wish:?}"
        );
    }
    assert_eq!(
        roles(db, &studio).await,
        [
            ("ada".to_owned(), Owns),
            ("bob".to_owned(), Owns),
            ("eve".to_owned(), Admin)
        ]
    );
    // Whoever goes has it as their active one no longer.
    assert!(
        users::set_active_organization(db, &eve, Some(&studio))
            .await
            .unwrap()
    );
    let left = change(db, &studio, &eve, &eve, Change::Removal).await;
    assert_eq!(left, Changed::Done(Admin));
    let row = users::by_id(db, &eve).await.unwrap().unwrap();
    assert_eq!(row.active_organization_id, None);
}

async fn the_end_takes_everything_but_what_was_made(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let studio = organization(db, &ada).await;
    let bob = add(db, &studio, "bob", Admin).await;
    let film = project(db, &ada, Some(&studio)).await;
    let mut made = new_generation("made", &bob);
    made.organization_id = Some(studio.clone());
    enqueue(db, &made).await;
    let scope = Scope::Organization(studio.clone());
    let wish = Setting {
        field: Field::Provider(domain::Operation::Image),
        value: Some("kie".to_owned()),
        base: None,
    };
    settings::patch(db, &scope, &[wish], &ada, at(0))
        .await
        .unwrap();
    invite(
        db,
        Place::Organization(&studio),
        "eve@example.com",
        "member",
        &ada,
        1,
    )
    .await;
    users::set_active_organization(db, &bob, Some(&studio))
        .await
        .unwrap();

    let stranger = user(db, "stranger").await;
    let end = async |who: &UserId| ending::end(db, &studio, who, at(5)).await.unwrap();
    assert_eq!(end(&stranger).await, Ending::Missing);
    assert_eq!(end(&bob).await, Ending::OwnersOnly);
    assert_eq!(end(&ada).await, Ending::HasProjects(1));
    projects::delete(db, &ada, &film).await.unwrap();
    assert_eq!(end(&ada).await, Ending::Done);
    assert_eq!(end(&ada).await, Ending::Missing);

    assert_eq!(
        organizations::level_of(db, &ada, &studio).await.unwrap(),
        None
    );
    assert!(settings::load(db, &scope).await.unwrap().is_empty());
    let eve = user(db, "eve").await;
    assert!(!is_open(db, 1, &eve).await);
    let row = users::by_id(db, &bob).await.unwrap().unwrap();
    assert_eq!(row.active_organization_id, None);
    let seen = generations::get(db, &bob, &made.id).await.unwrap().unwrap();
    assert_eq!(seen.organization_id, Some(studio.clone()));
    // Nothing is put into it any more.
    let owner = Owner::Organization(studio.clone());
    let gone = secrets::delete(db, &owner, ProviderId::Gemini, at(6)).await;
    assert!(!gone.unwrap());
    let late = NewProject {
        id: ProjectId("late".to_owned()),
        name: "Late".to_owned(),
        organization_id: Some(studio.clone()),
        created_at: at(6),
    };
    assert!(!projects::insert(db, &ada, &late).await.unwrap());
    assert!(!organizations::rename(db, &studio, "Again").await.unwrap());
}

async fn of_an_end_and_a_new_project_at_once_one_is_refused(test: TestDb) {
    for round in 0..10 {
        let db = test.db.clone();
        let ada = user(&db, &format!("ada-{round}")).await;
        let studio = organization(&db, &ada).await;
        let new = NewProject {
            id: ProjectId(format!("film-{round}")),
            name: "Film".to_owned(),
            organization_id: Some(studio.clone()),
            created_at: at(0),
        };
        let (other, by) = (db.clone(), ada.clone());
        let made = tokio::spawn(async move { projects::insert(&other, &by, &new).await.unwrap() });
        let ended = ending::end(&db, &studio, &ada, at(1)).await.unwrap();
        assert_eq!(made.await.unwrap(), ended != Ending::Done, "{ended:?}");
    }
}

async fn a_policy_changes_as_a_whole_and_none_is_lost(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let studio = organization(db, &ada).await;
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let (db, studio, ada) = (db.clone(), studio.clone(), ada.clone());
            tokio::spawn(async move {
                organizations::set_policy(&db, &studio, &ada, at(number), |before, _| {
                    Ok::<_, ()>((format!("{before}."), Some(Some(MicroUsd(number)))))
                })
                .await
                .unwrap()
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Some(Ok(())));
    }
    let level = organizations::level_of(db, &ada, &studio).await.unwrap();
    assert!(level.unwrap().policy.ends_with("........"));
    let refused = organizations::set_policy(db, &studio, &ada, at(9), |_, _| Err("no")).await;
    assert_eq!(refused.unwrap(), Some(Err("no")));
    let nowhere = OrganizationId("none".to_owned());
    let by = user_id("ada");
    let build = |_: &str, _: Option<MicroUsd>| Ok::<_, ()>((String::new(), None));
    let missing = organizations::set_policy(db, &nowhere, &by, at(9), build).await;
    assert_eq!(missing.unwrap(), None);
}

async fn work_that_goes_on_finds_the_standing_of_its_person(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let studio = organization(db, &ada).await;
    let standing = async |who: &UserId, at: Option<&OrganizationId>| {
        let found = organizations::standing(db, who, at).await.unwrap();
        found.map(|level| level.level.map(|level| level.role))
    };
    assert_eq!(standing(&ada, Some(&studio)).await, Some(Some(Owns)));
    assert_eq!(standing(&ada, None).await, Some(None));
    let stranger = user(db, "stranger").await;
    assert_eq!(standing(&stranger, Some(&studio)).await, Some(None));
    assert_eq!(standing(&user_id("nobody"), Some(&studio)).await, None);
    tables::disable(db, &ada, at(1)).await.unwrap();
    assert_eq!(standing(&ada, Some(&studio)).await, None);
    // A disabled owner is none who stays.
    let bob = add(db, &studio, "bob", Owns).await;
    let last = change(db, &studio, &bob, &bob, Change::Removal).await;
    assert_eq!(last, Changed::Refused(Refusal::LastOwner));
}

async fn a_share_of_the_month_is_kept_with_the_policy(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let studio = organization(db, &ada).await;
    let eve = add(db, &studio, "eve", Member).await;
    assert_eq!(budgets::share(db, &studio).await.unwrap(), None);
    let set = async |share| {
        let build = |policy: &str, _: Option<MicroUsd>| Ok::<_, ()>((policy.to_owned(), share));
        organizations::set_policy(db, &studio, &ada, at(1), build)
            .await
            .unwrap()
    };
    set(Some(Some(MicroUsd(7)))).await;
    let seen = organizations::set_policy(db, &studio, &ada, at(1), |_, share| {
        Err::<(String, Option<Option<MicroUsd>>), _>(share)
    });
    assert_eq!(seen.await.unwrap(), Some(Err(Some(MicroUsd(7)))));
    set(None).await;
    assert_eq!(
        budgets::share(db, &studio).await.unwrap(),
        Some(MicroUsd(7))
    );
    let kept = async |who: &UserId| {
        let owner = Budgeted::Member(studio.clone(), who.clone());
        budgets::of(db, &owner).await.unwrap().len()
    };
    assert_eq!((kept(&ada).await, kept(&eve).await), (0, 1));
    set(Some(None)).await;
    assert_eq!(budgets::share(db, &studio).await.unwrap(), None);
}

crate::on_both_databases!(
    work_that_goes_on_finds_the_standing_of_its_person,
    a_share_of_the_month_is_kept_with_the_policy,
    of_two_owners_who_demote_each_other_at_once_one_stays,
    of_many_owners_who_leave_at_once_one_stays,
    roles_are_judged_as_they_stand,
    the_end_takes_everything_but_what_was_made,
    of_an_end_and_a_new_project_at_once_one_is_refused,
    a_policy_changes_as_a_whole_and_none_is_lost,
);
