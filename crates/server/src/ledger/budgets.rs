//! Budgets: set by whom they belong to, seen by whom they concern. A person sets their own, a
//! project's owner the project's, an organization's admins its, and who runs the instance its.

use super::organization_of;
use crate::{
    actor::Actor,
    app::App,
    audit::{self, Done},
    fault::Fault,
    organizations, projects,
};
use domain::{
    ApiError, ErrorCode, ProjectId, Timestamp,
    budget::{self, BudgetView, Owner, Period, Standing, Wish},
    money::MicroUsd,
    project::Right,
    resolution::Payer,
};
use serde_json::{Value, json};
use store::{Db, budgets::Kept};

/// Every budget that may stop what the acting person pays or has paid for, but for those of
/// projects: their own, their organizations', and to who runs the instance, its.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<BudgetView>, ApiError> {
    let memberships = store::organizations::memberships_of(&app.db, &actor.user.id)
        .await
        .map_err(Fault::from)?;
    let shared = memberships.into_iter().flat_map(|row| {
        let share = Owner::Member(row.organization_id.clone(), actor.user.id.clone());
        [Owner::Organization(row.organization_id), share]
    });
    let mut owners = vec![Owner::User(actor.user.id.clone())];
    owners.extend(shared);
    if actor.runs_the_instance() {
        owners.push(Owner::Instance);
    }
    let mut all = Vec::new();
    for owner in &owners {
        all.extend(views(app, owner).await?);
    }
    Ok(all)
}

/// The budgets of an owner.
///
/// # Errors
/// `NOT_FOUND` for what one cannot see, `FORBIDDEN` for the instance's.
pub async fn of(app: &App, actor: &Actor, owner: &Owner) -> Result<Vec<BudgetView>, ApiError> {
    rights(app, actor, owner).await?;
    Ok(views(app, owner).await?)
}

/// The budget that would refuse something now, as an error; `None` where it fits. It reserves
/// nothing: whether it fits in the end is decided where it is asked for.
///
/// # Errors
/// `NOT_FOUND` for a foreign project.
pub async fn obstacle(
    app: &App,
    actor: &Actor,
    project: Option<&ProjectId>,
    payer: Payer,
    price: Option<MicroUsd>,
) -> Result<Option<ApiError>, ApiError> {
    let organization = match payer {
        Payer::Organization => organization_of(app, actor, project).await?,
        Payer::User | Payer::Instance => None,
    };
    let now = app.clock.now();
    for owner in budget::owners(&actor.user.id, project, organization.as_ref(), payer) {
        for (kept, standing) in standings(app, &owner, now).await? {
            if let Err(refused) = kept.budget.admit(owner.kind(), standing, price, now) {
                return Ok(Some(refused.into()));
            }
        }
    }
    Ok(None)
}

/// What the budgets say about something before it is asked for: that one would refuse it, or that one
/// is nearly used up with it. `None` where there is nothing to say.
///
/// # Errors
/// `NOT_FOUND` for a foreign project.
pub async fn notice(
    app: &App,
    actor: &Actor,
    project: Option<&ProjectId>,
    payer: Payer,
    price: Option<MicroUsd>,
) -> Result<Option<String>, ApiError> {
    if let Some(refused) = obstacle(app, actor, project, payer, price).await? {
        return Ok(Some(refused.detail.clone()));
    }
    let organization = match payer {
        Payer::Organization => organization_of(app, actor, project).await?,
        Payer::User | Payer::Instance => None,
    };
    let now = app.clock.now();
    for owner in budget::owners(&actor.user.id, project, organization.as_ref(), payer) {
        for (kept, standing) in standings(app, &owner, now).await? {
            let warning = kept.budget.warning(owner.kind(), standing, price, now);
            if warning.is_some() {
                return Ok(warning);
            }
        }
    }
    Ok(None)
}

/// The budgets that do not cover all of this together, each with what it says: the most that is to
/// be spent now, by who pays. Like [`obstacle`], it reserves nothing.
///
/// # Errors
/// `NOT_FOUND` for a foreign project.
pub(crate) async fn obstacles(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
    prices: &[(Payer, MicroUsd)],
) -> Result<Vec<ApiError>, ApiError> {
    let by_organization = prices
        .iter()
        .any(|(payer, _)| *payer == Payer::Organization);
    let organization = if by_organization {
        organization_of(app, actor, Some(project)).await?
    } else {
        None
    };
    let mut counted: Vec<(Owner, MicroUsd)> = Vec::new();
    for (payer, price) in prices {
        let user = &actor.user.id;
        for owner in budget::owners(user, Some(project), organization.as_ref(), *payer) {
            match counted.iter_mut().find(|(known, _)| *known == owner) {
                Some((_, sum)) => *sum = sum.plus(*price),
                None => counted.push((owner, *price)),
            }
        }
    }
    let now = app.clock.now();
    let mut obstacles = Vec::new();
    for (owner, price) in &counted {
        for (kept, standing) in standings(app, owner, now).await? {
            let admitted = kept.budget.admit(owner.kind(), standing, Some(*price), now);
            obstacles.extend(admitted.err().map(ApiError::from));
        }
    }
    Ok(obstacles)
}

