//! Settings as a file: written out, and looked at before any of it is set. Nothing is changed here.

use super::{checked, is_settable, scope};
use crate::{actor::Actor, app::App, fault::Fault, projects};
use domain::{
    ApiError, ErrorCode, ProjectId,
    settings::{Change, Fields, SettingsView},
    transfer::{self, Difference, Export, LARGEST},
};

/// What is set by the person, or in a project, with a name for the file.
///
/// # Errors
/// `NOT_FOUND` for a project that the acting person cannot see.
pub async fn export(
    app: &App,
    actor: &Actor,
    project: Option<&ProjectId>,
) -> Result<(String, Export), ApiError> {
    let name = match project {
        Some(project) => Some(projects::get(app, actor, project).await?.name),
        None => None,
    };
    let fields = fields(app, actor, project).await?;
    Ok((transfer::file_name(name.as_deref()), Export::of(&fields)))
}

/// What a file would change in the person's settings, or in a project's, and what of it cannot be.
///
/// # Errors
/// `PAYLOAD_TOO_LARGE` or `INVALID_INPUT` for a file that is not read, and `NOT_FOUND` for a project
/// that the acting person cannot see.
pub async fn preview(
    app: &App,
    actor: &Actor,
    project: Option<&ProjectId>,
    file: &str,
) -> Result<Vec<Difference>, ApiError> {
    if file.len() > LARGEST {
        return Err(ApiError::new(
            ErrorCode::PayloadTooLarge,
            "This file is larger than 256 KiB. Choose a file that was made by “Export settings”.",
        ));
    }
    let wishes = serde_json::from_str(file)
        .map_err(|_| transfer::Unreadable::Other)
        .and_then(transfer::read)
        .map_err(|problem| ApiError::invalid_field("file", problem.to_string()))?;
    let current = SettingsView::from_fields(&fields(app, actor, project).await?);
    let catalog = app.catalog_for(actor).await?;
    let judge = |mut difference: Difference| {
        let wish = Change {
            field: difference.field,
            value: difference.to.clone(),
            base: None,
        };
        let judged = is_settable(project, wish.field).and_then(|()| checked(app, &catalog, &wish));
        match judged {
            Ok(change) => difference.to = change.value,
            Err(error) => difference.problem = Some(error.detail.clone()),
        }
        difference
    };
    Ok(transfer::differences(&current, wishes)
        .into_iter()
        .map(judge)
        .filter(|difference| difference.to != difference.from)
        .collect())
}

async fn fields(app: &App, actor: &Actor, project: Option<&ProjectId>) -> Result<Fields, ApiError> {
    let scope = scope(app, actor, project).await?;
    let fields = store::settings::load(&app.db, &scope).await;
    Ok(fields.map_err(Fault::from)?)
}
