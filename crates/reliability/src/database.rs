//! The database of a world: an SQLite file in its folder, or a database on the PostgreSQL server of
//! this process. It can be looked into, and taken away for a while.

use crate::Broken;
use std::{path::Path, time::Duration};
use store::{Db, test_support};

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// A file beside the media.
    Sqlite,
    /// A throw-away server.
    Postgres,
}

impl Kind {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// One database.
#[derive(Debug, Clone)]
pub struct Database {
    /// Which.
    pub kind: Kind,
    url: String,
}

impl Database {
    /// A database that has nothing in it; SQLite's file is where the server makes it in `data`.
    pub async fn fresh(kind: Kind, data: &Path) -> Self {
        let url = match kind {
            Kind::Sqlite => format!("sqlite://{}", data.join("film-generator.db").display()),
            Kind::Postgres => test_support::postgres_address().await,
        };
        Self { kind, url }
    }

    /// The address that the server is told; SQLite is what it takes without one.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        match self.kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(&self.url),
        }
    }

    /// Opens it beside the server.
    ///
    /// # Errors
    /// It cannot be opened.
    pub async fn open(&self) -> Result<Db, Broken> {
        Ok(Db::open(&self.url).await?)
    }

    /// Takes it away for so long: PostgreSQL crashes and is started again after it; somebody else
    /// holds SQLite's write lock.
    ///
    /// # Errors
    /// It could not be taken away or brought back.
    pub async fn outage(&self, long: Duration) -> Result<(), Broken> {
        match self.kind {
            Kind::Sqlite => {
                let db = self.open().await?;
                let held = test_support::tables::hold(&db).await?;
                tokio::time::sleep(long).await;
                held.release().await?;
                db.close().await;
            }
            Kind::Postgres => {
                tokio::task::spawn_blocking(test_support::stop_postgres).await?;
                tokio::time::sleep(long).await;
                tokio::task::spawn_blocking(test_support::start_postgres_again).await?;
            }
        }
        Ok(())
    }
}
