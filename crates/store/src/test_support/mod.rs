//! Databases for tests: a fresh SQLite file or a fresh database on a PostgreSQL server that is
//! started once per test process and stops with it. Never part of the program itself; it panics.

mod cluster;
pub mod tables;

use crate::Db;

/// A fresh, migrated database. Its files go away with it.
pub struct TestDb {
    /// The database, open.
    pub db: Db,
    url: String,
    folder: Option<tempfile::TempDir>,
}

impl TestDb {
    /// A fresh SQLite database.
    pub async fn sqlite() -> Self {
        let test = Self::sqlite_empty().await;
        test.db
            .migrate()
            .await
            .expect("a fresh SQLite database can be migrated");
        test
    }

    /// A fresh PostgreSQL database.
    ///
    /// # Panics
    /// PostgreSQL's server programs are not installed: a test that needs them fails.
    pub async fn postgres() -> Self {
        let test = Self::postgres_empty().await;
        test.db
            .migrate()
            .await
            .expect("a fresh PostgreSQL database can be migrated");
        test
    }

    /// An SQLite database without a schema.
    pub async fn sqlite_empty() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let db = Db::open(&url).await.expect("a fresh SQLite database opens");
        Self {
            db,
            url,
            folder: Some(folder),
        }
    }

    /// A PostgreSQL database without a schema.
    pub async fn postgres_empty() -> Self {
        let url = cluster::fresh_database().await;
        let db = Db::open(&url)
            .await
            .expect("a fresh PostgreSQL database opens");
        Self {
            db,
            url,
            folder: None,
        }
    }

    /// The address, for whoever opens it again.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Closes the database and opens it again, as a restart does.
    pub async fn restart(&mut self) {
        self.db.close().await;
        self.db = Db::open(&self.url)
            .await
            .expect("a closed database opens again");
        self.db
            .migrate()
            .await
            .expect("a migrated database can be migrated again");
    }

    /// The folder of the SQLite file; `None` on PostgreSQL.
    #[must_use]
    pub fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_ref().map(tempfile::TempDir::path)
    }
}

/// The address of a new, empty database on the PostgreSQL server of this process, for a program that
/// is tested from outside.
pub async fn postgres_address() -> String {
    cluster::fresh_database().await
}

/// Stops the PostgreSQL server of this process as a crash does; everything on it is cut off.
pub fn stop_postgres() {
    cluster::stop();
}

/// Starts the PostgreSQL server of this process again, on what it had written down.
pub fn start_postgres_again() {
    cluster::start_again();
}

/// Turns `async fn name(test: TestDb)` into two tests, `sqlite::name` and `postgres::name`.
#[macro_export]
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name($crate::test_support::TestDb::sqlite().await).await;
                }
            )+
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name($crate::test_support::TestDb::postgres().await).await;
                }
            )+
        }
    };
}
