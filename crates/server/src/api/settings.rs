//! The acting person's settings.

use super::Answer;
use crate::{actor::Actor, app::App, settings, web};
use axum::extract::State;
use domain::{
    ApiError,
    settings::{SettingsPatch, SettingsView},
};

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
