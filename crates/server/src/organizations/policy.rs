//! What an organization's keys may be used for, and how much of its money each member may spend.

use super::{admin, done, level, missing};
use crate::{actor::Actor, app::App, audit, events::Event, fault::Fault};
use domain::{
    ApiError, ErrorCode, OrganizationId,
    money::{MICRO_USD_PER_CREDIT, MicroUsd},
    organization::{PolicyPatch, PolicyView},
    resolution::OrganizationPolicy,
};
use serde_json::json;
use sha2::{Digest, Sha256};

/// The policy of an organization, for everybody who belongs to it.
///
/// # Errors
/// `NOT_FOUND` for an organization that the acting person does not belong to.
pub async fn view(app: &App, actor: &Actor, id: &OrganizationId) -> Result<PolicyView, ApiError> {
    let stored = level(app, actor, id).await?.policy;
    let share = store::budgets::share(&app.db, id)
        .await
        .map_err(Fault::from)?;
    let policy: OrganizationPolicy = serde_json::from_str(&stored).map_err(Fault::from)?;
    Ok(seen(policy, share)?)
}

/// A policy with the members' share, as it is shown.
fn seen(policy: OrganizationPolicy, share: Option<MicroUsd>) -> Result<PolicyView, Fault> {
    Ok(PolicyView {
        version: version(&policy, share)?,
        policy,
        monthly_credits_per_member: share.map(|share| share.0 / MICRO_USD_PER_CREDIT),
    })
}

/// Names a state of the policy and of the members' share, so that a change can say on which it was
/// made.
fn version(policy: &OrganizationPolicy, share: Option<MicroUsd>) -> Result<String, Fault> {
    let text = serde_json::to_string(&(policy, share.map(|share| share.0)))?;
    Ok(hex::encode(&Sha256::digest(text)[..8]))
}

/// Changes the policy of an organization: what the patch leaves out stays.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN` for members, `INVALID_INPUT`, and `CONFLICT` where it is not any more what
/// the wish was made on.
pub async fn patch(
    app: &App,
    actor: &Actor,
    id: &OrganizationId,
    patch: &PolicyPatch,
) -> Result<PolicyView, ApiError> {
    admin(app, actor, id, "change its policy").await?;
    let share = patch
        .monthly_credits_per_member
        .map(|share| share.map(|credits| MicroUsd(credits.saturating_mul(MICRO_USD_PER_CREDIT))));
    let note = audit::note(app, actor, done("organization.policy", id));
    let build = |stored: &str, stored_share: Option<MicroUsd>| {
        let before: OrganizationPolicy = serde_json::from_str(stored).map_err(Fault::from)?;
        let now = version(&before, stored_share)?;
        if patch.base.as_ref().is_some_and(|base| *base != now) {
            return Err(ApiError::new(
                ErrorCode::Conflict,
                "The policy was changed elsewhere meanwhile. Nothing was saved; look at it as it is now and decide.",
            ));
        }
        let after = patch
            .applied(&before)
            .map_err(|wrong| ApiError::invalid(vec![wrong]))?;
        let text = serde_json::to_string(&after).map_err(Fault::from)?;
        let after_share = share.unwrap_or(stored_share);
        if after == before && after_share == stored_share {
            note.strike();
        } else {
            let detail = json!({ "policy": seen(after, after_share)? });
            note.amend(|event| event.detail = detail.to_string());
        }
        Ok::<_, ApiError>((text, share))
    };
    let (by, now) = (&actor.user.id, app.clock.now());
    store::organizations::set_policy(&app.db.noting(&note), id, by, now, build)
        .await
        .map_err(Fault::from)?
        .ok_or_else(missing)??;
    let view = view(app, actor, id).await?;
    let members = store::organizations::members::list(&app.db, id)
        .await
        .map_err(Fault::from)?;
    for member in members {
        app.events.tell(&member.user_id, Event::Missed);
    }
    Ok(view)
}
