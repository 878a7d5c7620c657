//! Hears what other processes tell through PostgreSQL, on a connection of its own.

use super::{Db, Pools};
use crate::{StoreError, notices::CHANNEL};
use sqlx::postgres::PgListener;

/// What is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A notice.
    Notice(String),
    /// The connection was lost; whatever was told meanwhile is unknown.
    Gap,
}

/// A listener.
#[derive(Debug)]
pub struct Notices(PgListener);

impl Db {
    /// Whether other processes may work on this database.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self.pools, Pools::Postgres(_))
    }

    /// Listens from now on; `None` where there is nobody to listen to.
    ///
    /// # Errors
    /// The database failed.
    pub async fn listen(&self) -> Result<Option<Notices>, StoreError> {
        let Pools::Postgres(pool) = &self.pools else {
            return Ok(None);
        };
        let failed = |error| StoreError::new("db::listen", &error);
        let mut listener = PgListener::connect_with(pool).await.map_err(failed)?;
        listener.listen(CHANNEL).await.map_err(failed)?;
        Ok(Some(Notices(listener)))
    }
}

impl Notices {
    /// Waits for the next. After a [`Heard::Gap`] it goes on with a new connection.
    ///
    /// # Errors
    /// The database failed, or was closed; make a new listener.
    pub async fn next(&mut self) -> Result<Heard, StoreError> {
        match self.0.try_recv().await {
            Ok(Some(notice)) => Ok(Heard::Notice(notice.payload().to_owned())),
            Ok(None) => Ok(Heard::Gap),
            Err(error) => Err(StoreError::new("db::notices", &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        notices::{self, LONGEST},
        test_support::TestDb,
    };

    fn notice(text: &str) -> Heard {
        Heard::Notice(text.to_owned())
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn one_process_hears_another_and_learns_of_a_gap() {
        let test = TestDb::postgres().await;
        let other = Db::open(test.url()).await.unwrap();
        let mut heard = other.listen().await.unwrap().unwrap();
        let long = "x".repeat(LONGEST);
        for text in ["one", &long] {
            notices::tell(&test.db, text).await.unwrap();
            assert_eq!(heard.next().await.unwrap(), notice(text));
        }
        let Pools::Postgres(pool) = &test.db.pools else {
            panic!("this is PostgreSQL")
        };
        sqlx::raw_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND query LIKE 'LISTEN%'",
        )
        .execute(pool)
        .await
        .unwrap();
        assert_eq!(heard.next().await.unwrap(), Heard::Gap);
        // Heard only by whoever listens already.
        let next = tokio::spawn(async move { heard.next().await });
        let told = async {
            while !next.is_finished() {
                notices::tell(&test.db, "again").await.unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        told.await;
        assert_eq!(next.await.unwrap().unwrap(), notice("again"));
    }

    #[tokio::test]
    async fn on_sqlite_there_is_nobody_to_listen_to() {
        let test = TestDb::sqlite().await;
        assert!(!test.db.is_shared());
        assert!(test.db.listen().await.unwrap().is_none());
        notices::tell(&test.db, "nobody").await.unwrap();
    }
}
