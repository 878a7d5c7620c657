//! The media of generations: what went in and what came out. The bytes are files; these rows say
//! where, what and how large. They are seen by whoever sees the generation.

use crate::{
    Db, StoreError,
    db::Tx,
    row::row,
    statement::{statements, values},
};
use domain::{GenerationId, OutputId, Timestamp, UserId};

statements! {
    INSERT = "
        INSERT INTO outputs (id, generation_id, role, position, media_type, bytes, sha256, file,
            created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    OF_GENERATION = "
        SELECT o.id, o.generation_id, o.role, o.position, o.media_type, o.bytes, o.sha256, o.file,
               o.created_at
        FROM outputs o JOIN generations g ON g.id = o.generation_id
        WHERE o.generation_id = $2
          AND (g.user_id = $1 OR EXISTS (
              SELECT 1 FROM projects p
              JOIN organization_members m ON m.organization_id = p.organization_id
              WHERE p.id = g.project_id AND m.user_id = $1))
        ORDER BY o.role, o.position";
    GET_VISIBLE = "
        SELECT o.id, o.generation_id, o.role, o.position, o.media_type, o.bytes, o.sha256, o.file,
               o.created_at
        FROM outputs o JOIN generations g ON g.id = o.generation_id
        WHERE o.id = $2
          AND (g.user_id = $1 OR EXISTS (
              SELECT 1 FROM projects p
              JOIN organization_members m ON m.organization_id = p.organization_id
              WHERE p.id = g.project_id AND m.user_id = $1))";
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
    /// Where it lies, relative to the folder of the data.
    pub file: String,
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
        /// Where it lies, relative to the folder of the data.
        pub file: String,
        /// When it was stored.
        pub created_at: Timestamp,
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
                now
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
