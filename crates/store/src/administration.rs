//! Accounts and organizations as the people who run the instance see and change them. Whatever
//! happens at the same moment, an enabled account that runs the instance is left.

use crate::{
    Db, StoreError,
    audit::{self, NewEvent},
    db::Tx,
    row::{plan_id, row},
    statement::{statements, values},
};
use domain::{GenerationId, OrganizationId, Timestamp, UserId, account::Plan};

statements! {
    ACCOUNTS = r"
        SELECT u.id, u.email, u.name, u.is_admin, u.created_at, u.disabled_at,
               (SELECT MAX(s.last_seen_at) FROM sessions s WHERE s.user_id = u.id) AS last_seen_at,
               (SELECT COUNT(*) FROM organization_members m WHERE m.user_id = u.id)
                   AS organizations
        FROM users u
        WHERE u.email > $1
          AND (CAST($2 AS TEXT) IS NULL OR LOWER(u.email) LIKE LOWER($2) ESCAPE '\'
               OR LOWER(u.name) LIKE LOWER($2) ESCAPE '\')
        ORDER BY u.email LIMIT $3";
    ACCOUNT = "
        SELECT u.id, u.email, u.name, u.is_admin, u.created_at, u.disabled_at,
               (SELECT MAX(s.last_seen_at) FROM sessions s WHERE s.user_id = u.id) AS last_seen_at,
               (SELECT COUNT(*) FROM organization_members m WHERE m.user_id = u.id)
                   AS organizations
        FROM users u WHERE u.id = $1";
    // Changes nothing; on PostgreSQL it makes those who change accounts wait for each other.
    LOCK_INSTANCE = "UPDATE instance SET first_user_id = first_user_id WHERE id = 1";
    OTHER_ADMINS = "
        SELECT COUNT(*) AS number FROM users
        WHERE is_admin = 1 AND disabled_at IS NULL AND id <> $1";
    SET_DISABLED = "UPDATE users SET disabled_at = $2 WHERE id = $1";
    SET_ADMIN = "UPDATE users SET is_admin = $2 WHERE id = $1";
    END_SESSIONS = "DELETE FROM sessions WHERE user_id = $1";
    UNFINISHED_OF = "
        SELECT g.id FROM generations g
        WHERE g.user_id = $1
          AND EXISTS (SELECT 1 FROM jobs j WHERE j.generation_id = g.id)";
    ORGANIZATIONS = r"
        SELECT o.id, o.name, o.plan, o.created_at,
               (SELECT COUNT(*) FROM organization_members m WHERE m.organization_id = o.id)
                   AS members
        FROM organizations o
        WHERE o.id > $1 AND o.deleted_at IS NULL AND (CAST($2 AS TEXT) IS NULL OR LOWER(o.name) LIKE LOWER($2) ESCAPE '\')
        ORDER BY o.id LIMIT $3";
    ORGANIZATION = "
        SELECT o.id, o.name, o.plan, o.created_at,
               (SELECT COUNT(*) FROM organization_members m WHERE m.organization_id = o.id)
                   AS members
        FROM organizations o WHERE o.id = $1 AND o.deleted_at IS NULL";
    SET_PLAN = "UPDATE organizations SET plan = $2 WHERE id = $1";
    COUNT_ACCOUNTS = "
        SELECT COUNT(*) AS number, COUNT(disabled_at) AS disabled FROM users";
    COUNT_ORGANIZATIONS = "
        SELECT COUNT(*) AS number FROM organizations WHERE deleted_at IS NULL";
}

row! {
    /// An account.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct AccountRow {
        /// Its id.
        pub id: UserId,
        /// The address to sign in with.
        pub email: String,
        /// What the person is called.
        pub name: String,
        /// Whether it runs the instance.
        pub is_admin: bool,
        /// Since when it exists.
        pub created_at: Timestamp,
        /// Since when it may not sign in.
        pub disabled_at: Option<Timestamp>,
        /// When the latest of its sessions was last used; `None` where it has none.
        pub last_seen_at: Option<Timestamp>,
        /// To how many organizations it belongs.
        pub organizations: i64,
    }
}

row! {
    /// An organization.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OrganizationRow {
        /// Its id.
        pub id: OrganizationId,
        /// Its name.
        pub name: String,
        /// What it has paid for.
        pub plan: Plan,
        /// Since when it exists.
        pub created_at: Timestamp,
        /// How many people belong to it.
        pub members: i64,
    }
}

row! {
    /// How many accounts there are.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct AccountCount {
        /// All of them.
        pub number: i64,
        /// Those that may not sign in.
        pub disabled: i64,
    }
}

row! {
    struct Count {
        number: i64,
    }
}

row! {
    struct JobRow {
        id: GenerationId,
    }
}

/// A change of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It may not sign in any more, and its sessions end.
    Disable(Timestamp),
    /// It may sign in again.
    Enable,
    /// It runs the instance, or no longer.
    Admin(bool),
}

/// What came of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed<T> {
    /// It is changed.
    Done(T),
    /// It was so already.
    Same(T),
    /// There is no such thing.
    Missing,
    /// Nobody would be left who runs the instance. Nothing was changed.
    LastAdmin,
}

