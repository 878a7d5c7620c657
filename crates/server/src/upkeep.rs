//! What is done again and again while the server runs: deleting what is kept for a while only.

use crate::{app::Parts, keys};
use std::{sync::Weak, time::Duration};

/// How often.
const EVERY: Duration = Duration::from_secs(60);

/// Deletes at once and then every minute, as long as the application lives.
pub async fn run(parts: Weak<Parts>) {
    loop {
        let Some(parts) = parts.upgrade() else {
            return;
        };
        if let Err(fault) = keys::purge_replaced(&parts.db, parts.clock.now()).await {
            tracing::warn!(%fault, "keys that were replaced could not be deleted yet");
        }
        drop(parts);
        tokio::time::sleep(EVERY).await;
    }
}
