//! Wakes the jobs that are held for a place at a provider, as soon as there is one.

use crate::{app::App, fault::Fault};
use domain::Timestamp;

/// Wakes what is held, wherever there is room for it. Other processes may have left it there.
///
/// # Errors
/// The database failed.
pub async fn wake_all(app: &App) -> Result<(), Fault> {
    let now = app.clock.now();
    for name in store::jobs::holding::names(&app.db).await? {
        wake(app, &name, now).await?;
    }
    Ok(())
}

/// Wakes what is held under this name, as far as there is room for it.
///
/// # Errors
/// The database failed.
pub async fn wake(app: &App, name: &str, now: Timestamp) -> Result<(), Fault> {
    let room = app.protection.room(name, now);
    if room > 0 && store::jobs::holding::wake(&app.db, name, now, room).await? > 0 {
        app.bell.notify_one();
    }
    Ok(())
}
