//! What is done again and again while the server runs: deleting what is kept for a while only, and
//! looking whether the master keys have changed.

use crate::{app::Parts, generation::retention, keys, organizations::invitations};
use std::{sync::Weak, time::Duration};
use tokio::time::Instant;

/// How often.
const EVERY: Duration = Duration::from_secs(60);
/// How often all stored files are gone through.
const SWEEP_EVERY: Duration = Duration::from_secs(6 * 60 * 60);

/// Deletes at once and then every minute, as long as the application lives.
pub async fn run(parts: Weak<Parts>) {
    let mut swept = None;
    loop {
        let Some(parts) = parts.upgrade() else {
            return;
        };
        if let Err(fault) = keys::purge_replaced(&parts.db, parts.clock.now()).await {
            tracing::warn!(%fault, "keys that were replaced could not be deleted yet");
        }
        parts.rate_limits.forget();
        if let Err(error) = parts.vault.refresh(&parts.db, parts.clock.now()).await {
            tracing::warn!(%error, "the master keys could not be held against the database");
        }
        if let Err(fault) = invitations::purge(&parts.db, parts.clock.now()).await {
            tracing::warn!(%fault, "invitations that have expired could not be deleted yet");
        }
        match retention::remove_old(&parts).await {
            Ok(0) => {}
            Ok(gone) => tracing::info!(gone, "files that were kept long enough were removed"),
            Err(fault) => tracing::warn!(%fault, "old files could not be removed yet"),
        }
        if swept.is_none_or(|swept: Instant| swept.elapsed() >= SWEEP_EVERY) {
            swept = Some(Instant::now());
            match retention::sweep(&parts).await {
                Ok(0) => {}
                Ok(gone) => tracing::info!(gone, "files that nothing names were removed"),
                Err(fault) => tracing::warn!(%fault, "stored files could not be gone through"),
            }
        }
        drop(parts);
        tokio::time::sleep(EVERY).await;
    }
}
