//! Invitations: a link works once, for one person, and only while who invited could still do so.

use super::{
    at, organization,
    organizations::{add, change},
    user,
};
use crate::{
    Db,
    invitations::{self, Found, NewInvitation, Place},
    organizations::{self, members::Changed},
    test_support::TestDb,
};
use domain::{
    InvitationId, OrganizationId, UserId,
    account::OrganizationRole::{Admin, Owner as Owns},
    organization::rights::Change,
};

/// Invites to an organization with a link whose hash is made of one byte.
pub(super) async fn invite(
    db: &Db,
    place: Place<'_>,
    email: &str,
    role: &str,
    by: &UserId,
    link: u8,
) {
    let id = InvitationId(format!("invitation-{link}"));
    let new = NewInvitation {
        id: &id,
        place,
        email,
        role,
        token_hash: &[link; 32],
        invited_by: by,
        created_at: at(i64::from(link)),
        expires_at: at(1_000),
    };
    invitations::put(db, &new).await.unwrap();
}

pub(super) async fn is_open(db: &Db, link: u8, who: &UserId) -> bool {
    let found = invitations::find(db, &[link; 32], who, at(10)).await;
    found.unwrap().is_some()
}

async fn a_link_is_for_one_person_and_once(test: TestDb) {
    let db = &test.db;
    let (ada, eve, bob) = (
        user(db, "ada").await,
        user(db, "eve").await,
        user(db, "bob").await,
    );
    let studio = organization(db, &ada).await;
    let place = Place::Organization(&studio);
    invite(db, place, "eve@example.com", "member", &ada, 1).await;
    invite(db, place, "eve@example.com", "admin", &ada, 2).await;
    invite(db, place, "bob@example.com", "member", &ada, 3).await;
    // A newer one to the same address takes the older one's place.
    let open = invitations::open(db, place, at(10)).await.unwrap();
    let shown: Vec<_> = open
        .iter()
        .map(|row| {
            (
                row.email.as_str(),
                row.role.as_str(),
                row.invited_by.as_str(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("bob@example.com", "member", "ada"),
            ("eve@example.com", "admin", "ada")
        ]
    );
    assert!(!is_open(db, 1, &eve).await, "replaced");
    assert!(!is_open(db, 2, &bob).await, "somebody else's");
    assert!(!is_open(db, 9, &eve).await, "wrong");
    assert!(is_open(db, 2, &eve).await);
    let late = invitations::find(db, &[2; 32], &eve, at(1_000)).await;
    assert_eq!(late.unwrap(), None, "over");

    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (db, eve) = (db.clone(), eve.clone());
            tokio::spawn(async move {
                invitations::accept(&db, &[2; 32], &eve, at(20))
                    .await
                    .unwrap()
            })
        })
        .collect();
    let mut accepted = 0;
    for task in tasks {
        match task.await.unwrap() {
            Some((Found::Organization(to), true)) => {
                assert_eq!((to.organization_id, to.role), (studio.clone(), Admin));
                accepted += 1;
            }
            Some(other) => panic!("{other:?}"),
            None => {}
        }
    }
    assert_eq!(accepted, 1);
    assert!(!is_open(db, 2, &eve).await, "used");
    // Who is there already keeps their part.
    invite(db, place, "eve@example.com", "member", &ada, 4).await;
    let again = invitations::accept(db, &[4; 32], &eve, at(20)).await;
    assert!(matches!(again.unwrap(), Some((_, false))));
    let role = organizations::level_of(db, &eve, &studio).await.unwrap();
    assert_eq!(role.unwrap().role, Admin);
    let id = InvitationId("invitation-3".to_owned());
    let other = OrganizationId("other".to_owned());
    let elsewhere = Place::Organization(&other);
    assert!(!invitations::withdraw(db, elsewhere, &id).await.unwrap());
    assert!(invitations::withdraw(db, place, &id).await.unwrap());
    assert!(!is_open(db, 3, &bob).await, "withdrawn");
    invite(db, place, "bob@example.com", "member", &ada, 5).await;
    assert_eq!(invitations::purge(db, at(1_000)).await.unwrap(), 1);
}

async fn an_invitation_counts_only_while_who_invited_could_still_do_so(test: TestDb) {
    let db = &test.db;
    let (ada, eve, zoe) = (
        user(db, "ada").await,
        user(db, "eve").await,
        user(db, "zoe").await,
    );
    let studio = organization(db, &ada).await;
    let bob = add(db, &studio, "bob", Owns).await;
    let place = Place::Organization(&studio);
    invite(db, place, "eve@example.com", "owner", &bob, 1).await;
    invite(db, place, "zoe@example.com", "member", &ada, 2).await;
    assert!(is_open(db, 1, &eve).await && is_open(db, 2, &zoe).await);
    let demoted = change(db, &studio, &ada, &bob, Change::Role(Admin)).await;
    assert_eq!(demoted, Changed::Done(Owns));
    assert!(!is_open(db, 1, &eve).await && is_open(db, 2, &zoe).await);
    // Also where one comes to be that nobody could make now.
    invite(db, place, "eve@example.com", "owner", &bob, 3).await;
    assert!(!is_open(db, 3, &eve).await);
    invite(db, place, "eve@example.com", "admin", &bob, 4).await;
    assert!(is_open(db, 4, &eve).await);
    assert_eq!(
        change(db, &studio, &bob, &bob, Change::Removal).await,
        Changed::Done(Admin)
    );
    assert!(!is_open(db, 4, &eve).await);
}

crate::on_both_databases!(
    a_link_is_for_one_person_and_once,
    an_invitation_counts_only_while_who_invited_could_still_do_so,
);
