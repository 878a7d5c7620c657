//! The acting person's settings, their history and their export.

use super::{Answer, List};
use crate::{actor::Actor, app::App, settings, web};
use axum::{
    extract::State,
    http::{HeaderName, header::CONTENT_DISPOSITION},
};
use domain::{
    ApiError,
    history::Changed,
    settings::{Field, SettingsPatch, SettingsView},
    transfer::Export,
};
use serde::Deserialize;

/// Which field's history.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
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

/// `GET /settings`.
pub async fn get(State(app): State<App>, actor: Actor) -> Answer<web::Json<SettingsView>> {
    Ok(web::Json(settings::view(&app, &actor).await?))
}

/// `PATCH /settings`: field by field; answers the settings as they are then.
pub async fn patch(
    State(app): State<App>,
    actor: Actor,
    web::Json(patch): web::Json<SettingsPatch>,
) -> Answer<web::Json<SettingsView>> {
    let changes = patch.changes().map_err(ApiError::invalid)?;
    settings::patch(&app, &actor, &changes).await?;
    Ok(web::Json(settings::view(&app, &actor).await?))
}

/// `GET /settings/history?field=`.
pub async fn history(
    State(app): State<App>,
    actor: Actor,
    web::Query(of): web::Query<Of>,
) -> Answer<web::Json<List<Changed>>> {
    let data = settings::history(&app, &actor, None, of.field()?).await?;
    Ok(web::Json(List { data }))
}

/// `GET /settings/export`.
pub async fn export(State(app): State<App>, actor: Actor) -> Answer<Download> {
    Ok(download(settings::export(&app, &actor, None).await?))
}
