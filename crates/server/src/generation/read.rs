//! Shows generations and their files to the people who may see them.

use super::{look_again, thumbnail::MEDIA_TYPE};
use crate::{
    actor::Actor,
    app::App,
    events::Event,
    fault::Fault,
    page::{self, Page, Place},
};
use domain::{
    ApiError, ErrorCode, GenerationId, OutputId, ProjectId,
    generation::{Generation, Output, Status},
    resolution::Resolution,
};
use store::{
    generations::{Cancellation, GenerationRow},
    outputs::{OutputRow, Role},
};

/// One generation of the acting person.
///
/// # Errors
/// `NOT_FOUND` for one that is not there or not visible.
pub async fn get(app: &App, actor: &Actor, id: &GenerationId) -> Result<Generation, ApiError> {
    let row = store::generations::get(&app.db, &actor.user.id, id)
        .await
        .map_err(Fault::from)?
        .ok_or_else(|| ApiError::not_found("generation"))?;
    Ok(view(app, actor, row).await?)
}

/// The generations of the acting person, or all that they can see of one project: the newest first.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn list(
    app: &App,
    actor: &Actor,
    project: Option<&ProjectId>,
    wanted: &page::Wanted,
) -> Result<Page<Generation>, ApiError> {
    let after = wanted.after();
    let rows = store::generations::list(&app.db, &actor.user.id, project, after, wanted.rows())
        .await
        .map_err(Fault::from)?;
    let page = wanted.page(rows, |row| Place {
        at: row.created_at,
        id: row.id.to_string(),
    });
    let mut generations = Vec::with_capacity(page.rows.len());
    for row in page.rows {
        generations.push(view(app, actor, row).await?);
    }
    Ok(Page {
        rows: generations,
        next: page.next,
    })
}

async fn view(app: &App, actor: &Actor, row: GenerationRow) -> Result<Generation, Fault> {
    let files = store::outputs::of_generation(&app.db, &actor.user.id, &row.id).await?;
    let mut resolution: Resolution = serde_json::from_str(&row.resolution)?;
    if row.user_id != actor.user.id {
        resolution = resolution.without_own_address();
    }
    let may_look_again = row.user_id == actor.user.id && look_again::way_back(&row)?.is_some();
    Ok(Generation {
        status: row.status,
        step: row.step,
        input: serde_json::from_str(&row.input)?,
        resolution,
        estimate: serde_json::from_str(&row.estimate)?,
        actual: row
            .actual
            .as_deref()
            .map(serde_json::from_str)
            .transpose()?,
        error: row.error.as_deref().map(serde_json::from_str).transpose()?,
        outputs: files
            .into_iter()
            .filter(|file| file.role == Role::Output)
            .map(|file| Output {
                removed: file.removed_at.is_some(),
                url: format!("/api/v1/outputs/{}", file.id),
                id: file.id,
                media_type: file.media_type,
                bytes: u64::try_from(file.bytes).unwrap_or(0),
            })
            .collect(),
        text: row.text.or_else(|| app.live_texts.get(&row.id)),
        id: row.id,
        project_id: row.project_id,
        may_look_again,
        created_at: row.created_at,
        finished_at: row.finished_at,
    })
}

/// Cancels a generation. One that the provider already works on is asked to stop at its next step
/// and may still be charged.
///
/// # Errors
/// `NOT_FOUND`, or `CONFLICT` for one that has come to its end.
pub async fn cancel(app: &App, actor: &Actor, id: &GenerationId) -> Result<Generation, ApiError> {
    let outcome = store::generations::request_cancel(&app.db, &actor.user.id, id, app.clock.now())
        .await
        .map_err(Fault::from)?;
    let status = match outcome {
        None => return Err(ApiError::not_found("generation")),
        Some(Cancellation::Finished(_)) => {
            return Err(ApiError::new(
                ErrorCode::Conflict,
                "This has already come to its end and cannot be cancelled.",
            ));
        }
        Some(Cancellation::Cancelled) => Status::Cancelled,
        Some(Cancellation::Cancelling) => Status::Cancelling,
    };
    app.bell.notify_one();
    app.events.tell(
        &actor.user.id,
        Event::Generation {
            id: id.clone(),
            status,
        },
    );
    get(app, actor, id).await
}

/// A stored file that the acting person may open.
#[derive(Debug, Clone)]
pub struct StoredFile {
    /// Its name in the storage.
    pub file: String,
    /// Its type as found in its first bytes.
    pub media_type: String,
    /// Its size; `None` where it is not written down.
    pub bytes: Option<u64>,
    /// What it can be compared with: it changes with each change of the content.
    pub tag: String,
}

/// Finds a stored file.
///
/// # Errors
/// `NOT_FOUND` for one that is not there, not visible, or removed.
pub async fn output(app: &App, actor: &Actor, id: &OutputId) -> Result<StoredFile, ApiError> {
    Ok(whole(visible(app, actor, id).await?))
}

/// Finds the small picture of a stored picture: where it has none, the picture itself.
///
/// # Errors
/// `NOT_FOUND` as [`output`], and for what is no picture.
pub async fn thumbnail(app: &App, actor: &Actor, id: &OutputId) -> Result<StoredFile, ApiError> {
    let row = visible(app, actor, id).await?;
    match &row.thumbnail {
        Some(file) => Ok(StoredFile {
            media_type: MEDIA_TYPE.to_owned(),
            bytes: None,
            tag: file.replace('/', "-"),
            file: file.clone(),
        }),
        None if row.media_type.starts_with("image/") => Ok(whole(row)),
        None => Err(ApiError::new(
            ErrorCode::NotFound,
            "Only pictures have a thumbnail.",
        )),
    }
}

fn whole(row: OutputRow) -> StoredFile {
    StoredFile {
        file: row.file,
        media_type: row.media_type,
        bytes: u64::try_from(row.bytes).ok(),
        tag: hex::encode(row.sha256),
    }
}

async fn visible(app: &App, actor: &Actor, id: &OutputId) -> Result<OutputRow, ApiError> {
    let row = store::outputs::get_visible(&app.db, &actor.user.id, id)
        .await
        .map_err(Fault::from)?
        .ok_or_else(|| ApiError::not_found("output"))?;
    if row.removed_at.is_some() {
        return Err(ApiError::new(ErrorCode::NotFound, removed_words(app)));
    }
    Ok(row)
}

/// What is said of a file that is kept no longer.
fn removed_words(app: &App) -> String {
    match app.config.media.keep_days {
        Some(1) => "This file was removed. This server keeps files for 1 day.".to_owned(),
        Some(days) => format!("This file was removed. This server keeps files for {days} days."),
        None => "This file was removed by this server.".to_owned(),
    }
}
