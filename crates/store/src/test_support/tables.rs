//! What stands in the tables after a run, for tests that judge the whole of it, and how to make the
//! database unavailable or its queue long. It reads whole tables, as nothing of the product does, so
//! its statements are of no `statements!` list.

use crate::{
    Db, StoreError,
    db::Tx,
    row::{FromRow, Row, row},
    secrets::{self, NewSecret, Owner, Slot},
    statement::{Statement, values},
};
use domain::{GenerationId, ProviderId, Timestamp, UserId, generation::Status};
use sqlx::Row as _;

const fn both(name: &'static str, text: &'static str) -> Statement {
    Statement {
        name,
        sqlite: text,
        postgres: text,
    }
}

const GENERATIONS: Statement = both(
    "tables::GENERATIONS",
    "SELECT id, status, provider, error, created_at, finished_at FROM generations ORDER BY id",
);
const ENTRIES: Statement = both(
    "tables::ENTRIES",
    "SELECT generation_id, attempt, state, actual FROM ledger ORDER BY generation_id, attempt",
);
const RESERVATIONS: Statement = both(
    "tables::RESERVATIONS",
    "SELECT COUNT(*) AS number FROM reservations",
);
const FILES: Statement = both(
    "tables::FILES",
    "SELECT file FROM outputs WHERE removed_at IS NULL ORDER BY file",
);
// PostgreSQL checks its pages when it reads them.
const INTEGRITY: Statement = Statement {
    name: "tables::INTEGRITY",
    sqlite: "PRAGMA integrity_check",
    postgres: "SELECT 'ok' AS integrity_check",
};
const COPY_GENERATION: Statement = both(
    "tables::COPY_GENERATION",
    "WITH RECURSIVE n (i) AS (
        SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $2)
     INSERT INTO generations (id, user_id, project_id, organization_id, step, operation, status,
        provider, model, payer, input, resolution, secret_ref, endpoint, estimate, created_at,
        updated_at)
     SELECT g.id || '-' || CAST(n.i AS TEXT), g.user_id, g.project_id, g.organization_id, g.step,
        g.operation, 'queued', g.provider, g.model, g.payer, g.input, g.resolution, g.secret_ref,
        g.endpoint, g.estimate, g.created_at, g.updated_at
     FROM generations g, n WHERE g.id = $1",
);
const QUEUE_COPIES: Statement = both(
    "tables::QUEUE_COPIES",
    "INSERT INTO jobs (generation_id, user_id, run_at, lease_epoch, attempt, progress, waits, turn)
     SELECT id, user_id, $1, 0, 0, '{}', 1, ROW_NUMBER() OVER (ORDER BY id) FROM generations
     WHERE status = 'queued' AND id NOT IN (SELECT generation_id FROM jobs)",
);
const EMPTY_QUEUE: Statement = both(
    "tables::EMPTY_QUEUE",
    "DELETE FROM generations WHERE id IN (SELECT generation_id FROM jobs)",
);
const DISABLE: Statement = both(
    "tables::DISABLE",
    "UPDATE users SET disabled_at = $2 WHERE id = $1",
);
const WHO_IS_WHO: [Statement; 5] = [
    both("tables::USERS", "SELECT * FROM users"),
    both("tables::SESSIONS", "SELECT * FROM sessions"),
    both("tables::ACCESS_TOKENS", "SELECT * FROM access_tokens"),
    both("tables::TOTP_SECRETS", "SELECT * FROM totp_secrets"),
    both("tables::RECOVERY_CODES", "SELECT * FROM recovery_codes"),
];
const HOLD: Statement = both(
    "tables::HOLD",
    "UPDATE instance SET first_user_id = first_user_id WHERE id = 1",
);

row! {
    /// A generation and how it stands.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Stands {
        /// Its id.
        pub id: GenerationId,
        /// How far it is.
        pub status: Status,
        /// Who was asked.
        pub provider: String,
        /// What went wrong, as JSON.
        pub error: Option<String>,
        /// When it was asked for.
        pub created_at: Timestamp,
        /// When it came to its end.
        pub finished_at: Option<Timestamp>,
    }
}

row! {
    /// A row of the ledger.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Entry {
        /// For which generation.
        pub generation_id: GenerationId,
        /// For which sending.
        pub attempt: i64,
        /// How the generation ended.
        pub state: Status,
        /// What it has cost, in millionths of a US dollar.
        pub actual: Option<i64>,
    }
}

row! {
    struct Count {
        number: i64,
    }
}

row! {
    struct File {
        file: String,
    }
}

row! {
    struct Integrity {
        integrity_check: String,
    }
}

/// All generations.
///
/// # Errors
/// The database failed.
pub async fn generations(db: &Db) -> Result<Vec<Stands>, StoreError> {
    db.all(&GENERATIONS, &[]).await
}

/// The whole ledger.
///
/// # Errors
/// The database failed.
pub async fn ledger(db: &Db) -> Result<Vec<Entry>, StoreError> {
    db.all(&ENTRIES, &[]).await
}

