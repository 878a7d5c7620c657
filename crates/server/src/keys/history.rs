//! What a person did to a key, from the audit.

use crate::{actor::Actor, app::App, fault::Fault};
use domain::{
    ApiError, ProviderId,
    keys::{KeyAction, KeyEvent},
};

/// How many changes are shown.
const SHOWN: u32 = 20;

/// The changes of the acting person's key of a provider, the newest first.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn history(
    app: &App,
    actor: &Actor,
    provider: ProviderId,
) -> Result<Vec<KeyEvent>, ApiError> {
    let rows = store::audit::of_key(&app.db, &actor.user.id, provider.key_slot(), SHOWN)
        .await
        .map_err(Fault::from)?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let action = KeyAction::parse(&row.action)?;
            Some(KeyEvent { at: row.at, action })
        })
        .collect())
}
