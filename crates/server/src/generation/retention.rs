//! Files end before their rows do: where the operator keeps media for some days only, and where
//! nothing names a file any more. A file that several generations share stays until the last of them
//! lets it go, and no file goes within a day of being put in its place.

use crate::{app::Parts, fault::Fault, storage::ORPHANS_STAY};

/// How many outputs are let go at a time.
const AT_ONCE: u32 = 200;
/// How many names are asked about at a time.
const NAMES_AT_ONCE: usize = 500;
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Lets go of files that are older than the operator keeps them. How many outputs' files went.
///
/// # Errors
/// The database or the storage failed; what is left is done the next time.
pub async fn remove_old(app: &Parts) -> Result<u64, Fault> {
    let Some(days) = app.config.media.keep_days else {
        return Ok(0);
    };
    let now = app.clock.now();
    let before = now.plus_millis(-DAY * i64::from(days));
    let mut gone = 0;
    loop {
        let names = store::outputs::remove_old(&app.db, before, now, AT_ONCE).await?;
        if names.is_empty() {
            return Ok(gone);
        }
        gone += remove_unnamed(app, &names).await?;
    }
}

/// Removes files that no row names, and files that were never finished, where they are older than
/// a day. What is older than everything that this database knows is left alone: it is that of
/// another one, which somebody may want back.
///
/// # Errors
/// As [`remove_old`].
pub async fn sweep(app: &Parts) -> Result<u64, Fault> {
    let before = app.clock.now().plus_millis(-ORPHANS_STAY);
    app.storage.remove_parts(Some(before)).await?;
    let Some(oldest) = store::outputs::oldest(&app.db).await? else {
        return Ok(0);
    };
    // A file is there a little earlier than its row.
    let ours = oldest.plus_millis(-DAY)..before;
    let mut gone = 0;
    for shelf in 0..=u8::MAX {
        let names = app.storage.touched(shelf, &ours).await?;
        for names in names.chunks(NAMES_AT_ONCE) {
            gone += remove_unnamed(app, names).await?;
        }
    }
    Ok(gone)
}

async fn remove_unnamed(app: &Parts, names: &[String]) -> Result<u64, Fault> {
    let before = app.clock.now().plus_millis(-ORPHANS_STAY);
    let named = store::outputs::named(&app.db, &serde_json::to_string(names)?).await?;
    let mut gone = 0;
    for name in names.iter().filter(|name| !named.contains(*name)) {
        if app.storage.remove_old(name, before).await? {
            gone += 1;
        }
    }
    Ok(gone)
}
