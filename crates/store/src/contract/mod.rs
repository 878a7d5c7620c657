//! What the repositories promise, told once and asked of both databases.

mod accounts;
mod administration;
mod audit;
mod audit_chain;
mod budgets;
mod catalog;
mod empty_slots;
mod fallback;
mod generations;
mod invitations;
mod jobs;
mod key_health;
mod ledger;
mod line;
mod listings;
mod look_again;
mod notes;
mod organizations;
mod outputs;
mod past;
mod people;
mod plan;
mod project_people;
mod replaced;
mod sealed;
mod secrets;
mod settings;
mod settings_history;
mod snapshot;

use crate::{
    Db,
    generations::{Enqueued, NewGeneration},
    organizations::NewOrganization,
    outputs::NewOutput,
    projects::NewProject,
    users::{NewUser, PasswordHash},
};
use domain::{
    GenerationId, Operation, OrganizationId, OutputId, ProjectId, ProviderId, Timestamp, UserId,
    account::Plan, resolution::Payer,
};

/// A moment of the tests: milliseconds after an arbitrary start.
const fn at(millis: i64) -> Timestamp {
    Timestamp(1_795_000_000_000 + millis)
}

fn user_id(name: &str) -> UserId {
    UserId(format!("user-{name}"))
}

fn generation_id(name: &str) -> GenerationId {
    GenerationId(format!("generation-{name}"))
}

fn new_user(name: &str) -> NewUser {
    NewUser {
        id: user_id(name),
        email: format!("{name}@example.com"),
        name: name.to_owned(),
        password_hash: PasswordHash(format!("hash of {name}")),
        created_at: at(0),
    }
}

async fn user(db: &Db, name: &str) -> UserId {
    crate::users::insert_first_or_later(db, &new_user(name))
        .await
        .unwrap();
    user_id(name)
}

async fn project(db: &Db, owner: &UserId, organization: Option<&OrganizationId>) -> ProjectId {
    let id = ProjectId(format!("project-of-{owner}"));
    let new = NewProject {
        id: id.clone(),
        name: "Film".to_owned(),
        organization_id: organization.cloned(),
        created_at: at(0),
    };
    assert!(crate::projects::insert(db, owner, &new).await.unwrap());
    id
}

async fn organization(db: &Db, owner: &UserId) -> OrganizationId {
    let id = OrganizationId(format!("organization-of-{owner}"));
    let new = NewOrganization {
        id: id.clone(),
        name: "Studio".to_owned(),
        plan: Plan::Premium,
        policy: r#"{"operations":null}"#.to_owned(),
        created_at: at(0),
    };
    crate::organizations::insert(db, &new, owner).await.unwrap();
    id
}

fn new_generation(name: &str, user: &UserId) -> NewGeneration {
    NewGeneration {
        id: generation_id(name),
        user_id: user.clone(),
        project_id: None,
        organization_id: None,
        step: None,
        operation: Operation::Image,
        provider: ProviderId::Gemini,
        model: "model".to_owned(),
        payer: Payer::User,
        input: r#"{"prompt":"a fox"}"#.to_owned(),
        resolution: "{}".to_owned(),
        secret_ref: None,
        endpoint: None,
        estimate: "{}".to_owned(),
        price: None,
        fallback: None,
        created_at: at(0),
    }
}

async fn enqueue(db: &Db, new: &NewGeneration) {
    assert_eq!(
        crate::generations::enqueue(db, new, None, &[])
            .await
            .unwrap(),
        Enqueued::New
    );
}

fn file(name: &str) -> NewOutput {
    NewOutput {
        id: OutputId(format!("output-{name}")),
        media_type: "image/png".to_owned(),
        bytes: 3,
        sha256: vec![7; 32],
        file: format!("{name}.png"),
        thumbnail: None,
    }
}
