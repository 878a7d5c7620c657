//! The acting person's settings, their history and their export.

use super::{Answer, List};
use crate::{actor::Actor, app::App, settings, web};
use axum::{
    extract::State,
    http::{HeaderName, header::CONTENT_DISPOSITION},
};
use domain::ErrorCode::{Conflict, EndpointNotAllowed, ModelUnavailable};
use domain::{
    ApiError,
    history::Changed,
    settings::{Field, SettingsPatch, SettingsView},
    transfer::Export,
};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which field's history.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Of {
    field: String,
}

impl Of {
    /// The field, or that there is none of this name.
    pub fn field(&self) -> Result<Field, ApiError> {
        Field::parse(&self.field).ok_or_else(|| {
            ApiError::invalid_field(
                "field",
                "There is no such setting. Name one as in `operations.image.provider`.",
            )
        })
    }
}

/// A file to be saved under a name.
pub type Download = ([(HeaderName, String); 1], web::Json<Export>);

/// The answer that a browser saves as a file. The name has nothing but letters, digits, `-`, `.`.
pub fn download((name, export): (String, Export)) -> Download {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(CONTENT_DISPOSITION, disposition)], web::Json(export))
}

/// One's own settings
#[utoipa::path(
    get,
    path = "/settings",
    responses((status = 200, body = SettingsView))
)]
pub async fn get(State(app): State<App>, actor: Actor) -> Answer<web::Json<SettingsView>> {
    Ok(web::Json(settings::view(&app, &actor).await?))
}

/// Changes one's own settings
///
/// Field by field, all or none; answers the settings as they are then. With `base` a field is only changed where it still has that version.
#[utoipa::path(
    patch,
    path = "/settings",
    request_body = SettingsPatch,
    responses((status = 200, body = SettingsView)),
    extensions(("x-errors" = json!([ModelUnavailable, EndpointNotAllowed, Conflict])))
)]
pub async fn patch(
    State(app): State<App>,
    actor: Actor,
    web::Json(patch): web::Json<SettingsPatch>,
) -> Answer<web::Json<SettingsView>> {
    let changes = patch.changes().map_err(ApiError::invalid)?;
    settings::patch(&app, &actor, &changes).await?;
    Ok(web::Json(settings::view(&app, &actor).await?))
}

/// What a setting was before
///
/// The 20 newest changes.
#[utoipa::path(
    get,
    path = "/settings/history",
    params(Of),
    responses((status = 200, body = List<Changed>))
)]
pub async fn history(
    State(app): State<App>,
    actor: Actor,
    web::Query(of): web::Query<Of>,
) -> Answer<web::Json<List<Changed>>> {
    let data = settings::history(&app, &actor, None, of.field()?).await?;
    Ok(web::Json(List { data }))
}

/// One's own settings as a file
#[utoipa::path(
    get,
    path = "/settings/export",
    responses((status = 200, body = Export))
)]
pub async fn export(State(app): State<App>, actor: Actor) -> Answer<Download> {
    Ok(download(settings::export(&app, &actor, None).await?))
}
