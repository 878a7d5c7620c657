//! What people decide about batches: begin one, pause it, let it go on, cancel it, try again what did
//! not work. Whoever says yes to money has seen how much and whose.

use super::look::{self, Sight};
use crate::{actor::Actor, app::App, events::Event, fault::Fault, generation};
use domain::{
    ApiError, BatchId, ErrorCode, PlannedItemId, ProjectId,
    plan::{BatchState, BatchView, Consent, ItemState, PlanView, Totals},
    project::Right,
};
use store::{
    plan::Taken,
    plan_batches::{self, BatchRow, Begun, NewBatch},
};

/// How to begin a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// What the person has seen and said yes to.
    pub agreed: Consent,
    /// Whether it pauses at the first item that does not work.
    pub stop_on_error: bool,
}

/// Begins a batch with everything that can be started now.
///
/// # Errors
/// `NOT_FOUND` for a foreign project; `CONFLICT` where another batch is open, where nothing can be
/// started, and with what has changed where it would cost more or somebody else would pay than was
/// agreed to; `BUDGET_EXCEEDED` where a budget does not cover all of it.
pub async fn start(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
    start: &Start,
) -> Result<BatchView, ApiError> {
    let sight = Sight::load(app, actor, project, Right::Edit).await?;
    if sight
        .batch
        .as_ref()
        .is_some_and(|batch| batch.state.is_open())
    {
        return Err(conflict(ANOTHER));
    }
    let plan = sight.view(app, actor).await?;
    let items = ready(&sight, &plan, |_| true)?;
    agree(&start.agreed, &plan.totals)?;
    if let Some(blocker) = plan.blockers.into_iter().next() {
        return Err(blocker.problem);
    }
    let new = NewBatch {
        id: BatchId(app.ids.next()),
        project_id: project.clone(),
        user_id: actor.user.id.clone(),
        stop_on_error: start.stop_on_error,
        agreed: serde_json::to_string(&start.agreed).map_err(Fault::from)?,
        created_at: app.clock.now(),
    };
    match plan_batches::begin(&app.db, &new, &items)
        .await
        .map_err(Fault::from)?
    {
        Begun::Running => decided(app, actor, project).await,
        Begun::AnotherIsOpen => Err(conflict(ANOTHER)),
        Begun::Changed => Err(conflict(CHANGED)),
    }
}

const ANOTHER: &str =
    "A batch of this project is open already. Let it come to its end, or cancel it.";
const CHANGED: &str =
    "Somebody else has changed the plan meanwhile. Nothing was started. Look at it again.";

/// Puts what did not work in the newest batch into it once more. What may have been made already,
/// as its answer was lost, is left alone.
///
/// # Errors
/// As [`start`], and `FORBIDDEN` for somebody else's batch.
pub async fn retry(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
    agreed: &Consent,
) -> Result<BatchView, ApiError> {
    let sight = Sight::load(app, actor, project, Right::Edit).await?;
    let batch = newest(&sight)?;
    own(actor, batch)?;
    if batch.state == BatchState::Cancelled {
        return Err(conflict(
            "This batch was cancelled. Start a new one: what did not work is part of it.",
        ));
    }
    let plan = sight.view(app, actor).await?;
    let again = sight.again(&plan.items);
    let items = ready(&sight, &plan, |id| again.contains(id))?;
    agree(agreed, &plan.again)?;
    let blockers = look::over_budget(app, actor, project, &plan.again).await?;
    if let Some(blocker) = blockers.into_iter().next() {
        return Err(blocker.problem);
    }
    let troubled = sight.counts(batch).troubled().saturating_sub(items.len());
    let troubled = i64::try_from(troubled).unwrap_or(i64::MAX);
    let json = serde_json::to_string(agreed).map_err(Fault::from)?;
    let is_again = plan_batches::retry(&app.db, batch, &items, &json, troubled, app.clock.now())
        .await
        .map_err(Fault::from)?;
    if !is_again {
        return Err(conflict(CHANGED));
    }
    decided(app, actor, project).await
}

