//! The end of an organization: its people, keys, settings, budgets and invitations go in one
//! transaction. Its row stays for the generations and the entries of the ledger that name it.

use super::members::{lock, role};
use crate::{
    Db, StoreError, budgets,
    row::row,
    statement::{statements, values},
};
use domain::{OrganizationId, Timestamp, UserId, account::OrganizationRole, budget::OwnerKind};

statements! {
    HOW_MANY_PROJECTS = "SELECT COUNT(*) AS number FROM projects WHERE organization_id = $1";
    NO_MEMBERS = "DELETE FROM organization_members WHERE organization_id = $1";
    NOBODYS_ACTIVE = "
        UPDATE users SET active_organization_id = NULL WHERE active_organization_id = $1";
    NO_KEYS = "DELETE FROM secrets WHERE owner_kind = 'organization' AND owner_id = $1";
    NO_REPLACED_KEYS = "
        DELETE FROM replaced_secrets WHERE owner_kind = 'organization' AND owner_id = $1";
    NO_TESTS = "DELETE FROM key_tests WHERE owner_kind = 'organization' AND owner_id = $1";
    NO_HEALTH = "DELETE FROM key_health WHERE owner_kind = 'organization' AND owner_id = $1";
    NO_SETTINGS = "DELETE FROM settings WHERE scope_kind = 'organization' AND scope_id = $1";
    NO_HISTORY = "
        DELETE FROM settings_history WHERE scope_kind = 'organization' AND scope_id = $1";
    NO_INVITATIONS = "
        DELETE FROM invitations WHERE kind = 'organization' AND target_id = $1";
    END = "UPDATE organizations SET deleted_at = $2 WHERE id = $1";
}

row! {
    struct Count {
        number: i64,
    }
}

/// What came of ending an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It is over.
    Done,
    /// Who wishes it does not belong to it.
    Missing,
    /// Who wishes it is no owner. Nothing was written.
    OwnersOnly,
    /// So many projects belong to it, which have to go first. Nothing was written.
    HasProjects(i64),
}

/// Ends an organization for one of its owners.
///
/// # Errors
/// The database failed.
pub async fn end(
    db: &Db,
    organization: &OrganizationId,
    actor: &UserId,
    now: Timestamp,
) -> Result<Ending, StoreError> {
    let mut tx = db.begin().await?;
    let there = lock(&mut tx, organization).await?;
    let part = role(&mut tx, organization, actor).await?;
    let projects: Option<Count> = tx.one(&HOW_MANY_PROJECTS, values![organization]).await?;
    let projects = projects.map_or(0, |count| count.number);
    let ending = match part {
        Some(OrganizationRole::Owner) if there && projects > 0 => Ending::HasProjects(projects),
        Some(OrganizationRole::Owner) if there => Ending::Done,
        Some(_) if there => Ending::OwnersOnly,
        _ => Ending::Missing,
    };
    if ending != Ending::Done {
        tx.rollback().await?;
        return Ok(ending);
    }
    for statement in [
        &NO_MEMBERS,
        &NOBODYS_ACTIVE,
        &NO_KEYS,
        &NO_REPLACED_KEYS,
        &NO_TESTS,
        &NO_HEALTH,
        &NO_SETTINGS,
        &NO_HISTORY,
        &NO_INVITATIONS,
    ] {
        tx.execute(statement, values![organization]).await?;
    }
    for kind in [OwnerKind::Organization, OwnerKind::Member] {
        budgets::remove_of(&mut tx, kind, organization.as_str()).await?;
    }
    tx.execute(&END, values![organization, now]).await?;
    tx.commit().await?;
    Ok(Ending::Done)
}
