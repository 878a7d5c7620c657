//! The media of generations: what went in and what came out. The bytes are files; these rows say
//! where, what and how large. They are seen by whoever sees the generation.

use crate::{
    Db, StoreError,
    db::Tx,
    row::row,
    statement::{statements, values},
};
use domain::{GenerationId, OutputId, Timestamp, UserId};
use std::collections::BTreeSet;

statements! {
    INSERT = "
        INSERT INTO outputs (id, generation_id, role, position, media_type, bytes, sha256, file,
            created_at, thumbnail)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    OF_GENERATION = "
        SELECT o.id, o.generation_id, o.role, o.position, o.media_type, o.bytes, o.sha256, o.file,
               o.created_at, o.thumbnail, o.removed_at
        FROM outputs o JOIN generations g ON g.id = o.generation_id
        WHERE o.generation_id = $2
          AND (g.user_id = $1 OR EXISTS (
              SELECT 1 FROM project_access access
              WHERE access.project_id = g.project_id AND access.user_id = $1))
        ORDER BY o.role, o.position";
    GET_VISIBLE = "
        SELECT o.id, o.generation_id, o.role, o.position, o.media_type, o.bytes, o.sha256, o.file,
               o.created_at, o.thumbnail, o.removed_at
        FROM outputs o JOIN generations g ON g.id = o.generation_id
        WHERE o.id = $2
          AND (g.user_id = $1 OR EXISTS (
              SELECT 1 FROM project_access access
              WHERE access.project_id = g.project_id AND access.user_id = $1))";
    REMOVE_OLD = "
        UPDATE outputs SET removed_at = $2
        WHERE removed_at IS NULL AND id IN (
            SELECT o.id FROM outputs o JOIN generations g ON g.id = o.generation_id
            WHERE o.removed_at IS NULL AND o.created_at < $1 AND g.finished_at < $1
            ORDER BY o.created_at LIMIT $3)
        RETURNING file, thumbnail";
    OLDEST = "SELECT MIN(created_at) AS created_at FROM outputs";
    FILES_AFTER = "
        SELECT file AS name FROM outputs WHERE file > $1 AND removed_at IS NULL
        GROUP BY file ORDER BY file LIMIT $2";
    THUMBNAILS_AFTER = "
        SELECT thumbnail AS name FROM outputs
        WHERE thumbnail IS NOT NULL AND thumbnail > $1 AND removed_at IS NULL
        GROUP BY thumbnail ORDER BY thumbnail LIMIT $2";
    NAMED = "
        SELECT json_each.value AS name FROM json_each($1)
        WHERE EXISTS (
                SELECT 1 FROM outputs o
                WHERE o.file = json_each.value AND o.removed_at IS NULL)
           OR EXISTS (
                SELECT 1 FROM outputs o
                WHERE o.thumbnail = json_each.value AND o.removed_at IS NULL)",
        postgres: "
        SELECT names.name AS name
        FROM json_array_elements_text(CAST($1 AS JSON)) AS names (name)
        WHERE EXISTS (
                SELECT 1 FROM outputs o WHERE o.file = names.name AND o.removed_at IS NULL)
           OR EXISTS (
                SELECT 1 FROM outputs o WHERE o.thumbnail = names.name AND o.removed_at IS NULL)";
}

/// Whether a file went in or came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It was given, such as a reference image.
    Input,
    /// It was generated.
    Output,
}

impl Role {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
        }
    }
}

impl crate::row::Column for Role {
    type Raw = String;

    fn from_raw(raw: Option<String>) -> Option<Self> {
        let id = raw?;
        [Self::Input, Self::Output]
            .into_iter()
            .find(|role| role.as_str() == id)
    }
}

/// A stored file to write down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOutput {
    /// Its id, new.
    pub id: OutputId,
    /// Its type as found in its first bytes.
    pub media_type: String,
    /// Its size.
    pub bytes: i64,
    /// The SHA-256 of its content.
    pub sha256: Vec<u8>,
    /// The name of its place in the storage.
    pub file: String,
    /// The name of its small picture, where it has one.
    pub thumbnail: Option<String>,
}

