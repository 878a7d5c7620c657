//! Short notices between the processes that work on one PostgreSQL database. They are a hint and no
//! more: one may be lost, and whoever needs to know looks again. On SQLite there is nobody to tell.

use crate::{
    Db, StoreError,
    statement::{statements, values},
};

pub use crate::db::{Heard, Notices};

/// The channel of PostgreSQL that they go through.
pub(crate) const CHANNEL: &str = "film_generator";
/// The longest notice in bytes; PostgreSQL takes less than 8,000.
pub const LONGEST: usize = 7_900;

statements! {
    TELL = "SELECT 1", postgres: "SELECT pg_notify($1, $2)";
}

/// Tells all processes, this one included. It is heard in the order of telling, or not at all.
///
/// # Errors
/// The database failed, or the notice is too long.
pub async fn tell(db: &Db, notice: &str) -> Result<(), StoreError> {
    if db.is_shared() {
        db.write(&TELL, values![CHANNEL, notice]).await?;
    }
    Ok(())
}
