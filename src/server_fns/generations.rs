//! Generations: made, followed, cancelled.

use super::FnError;
use crate::wire::JsonPost;
use domain::{
    GenerationId,
    generation::{Agreed, Generation, Wanted},
};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use super::request::{answer, refuse, signed_in};

/// Writes a generation down; it is sent by the worker. The same key and wish give the same answer.
/// What is not what was agreed to is refused with what has changed.
#[server(prefix = "/fn", endpoint = "generation_create", protocol = JsonPost)]
pub async fn generation_create(
    wanted: Wanted,
    idempotency_key: String,
    agreed: Agreed,
) -> Result<Generation, FnError> {
    let (app, actor) = signed_in()?;
    let key = Some(idempotency_key.as_str());
    answer(server::generation::create(&app, &actor, wanted, key, Some(&agreed)).await)
}

/// How far these generations are. One that is gone is left out.
#[server(prefix = "/fn", endpoint = "generation_follow", protocol = JsonPost)]
pub async fn generation_follow(
    #[server(default)] ids: Vec<GenerationId>,
) -> Result<Vec<Generation>, FnError> {
    let (app, actor) = signed_in()?;
    let mut found = Vec::new();
    for id in ids.iter().take(50) {
        match server::generation::get(&app, &actor, id).await {
            Ok(generation) => found.push(generation),
            Err(error) if error.code == domain::ErrorCode::NotFound => {}
            Err(error) => return Err(refuse(error)),
        }
    }
    Ok(found)
}

/// Asks the provider again about a generation that ended without its word. It is never sent again.
#[server(prefix = "/fn", endpoint = "generation_look_again", protocol = JsonPost)]
pub async fn generation_look_again(id: GenerationId) -> Result<Generation, FnError> {
    let (app, actor) = signed_in()?;
    answer(server::generation::look_again(&app, &actor, &id).await)
}

/// Cancels a generation where that is still possible.
#[server(prefix = "/fn", endpoint = "generation_cancel", protocol = JsonPost)]
pub async fn generation_cancel(id: GenerationId) -> Result<Generation, FnError> {
    let (app, actor) = signed_in()?;
    answer(server::generation::cancel(&app, &actor, &id).await)
}