/// Sets a budget, in place of the one of the same owner and period. What was already spent in the
/// period counts.
///
/// # Errors
/// As [`of`], `FORBIDDEN` for who may only see it, `INVALID_INPUT`.
pub async fn put(
    app: &App,
    actor: &Actor,
    owner: &Owner,
    period: Period,
    wish: Wish,
) -> Result<BudgetView, ApiError> {
    may_set(app, actor, owner).await?;
    let budget = wish
        .budget(period)
        .map_err(|wrong| ApiError::invalid(vec![wrong]))?;
    let now = app.clock.now();
    let detail = serde_json::to_value(budget).map_err(Fault::from)?;
    let db = noting(app, actor, owner, period, "budget.set", detail).await?;
    store::budgets::put(&db, owner, &budget, &actor.user.id, now)
        .await
        .map_err(Fault::from)?;
    let found = views(app, owner).await?;
    let found = found.into_iter().find(|view| view.period == period);
    found.ok_or_else(|| ApiError::not_found("budget"))
}

/// Takes a budget away.
///
/// # Errors
/// As [`put`]; `NOT_FOUND` where there is none.
pub async fn remove(
    app: &App,
    actor: &Actor,
    owner: &Owner,
    period: Period,
) -> Result<(), ApiError> {
    may_set(app, actor, owner).await?;
    let db = noting(app, actor, owner, period, "budget.removed", json!({})).await?;
    let removed = store::budgets::remove(&db, owner, period)
        .await
        .map_err(Fault::from)?;
    if !removed {
        return Err(ApiError::not_found("budget"));
    }
    Ok(())
}

async fn standings(
    app: &App,
    owner: &Owner,
    now: Timestamp,
) -> Result<Vec<(Kept, Standing)>, Fault> {
    let mut standings = Vec::new();
    for kept in store::budgets::of(&app.db, owner).await? {
        let since = kept.budget.period.start(now);
        let standing = store::budgets::standing(&app.db, owner, since).await?;
        standings.push((kept, standing));
    }
    Ok(standings)
}

async fn views(app: &App, owner: &Owner) -> Result<Vec<BudgetView>, Fault> {
    let now = app.clock.now();
    let view = |(kept, standing): (Kept, Standing)| {
        BudgetView::of(owner, &kept.budget, standing, kept.updated_at, now)
    };
    Ok(standings(app, owner, now)
        .await?
        .into_iter()
        .map(view)
        .collect())
}

/// The database for a change of a budget, which writes it down.
async fn noting(
    app: &App,
    actor: &Actor,
    owner: &Owner,
    period: Period,
    action: &'static str,
    detail: Value,
) -> Result<Db, ApiError> {
    let target = format!(
        "{}/{}/{}",
        owner.kind().as_str(),
        owner.id(),
        period.as_str()
    );
    let organization = match owner {
        Owner::Organization(id) => Some(id.clone()),
        Owner::Project(id) => projects::get(app, actor, id).await?.organization_id,
        _ => None,
    };
    let done = Done {
        organization: organization.as_ref(),
        detail,
        ..Done::new(action, &target)
    };
    Ok(audit::noting(app, actor, done))
}

/// Whether the acting person may set the budgets of an owner that they can see.
async fn rights(app: &App, actor: &Actor, owner: &Owner) -> Result<bool, ApiError> {
    match owner {
        Owner::User(id) if *id == actor.user.id => Ok(true),
        Owner::User(_) => Err(ApiError::not_found("account")),
        Owner::Project(id) => {
            let project = projects::get(app, actor, id).await?;
            Ok(project.role.may(Right::Own))
        }
        Owner::Organization(id) => Ok(organizations::level(app, actor, id).await?.role.is_admin()),
        // It is set with the organization's policy.
        Owner::Member(..) => Err(ApiError::not_found("budget")),
        Owner::Instance if actor.runs_the_instance() => Ok(true),
        Owner::Instance => Err(ApiError::new(
            ErrorCode::Forbidden,
            "Only the people who run this instance can see and set its budgets.",
        )),
    }
}

async fn may_set(app: &App, actor: &Actor, owner: &Owner) -> Result<(), ApiError> {
    if rights(app, actor, owner).await? {
        return Ok(());
    }
    let who = match owner {
        Owner::Organization(_) => "Only the organization's admins can set its budgets.",
        _ => "Only the project's owner can set its budgets.",
    };
    Err(ApiError::new(ErrorCode::Forbidden, who))
}
