//! What a project still has to generate: written down, priced together without a single request,
//! and made as a batch. Everybody who may change the project may plan; a batch is its starter's, whose
//! keys it uses.

mod batch;
pub mod feeder;
mod look;

pub use batch::{Start, cancel, pause, resume, retry, start};
pub use look::look;

use crate::{actor::Actor, app::App, fault::Fault, projects, resolve};
use domain::{
    ApiError, ErrorCode, FieldError, Operation, PlannedItemId, ProjectId, ProviderId,
    generation::Wanted,
    input::GenerationInput,
    plan::{self as rules, MAX_ADDED, MAX_ITEMS},
    project::{Right, Step},
};
use store::plan::NewItem;

/// The longest name of a model.
const MAX_MODEL: usize = 200;

/// Something to plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// In which step of the project.
    pub step: Step,
    /// By this provider, whatever the settings say.
    pub provider: Option<ProviderId>,
    /// With this model, whatever the settings say.
    pub model: Option<String>,
    /// What it should be. A picture may be that of an item which is planned already, as `item:<id>`.
    pub input: GenerationInput,
}

/// Adds to a project's plan, all or nothing; the ids in the order of the wishes.
///
/// # Errors
/// `NOT_FOUND` for a foreign project; `INVALID_INPUT` or `PAYLOAD_TOO_LARGE` for what nobody could
/// ever generate; `CONFLICT` for a plan that is full. What is in the way only today is accepted and
/// told by [`look`].
pub async fn add(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
    wishes: &[Wish],
) -> Result<Vec<PlannedItemId>, ApiError> {
    projects::must(app, actor, project, Right::Edit).await?;
    if wishes.is_empty() || wishes.len() > MAX_ADDED {
        let message = format!("Add 1 to {MAX_ADDED} items at once.");
        return Err(ApiError::invalid_field("items", message));
    }
    let pictures = pictures(app, project).await?;
    let mut items = Vec::with_capacity(wishes.len());
    for (number, wish) in wishes.iter().enumerate() {
        check(wish, &pictures).map_err(|error| placed(error, number))?;
        items.push(NewItem {
            id: PlannedItemId(app.ids.next()),
            step: wish.step,
            provider: wish.provider,
            model: wish.model.clone(),
            input: serde_json::to_string(&wish.input).map_err(Fault::from)?,
        });
    }
    let now = app.clock.now();
    let added = store::plan::add(&app.db, project, &actor.user.id, &items, MAX_ITEMS, now)
        .await
        .map_err(Fault::from)?;
    if !added {
        return Err(ApiError::new(
            ErrorCode::Conflict,
            format!(
                "A plan holds up to {MAX_ITEMS} items. Remove what is done and add this again."
            ),
        ));
    }
    Ok(items.into_iter().map(|item| item.id).collect())
}

/// Adds what somebody could have generated at once to the plan of its project.
///
/// # Errors
/// As [`add`]; `INVALID_INPUT` where it belongs to no step of a project.
pub async fn put(app: &App, actor: &Actor, wanted: Wanted) -> Result<(), ApiError> {
    let (Some(project), Some(step)) = (wanted.project_id, wanted.step) else {
        return Err(ApiError::invalid_field(
            "step",
            "Only a step of a project can be planned.",
        ));
    };
    let wish = Wish {
        step,
        provider: wanted.provider,
        model: wanted.model,
        input: wanted.input,
    };
    add(app, actor, &project, &[wish]).await.map(drop)
}

/// The items of a plan that are pictures.
async fn pictures(app: &App, project: &ProjectId) -> Result<Vec<PlannedItemId>, ApiError> {
    let rows = store::plan::list(&app.db, project)
        .await
        .map_err(Fault::from)?;
    let pictures = rows
        .into_iter()
        .filter(|row| row.step.operation() == Operation::Image);
    Ok(pictures.map(|row| row.id).collect())
}

fn check(wish: &Wish, pictures: &[PlannedItemId]) -> Result<(), ApiError> {
    let operation = wish.input.operation();
    if wish.step.operation() != operation {
        let message = format!(
            "In this step {} is generated.",
            wish.step.operation().noun()
        );
        return Err(ApiError::invalid_field("step", message));
    }
    if let Some(provider) = wish.provider
        && !provider.serves(operation)
    {
        let message = format!(
            "{} does not generate {}. Choose another provider.",
            provider.label(),
            operation.noun()
        );
        return Err(ApiError::invalid_field("provider", message));
    }
    if let Some(model) = &wish.model
        && (model.is_empty() || model.len() > MAX_MODEL || model.chars().any(char::is_control))
    {
        return Err(ApiError::invalid_field(
            "model",
            "This is not the id of a model.",
        ));
    }
    wish.input.check(None).map_err(resolve::refuse)?;
    for image in wish.input.images() {
        if image.starts_with("data:") {
            let message = "A plan takes pictures that are there already: an output, a web address for a clip, or `item:` with the id of a planned picture.";
            return Err(ApiError::invalid_field("input", message));
        }
        if let Some(needed) = rules::named_item(image)
            && !pictures.contains(&needed)
        {
            let message = "There is no such picture in this plan. Add the picture first.";
            return Err(ApiError::invalid_field("input", message));
        }
    }
    Ok(())
}

/// An error of one wish among many, told by its place.
fn placed(mut error: ApiError, number: usize) -> ApiError {
    error.fields = std::mem::take(&mut error.fields)
        .into_iter()
        .map(|wrong| FieldError {
            field: format!("items[{number}].{}", wrong.field),
            message: wrong.message,
        })
        .collect();
    error
}

/// Takes an item out of a plan. What was made of it stays in the project.
///
/// # Errors
/// `NOT_FOUND`; `CONFLICT` for one that is being made or whose picture others need.
pub async fn remove(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
    id: &PlannedItemId,
) -> Result<(), ApiError> {
    let sight = look::Sight::load(app, actor, project, Right::Edit).await?;
    let items = &sight.items;
    if !items.iter().any(|item| item.row.id == *id) {
        return Err(ApiError::not_found("item"));
    }
    let is_needed = items
        .iter()
        .any(|item| item.state != rules::ItemState::Done && item.needs.contains(id));
    if is_needed {
        return Err(ApiError::new(
            ErrorCode::Conflict,
            "Something else in the plan needs this picture. Remove that first.",
        ));
    }
    let removed = store::plan::remove(&app.db, project, id)
        .await
        .map_err(Fault::from)?;
    if !removed {
        return Err(ApiError::new(
            ErrorCode::Conflict,
            "This is being made. Cancel it or wait until it is done.",
        ));
    }
    Ok(())
}
