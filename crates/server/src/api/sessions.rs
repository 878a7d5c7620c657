//! The acting person's sessions: where they are signed in, and how to end that.

use super::{Answer, List};
use crate::{
    actor::Actor,
    app::App,
    auth::session::{self, SessionView},
    web,
};
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::ErrorCode::NotFound;

/// Where one is signed in
#[utoipa::path(
    get,
    path = "/sessions",
    responses((status = 200, body = List<SessionView>))
)]
pub async fn list(State(app): State<App>, actor: Actor) -> Answer<web::Json<List<SessionView>>> {
    Ok(web::Json(List {
        data: session::list(&app, &actor).await?,
    }))
}

/// Ends a session
#[utoipa::path(
    delete,
    path = "/sessions/{id}",
    responses((status = 204)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub async fn end(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    session::end(&app, &actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends every session but the one that asks
#[utoipa::path(
    delete,
    path = "/sessions",
    responses((status = 204))
)]
pub async fn end_others(State(app): State<App>, actor: Actor) -> Answer<StatusCode> {
    session::end_others(&app, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
