//! Generations: asked for, listed, shown, cancelled, looked at again.

use super::{Answer, List};
use crate::{actor::Actor, app::App, fault::Fault, generation, web};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use domain::{
    ApiError, GenerationId, Operation, ProjectId, ProviderId,
    generation::{Generation, Wanted},
    input::{GenerationInput, LlmInput},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// What is sent to generate or to estimate something.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    operation: Operation,
    #[serde(default)]
    project_id: Option<ProjectId>,
    #[serde(default)]
    provider: Option<ProviderId>,
    #[serde(default)]
    model: Option<String>,
    input: Value,
}

impl TryFrom<Body> for Wanted {
    type Error = ApiError;

    fn try_from(body: Body) -> Result<Self, ApiError> {
        Ok(Self {
            input: input(body.operation, body.input)?,
            project_id: body.project_id,
            step: None,
            provider: body.provider,
            model: body.model,
        })
    }
}

/// What is asked for, as it is sent for its operation.
pub(super) fn input(operation: Operation, input: Value) -> Result<GenerationInput, ApiError> {
    Ok(match operation {
        Operation::Llm => GenerationInput::Llm(llm(input)?),
        Operation::Image => GenerationInput::Image(read(input)?),
        Operation::Video => GenerationInput::Video(read(input)?),
        Operation::Tts => GenerationInput::Tts(read(input)?),
        Operation::Music => GenerationInput::Music(read(input)?),
    })
}

fn read<T: DeserializeOwned>(input: Value) -> Result<T, ApiError> {
    serde_json::from_value(input).map_err(|error| {
        ApiError::invalid_field("input", format!("The input is not valid: {error}."))
    })
}

/// A JSON schema is an object in the API and text inside.
fn llm(mut input: Value) -> Result<LlmInput, ApiError> {
    if let Some(schema) = input.get_mut("json_schema")
        && schema.is_object()
    {
        *schema = Value::String(schema.to_string());
    }
    read(input)
}

/// A generation, or what is to become one, as the API shows it: `operation` and `input` beside each
/// other, as they are sent.
#[derive(Serialize)]
pub struct GenerationView {
    operation: Operation,
    #[serde(flatten)]
    members: Map<String, Value>,
}

impl GenerationView {
    /// Of something whose `input` is one of this operation.
    pub(super) fn of(operation: Operation, whole: &impl Serialize) -> Result<Self, ApiError> {
        let mut members = match serde_json::to_value(whole).map_err(Fault::from)? {
            Value::Object(members) => members,
            _ => return Err(ApiError::internal()),
        };
        if let Some(Value::Object(input)) = members.get_mut("input")
            && let Some(inner) = input.remove(operation.as_str())
        {
            members.insert("input".to_owned(), inner);
        }
        Ok(Self { operation, members })
    }
}

impl TryFrom<Generation> for GenerationView {
    type Error = ApiError;

    fn try_from(generation: Generation) -> Result<Self, ApiError> {
        Self::of(generation.operation(), &generation)
    }
}

/// `POST /generations`: 202; the same `Idempotency-Key` and body give the same answer.
pub async fn create(
    State(app): State<App>,
    actor: Actor,
    headers: HeaderMap,
    web::Json(body): web::Json<Body>,
) -> Answer<(StatusCode, web::Json<GenerationView>)> {
    let key = headers
        .get("idempotency-key")
        .map(|value| value.to_str().unwrap_or_default())
        .map(str::trim);
    let generation = generation::create(&app, &actor, body.try_into()?, key, None).await?;
    Ok((StatusCode::ACCEPTED, web::Json(generation.try_into()?)))
}

/// What `GET /generations` can be asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    #[serde(default)]
    project_id: Option<ProjectId>,
    #[serde(default)]
    before: Option<GenerationId>,
    #[serde(default)]
    limit: Option<u32>,
}

/// `GET /generations`, newest first.
pub async fn list(
    State(app): State<App>,
    actor: Actor,
    web::Query(query): web::Query<ListQuery>,
) -> Answer<web::Json<List<GenerationView>>> {
    let data = generation::list(
        &app,
        &actor,
        query.project_id.as_ref(),
        query.before.as_ref(),
        query.limit.unwrap_or(50),
    )
    .await?;
    let data = data
        .into_iter()
        .map(TryInto::try_into)
        .collect::<Result<_, _>>()?;
    Ok(web::Json(List { data }))
}

/// `GET /generations/{id}`.
pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<GenerationId>,
) -> Answer<web::Json<GenerationView>> {
    Ok(web::Json(
        generation::get(&app, &actor, &id).await?.try_into()?,
    ))
}

/// `POST /generations/{id}/look-again`.
pub async fn look_again(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<GenerationId>,
) -> Answer<web::Json<GenerationView>> {
    Ok(web::Json(
        generation::look_again(&app, &actor, &id)
            .await?
            .try_into()?,
    ))
}

/// `POST /generations/{id}/cancel`.
pub async fn cancel(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<GenerationId>,
) -> Answer<web::Json<GenerationView>> {
    Ok(web::Json(
        generation::cancel(&app, &actor, &id).await?.try_into()?,
    ))
}
