//! Answers who would generate, and what it would cost, without doing anything.

use crate::{actor::Actor, app::App, ledger, past, snapshot};
use domain::{
    ApiError, ErrorCode, Map, Operation, ProjectId, ProviderId,
    catalog::{Catalog, Model},
    generation::{Preview, Question, Wanted},
    input::{GenerationInput, InputProblem},
    learned::Learned,
    parameter::{self, Parameter},
    pricing::{self, Estimate},
    resolution::{Request, Resolution, Snapshot, Subject, resolve as resolve_over},
};
use std::borrow::Cow;

/// Who would generate.
///
/// # Errors
/// `API_KEY_REQUIRED`, `KEY_UNAVAILABLE` or `MODEL_UNAVAILABLE` with the trace, `INVALID_INPUT` for
/// a provider that does not serve the operation, `NOT_FOUND` for a foreign project.
pub async fn resolve(
    app: &App,
    actor: &Actor,
    question: &Question,
) -> Result<Resolution, ApiError> {
    let catalog = app.catalog_for(actor).await?;
    let snapshot = snapshot_for(app, actor, question).await?;
    over(app, &catalog, &snapshot, &request_of(question))
}

fn request_of(question: &Question) -> Request {
    Request {
        operation: question.operation,
        provider: question.provider,
        model: question.model.clone(),
    }
}

/// What a question is answered over, if it is one that has an answer.
async fn snapshot_for(app: &App, actor: &Actor, question: &Question) -> Result<Snapshot, ApiError> {
    if let Some(provider) = question.provider
        && !provider.serves(question.operation)
    {
        return Err(ApiError::invalid_field(
            "provider",
            format!(
                "{} does not generate {}. Choose another provider.",
                provider.label(),
                question.operation.noun()
            ),
        ));
    }
    snapshot::load(app, actor, question.project_id.as_ref()).await
}

/// Who would generate each operation, by what the settings say, from one look at them.
///
/// # Errors
/// `NOT_FOUND` for a foreign project; what stands in the way of an operation is in its place.
pub async fn all(
    app: &App,
    actor: &Actor,
    project: Option<&ProjectId>,
) -> Result<Map<Operation, Result<Resolution, ApiError>>, ApiError> {
    let catalog = app.catalog_for(actor).await?;
    let snapshot = snapshot::load(app, actor, project).await?;
    let answer = |operation| {
        let request = Request {
            operation,
            provider: None,
            model: None,
        };
        (operation, over(app, &catalog, &snapshot, &request))
    };
    Ok(Operation::ALL.map(answer).into())
}

pub(crate) fn over(
    app: &App,
    catalog: &Catalog,
    snapshot: &Snapshot,
    request: &Request,
) -> Result<Resolution, ApiError> {
    let resolution = resolve_over(request, snapshot, catalog)
        .map_err(|unresolved| ApiError::from(*unresolved))?;
    if listed_model(catalog, &resolution).is_some_and(|model| model.is_retired(&app.clock.today()))
    {
        return Err(ApiError::new(
            ErrorCode::ModelUnavailable,
            format!(
                "The model `{}` of {} is switched off. Choose another model.",
                resolution.model,
                resolution.provider.label()
            ),
        ));
    }
    Ok(resolution)
}

/// Who would generate this, and what it would cost.
///
/// # Errors
/// As [`resolve`], and `INVALID_INPUT` or `PAYLOAD_TOO_LARGE` for the input itself.
pub async fn preview(app: &App, actor: &Actor, wanted: &Wanted) -> Result<Preview, ApiError> {
    let (preview, _) = preview_over(app, actor, wanted).await?;
    Ok(preview)
}

