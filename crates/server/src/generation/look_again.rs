//! Another look at a generation of which nobody knows how it ended: where the provider had taken it,
//! it is asked again. The request itself is never sent a second time.

use super::read;
use crate::{actor::Actor, app::App, events::Event, fault::Fault};
use domain::{
    ApiError, ErrorCode, GenerationId,
    generation::{Generation, Status},
};
use providers::Progress;
use store::generations::GenerationRow;

/// Where a later look at a generation can go on from: the provider took it, and nobody knows how it
/// ended.
///
/// # Errors
/// What is stored cannot be read.
pub(super) fn way_back(row: &GenerationRow) -> Result<Option<Progress>, Fault> {
    let stored = row
        .progress
        .as_deref()
        .filter(|_| row.status == Status::Unknown);
    let progress: Option<Progress> = stored.map(serde_json::from_str).transpose()?;
    Ok(progress.filter(|progress| progress.task.is_some()))
}

/// Asks the provider again about a generation of the acting person whose end is unknown.
///
/// # Errors
/// `NOT_FOUND` for one that is not there or not theirs, `CONFLICT` for one that cannot be looked at
/// again.
pub async fn look_again(
    app: &App,
    actor: &Actor,
    id: &GenerationId,
) -> Result<Generation, ApiError> {
    let user = &actor.user.id;
    let row = store::generations::get(&app.db, user, id)
        .await
        .map_err(Fault::from)?
        .filter(|row| row.user_id == *user)
        .ok_or_else(|| ApiError::not_found("generation"))?;
    let Some(known) = way_back(&row)? else {
        return Err(nothing_to_look_at());
    };
    let now = app.clock.now();
    // The patience begins anew.
    let progress = Progress {
        polls: 0,
        failed: 0,
        since: Some(now.0),
        ..known
    };
    let stored = serde_json::to_string(&progress).map_err(Fault::from)?;
    let begun = store::jobs::look_again::look_again(&app.db, user, id, &stored, now)
        .await
        .map_err(Fault::from)?;
    if !begun {
        return Err(nothing_to_look_at());
    }
    app.bell.notify_one();
    app.events.tell(
        user,
        Event::Generation {
            id: id.clone(),
            status: Status::Running,
        },
    );
    read::get(app, actor, id).await
}

fn nothing_to_look_at() -> ApiError {
    ApiError::new(
        ErrorCode::Conflict,
        "There is nothing to look at again: its end is known, or the provider never said that it took it.",
    )
}
