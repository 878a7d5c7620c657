//! The instance at a glance: how many accounts and organizations there are, and what it has paid.

use super::must;
use crate::{
    actor::Actor,
    app::App,
    fault::Fault,
    ledger::{
        budgets,
        usage::{self, Of, Query},
    },
};
use domain::{
    ApiError,
    budget::{BudgetView, Owner},
    usage::Sum,
};
use serde::Serialize;

/// The instance at a glance.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = InstanceOverview)]
pub struct Overview {
    /// How many accounts there are.
    pub accounts: i64,
    /// How many of them may not sign in.
    pub disabled_accounts: i64,
    /// How many organizations there are.
    pub organizations: i64,
    /// How many generations are not finished.
    pub unfinished: i64,
    /// What the instance has paid since midnight UTC.
    pub today: Sum,
    /// What it has paid this month.
    pub this_month: Sum,
    /// Its budgets.
    pub budgets: Vec<BudgetView>,
}

/// The instance at a glance.
///
/// # Errors
/// `FORBIDDEN` for who does not run the instance.
pub async fn look(app: &App, actor: &Actor) -> Result<Overview, ApiError> {
    must(actor)?;
    let (accounts, organizations) = store::administration::counts(&app.db)
        .await
        .map_err(Fault::from)?;
    let unfinished = store::jobs::unfinished(&app.db)
        .await
        .map_err(Fault::from)?;
    let today = Some(app.clock.today());
    Ok(Overview {
        accounts: accounts.number,
        disabled_accounts: accounts.disabled,
        organizations,
        unfinished,
        today: paid(app, actor, today).await?,
        this_month: paid(app, actor, None).await?,
        budgets: budgets::of(app, actor, &Owner::Instance).await?,
    })
}

/// What the instance has paid from a day on, or this month.
async fn paid(app: &App, actor: &Actor, from: Option<String>) -> Result<Sum, ApiError> {
    let query = Query {
        from,
        ..Query::default()
    };
    let report = usage::report(app, actor, &Of::Instance, &query).await?;
    Ok(report.total.instance)
}
