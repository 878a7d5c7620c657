//! Bringing the schema up to date. The migrations are part of the program; one that was released is
//! never changed, and a schema that is newer than the program is never touched.

use super::{Db, Pools};
use crate::StoreError;
use sqlx::{
    Connection as _, Executor as _,
    migrate::{MigrateError, Migrator},
};

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Why the schema cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// A newer version of this program has changed the schema.
    #[error(
        "the database was changed by a newer version of this program (its schema has migration {found}, this version knows up to {known}); start that version, or restore a backup from before the upgrade"
    )]
    Newer {
        /// The first migration in the database that this program does not know.
        found: i64,
        /// The newest migration that this program knows.
        known: i64,
    },
    /// A migration in the database differs from the one in this program.
    #[error("migration {0} in the database is not the one that this version of the program holds")]
    Changed(i64),
    /// The database failed.
    #[error("the schema could not be brought up to date: {0}")]
    Store(StoreError),
}

impl Db {
    /// Brings the schema up to date; does nothing when it is. Of several processes that start at
    /// the same moment, one migrates and the others wait.
    ///
    /// # Errors
    /// The schema is newer than this program or was changed by hand, or the database failed.
    pub async fn migrate(&self) -> Result<(), MigrationError> {
        match &self.pools {
            Pools::Sqlite { write, .. } => {
                // Where nothing is to be done, nobody who writes is waited for.
                let mut looking = write.begin().await.map_err(begun)?;
                if SQLITE.run_direct(None, &mut *looking, false).await.is_ok() {
                    return looking.commit().await.map_err(begun);
                }
                drop(looking);
                // The driver takes no lock on SQLite, so all of it is one transaction.
                let mut tx = write.begin_with("BEGIN IMMEDIATE").await.map_err(begun)?;
                // `run` would hold a borrow that cannot be sent between threads.
                SQLITE
                    .run_direct(None, &mut *tx, false)
                    .await
                    .map_err(|error| kind(&SQLITE, &error))?;
                tx.commit().await.map_err(begun)
            }
            Pools::Postgres(pool) => {
                // A connection of its own, closed at the end: the driver keeps its advisory lock
                // when it fails, and the pool's time limits are not meant for a migration.
                let mut connection = pool.acquire().await.map_err(begun)?.detach();
                let done = async {
                    connection
                        .execute("SET lock_timeout = 0; SET statement_timeout = 0")
                        .await
                        .map_err(begun)?;
                    POSTGRES
                        .run_direct(None, &mut connection, false)
                        .await
                        .map_err(|error| kind(&POSTGRES, &error))
                }
                .await;
                let closed = connection.close().await;
                done?;
                closed.map_err(begun)
            }
        }
    }
}

fn begun(error: sqlx::Error) -> MigrationError {
    MigrationError::Store(StoreError::new("db::migrate", &error))
}

fn kind(migrator: &Migrator, error: &MigrateError) -> MigrationError {
    match error {
        MigrateError::VersionMissing(found) => MigrationError::Newer {
            found: *found,
            known: migrator
                .iter()
                .map(|migration| migration.version)
                .max()
                .unwrap_or(0),
        },
        MigrateError::VersionMismatch(version) => MigrationError::Changed(*version),
        MigrateError::Execute(inner) => {
            MigrationError::Store(StoreError::new("db::migrate", inner))
        }
        MigrateError::ExecuteMigration(inner, _) => {
            MigrationError::Store(StoreError::new("db::migrate", inner))
        }
        _ => MigrationError::Store(StoreError::Database {
            statement: "db::migrate",
            code: "driver".to_owned(),
        }),
    }
}
