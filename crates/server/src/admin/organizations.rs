//! Organizations: found, and put on a plan.

use super::{Page, Search, must};
use crate::{
    actor::Actor,
    app::App,
    audit::{self, Done},
    fault::Fault,
};
use domain::{ApiError, OrganizationId, Timestamp, account::Plan};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::administration::{self, Changed, OrganizationRow};

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = AdministeredOrganization)]
pub struct Organization {
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

impl From<OrganizationRow> for Organization {
    fn from(row: OrganizationRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            plan: row.plan,
            created_at: row.created_at,
            members: row.members,
        }
    }
}

/// What is to become of an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrganizationPlanWish, example = json!({ "plan": "premium" }))]
pub struct Wish {
    /// The plan that it is put on.
    pub plan: Plan,
}

/// Organizations in the order in which they were made.
///
/// # Errors
/// `FORBIDDEN` for who does not run the instance.
pub async fn list(
    app: &App,
    actor: &Actor,
    search: &Search,
) -> Result<Page<Organization>, ApiError> {
    must(actor)?;
    let (part, limit) = (search.part()?, search.limit()?);
    let rows = administration::organizations(&app.db, part, search.after(), limit + 1)
        .await
        .map_err(Fault::from)?;
    Ok(Page::of(rows, limit, |row| row.id.to_string()))
}

/// Puts an organization on a plan. Its admins can read that it was.
///
/// # Errors
/// `FORBIDDEN` for who does not run the instance, `NOT_FOUND`.
pub async fn change(
    app: &App,
    actor: &Actor,
    id: &OrganizationId,
    wish: Wish,
) -> Result<Organization, ApiError> {
    must(actor)?;
    let before = administration::organization(&app.db, id)
        .await
        .map_err(Fault::from)?
        .ok_or_else(|| ApiError::not_found("organization"))?;
    let done = Done {
        organization: Some(id),
        detail: json!({"name": before.name, "plan": wish.plan}),
        ..Done::new("organization.plan_set", id.as_str())
    };
    let event = audit::event(app, actor, done);
    let changed = administration::set_plan(&app.db, id, wish.plan, &event)
        .await
        .map_err(Fault::from)?;
    match changed {
        Changed::Done(row) | Changed::Same(row) => Ok(row.into()),
        Changed::Missing | Changed::LastAdmin => Err(ApiError::not_found("organization")),
    }
}
