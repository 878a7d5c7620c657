//! The database: one of two kinds behind one type. Statements run here and nowhere else; on SQLite
//! everything that writes goes through the one writer, so that no transaction ever has to upgrade.

mod migrate;
mod notices;
mod open;

pub use migrate::MigrationError;
pub use notices::{Heard, Notices};
pub use open::OpenError;

use crate::{
    StoreError,
    audit::{self, NewEvent, Note},
    row::{FromRow, Row},
    statement::{Statement, Value},
};
use sqlx::{
    PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction,
    pool::PoolConnection,
};
use std::borrow::Cow;

/// An open database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    pools: Pools,
    note: Option<Note>,
}

#[derive(Debug, Clone)]
enum Pools {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres(PgPool),
}

impl Db {
    /// The same database for a change that is to be written down: the first transaction through this
    /// handle that is committed writes the event of the note with it. What changes no row, is rolled
    /// back or fails leaves the event where it is. Reads are as through any other handle.
    #[must_use]
    pub fn noting(&self, note: &Note) -> Self {
        Self {
            pools: self.pools.clone(),
            note: Some(note.clone()),
        }
    }

    /// Asks the database for a sign of life, on the side that writes.
    ///
    /// # Errors
    /// The database is busy or unavailable.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let pong = match &self.pools {
            Pools::Sqlite { write, .. } => sqlx::query("SELECT 1").execute(write).await.map(drop),
            Pools::Postgres(pool) => sqlx::query("SELECT 1").execute(pool).await.map(drop),
        };
        pong.map_err(|error| StoreError::new("db::ping", &error))
    }

    /// Waits for what is running and closes all connections.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    /// A connection for reading; on SQLite it cannot write.
    pub(crate) async fn reader(&self) -> Result<Connection, StoreError> {
        match &self.pools {
            Pools::Sqlite { read, .. } => read.acquire().await.map(Connection::Sqlite),
            Pools::Postgres(pool) => pool.acquire().await.map(Connection::Postgres),
        }
        .map_err(|error| StoreError::new("db::reader", &error))
    }

    /// A connection for a single statement that writes.
    async fn writer(&self) -> Result<Connection, StoreError> {
        match &self.pools {
            Pools::Sqlite { write, .. } => write.acquire().await.map(Connection::Sqlite),
            Pools::Postgres(pool) => pool.acquire().await.map(Connection::Postgres),
        }
        .map_err(|error| StoreError::new("db::writer", &error))
    }

    /// Begins a transaction that writes. It holds SQLite's write lock from the start. Dropped
    /// without a commit, it changes nothing.
    pub(crate) async fn begin(&self) -> Result<Tx, StoreError> {
        let running = match &self.pools {
            Pools::Sqlite { write, .. } => write
                .begin_with("BEGIN IMMEDIATE")
                .await
                .map(Running::Sqlite),
            Pools::Postgres(pool) => pool.begin().await.map(Running::Postgres),
        }
        .map_err(|error| StoreError::new("db::begin", &error))?;
        Ok(Tx {
            running,
            note: self.note.clone(),
        })
    }

    /// All rows of a statement that reads.
    pub(crate) async fn all<T: FromRow>(
        &self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Vec<T>, StoreError> {
        self.reader().await?.all(statement, values).await
    }

    /// The row of a statement that reads at most one.
    pub(crate) async fn one<T: FromRow>(
        &self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Option<T>, StoreError> {
        self.reader().await?.one(statement, values).await
    }

    /// Runs a single statement that writes; how many rows it changed.
    pub(crate) async fn write(
        &self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        if self.note.is_some() {
            let mut tx = self.begin().await?;
            let changed = tx.execute(statement, values).await?;
            tx.end(changed > 0).await?;
            return Ok(changed);
        }
        self.writer()
            .await?
            .borrowed()
            .execute(statement, values)
            .await
    }

    /// Runs a single statement that writes and returns at most one row.
    pub(crate) async fn write_returning<T: FromRow>(
        &self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Option<T>, StoreError> {
        if self.note.is_some() {
            let mut tx = self.begin().await?;
            let row: Option<T> = tx.one(statement, values).await?;
            tx.end(row.is_some()).await?;
            return Ok(row);
        }
        self.writer().await?.one(statement, values).await
    }

    /// Runs a single statement that writes and returns many rows.
    pub(crate) async fn write_returning_all<T: FromRow>(
        &self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Vec<T>, StoreError> {
        if self.note.is_some() {
            let mut tx = self.begin().await?;
            let rows: Vec<T> = tx.all(statement, values).await?;
            tx.end(!rows.is_empty()).await?;
            return Ok(rows);
        }
        self.writer().await?.all(statement, values).await
    }
}

/// A connection taken from a pool.
pub(crate) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Connection {
    fn borrowed(&mut self) -> Borrowed<'_> {
        match self {
            Self::Sqlite(connection) => Borrowed::Sqlite(connection),
            Self::Postgres(connection) => Borrowed::Postgres(connection),
        }
    }

    /// All rows.
    pub(crate) async fn all<T: FromRow>(
        &mut self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Vec<T>, StoreError> {
        self.borrowed()
            .fetch(statement, values)
            .await?
            .iter()
            .map(T::from_row)
            .collect()
    }

    /// The row, if there is one.
    pub(crate) async fn one<T: FromRow>(
        &mut self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Option<T>, StoreError> {
        self.borrowed()
            .fetch(statement, values)
            .await?
            .first()
            .map(T::from_row)
            .transpose()
    }
}

/// A transaction that writes, and the event that its commit writes down.
pub(crate) struct Tx {
    running: Running,
    note: Option<Note>,
}

enum Running {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// All rows.
    pub(crate) async fn all<T: FromRow>(
        &mut self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Vec<T>, StoreError> {
        self.borrowed()
            .fetch(statement, values)
            .await?
            .iter()
            .map(T::from_row)
            .collect()
    }

    fn borrowed(&mut self) -> Borrowed<'_> {
        match &mut self.running {
            Running::Sqlite(tx) => Borrowed::Sqlite(tx),
            Running::Postgres(tx) => Borrowed::Postgres(tx),
        }
    }

    /// The row, if there is one.
    pub(crate) async fn one<T: FromRow>(
        &mut self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Option<T>, StoreError> {
        self.borrowed()
            .fetch(statement, values)
            .await?
            .first()
            .map(T::from_row)
            .transpose()
    }

    /// How many rows it changed.
    pub(crate) async fn execute(
        &mut self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        self.borrowed().execute(statement, values).await
    }

    /// Lets its commit write nothing down: what it changes is not what the note tells of.
    pub(crate) fn forget_note(&mut self) {
        self.note = None;
    }

    /// Makes the changes last, and with them the event of the note if nobody wrote that before: once this
    /// returns, they are on disk. Without the event there is no change either.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        let Some(note) = self.note.take() else {
            return self.running.commit().await;
        };
        let Some(event) = note.take() else {
            return self.running.commit().await;
        };
        let committed = self.commit_with(&event).await;
        if committed.is_err() {
            note.put_back(event);
        }
        committed
    }

    /// The head of the chain is locked here, after all that the changes have locked.
    async fn commit_with(mut self, event: &NewEvent) -> Result<(), StoreError> {
        audit::append_in(&mut self, event).await?;
        self.running.commit().await
    }

    /// Undoes the changes.
    pub(crate) async fn rollback(self) -> Result<(), StoreError> {
        self.running.rollback().await
    }

    /// Commits where something has changed, and undoes what has not.
    async fn end(self, has_changed: bool) -> Result<(), StoreError> {
        if has_changed {
            self.commit().await
        } else {
            self.rollback().await
        }
    }
}

impl Running {
    async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
        .map_err(|error| StoreError::new("db::commit", &error))
    }

    async fn rollback(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.rollback().await,
            Self::Postgres(tx) => tx.rollback().await,
        }
        .map_err(|error| StoreError::new("db::rollback", &error))
    }
}

enum Borrowed<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// A text as both databases take it: PostgreSQL has no place for the character zero, and nothing that
/// is stored has one.
fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}").into()
    } else {
        text.into()
    }
}

