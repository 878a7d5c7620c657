//! The same job at every provider and model that makes its kind: what each would cost, how long it
//! usually takes, and whether it could be used now or why not. Nothing is sent.

use crate::{actor::Actor, app::App, past, resolve, snapshot};
use domain::{
    ApiError, ErrorCode, ProviderId,
    catalog::{Catalog, Model},
    generation::{Compared, Wanted, rank},
    input::InputProblem,
    parameter,
    pricing::{self, Estimate},
    resolution::{Request, Snapshot},
};

/// Every way: what can be used first, then by price.
///
/// # Errors
/// `NOT_FOUND` for a foreign project, `PAYLOAD_TOO_LARGE` for a text beyond every limit.
pub async fn all(app: &App, actor: &Actor, wanted: &Wanted) -> Result<Vec<Compared>, ApiError> {
    if let Err(problem @ InputProblem::TooLarge { .. }) = wanted.input.check(None) {
        return Err(resolve::refuse(problem));
    }
    let catalog = app.catalog_for(actor).await?;
    let snapshot = snapshot::load(app, actor, wanted.project_id.as_ref()).await?;
    let operation = wanted.input.operation();
    let mut durations = past::durations(app, actor, operation).await?;
    let today = app.clock.today();
    let providers = ProviderId::serving(operation).iter();
    let mut ways: Vec<Compared> = providers
        .flat_map(|provider| catalog.models_of(operation, *provider))
        .filter(|model| !model.is_retired(&today))
        .map(|model| Compared {
            typical: durations.remove(&(model.provider, model.id.clone())),
            ..compared(app, &catalog, &snapshot, wanted, model)
        })
        .collect();
    rank(&mut ways);
    Ok(ways)
}

fn compared(
    app: &App,
    catalog: &Catalog,
    snapshot: &Snapshot,
    wanted: &Wanted,
    model: &Model,
) -> Compared {
    let request = Request {
        operation: model.operation,
        provider: Some(model.provider),
        model: Some(model.id.clone()),
    };
    let unfit = wanted.input.check(Some(model)).map_err(resolve::refuse);
    let estimate = match &unfit {
        Ok(()) => {
            let mut input = wanted.input.clone();
            let defaults = resolve::defaults(&input, Some(model), snapshot);
            parameter::fill(&mut input, &defaults);
            pricing::estimate(&input, Some(model), &app.clock.today())
        }
        Err(_) => Estimate::unknown(),
    };
    let found = unfit.and_then(|()| resolve::over(app, catalog, snapshot, &request));
    let (payer, problem) = match found {
        Ok(resolution) => (Some(resolution.payer), None),
        Err(problem) => (None, Some(without_trace(problem))),
    };
    Compared {
        provider: model.provider,
        model: model.id.clone(),
        name: model.name.clone(),
        estimate,
        usable: problem.is_none(),
        payer,
        problem,
        typical: None,
    }
}

/// The reason alone: the trace of each of a hundred models would bury it.
fn without_trace(mut problem: ApiError) -> ApiError {
    if problem.code != ErrorCode::InvalidInput {
        problem.trace = None;
    }
    problem
}