row! {
    /// A stored file.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OutputRow {
        /// Its id.
        pub id: OutputId,
        /// The generation it belongs to.
        pub generation_id: GenerationId,
        /// Whether it went in or came out.
        pub role: Role,
        /// Its place among those of its role, from 0.
        pub position: i64,
        /// Its type as found in its first bytes.
        pub media_type: String,
        /// Its size.
        pub bytes: i64,
        /// The SHA-256 of its content.
        pub sha256: Vec<u8>,
        /// The name of its place in the storage; others may share it.
        pub file: String,
        /// When it was stored.
        pub created_at: Timestamp,
        /// The name of its small picture, where it has one.
        pub thumbnail: Option<String>,
        /// Since when its files are kept no longer; the row stays.
        pub removed_at: Option<Timestamp>,
    }
}

row! {
    struct Removed {
        file: String,
        thumbnail: Option<String>,
    }
}

row! {
    struct Oldest {
        created_at: Option<Timestamp>,
    }
}

row! {
    struct Name {
        name: String,
    }
}

/// Writes down the files of one role, in order.
pub(crate) async fn insert(
    tx: &mut Tx,
    generation: &GenerationId,
    role: Role,
    files: &[NewOutput],
    now: Timestamp,
) -> Result<(), StoreError> {
    for (position, file) in (0_i64..).zip(files) {
        tx.execute(
            &INSERT,
            values![
                &file.id,
                generation,
                role.as_str(),
                position,
                &file.media_type,
                file.bytes,
                &file.sha256,
                &file.file,
                now,
                file.thumbnail.as_deref()
            ],
        )
        .await?;
    }
    Ok(())
}

/// The files of a generation, inputs first, if the person can see it.
///
/// # Errors
/// The database failed.
pub async fn of_generation(
    db: &Db,
    user: &UserId,
    generation: &GenerationId,
) -> Result<Vec<OutputRow>, StoreError> {
    db.all(&OF_GENERATION, values![user, generation]).await
}

/// The file, if the person can see its generation.
///
/// # Errors
/// The database failed.
pub async fn get_visible(
    db: &Db,
    user: &UserId,
    id: &OutputId,
) -> Result<Option<OutputRow>, StoreError> {
    db.one(&GET_VISIBLE, values![user, id]).await
}

/// Writes down that the files of up to `limit` outputs that are older than `before` are kept no
/// longer; only of generations that came to their end before then. The names of those files, which
/// newer outputs may share: see [`named`].
///
/// # Errors
/// The database failed.
pub async fn remove_old(
    db: &Db,
    before: Timestamp,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    let removed = db
        .write_returning_all::<Removed>(&REMOVE_OLD, values![before, now, i64::from(limit)])
        .await?;
    Ok(removed
        .into_iter()
        .flat_map(|row| [Some(row.file), row.thumbnail])
        .flatten()
        .collect())
}

/// When the first of all outputs was stored, whether its files are still kept or not.
///
/// # Errors
/// The database failed.
pub async fn oldest(db: &Db) -> Result<Option<Timestamp>, StoreError> {
    let oldest = db.one::<Oldest>(&OLDEST, &[]).await?;
    Ok(oldest.and_then(|row| row.created_at))
}

/// Those of the names, given as a JSON array, under which a file has to stay.
///
/// # Errors
/// The database failed.
pub async fn named(db: &Db, names: &str) -> Result<BTreeSet<String>, StoreError> {
    let found = db.all::<Name>(&NAMED, values![names]).await?;
    Ok(found.into_iter().map(|row| row.name).collect())
}

/// The names of files and thumbnails that are kept, in their order from after one.
///
/// # Errors
/// The database failed.
pub async fn files_after(db: &Db, after: &str, limit: u32) -> Result<Vec<String>, StoreError> {
    let limit = i64::from(limit);
    let mut names = BTreeSet::new();
    for statement in [&FILES_AFTER, &THUMBNAILS_AFTER] {
        let rows: Vec<Name> = db.all(statement, values![after, limit]).await?;
        names.extend(rows.into_iter().map(|row| row.name));
    }
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    Ok(names.into_iter().take(most).collect())
}