macro_rules! bound {
    ($sql:expr, $values:expr) => {{
        let mut query = sqlx::query($sql);
        for value in $values {
            query = match *value {
                Value::Integer(number) => query.bind(number),
                Value::Text(text) => query.bind(text.map(storable)),
                Value::Blob(bytes) => query.bind(bytes),
            };
        }
        query
    }};
}

impl Borrowed<'_> {
    async fn fetch(
        self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(connection) => bound!(statement.sqlite, values)
                .fetch_all(connection)
                .await
                .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
            Self::Postgres(connection) => bound!(statement.postgres, values)
                .fetch_all(connection)
                .await
                .map(|rows| rows.into_iter().map(Row::Postgres).collect()),
        }
        .map_err(|error| StoreError::new(statement.name, &error))
    }

    async fn execute(self, statement: &Statement, values: &[Value<'_>]) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(connection) => bound!(statement.sqlite, values)
                .execute(connection)
                .await
                .map(|done| done.rows_affected()),
            Self::Postgres(connection) => bound!(statement.postgres, values)
                .execute(connection)
                .await
                .map(|done| done.rows_affected()),
        }
        .map_err(|error| StoreError::new(statement.name, &error))
    }
}

#[cfg(test)]
mod scale;
#[cfg(test)]
mod tests;
