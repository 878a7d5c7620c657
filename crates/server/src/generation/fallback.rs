//! Who takes over where a provider fails: made ready with the generation, by the settings of that
//! moment and the resolver that found the first choice, so that nothing is decided when it is too
//! late to ask. Without a setting there is none.

use crate::{app::App, resolve};
use domain::{
    SecretId,
    catalog::Catalog,
    fallback::{Offer, Policy},
    generation::{Agreed, Preview},
    input::GenerationInput,
    money::MicroUsd,
    parameter,
    pricing::Estimate,
    resolution::{Level, Reason, Request, Resolution, Snapshot},
};
use serde::{Deserialize, Serialize};

/// What is stored with a generation until somebody takes over, or it ends.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Plan {
    /// The terms.
    pub(super) policy: Policy,
    /// Whose settings say so.
    pub(super) level: Level,
    /// Who generates then, with which model, and how that was found.
    pub(super) resolution: Resolution,
    /// The stored key to use then.
    pub(super) secret_ref: Option<SecretId>,
    /// The address of the deployment to use then.
    #[serde(default)]
    pub(super) endpoint: Option<String>,
    /// What is asked for, with that model's defaults.
    pub(super) input: GenerationInput,
    /// What it is expected to cost then.
    pub(super) estimate: Estimate,
    /// The most of that.
    pub(super) price: MicroUsd,
}

/// What is looked at to make a fallback ready.
pub(super) struct Grounds<'a> {
    /// The running application.
    pub(super) app: &'a App,
    /// What is on offer.
    pub(super) catalog: &'a Catalog,
    /// What all levels say.
    pub(super) snapshot: &'a Snapshot,
    /// What is asked for, without anybody's defaults.
    pub(super) input: &'a GenerationInput,
    /// What was agreed to.
    pub(super) agreed: Option<&'a Agreed>,
}

/// Makes ready who takes over, if the settings name somebody who may. Where they do and it may not,
/// the trace of the first choice says why.
pub(super) fn make_ready(grounds: &Grounds<'_>, first: &mut Preview) -> Option<Plan> {
    let operation = first.resolution.operation;
    let (level, policy) = grounds.snapshot.fallback(operation)?;
    if policy.provider() == first.resolution.provider {
        return None;
    }
    match ready(grounds, first, level, policy) {
        Ok(plan) => Some(plan),
        Err(reason) => {
            let provider = policy.provider();
            first.resolution.without_fallback(level, provider, reason);
            None
        }
    }
}

fn ready(
    grounds: &Grounds<'_>,
    first: &Preview,
    level: Level,
    policy: &Policy,
) -> Result<Plan, Reason> {
    let Grounds {
        app,
        catalog,
        snapshot,
        ..
    } = grounds;
    let request = Request {
        operation: first.resolution.operation,
        provider: Some(policy.provider()),
        model: None,
    };
    let resolution =
        resolve::over(app, catalog, snapshot, &request).map_err(|_| Reason::Unusable)?;
    let model = resolve::listed_model(catalog, &resolution);
    let mut input = grounds.input.clone();
    input.check(model).map_err(|_| Reason::Unusable)?;
    let defaults = resolve::defaults(&input, model, snapshot);
    parameter::fill(&mut input, &defaults);
    let estimate = resolve::price(app, &input, model);
    if let Some(model) = model {
        input.fill_defaults(&model.can);
    }
    let most = |estimate: &Estimate| estimate.micro_usd.map(|total| total.high);
    let agreed = grounds.agreed.and_then(|agreed| agreed.most_micro_usd);
    let offer = |payer, most| Offer { payer, most };
    let refused = policy.refuses(
        offer(
            first.resolution.payer,
            agreed.or_else(|| most(&first.estimate)),
        ),
        offer(resolution.payer, most(&estimate)),
    );
    match (refused, most(&estimate)) {
        (None, Some(price)) => Ok(Plan {
            policy: policy.clone(),
            level,
            secret_ref: super::create::stored_secret(&resolution),
            endpoint: resolution.address().map(str::to_owned),
            resolution,
            input,
            estimate,
            price,
        }),
        (reason, _) => Err(reason.unwrap_or(Reason::TooExpensive)),
    }
}
