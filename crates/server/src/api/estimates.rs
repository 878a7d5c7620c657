//! Who would generate, and what it would cost, without doing anything.

use super::{Answer, generations::Body};
use crate::{actor::Actor, app::App, resolve as use_case, web};
use axum::extract::State;
use domain::{generation::Question, resolution::Resolution};

/// `POST /resolve`.
pub async fn resolve(
    State(app): State<App>,
    actor: Actor,
    web::Json(question): web::Json<Question>,
) -> Answer<web::Json<Resolution>> {
    Ok(web::Json(use_case::resolve(&app, &actor, &question).await?))
}

/// `POST /estimates`: also answered where a key is missing, with what is missing.
pub async fn create(
    State(app): State<App>,
    actor: Actor,
    web::Json(body): web::Json<Body>,
) -> Answer<web::Json<use_case::Priced>> {
    Ok(web::Json(
        use_case::estimate(&app, &actor, &body.try_into()?).await?,
    ))
}