/// As [`preview`], with what it was found over.
pub(crate) async fn preview_over(
    app: &App,
    actor: &Actor,
    wanted: &Wanted,
) -> Result<(Preview, Snapshot), ApiError> {
    if let Err(problem @ InputProblem::TooLarge { .. }) = wanted.input.check(None) {
        return Err(refuse(problem));
    }
    let question = Question {
        operation: wanted.input.operation(),
        project_id: wanted.project_id.clone(),
        provider: wanted.provider,
        model: wanted.model.clone(),
    };
    let catalog = app.catalog_for(actor).await?;
    let snapshot = snapshot_for(app, actor, &question).await?;
    let resolution = over(app, &catalog, &snapshot, &request_of(&question))?;
    let model = listed_model(&catalog, &resolution);
    wanted.input.check(model).map_err(refuse)?;
    let defaults = defaults(&wanted.input, model, &snapshot);
    let mut input = Cow::Borrowed(&wanted.input);
    if !defaults.is_empty() {
        parameter::fill(input.to_mut(), &defaults);
    }
    let estimate = price(app, &input, model);
    let last_payer = past::last_payer(app, actor, resolution.operation).await?;
    let typical = past::durations(app, actor, resolution.operation)
        .await?
        .remove(&(resolution.provider, resolution.model.clone()));
    let project = wanted.project_id.as_ref();
    let learned = ledger::learned(app, actor, project, &resolution, (&*input, model)).await?;
    let most = estimate.micro_usd.map(|total| total.high);
    let budget = ledger::budgets::notice(app, actor, project, resolution.payer, most).await?;
    let preview = Preview {
        resolution,
        budget,
        estimate,
        last_payer,
        typical,
        learned,
        defaults,
    };
    Ok((preview, snapshot))
}

/// The defaults of the settings that hold for what an input leaves open.
pub(crate) fn defaults(
    input: &GenerationInput,
    model: Option<&Model>,
    snapshot: &Snapshot,
) -> Map<Parameter, String> {
    let operation = input.operation();
    model.map_or_else(Map::new, |model| {
        parameter::defaults(input, &model.can, |parameter| {
            snapshot.parameter(operation, parameter)
        })
    })
}

/// What something would cost, with who would generate it or what stands in the way.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
#[schema(as = PricedRequest)]
pub struct Priced {
    #[serde(flatten)]
    estimate: Estimate,
    provider: Option<ProviderId>,
    model: Option<String>,
    resolution: Option<Resolution>,
    problem: Option<ApiError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    learned: Option<Learned>,
}

/// What this would cost; also where the key for it is missing or a budget would refuse it, so that
/// the price can be known before there is either.
///
/// # Errors
/// As [`preview`], but for what is wrong with the credential alone.
pub async fn estimate(app: &App, actor: &Actor, wanted: &Wanted) -> Result<Priced, ApiError> {
    let problem = match preview(app, actor, wanted).await {
        Ok(Preview {
            resolution,
            estimate,
            learned,
            ..
        }) => {
            let project = wanted.project_id.as_ref();
            let most = estimate.micro_usd.map(|total| total.high);
            let problem =
                ledger::budgets::obstacle(app, actor, project, resolution.payer, most).await?;
            return Ok(Priced {
                estimate,
                provider: Some(resolution.provider),
                model: Some(resolution.model.clone()),
                resolution: Some(resolution),
                problem,
                learned,
            });
        }
        Err(problem) => problem,
    };
    if !matches!(
        problem.code,
        ErrorCode::ApiKeyRequired | ErrorCode::KeyUnavailable
    ) {
        return Err(problem);
    }
    let trace = problem.trace.as_ref();
    let named = trace.and_then(|trace| trace.chosen(Subject::Model)?.value.clone());
    let provider = problem.provider;
    let catalog = app.catalog_for(actor).await?;
    let listed = provider
        .zip(named.as_deref())
        .and_then(|(provider, id)| catalog.model(wanted.input.operation(), provider, id));
    wanted.input.check(listed).map_err(refuse)?;
    let snapshot = snapshot::load(app, actor, wanted.project_id.as_ref()).await?;
    let mut input = wanted.input.clone();
    let defaults = defaults(&input, listed, &snapshot);
    parameter::fill(&mut input, &defaults);
    let estimate = price(app, &input, listed);
    Ok(Priced {
        estimate,
        provider,
        model: named,
        resolution: None,
        problem: Some(problem),
        learned: None,
    })
}

/// The catalogue's entry for the resolved model; `None` for an unlisted one.
pub fn listed_model<'a>(catalog: &'a Catalog, resolution: &Resolution) -> Option<&'a Model> {
    catalog.model(resolution.operation, resolution.provider, &resolution.model)
}

pub(crate) fn price(app: &App, input: &GenerationInput, model: Option<&Model>) -> Estimate {
    pricing::estimate(input, model, &app.clock.today())
}

/// A wrong input as an error.
pub(crate) fn refuse(problem: InputProblem) -> ApiError {
    match problem {
        InputProblem::Invalid(fields) => ApiError::invalid(fields),
        InputProblem::TooLarge { field } => ApiError::new(
            ErrorCode::PayloadTooLarge,
            format!("The {field} is too long. Shorten it and try again."),
        ),
    }
}
