//! Who sees a project, and as what.

use super::{at, organization, project, user};
use crate::{
    Db, invitations, organizations,
    projects::{self, people},
    test_support::TestDb,
};
use domain::{
    InvitationId, ProjectId, UserId,
    account::OrganizationRole,
    project::ProjectRole::{self, Editor, Owner, Viewer},
};

async fn parts(db: &Db, project: &ProjectId) -> Vec<(String, ProjectRole)> {
    let rows = people::list(db, project).await.unwrap();
    rows.into_iter().map(|row| (row.name, row.role)).collect()
}

async fn part(db: &Db, who: &UserId, project: &ProjectId) -> Option<ProjectRole> {
    let row = projects::get(db, who, project).await.unwrap();
    let listed = projects::list(db, who).await.unwrap();
    let found = listed.into_iter().find(|row| row.id == *project);
    assert_eq!(row, found);
    row.map(|row| row.my_role)
}

async fn invite(db: &Db, film: &ProjectId, by: &UserId, name: &str, link: u8) -> bool {
    let id = InvitationId(format!("invitation-{link}"));
    let new = invitations::NewInvitation {
        id: &id,
        place: invitations::Place::Project(film),
        email: &format!("{name}@example.com"),
        role: "editor",
        token_hash: &[link; 32],
        invited_by: by,
        created_at: at(0),
        expires_at: at(1_000),
    };
    invitations::put(db, &new).await.unwrap();
    let who = super::user_id(name);
    let accepted = invitations::accept(db, &[link; 32], &who, at(1)).await;
    accepted.unwrap().is_some()
}

async fn a_personal_project_has_its_owner_and_whom_they_invited(test: TestDb) {
    let db = &test.db;
    let (ada, eve) = (user(db, "ada").await, user(db, "eve").await);
    let bob = user(db, "bob").await;
    let film = project(db, &ada, None).await;
    assert!(invite(db, &film, &ada, "eve", 1).await);
    // Nobody but the owner invites.
    assert!(!invite(db, &film, &eve, "bob", 2).await);
    assert!(!people::set(db, &film, &bob, Viewer, at(2)).await.unwrap());
    assert!(!people::set(db, &film, &ada, Viewer, at(2)).await.unwrap());
    assert_eq!(part(db, &eve, &film).await, Some(Editor));
    assert!(people::set(db, &film, &eve, Viewer, at(2)).await.unwrap());
    // The owner who accepts an invitation of their own stays the owner, and once.
    assert!(invite(db, &film, &ada, "ada", 3).await);
    let named = |name: &str, part| (name.to_owned(), part);
    assert_eq!(
        parts(db, &film).await,
        [named("ada", Owner), named("eve", Viewer)]
    );
    assert_eq!(part(db, &bob, &film).await, None);
    assert!(
        !projects::rename(db, &eve, &film, "Mine", at(3))
            .await
            .unwrap()
    );
    let viewers = projects::viewers(db, &film).await.unwrap();
    assert_eq!(viewers.len(), 2);
    assert!(people::remove(db, &film, &eve).await.unwrap());
    assert!(!people::remove(db, &film, &eve).await.unwrap());
    assert_eq!(part(db, &eve, &film).await, None);
}

async fn an_organizations_project_follows_its_roles(test: TestDb) {
    let db = &test.db;
    let (ada, eve, bob) = (
        user(db, "ada").await,
        user(db, "eve").await,
        user(db, "bob").await,
    );
    let studio = organization(db, &ada).await;
    let member = OrganizationRole::Member;
    for who in [&eve, &bob] {
        organizations::add_member(db, &studio, who, member, at(0))
            .await
            .unwrap();
    }
    let film = project(db, &eve, Some(&studio)).await;
    let named = |name: &str, part| (name.to_owned(), part);
    assert_eq!(
        parts(db, &film).await,
        [
            named("ada", Owner),
            named("eve", Owner),
            named("bob", Editor)
        ]
    );
    assert!(people::set(db, &film, &bob, Viewer, at(1)).await.unwrap());
    assert_eq!(part(db, &bob, &film).await, Some(Viewer));
    for owner in [&ada, &eve] {
        assert!(!people::set(db, &film, owner, Viewer, at(1)).await.unwrap());
    }
    // Who becomes an admin owns it, and is what was said before when they are none any more.
    for (role, expected) in [(OrganizationRole::Admin, Owner), (member, Viewer)] {
        organizations::add_member(db, &studio, &bob, role, at(2))
            .await
            .unwrap();
        assert_eq!(part(db, &bob, &film).await, Some(expected));
    }
    assert!(!people::remove(db, &film, &bob).await.unwrap());
    assert!(!invite(db, &film, &eve, "ada", 1).await);
}

crate::on_both_databases!(
    a_personal_project_has_its_owner_and_whom_they_invited,
    an_organizations_project_follows_its_roles,
);