/// The items to start, with what is agreed to for each.
fn ready(
    sight: &Sight,
    plan: &PlanView,
    is_chosen: impl Fn(&PlannedItemId) -> bool,
) -> Result<Vec<Taken>, ApiError> {
    let mut items = Vec::new();
    for (item, view) in sight.items.iter().zip(&plan.items) {
        let agreed = view.offer.as_ref().and_then(domain::plan::Offer::agreed);
        if let (true, true, Some(agreed)) = (view.is_ready(), is_chosen(&view.id), agreed) {
            items.push(Taken {
                id: item.row.id.clone(),
                attempt: item.row.attempt,
                agreed: serde_json::to_string(&agreed).map_err(Fault::from)?,
            });
        }
    }
    if items.is_empty() {
        return Err(conflict(
            "Nothing can be started: everything is made, being made, or has something in its way.",
        ));
    }
    Ok(items)
}

fn agree(agreed: &Consent, now: &Totals) -> Result<(), ApiError> {
    agreed
        .broken_by(now)
        .map_or(Ok(()), |changed| Err(conflict(changed)))
}

/// Pauses the open batch: what was started goes on, nothing more is started.
///
/// # Errors
/// `NOT_FOUND` where there is none, `CONFLICT` where it does not run.
pub async fn pause(app: &App, actor: &Actor, project: &ProjectId) -> Result<BatchView, ApiError> {
    let sight = Sight::load(app, actor, project, Right::Edit).await?;
    let batch = newest(&sight)?;
    let paused = plan_batches::pause(&app.db, &batch.id, app.clock.now())
        .await
        .map_err(Fault::from)?;
    if !paused {
        return Err(conflict("This batch does not run."));
    }
    decided(app, actor, project).await
}

/// Lets the paused batch go on.
///
/// # Errors
/// As [`pause`], and `FORBIDDEN` for somebody else's batch.
pub async fn resume(app: &App, actor: &Actor, project: &ProjectId) -> Result<BatchView, ApiError> {
    let sight = Sight::load(app, actor, project, Right::Edit).await?;
    let batch = newest(&sight)?;
    own(actor, batch)?;
    let troubled = i64::try_from(sight.counts(batch).troubled()).unwrap_or(i64::MAX);
    let resumed = plan_batches::resume(&app.db, &batch.id, troubled, app.clock.now())
        .await
        .map_err(Fault::from)?;
    if !resumed {
        return Err(conflict("This batch is not paused."));
    }
    decided(app, actor, project).await
}

/// Cancels the open batch: what it has not started is only planned again; what is being made is asked
/// to stop, and may still be charged where the provider has it already.
///
/// # Errors
/// `NOT_FOUND` where there is none, `CONFLICT` where it is not open.
pub async fn cancel(app: &App, actor: &Actor, project: &ProjectId) -> Result<BatchView, ApiError> {
    let sight = Sight::load(app, actor, project, Right::Edit).await?;
    let batch = newest(&sight)?;
    let cancelled = plan_batches::cancel(&app.db, &batch.id, app.clock.now())
        .await
        .map_err(Fault::from)?;
    if !cancelled {
        return Err(conflict("This batch has come to its end already."));
    }
    // Read again: one more may have been started until the batch was cancelled.
    let now = Sight::of(app, project).await?;
    if let Some(starter) = super::feeder::starter(app, batch).await? {
        for item in &now.items {
            let is_mine = item.row.batch_id.as_ref() == Some(&batch.id);
            if let (true, ItemState::Running, Some(id)) =
                (is_mine, item.state, &item.row.generation_id)
            {
                match generation::cancel(app, &starter, id).await {
                    Ok(_) => {}
                    // It has come to its end at this moment.
                    Err(error) if error.code == ErrorCode::Conflict => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
    decided(app, actor, project).await
}

fn newest(sight: &Sight) -> Result<&BatchRow, ApiError> {
    sight
        .batch
        .as_ref()
        .ok_or_else(|| ApiError::not_found("batch"))
}

/// Whoever lets a batch spend has to be who pays for it.
fn own(actor: &Actor, batch: &BatchRow) -> Result<(), ApiError> {
    if batch.user_id == actor.user.id {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::Forbidden,
        "Only who started this batch can let it go on, as it uses their keys. Cancel it and start your own.",
    ))
}

fn conflict(words: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::Conflict, words)
}

/// Tells of it and answers how the batch is now.
async fn decided(app: &App, actor: &Actor, project: &ProjectId) -> Result<BatchView, ApiError> {
    let view = Sight::of(app, project).await?.batch_view()?;
    let view = view.ok_or_else(|| ApiError::not_found("batch"))?;
    let event = Event::Plan {
        project_id: project.clone(),
        state: view.state,
    };
    app.events.tell(&actor.user.id, event.clone());
    if view.started_by != actor.user.id {
        app.events.tell(&view.started_by, event);
    }
    Ok(view)
}
