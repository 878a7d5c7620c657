//! What both databases must do whatever the tables are: settings of connections, locking,
//! migrations, and that every statement means something to both.

use super::{Db, MigrationError, OpenError, Pools, Running};
use crate::{
    StoreError, administration, audit, budgets, catalog, generations, invitations, jobs,
    key_health, key_tests, ledger, listings, notices, organizations, outputs, past, plan,
    plan_batches, projects, replaced, sealed, secrets, sessions, settings, settings_history,
    snapshot, statement::Statement, test_support::TestDb, tokens, totp, users,
};
use sqlx::{AssertSqlSafe, Executor as _, Row as _, SqlSafeStr as _};
use std::os::unix::fs::PermissionsExt as _;

fn every_statement() -> impl Iterator<Item = &'static Statement> {
    [
        administration::STATEMENTS,
        audit::STATEMENTS,
        audit::read::STATEMENTS,
        audit::verify::STATEMENTS,
        budgets::STATEMENTS,
        catalog::STATEMENTS,
        generations::STATEMENTS,
        invitations::STATEMENTS,
        jobs::STATEMENTS,
        jobs::fallback::STATEMENTS,
        jobs::holding::STATEMENTS,
        jobs::look_again::STATEMENTS,
        key_health::STATEMENTS,
        key_tests::STATEMENTS,
        ledger::STATEMENTS,
        listings::STATEMENTS,
        notices::STATEMENTS,
        organizations::STATEMENTS,
        organizations::ending::STATEMENTS,
        organizations::members::STATEMENTS,
        outputs::STATEMENTS,
        past::STATEMENTS,
        plan::STATEMENTS,
        plan_batches::STATEMENTS,
        projects::STATEMENTS,
        projects::people::STATEMENTS,
        replaced::STATEMENTS,
        sealed::STATEMENTS,
        secrets::STATEMENTS,
        secrets::empty::STATEMENTS,
        sessions::STATEMENTS,
        settings::STATEMENTS,
        settings_history::STATEMENTS,
        snapshot::STATEMENTS,
        tokens::STATEMENTS,
        totp::STATEMENTS,
        users::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

fn sources() -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn every_module_with_statements_is_in_the_list() {
    let declared: Vec<String> = sources()
        .into_iter()
        .filter(|(_, text)| text.lines().any(|line| line == "statements! {"))
        .map(|(name, _)| format!("store::{name}::"))
        .collect();
    assert!(declared.len() >= 14, "{declared:?}");
    for module in declared {
        assert!(
            every_statement().any(|s| s.name.starts_with(&module)),
            "{module}"
        );
    }
}

#[test]
fn only_this_module_hands_sql_to_the_driver() {
    for (name, text) in sources() {
        assert!(
            !text.contains("sqlx::query") && !text.contains("raw_sql"),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_statement_prepares_on_both_databases() {
    let (lite, post) = (TestDb::sqlite().await, TestDb::postgres().await);
    let (Pools::Sqlite { write, .. }, Pools::Postgres(pool)) = (&lite.db.pools, &post.db.pools)
    else {
        panic!("the test databases are of their kinds");
    };
    let mut count = 0;
    for statement in every_statement() {
        count += 1;
        if let Err(error) = write.prepare(statement.sqlite.into_sql_str()).await {
            panic!("{} on SQLite: {error}", statement.name);
        }
        if let Err(error) = pool.prepare(statement.postgres.into_sql_str()).await {
            panic!("{} on PostgreSQL: {error}", statement.name);
        }
    }
    assert!(count > 60, "only {count} statements were found");
}

#[tokio::test]
async fn no_statement_reads_a_whole_table() {
    // Those that count everything, or go through a table of a handful of rows.
    let whole = [
        "COUNT",
        "UNFINISHED",
        "QUEUE",
        "COUNT_ACCOUNTS",
        "COUNT_ORGANIZATIONS",
        // Goes through those who run the instance, by an index of them alone.
        "OTHER_ADMINS",
        "SECRETS_COUNT_BY_KID",
        "REPLACED_COUNT_BY_KID",
        "TOTP_COUNT_BY_KID",
        "CHECK_LIST",
        // The catalogue is loaded whole, by a start and after a change.
        "MODELS",
        "WITHDRAW",
        // What is gone through is the result of its own inner query, found by an index.
        "DURATIONS",
        // Goes from name to name by the index.
        "HELD_NAMES",
    ];
    let test = TestDb::sqlite().await;
    let Pools::Sqlite { write, .. } = &test.db.pools else {
        panic!("this is SQLite")
    };
    for statement in every_statement() {
        let short = statement.name.rsplit("::").next().unwrap();
        // The text is put together from our own constants alone.
        let plan = sqlx::raw_sql(AssertSqlSafe(format!(
            "EXPLAIN QUERY PLAN {}",
            statement.sqlite
        )))
        .fetch_all(write)
        .await
        .unwrap();
        for step in plan {
            let detail: String = step.get("detail");
            assert!(
                !detail.starts_with("SCAN")
                    || whole.contains(&short)
                    || detail == "SCAN CONSTANT ROW"
                    // A JSON array that came as a value.
                    || detail.starts_with("SCAN json_each")
                    // The two halves of a UNION ALL that are merged, each found by its index.
                    || detail.starts_with("SCAN (subquery")
                    // What the view has found by its indexes.
                    || detail.starts_with("SCAN access")
                    // The smallest entry of an index.
                    || short == "NEXT_DUE",
                "{}: {detail}",
                statement.name
            );
        }
    }
}

#[test]
fn both_folders_hold_the_same_migrations() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let read = |kind: &str| {
        let mut files: Vec<(String, String)> = std::fs::read_dir(root.join(kind))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                let text = std::fs::read_to_string(&path).unwrap();
                let columns: Vec<String> = text
                    .lines()
                    // Triggers are written in the words of each database.
                    .take_while(|line| !line.starts_with("-- From here on each database"))
                    .filter(|line| !line.starts_with("--"))
                    .map(|line| line.replace("BYTEA", "BLOB"))
                    .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
                    .collect();
                (
                    path.file_name().unwrap().to_str().unwrap().to_owned(),
                    columns.join("\n"),
                )
            })
            .collect();
        files.sort();
        files
    };
    assert_eq!(read("sqlite"), read("postgres"));
}

#[tokio::test]
async fn every_sqlite_connection_is_durable_and_checks_references() {
    let test = TestDb::sqlite().await;
    let Pools::Sqlite { read, write } = &test.db.pools else {
        panic!("this is SQLite")
    };
    let mut connections = vec![write.acquire().await.unwrap()];
    while let Ok(Ok(connection)) =
        tokio::time::timeout(std::time::Duration::from_secs(1), read.acquire()).await
    {
        connections.push(connection);
    }
    assert_eq!(connections.len(), 5, "one writer and all readers");
    for (number, connection) in connections.iter_mut().enumerate() {
        let mut pragma = async |statement: &'static str| {
            let row = (&mut **connection)
                .fetch_one(sqlx::raw_sql(statement))
                .await
                .unwrap();
            row.try_get::<i64, _>(0)
                .map_or_else(|_| row.get::<String, _>(0), |n| n.to_string())
        };
        assert_eq!(pragma("PRAGMA journal_mode").await, "wal");
        assert_eq!(pragma("PRAGMA synchronous").await, "2");
        assert_eq!(pragma("PRAGMA secure_delete").await, "1");
        assert_eq!(pragma("PRAGMA foreign_keys").await, "1");
        assert_eq!(pragma("PRAGMA busy_timeout").await, "5000");
        assert_eq!(
            pragma("PRAGMA query_only").await,
            if number == 0 { "0" } else { "1" }
        );
    }
}

