//! What the acting person's own generations tell about the next one.

use crate::{actor::Actor, app::App, fault::Fault};
use domain::{ApiError, Operation, ProviderId, generation::Typical, resolution::Payer};
use std::collections::BTreeMap;

/// How many of the newest generations count.
const NEWEST: u32 = 20;

/// How long each provider and model usually took; what was never used is left out.
///
/// # Errors
/// The database failed.
pub async fn durations(
    app: &App,
    actor: &Actor,
    operation: Operation,
) -> Result<BTreeMap<(ProviderId, String), Typical>, ApiError> {
    let rows = store::past::durations(&app.db, &actor.user.id, operation, NEWEST)
        .await
        .map_err(Fault::from)?;
    let mut times: BTreeMap<(ProviderId, String), Vec<i64>> = BTreeMap::new();
    for row in rows {
        times
            .entry((row.provider, row.model))
            .or_default()
            .push(row.millis);
    }
    let typical = |(way, millis)| Some((way, Typical::of(millis)?));
    Ok(times.into_iter().filter_map(typical).collect())
}

/// Who paid last time; `None` before the first time.
///
/// # Errors
/// The database failed.
pub async fn last_payer(
    app: &App,
    actor: &Actor,
    operation: Operation,
) -> Result<Option<Payer>, ApiError> {
    let payer = store::past::last_payer(&app.db, &actor.user.id, operation).await;
    Ok(payer.map_err(Fault::from)?)
}
