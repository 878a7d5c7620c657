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
pub struct Db(Pools);

#[derive(Debug, Clone)]
enum Pools {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres(PgPool),
}

impl Db {
    /// Asks the database for a sign of life, on the side that writes.
    ///
    /// # Errors
    /// The database is busy or unavailable.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let pong = match &self.0 {
            Pools::Sqlite { write, .. } => sqlx::query("SELECT 1").execute(write).await.map(drop),
            Pools::Postgres(pool) => sqlx::query("SELECT 1").execute(pool).await.map(drop),
        };
        pong.map_err(|error| StoreError::new("db::ping", &error))
    }

    /// Waits for what is running and closes all connections.
    pub async fn close(&self) {
        match &self.0 {
            Pools::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    /// A connection for reading; on SQLite it cannot write.
    pub(crate) async fn reader(&self) -> Result<Connection, StoreError> {
        match &self.0 {
            Pools::Sqlite { read, .. } => read.acquire().await.map(Connection::Sqlite),
            Pools::Postgres(pool) => pool.acquire().await.map(Connection::Postgres),
        }
        .map_err(|error| StoreError::new("db::reader", &error))
    }

    /// A connection for a single statement that writes.
    async fn writer(&self) -> Result<Connection, StoreError> {
        match &self.0 {
            Pools::Sqlite { write, .. } => write.acquire().await.map(Connection::Sqlite),
            Pools::Postgres(pool) => pool.acquire().await.map(Connection::Postgres),
        }
        .map_err(|error| StoreError::new("db::writer", &error))
    }

    /// Begins a transaction that writes. It holds SQLite's write lock from the start. Dropped
    /// without a commit, it changes nothing.
    pub(crate) async fn begin(&self) -> Result<Tx, StoreError> {
        match &self.0 {
            Pools::Sqlite { write, .. } => {
                write.begin_with("BEGIN IMMEDIATE").await.map(Tx::Sqlite)
            }
            Pools::Postgres(pool) => pool.begin().await.map(Tx::Postgres),
        }
        .map_err(|error| StoreError::new("db::begin", &error))
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
        self.writer().await?.one(statement, values).await
    }

    /// Runs a single statement that writes and returns many rows.
    pub(crate) async fn write_returning_all<T: FromRow>(
        &self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Vec<T>, StoreError> {
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

/// A transaction that writes.
pub(crate) enum Tx {
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
        match self {
            Self::Sqlite(tx) => Borrowed::Sqlite(tx),
            Self::Postgres(tx) => Borrowed::Postgres(tx),
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

    /// Makes the changes last: once this returns, they are on disk.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
        .map_err(|error| StoreError::new("db::commit", &error))
    }

    /// Undoes the changes.
    pub(crate) async fn rollback(self) -> Result<(), StoreError> {
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
