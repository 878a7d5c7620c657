//! Writes a generation down: resolved, priced and queued in one transaction, before anything is
//! sent. The same idempotency key gives the same generation.

use super::{
    fallback::{self, Grounds},
    pictures, read,
};
use crate::{actor::Actor, app::App, events::Event, fault::Fault, ledger, projects, resolve};
use domain::{
    ApiError, ErrorCode, GenerationId, SecretId,
    generation::{Agreed, Generation, Status, Wanted},
    parameter,
    project::Right,
    resolution::{Payer, Resolution, SecretRef},
};
use sha2::{Digest, Sha256};
use store::generations::{Enqueued, Idempotency, NewGeneration};

/// Queues a generation. With `agreed`, only if it is what somebody agreed to and costs no more.
///
/// # Errors
/// Those of the resolution and of the input; `INVALID_INPUT` for an idempotency key that was used
/// for something else; `BUDGET_EXCEEDED` where it does not fit into a budget; `CONFLICT` where something else was agreed to, with what has changed.
pub async fn create(
    app: &App,
    actor: &Actor,
    mut wanted: Wanted,
    idempotency_key: Option<&str>,
    agreed: Option<&Agreed>,
) -> Result<Generation, ApiError> {
    let idempotency = idempotency_key
        .map(|key| idempotency(key, &wanted))
        .transpose()?;
    if let Some(idempotency) = &idempotency
        && let Some(earlier) =
            store::generations::earlier(&app.db, &actor.user.id, idempotency.borrow())
                .await
                .map_err(Fault::from)?
    {
        return answer(app, actor, earlier).await;
    }

    if let Some(project) = &wanted.project_id {
        projects::must(app, actor, project, Right::Edit).await?;
    }
    let (mut preview, snapshot) = resolve::preview_over(app, actor, &wanted).await?;
    let catalog = app.catalog_for(actor).await?;
    if let Some(changed) = agreed.and_then(|agreed| agreed.broken_by(&preview, &catalog)) {
        return Err(ApiError::new(ErrorCode::Conflict, changed));
    }
    let project = wanted.project_id.as_ref();
    let organization = match project {
        Some(_) => ledger::organization_of(app, actor, project).await?,
        // The one whose key was found, whichever is the active one by now.
        None if preview.resolution.payer == Payer::Organization => {
            snapshot.organization.as_ref().map(|level| level.id.clone())
        }
        None => None,
    };
    let files = pictures::settle(app, actor, &mut wanted.input).await?;
    let grounds = Grounds {
        app,
        catalog: &catalog,
        snapshot: &snapshot,
        input: &wanted.input,
        agreed,
    };
    let plan = fallback::make_ready(&grounds, &mut preview);
    parameter::fill(&mut wanted.input, &preview.defaults);
    if let Some(model) = resolve::listed_model(&catalog, &preview.resolution) {
        wanted.input.fill_defaults(&model.can);
    }
    let resolution = &preview.resolution;
    let generation = NewGeneration {
        id: GenerationId(app.ids.next()),
        user_id: actor.user.id.clone(),
        project_id: wanted.project_id.clone(),
        organization_id: organization,
        step: wanted.step,
        operation: resolution.operation,
        provider: resolution.provider,
        model: resolution.model.clone(),
        payer: resolution.payer,
        input: serde_json::to_string(&wanted.input).map_err(Fault::from)?,
        resolution: serde_json::to_string(resolution).map_err(Fault::from)?,
        secret_ref: stored_secret(resolution),
        endpoint: resolution.address().map(str::to_owned),
        estimate: serde_json::to_string(&preview.estimate).map_err(Fault::from)?,
        price: preview.estimate.micro_usd.map(|total| total.high),
        fallback: plan
            .map(|plan| serde_json::to_string(&plan))
            .transpose()
            .map_err(Fault::from)?,
        created_at: app.clock.now(),
    };
    let key = idempotency.as_ref().map(Taken::borrow);
    let enqueued = store::generations::enqueue(&app.db, &generation, key, &files)
        .await
        .map_err(Fault::from)?;
    if enqueued != Enqueued::New {
        return answer(app, actor, enqueued).await;
    }
    app.bell.notify_one();
    let id = generation.id;
    app.events.tell(
        &actor.user.id,
        Event::Generation {
            id: id.clone(),
            status: Status::Queued,
        },
    );
    read::get(app, actor, &id).await
}

/// The answer where nothing new was written.
async fn answer(app: &App, actor: &Actor, earlier: Enqueued) -> Result<Generation, ApiError> {
    match earlier {
        Enqueued::Same(id) => read::get(app, actor, &id).await,
        Enqueued::KeyReused => Err(ApiError::invalid_field(
            "Idempotency-Key",
            "This key was used for another request. Use a new key for a new request.",
        )),
        Enqueued::OverBudget(refused) => Err(refused.into()),
        Enqueued::New | Enqueued::Missing => Err(ApiError::not_found("project")),
    }
}

/// The stored secret to use; an environment's key is found again by its level.
pub(super) fn stored_secret(resolution: &Resolution) -> Option<SecretId> {
    match resolution.credential.as_ref()?.secret.as_ref()? {
        SecretRef::Stored(id) => Some(id.clone()),
        SecretRef::Environment(_) => None,
    }
}

/// An idempotency key with the hash of what was asked for under it.
struct Taken {
    key: String,
    body_hash: Vec<u8>,
}

impl Taken {
    fn borrow(&self) -> Idempotency<'_> {
        Idempotency {
            key: &self.key,
            body_hash: &self.body_hash,
        }
    }
}

fn idempotency(key: &str, wanted: &Wanted) -> Result<Taken, ApiError> {
    if !(1..=200).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ApiError::invalid_field(
            "Idempotency-Key",
            "Use 1 to 200 visible ASCII characters, such as a UUID.",
        ));
    }
    let body = serde_json::to_vec(wanted).map_err(Fault::from)?;
    Ok(Taken {
        key: key.to_owned(),
        body_hash: Sha256::digest(body).to_vec(),
    })
}
