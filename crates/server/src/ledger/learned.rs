//! What past generations say about the price of this one: the person's own, or where an
//! organization pays, the organization's. Never anybody else's.

use super::organization_of;
use crate::{actor::Actor, app::App, fault::Fault};
use domain::{
    ApiError, ProjectId,
    catalog::Model,
    input::GenerationInput,
    learned::{self, Evidence, Learned},
    resolution::{Payer, Resolution},
};
use store::ledger::{Alike, Past};

/// How many of the newest ones count.
const NEWEST: u32 = 50;

/// What such generations usually cost; `None` where too few are known.
pub(crate) async fn learned(
    app: &App,
    actor: &Actor,
    project: Option<&ProjectId>,
    resolution: &Resolution,
    (input, listed): (&GenerationInput, Option<&Model>),
) -> Result<Option<Learned>, ApiError> {
    let organization = match resolution.payer {
        Payer::Organization => organization_of(app, actor, project).await?,
        Payer::User | Payer::Instance => None,
    };
    let past = organization
        .as_ref()
        .map_or(Past::User(&actor.user.id), Past::Organization);
    let alike = Alike {
        operation: resolution.operation,
        provider: resolution.provider,
        model: &resolution.model,
        settings: &learned::settings(input, listed),
    };
    let rows = store::ledger::reported(&app.db, past, alike, NEWEST)
        .await
        .map_err(Fault::from)?;
    let evidence: Vec<Evidence> = rows
        .into_iter()
        .map(|row| Evidence {
            actual: row.actual,
            quantity: row
                .quantity
                .and_then(|quantity| u64::try_from(quantity).ok()),
        })
        .collect();
    Ok(learned::learn(&evidence, learned::quantity(input)))
}