/// Accounts by their addresses, from after one; `search` is a part of the address or the name.
///
/// # Errors
/// The database failed.
pub async fn accounts(
    db: &Db,
    search: Option<&str>,
    after: &str,
    limit: u32,
) -> Result<Vec<AccountRow>, StoreError> {
    let (pattern, limit) = (search.map(pattern), i64::from(limit));
    db.all(&ACCOUNTS, values![after, pattern.as_deref(), limit])
        .await
}

/// The account with this id.
///
/// # Errors
/// The database failed.
pub async fn account(db: &Db, id: &UserId) -> Result<Option<AccountRow>, StoreError> {
    db.one(&ACCOUNT, values![id]).await
}

/// Changes an account and writes down that it was.
///
/// # Errors
/// The database failed.
pub async fn change_account(
    db: &Db,
    id: &UserId,
    change: Change,
    event: &NewEvent,
) -> Result<Changed<AccountRow>, StoreError> {
    let mut tx = db.begin().await?;
    tx.execute(&LOCK_INSTANCE, &[]).await?;
    let Some(row) = tx.one::<AccountRow>(&ACCOUNT, values![id]).await? else {
        tx.rollback().await?;
        return Ok(Changed::Missing);
    };
    let (is_same, takes_an_admin) = match change {
        Change::Disable(_) => (row.disabled_at.is_some(), row.is_admin),
        Change::Enable => (row.disabled_at.is_none(), false),
        Change::Admin(is_admin) => (
            row.is_admin == is_admin,
            !is_admin && row.disabled_at.is_none(),
        ),
    };
    if is_same {
        tx.rollback().await?;
        return Ok(Changed::Same(row));
    }
    if takes_an_admin {
        let others: Option<Count> = tx.one(&OTHER_ADMINS, values![id]).await?;
        if others.is_none_or(|others| others.number == 0) {
            tx.rollback().await?;
            return Ok(Changed::LastAdmin);
        }
    }
    apply(&mut tx, id, change).await?;
    let row = tx.one::<AccountRow>(&ACCOUNT, values![id]).await?;
    audit::append_in(&mut tx, event).await?;
    tx.commit().await?;
    Ok(row.map_or(Changed::Missing, Changed::Done))
}

async fn apply(tx: &mut Tx, id: &UserId, change: Change) -> Result<(), StoreError> {
    match change {
        Change::Disable(now) => {
            tx.execute(&SET_DISABLED, values![id, now]).await?;
            tx.execute(&END_SESSIONS, values![id]).await?;
        }
        Change::Enable => {
            tx.execute(&SET_DISABLED, values![id, None::<Timestamp>])
                .await?;
        }
        Change::Admin(is_admin) => {
            tx.execute(&SET_ADMIN, values![id, is_admin]).await?;
        }
    }
    Ok(())
}

/// What somebody has asked for and is not finished.
///
/// # Errors
/// The database failed.
pub async fn unfinished_of(db: &Db, id: &UserId) -> Result<Vec<GenerationId>, StoreError> {
    let rows: Vec<JobRow> = db.all(&UNFINISHED_OF, values![id]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Organizations in the order in which they were made, from after one; `search` is a part of the
/// name.
///
/// # Errors
/// The database failed.
pub async fn organizations(
    db: &Db,
    search: Option<&str>,
    after: &str,
    limit: u32,
) -> Result<Vec<OrganizationRow>, StoreError> {
    let (pattern, limit) = (search.map(pattern), i64::from(limit));
    db.all(&ORGANIZATIONS, values![after, pattern.as_deref(), limit])
        .await
}

/// The organization with this id.
///
/// # Errors
/// The database failed.
pub async fn organization(
    db: &Db,
    id: &OrganizationId,
) -> Result<Option<OrganizationRow>, StoreError> {
    db.one(&ORGANIZATION, values![id]).await
}

/// Puts an organization on a plan and writes down that it was.
///
/// # Errors
/// The database failed.
pub async fn set_plan(
    db: &Db,
    id: &OrganizationId,
    plan: Plan,
    event: &NewEvent,
) -> Result<Changed<OrganizationRow>, StoreError> {
    let mut tx = db.begin().await?;
    let row = tx
        .one::<OrganizationRow>(&ORGANIZATION, values![id])
        .await?;
    let changed = match row {
        None => Changed::Missing,
        Some(row) if row.plan == plan => Changed::Same(row),
        Some(row) => {
            tx.execute(&SET_PLAN, values![id, plan_id(plan)]).await?;
            audit::append_in(&mut tx, event).await?;
            Changed::Done(OrganizationRow { plan, ..row })
        }
    };
    match &changed {
        Changed::Done(_) => tx.commit().await?,
        _ => tx.rollback().await?,
    }
    Ok(changed)
}

/// How many accounts and organizations there are.
///
/// # Errors
/// The database failed.
pub async fn counts(db: &Db) -> Result<(AccountCount, i64), StoreError> {
    let accounts = db.one(&COUNT_ACCOUNTS, &[]).await?.unwrap_or_default();
    let organizations: Option<Count> = db.one(&COUNT_ORGANIZATIONS, &[]).await?;
    Ok((accounts, organizations.map_or(0, |count| count.number)))
}

/// A pattern for whatever has this part. What means something in a pattern stands for itself; case is
/// left to the database, of which SQLite knows that of ASCII alone.
fn pattern(part: &str) -> String {
    let mut pattern = String::from("%");
    for letter in part.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}