/// How many reservations there are.
///
/// # Errors
/// The database failed.
pub async fn reservations(db: &Db) -> Result<i64, StoreError> {
    let count = db.one::<Count>(&RESERVATIONS, &[]).await?;
    Ok(count.map_or(0, |count| count.number))
}

/// The names of all stored files, below the folder of media.
///
/// # Errors
/// The database failed.
pub async fn files(db: &Db) -> Result<Vec<String>, StoreError> {
    let files = db.all::<File>(&FILES, &[]).await?;
    Ok(files.into_iter().map(|row| row.file).collect())
}

/// What the database finds wrong with itself; nothing, if all is well.
///
/// # Errors
/// The database failed.
pub async fn damage(db: &Db) -> Result<Vec<String>, StoreError> {
    let lines = db.all::<Integrity>(&INTEGRITY, &[]).await?;
    let lines = lines.into_iter().map(|row| row.integrity_check);
    Ok(lines.filter(|line| line != "ok").collect())
}

/// Makes copies of a generation and puts all queued ones without a job into the queue.
///
/// # Errors
/// The database failed.
pub async fn lengthen_queue(
    db: &Db,
    id: &GenerationId,
    copies: i64,
    run_at: Timestamp,
) -> Result<u64, StoreError> {
    db.write(&COPY_GENERATION, values![id, copies]).await?;
    db.write(&QUEUE_COPIES, values![run_at]).await
}

/// Removes everything that is in the queue.
///
/// # Errors
/// The database failed.
pub async fn empty_queue(db: &Db) -> Result<u64, StoreError> {
    db.write(&EMPTY_QUEUE, &[]).await
}

/// Disables an account.
///
/// # Errors
/// The database failed.
pub async fn disable(db: &Db, user: &UserId, now: Timestamp) -> Result<u64, StoreError> {
    db.write(&DISABLE, values![user, now]).await
}

/// One row as what stands in its columns, whatever they are.
struct Columns(Vec<Vec<u8>>);

impl FromRow for Columns {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(match row {
            Row::Sqlite(row) => columns(row, row.columns().len()),
            Row::Postgres(row) => columns(row, row.columns().len()),
        }))
    }
}

fn columns<'r, R: sqlx::Row>(row: &'r R, number: usize) -> Vec<Vec<u8>>
where
    usize: sqlx::ColumnIndex<R>,
    String: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    Vec<u8>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
{
    (0..number)
        .filter_map(|column| match row.try_get::<String, _>(column) {
            Ok(text) => Some(text.into_bytes()),
            Err(_) => row.try_get::<Vec<u8>, _>(column).ok(),
        })
        .collect()
}

/// Every text and every blob of the tables that say who is who.
///
/// # Errors
/// The database failed.
pub async fn who_is_who(db: &Db) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut found = Vec::new();
    for statement in &WHO_IS_WHO {
        let rows = db.all::<Columns>(statement, &[]).await?;
        found.extend(rows.into_iter().flat_map(|row| row.0));
    }
    Ok(found)
}

/// The write lock of the database; dropping it gives it back.
pub struct Held(Option<Tx>);

impl Held {
    /// Gives it back.
    ///
    /// # Errors
    /// The database failed.
    pub async fn release(mut self) -> Result<(), StoreError> {
        match self.0.take() {
            Some(tx) => tx.rollback().await,
            None => Ok(()),
        }
    }
}

/// Takes the write lock, so that on SQLite nobody else can write.
///
/// # Errors
/// The database failed.
pub async fn hold(db: &Db) -> Result<Held, StoreError> {
    let mut tx = db.begin().await?;
    tx.execute(&HOLD, &[]).await?;
    Ok(Held(Some(tx)))
}

/// Changes rows behind the program's back, as somebody with the database in their hands would.
///
/// # Errors
/// The database refused.
pub async fn meddle(db: &Db, text: &'static str) -> Result<u64, StoreError> {
    db.write(&both("tables::meddle", text), &[]).await
}

/// Takes away what keeps audit events from being changed.
///
/// # Errors
/// The database failed.
pub async fn drop_audit_triggers(db: &Db) -> Result<(), StoreError> {
    for (sqlite, postgres) in [
        (
            "DROP TRIGGER audit_events_stay",
            "DROP TRIGGER audit_events_stay ON audit_events",
        ),
        (
            "DROP TRIGGER audit_events_are_kept",
            "DROP TRIGGER audit_events_are_kept ON audit_events",
        ),
        (
            "DROP TRIGGER audit_events_are_chained",
            "DROP TRIGGER audit_events_are_chained ON audit_events",
        ),
    ] {
        let drop = Statement {
            name: "tables::drop_audit_triggers",
            sqlite,
            postgres,
        };
        db.write(&drop, &[]).await?;
    }
    Ok(())
}

/// Fills many slots of an owner in one transaction: the field and the sealed key of each.
///
/// # Errors
/// The database failed.
pub async fn fill_slots(
    db: &Db,
    owner: &Owner,
    provider: ProviderId,
    slots: Vec<(String, NewSecret)>,
) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    for (field, secret) in &slots {
        let slot = Slot {
            owner,
            provider,
            field,
        };
        secrets::put(&mut tx, slot, 1, secret).await?;
    }
    tx.commit().await
}