#[tokio::test]
async fn a_transaction_that_sqlite_ended_by_itself_does_not_stop_all_later_ones() {
    let test = TestDb::sqlite().await;
    let mut tx = test.db.begin().await.unwrap();
    // As SQLite does where the disk is full; the driver still counts the transaction.
    let Running::Sqlite(inner) = &mut tx.running else {
        panic!("not SQLite");
    };
    inner.execute("ROLLBACK").await.unwrap();
    assert!(tx.commit().await.is_err());
    for _ in 0..3 {
        test.db.begin().await.unwrap().commit().await.unwrap();
    }
}

#[tokio::test]
async fn the_sqlite_files_are_for_their_owner_alone() {
    let test = TestDb::sqlite().await;
    let mut names = Vec::new();
    for entry in std::fs::read_dir(test.folder().unwrap()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        names.push(entry.file_name());
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.file_name());
    }
    assert!(names.len() >= 2, "the database and its log: {names:?}");
}

#[tokio::test]
async fn an_address_that_is_not_understood_is_refused_and_not_repeated() {
    for url in [
        "",
        "film.db",
        "sqlite://",
        "mysql://me:canary@localhost/x",
        "postgres://me:canary@h:port/x",
    ] {
        let error = Db::open(url).await.unwrap_err();
        assert!(matches!(error, OpenError::Address), "{url}");
        assert!(!error.to_string().contains("canary"));
    }
    let error = Db::open("sqlite:///nowhere/at/all/film.db")
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        OpenError::File(std::io::ErrorKind::NotFound)
    ));
}

async fn a_newer_schema_is_refused(test: TestDb) {
    let next =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
        VALUES (9000, 'from the future', TRUE, '', 0)";
    match &test.db.pools {
        Pools::Sqlite { write, .. } => write.execute(next).await.map(drop).unwrap(),
        Pools::Postgres(pool) => pool.execute(next).await.map(drop).unwrap(),
    }
    for _ in 0..2 {
        let error = test.db.migrate().await.unwrap_err();
        assert!(
            matches!(
                error,
                MigrationError::Newer {
                    found: 9000,
                    known: 3..
                }
            ),
            "{error:?}"
        );
        assert!(error.to_string().contains("newer version of this program"));
    }
}

async fn processes_that_start_together_migrate_once(test: TestDb) {
    // The schema is there already; what is tried is a fresh one beside it.
    let empty = match &test.db.pools {
        Pools::Sqlite { .. } => TestDb::sqlite_empty().await,
        Pools::Postgres(_) => TestDb::postgres_empty().await,
    };
    let others: Vec<_> = (0..4)
        .map(|_| {
            let url = empty.url().to_owned();
            tokio::spawn(async move {
                let db = Db::open(&url).await.unwrap();
                db.migrate().await.unwrap();
                users::count(&db).await.unwrap()
            })
        })
        .collect();
    for other in others {
        assert_eq!(other.await.unwrap(), 0);
    }
}

async fn a_closed_database_is_unavailable(test: TestDb) {
    test.db.ping().await.unwrap();
    test.db.close().await;
    assert!(matches!(
        test.db.ping().await,
        Err(StoreError::Unavailable { .. })
    ));
}

crate::on_both_databases!(
    a_newer_schema_is_refused,
    processes_that_start_together_migrate_once,
    a_closed_database_is_unavailable,
);
