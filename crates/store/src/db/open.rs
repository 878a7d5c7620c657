//! Opening a database by its address, with the settings that durability and secrecy rest on.

use super::{Db, Pools};
use crate::StoreError;
use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, SqliteConnection,
    pool::PoolOptions,
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{path::Path, time::Duration};

/// How long a writer waits for another process, and a caller for a connection.
const BUSY: Duration = Duration::from_secs(5);
/// Reading connections of SQLite; each has a thread.
const SQLITE_READERS: u32 = 4;
/// Connections to PostgreSQL per process.
const POSTGRES_CONNECTIONS: u32 = 16;
/// A pooled connection to PostgreSQL that was idle for longer is asked whether it still lives.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

/// Why a database cannot be opened. The texts never show the address: it may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address is not understood.
    #[error(
        "the database address must begin with sqlite:// and a path, or be a valid postgres:// address"
    )]
    Address,
    /// The file of an SQLite database cannot be made.
    #[error("the database file cannot be created: {0}")]
    File(std::io::ErrorKind),
    /// The database does not answer, or not to these credentials.
    #[error("the database cannot be opened (code {code})")]
    Connect {
        /// The database's code, or `connection` where none answers.
        code: String,
    },
}

impl OpenError {
    fn connect(error: &sqlx::Error) -> Self {
        let code = error
            .as_database_error()
            .and_then(|inner| inner.code())
            .map_or_else(|| "connection".to_owned(), std::borrow::Cow::into_owned);
        Self::Connect { code }
    }
}

impl Db {
    /// Opens `sqlite://path` (the file is made, readable by its owner alone) or a `postgres://`
    /// address. The schema is not touched; see [`Db::migrate`].
    ///
    /// # Errors
    /// The address is not understood, or nothing can be opened there.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            if path.is_empty() {
                return Err(OpenError::Address);
            }
            sqlite(Path::new(path)).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            postgres(url.parse().map_err(|_| OpenError::Address)?).await
        } else {
            Err(OpenError::Address)
        }
    }
}

impl Db {
    /// Copies an SQLite database as it stands at this moment to a new file, for its owner alone,
    /// while others read and write; false for PostgreSQL, which has tools of its own for that.
    ///
    /// # Errors
    /// The file cannot be made, or the database failed.
    pub async fn copy_to(&self, path: &Path) -> Result<bool, StoreError> {
        const NAME: &str = "db::copy_to";
        let Pools::Sqlite { write, .. } = &self.pools else {
            return Ok(false);
        };
        create_private(path).map_err(|error| StoreError::Unavailable {
            statement: NAME,
            code: error.kind().to_string(),
        })?;
        let Some(path) = path.to_str() else {
            return Err(StoreError::Unavailable {
                statement: NAME,
                code: "a path that is no text".to_owned(),
            });
        };
        sqlx::query("VACUUM INTO $1")
            .bind(path)
            .execute(write)
            .await
            .map_err(|error| StoreError::new(NAME, &error))?;
        Ok(true)
    }
}

async fn sqlite(path: &Path) -> Result<Db, OpenError> {
    create_private(path).map_err(|error| OpenError::File(error.kind()))?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .pragma("secure_delete", "on")
        .pragma("temp_store", "memory")
        .pragma("journal_size_limit", "67108864")
        .statement_cache_capacity(256)
        .disable_statement_logging();
    let pool = || {
        PoolOptions::new()
            .acquire_timeout(BUSY)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
    };
    let write = pool()
        .max_connections(1)
        .before_acquire(|connection: &mut SqliteConnection, _| {
            // A full disk makes SQLite end a transaction by itself, which the driver does not
            // notice: it would take this connection, the only one, for one inside of a transaction
            // and begin no other on it for good. A new one is opened in its place.
            let is_free = !connection.is_in_transaction();
            Box::pin(async move { Ok(is_free) })
        })
        .connect_with(options.clone())
        .await
        .map_err(|error| OpenError::connect(&error))?;
    let read = pool()
        .max_connections(SQLITE_READERS)
        .connect_with(options.pragma("query_only", "on"))
        .await
        .map_err(|error| OpenError::connect(&error))?;
    Ok(Db {
        pools: Pools::Sqlite { read, write },
        note: None,
    })
}

/// Makes the file with mode 0600 before SQLite does it with a wider one; its `-wal` and `-shm` take
/// over the mode. A file that exists keeps its own.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

async fn postgres(options: PgConnectOptions) -> Result<Db, OpenError> {
    let options = options
        .application_name("film-generator")
        .options([
            ("lock_timeout", "5s"),
            ("statement_timeout", "30s"),
            ("idle_in_transaction_session_timeout", "30s"),
        ])
        .statement_cache_capacity(256)
        .disable_statement_logging();
    let pool = PoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(BUSY)
        .test_before_acquire(false)
        .before_acquire(|connection: &mut PgConnection, meta| {
            Box::pin(async move {
                if meta.idle_for > TRUSTED_IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await
        .map_err(|error| OpenError::connect(&error))?;
    Ok(Db {
        pools: Pools::Postgres(pool),
        note: None,
    })
}
