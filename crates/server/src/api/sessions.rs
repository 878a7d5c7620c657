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

/// `GET /sessions`.
pub async fn list(State(app): State<App>, actor: Actor) -> Answer<web::Json<List<SessionView>>> {
    Ok(web::Json(List {
        data: session::list(&app, &actor).await?,
    }))
}

/// `DELETE /sessions/{id}`: 204.
pub async fn end(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    session::end(&app, &actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /sessions`: all but the one that asks; 204.
pub async fn end_others(State(app): State<App>, actor: Actor) -> Answer<StatusCode> {
    session::end_others(&app, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
