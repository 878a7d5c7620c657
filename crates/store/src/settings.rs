//! Settings as rows of fields with versions. A patch is one transaction: either every field is
//! written on the version that its writer saw, or nothing is.

use crate::{
    Db, StoreError,
    db::Tx,
    row::row,
    settings_history,
    statement::{statements, values},
};
use domain::{
    OrganizationId, ProjectId, Timestamp, UserId,
    settings::{Change, Field, Fields, Stored},
};

statements! {
    LOAD = "
        SELECT field, value, version, updated_at
        FROM settings WHERE scope_kind = $1 AND scope_id = $2";
    // What is set in the projects that a person sees.
    OF_PROJECTS = "
        SELECT s.scope_id, s.field, s.value
        FROM project_access access
        JOIN settings s ON s.scope_kind = 'project' AND s.scope_id = access.project_id
        WHERE access.user_id = $1 AND s.value IS NOT NULL";
    // Changes nothing; on PostgreSQL it keeps others from changing the row until the commit.
    LOCK = "
        UPDATE settings SET version = version
        WHERE scope_kind = $1 AND scope_id = $2 AND field = $3
        RETURNING value, version, updated_at";
    INSERT = "
        INSERT INTO settings (scope_kind, scope_id, field, value, version, updated_at, updated_by)
        VALUES ($1, $2, $3, $4, 1, $5, $6)
        ON CONFLICT (scope_kind, scope_id, field) DO NOTHING
        RETURNING value, version, updated_at";
    UPDATE = "
        UPDATE settings
        SET value = $4, version = version + 1, updated_at = $5, updated_by = $6
        WHERE scope_kind = $1 AND scope_id = $2 AND field = $3
        RETURNING value, version, updated_at";
}

/// Whose settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// A person's own.
    User(UserId),
    /// A project's. Whether the acting person may see it is asked of [`crate::projects`] before.
    Project(ProjectId),
    /// An organization's. Whether the acting person may is asked of [`crate::organizations`] before.
    Organization(OrganizationId),
    /// The instance's.
    Environment,
}

impl Scope {
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Project(_) => "project",
            Self::Organization(_) => "organization",
            Self::Environment => "environment",
        }
    }

    pub(crate) fn id(&self) -> &str {
        match self {
            Self::User(id) => id.as_str(),
            Self::Project(id) => id.as_str(),
            Self::Organization(id) => id.as_str(),
            Self::Environment => "",
        }
    }
}

row! {
    struct FieldRow {
        field: String,
        value: Option<String>,
        version: i64,
        updated_at: Timestamp,
    }
}

row! {
    struct ProjectFieldRow {
        scope_id: ProjectId,
        field: String,
        value: String,
    }
}

row! {
    struct StoredRow {
        value: Option<String>,
        version: i64,
        updated_at: Timestamp,
    }
}

impl From<StoredRow> for Stored {
    fn from(row: StoredRow) -> Self {
        Self {
            value: row.value,
            version: row.version,
            updated_at: row.updated_at,
        }
    }
}

/// What came of a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatchOutcome {
    /// Every wish is stored; this is what stands there now, by field.
    Applied(Vec<(Field, Stored)>),
    /// These fields changed meanwhile and stand as given (version 0: never set); nothing was
    /// written.
    Conflicts(Vec<(Field, Stored)>),
}

/// Every field that was ever set in a scope. Fields that this version does not know are left out.
///
/// # Errors
/// The database failed.
pub async fn load(db: &Db, scope: &Scope) -> Result<Fields, StoreError> {
    let rows = db
        .all::<FieldRow>(&LOAD, values![scope.kind(), scope.id()])
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let stored = Stored {
                value: row.value,
                version: row.version,
                updated_at: row.updated_at,
            };
            Some((Field::parse(&row.field)?, stored))
        })
        .collect())
}

/// Every field that is set in one of the projects that a person sees. Fields that this version does
/// not know are left out.
///
/// # Errors
/// The database failed.
pub async fn of_projects(
    db: &Db,
    user: &UserId,
) -> Result<Vec<(ProjectId, Field, String)>, StoreError> {
    let rows = db
        .all::<ProjectFieldRow>(&OF_PROJECTS, values![user])
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((row.scope_id, Field::parse(&row.field)?, row.value)))
        .collect())
}

/// Stores wishes in one transaction. A wish with a base is refused unless the stored version (0
/// where the field was never set) is that base. Versions count from 1; a wish for what is there
/// already is acknowledged without a new version. Of two wishes for one field the later counts. Each
/// change is remembered in [`crate::settings_history`]; where no value is another than before, the
/// handle's note stays unwritten.
///
/// # Errors
/// The database failed.
pub async fn patch(
    db: &Db,
    scope: &Scope,
    changes: &[Change],
    who: &UserId,
    now: Timestamp,
) -> Result<PatchOutcome, StoreError> {
    // Everybody locks rows in the order of the fields, so that nobody waits in a circle.
    let wishes: std::collections::BTreeMap<Field, &Change> = changes
        .iter()
        .map(|change| (change.field, change))
        .collect();
    let mut applied = Vec::with_capacity(wishes.len());
    let mut conflicts = Vec::new();
    let mut is_other = false;
    let mut tx = db.begin().await?;
    for (field, change) in wishes {
        match set(&mut tx, scope, change, who, now).await? {
            Set::Other(stored) => {
                is_other = true;
                applied.push((field, stored));
            }
            Set::Same(stored) => applied.push((field, stored)),
            Set::Refused(stored) => conflicts.push((field, stored)),
        }
    }
    if conflicts.is_empty() {
        if !is_other {
            tx.forget_note();
        }
        tx.commit().await?;
        Ok(PatchOutcome::Applied(applied))
    } else {
        tx.rollback().await?;
        Ok(PatchOutcome::Conflicts(conflicts))
    }
}

/// What came of a wish, with what stands there now.
enum Set {
    /// The value is another than before.
    Other(Stored),
    /// The value is what it was.
    Same(Stored),
    /// The version is not the expected one.
    Refused(Stored),
}

/// Sets one field.
async fn set(
    tx: &mut Tx,
    scope: &Scope,
    change: &Change,
    who: &UserId,
    now: Timestamp,
) -> Result<Set, StoreError> {
    let (kind, id, field) = (scope.kind(), scope.id(), change.field.to_string());
    let value = change.value.as_deref();
    loop {
        let row = tx
            .one::<StoredRow>(&LOCK, values![kind, id, &field])
            .await?;
        let current = row.map(Stored::from);
        let version = current.as_ref().map_or(0, |stored| stored.version);
        if change.base.is_some_and(|base| base != version) {
            let nothing = Stored {
                value: None,
                version: 0,
                updated_at: Timestamp(0),
            };
            return Ok(Set::Refused(current.unwrap_or(nothing)));
        }
        let (statement, before) = match current {
            Some(stored) if stored.value == change.value => return Ok(Set::Same(stored)),
            Some(stored) => (&UPDATE, stored.value),
            None => (&INSERT, None),
        };
        let written = tx
            .one::<StoredRow>(statement, values![kind, id, &field, value, now, who])
            .await?;
        // Nothing comes back when another transaction has just made the row: look again.
        if let Some(stored) = written.map(Stored::from) {
            if before == stored.value {
                return Ok(Set::Same(stored));
            }
            let before = before.as_deref();
            settings_history::record(tx, scope, &field, before, &stored, who).await?;
            return Ok(Set::Other(stored));
        }
    }
}
