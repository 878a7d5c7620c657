//! Generations: asked for, listed, shown, cancelled, looked at again.

use super::{Answer, Page};
use crate::{actor::Actor, app::App, generation, page, web};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use domain::ErrorCode::{
    ApiKeyRequired, BudgetExceeded, Conflict, KeyUnavailable, ModelUnavailable, NotFound,
    PayloadTooLarge,
};
use domain::{
    ApiError, GenerationId, Operation, ProjectId, ProviderId, Timestamp,
    generation::{Generation, Output, Status, Wanted},
    input::{GenerationInput, ImageInput, LlmInput, MusicInput, TtsInput, VideoInput},
    pricing::Estimate,
    project::Step,
    resolution::Resolution,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::borrow::Cow;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr,
        schema::{AnyOfBuilder, Schema},
    },
};

/// What is sent to generate or to estimate something.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GenerationRequest, example = json!({
    "operation": "image",
    "input": { "prompt": "A lighthouse at dusk", "resolution": "1K" },
}))]
pub struct Body {
    operation: Operation,
    #[serde(default)]
    project_id: Option<ProjectId>,
    #[serde(default)]
    provider: Option<ProviderId>,
    #[serde(default)]
    model: Option<String>,
    #[schema(value_type = Input)]
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

/// What is asked for, as it is sent for its operation.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Input {
    Llm(LlmInput),
    Image(ImageInput),
    Video(VideoInput),
    Tts(TtsInput),
    Music(MusicInput),
}

impl From<GenerationInput> for Input {
    fn from(input: GenerationInput) -> Self {
        match input {
            GenerationInput::Llm(input) => Self::Llm(input),
            GenerationInput::Image(input) => Self::Image(input),
            GenerationInput::Video(input) => Self::Video(input),
            GenerationInput::Tts(input) => Self::Tts(input),
            GenerationInput::Music(input) => Self::Music(input),
        }
    }
}

/// One of them: what fits more than one operation is read as that of the operation beside it.
impl PartialSchema for Input {
    fn schema() -> RefOr<Schema> {
        let inputs = [
            LlmInput::name(),
            ImageInput::name(),
            VideoInput::name(),
            TtsInput::name(),
            MusicInput::name(),
        ];
        inputs
            .into_iter()
            .fold(AnyOfBuilder::new(), |any, name| {
                any.item(Ref::from_schema_name(name))
            })
            .description(Some("What is asked for, by its operation"))
            .into()
    }
}

impl ToSchema for Input {
    fn name() -> Cow<'static, str> {
        "GenerationInput".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.extend([
            (LlmInput::name().into(), LlmInput::schema()),
            (ImageInput::name().into(), ImageInput::schema()),
            (VideoInput::name().into(), VideoInput::schema()),
            (TtsInput::name().into(), TtsInput::schema()),
            (MusicInput::name().into(), MusicInput::schema()),
        ]);
    }
}

/// A generation as the API shows it: `operation` and `input` beside each other, as they are sent.
#[derive(Serialize, ToSchema)]
#[schema(as = Generation)]
pub struct GenerationView {
    id: GenerationId,
    project_id: Option<ProjectId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<Step>,
    operation: Operation,
    status: Status,
    input: Input,
    resolution: Resolution,
    estimate: Estimate,
    /// What it cost; `null` until it has ended.
    actual: Option<Estimate>,
    outputs: Vec<Output>,
    /// What was written; while it is written, what is there so far.
    text: Option<String>,
    error: Option<ApiError>,
    /// Whether its provider can be asked about it again. Left out where not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    may_look_again: bool,
    created_at: Timestamp,
    finished_at: Option<Timestamp>,
}

impl From<Generation> for GenerationView {
    fn from(generation: Generation) -> Self {
        Self {
            operation: generation.operation(),
            id: generation.id,
            project_id: generation.project_id,
            step: generation.step,
            status: generation.status,
            input: generation.input.into(),
            resolution: generation.resolution,
            estimate: generation.estimate,
            actual: generation.actual,
            outputs: generation.outputs,
            text: generation.text,
            error: generation.error,
            may_look_again: generation.may_look_again,
            created_at: generation.created_at,
            finished_at: generation.finished_at,
        }
    }
}

/// Generates something
///
/// The same `Idempotency-Key` and body give the same generation.
#[utoipa::path(
    post,
    path = "/generations",
    request_body = Body,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 200 visible ASCII characters, such as a UUID", min_length = 1, max_length = 200, pattern = "^[!-~]+$")),
    responses((status = 202, body = GenerationView)),
    extensions(("x-errors" = json!([NotFound, ApiKeyRequired, KeyUnavailable, ModelUnavailable, BudgetExceeded, Conflict, PayloadTooLarge])))
)]
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
    Ok((StatusCode::ACCEPTED, web::Json(generation.into())))
}

/// What `GET /generations` can be asked.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Those of this project alone, other people's too.
    project_id: Option<ProjectId>,
    /// How many at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before; left out for the first page.
    cursor: Option<String>,
}

/// One's own generations
///
/// Newest first.
#[utoipa::path(
    get,
    path = "/generations",
    params(ListQuery),
    responses((status = 200, body = Page<GenerationView>))
)]
pub async fn list(
    State(app): State<App>,
    actor: Actor,
    web::Query(query): web::Query<ListQuery>,
) -> Answer<web::Json<Page<GenerationView>>> {
    let wanted = page::Wanted::read(query.limit, query.cursor.as_deref())?;
    let project = query.project_id.as_ref();
    let page = generation::list(&app, &actor, project, &wanted).await?;
    Ok(web::Json(page.into()))
}

/// One generation
#[utoipa::path(
    get,
    path = "/generations/{id}",
    responses((status = 200, body = GenerationView)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<GenerationId>,
) -> Answer<web::Json<GenerationView>> {
    Ok(web::Json(generation::get(&app, &actor, &id).await?.into()))
}

/// Asks the provider again about a generation whose end is unknown
///
/// The request is never sent a second time.
#[utoipa::path(
    post,
    path = "/generations/{id}/look-again",
    responses((status = 200, body = GenerationView)),
    extensions(("x-errors" = json!([NotFound, Conflict])))
)]
pub async fn look_again(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<GenerationId>,
) -> Answer<web::Json<GenerationView>> {
    Ok(web::Json(
        generation::look_again(&app, &actor, &id).await?.into(),
    ))
}

/// Cancels a generation
#[utoipa::path(
    post,
    path = "/generations/{id}/cancel",
    responses((status = 200, body = GenerationView)),
    extensions(("x-errors" = json!([NotFound, Conflict])))
)]
pub async fn cancel(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<GenerationId>,
) -> Answer<web::Json<GenerationView>> {
    Ok(web::Json(
        generation::cancel(&app, &actor, &id).await?.into(),
    ))
}
