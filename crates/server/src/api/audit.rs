//! What was done, for the admins whom it concerns: in pages, or as a file.

use super::Answer;
use crate::{
    actor::Actor,
    app::App,
    audit::{
        self, Page, Query,
        export::{self, Format},
    },
    web,
};
use axum::{
    body::Body,
    extract::{Path, State},
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use domain::ErrorCode::{Forbidden, NotFound};
use domain::OrganizationId;
use serde::Deserialize;
use store::audit::read::Filter;

/// Which page of an organization's audit.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paged {
    limit: Option<u32>,
    before: Option<i64>,
}

/// What was done in an organization
///
/// The newest first, for its admins.
#[utoipa::path(
    get,
    path = "/organizations/{id}/audit",
    params(Paged),
    responses((status = 200, body = Page)),
    extensions(("x-errors" = json!([NotFound, Forbidden])))
)]
pub async fn of_organization(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
    web::Query(paged): web::Query<Paged>,
) -> Answer<web::Json<Page>> {
    let page = audit::of_organization(&app, &actor, &id, paged.limit, paged.before).await?;
    Ok(web::Json(page))
}

/// What was done in an organization, for spreadsheets
#[utoipa::path(
    get,
    path = "/organizations/{id}/audit.csv",
    responses((status = 200, content_type = "text/csv", body = String)),
    extensions(("x-errors" = json!([NotFound, Forbidden])))
)]
pub async fn of_organization_as_csv(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
) -> Answer<Response> {
    let filter = export::of_organization(&app, &actor, &id).await?;
    Ok(file(&app, filter, Format::Csv))
}

/// What was done in an organization, as lines of JSON
#[utoipa::path(
    get,
    path = "/organizations/{id}/audit.jsonl",
    responses((status = 200, content_type = "application/jsonl", body = String)),
    extensions(("x-errors" = json!([NotFound, Forbidden])))
)]
pub async fn of_organization_as_lines(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
) -> Answer<Response> {
    let filter = export::of_organization(&app, &actor, &id).await?;
    Ok(file(&app, filter, Format::JsonLines))
}

/// What was done in the instance
///
/// The newest first, for who runs it.
#[utoipa::path(
    get,
    path = "/admin/audit",
    params(Query),
    responses((status = 200, body = Page))
)]
pub async fn of_instance(
    State(app): State<App>,
    actor: Actor,
    web::Query(query): web::Query<Query>,
) -> Answer<web::Json<Page>> {
    Ok(web::Json(audit::of_instance(&app, &actor, &query).await?))
}

/// What was done in the instance, for spreadsheets
#[utoipa::path(
    get,
    path = "/admin/audit.csv",
    params(Query),
    responses((status = 200, content_type = "text/csv", body = String))
)]
pub async fn of_instance_as_csv(
    State(app): State<App>,
    actor: Actor,
    web::Query(query): web::Query<Query>,
) -> Answer<Response> {
    Ok(file(
        &app,
        export::of_instance(&actor, &query)?,
        Format::Csv,
    ))
}

/// What was done in the instance, as lines of JSON
#[utoipa::path(
    get,
    path = "/admin/audit.jsonl",
    params(Query),
    responses((status = 200, content_type = "application/jsonl", body = String))
)]
pub async fn of_instance_as_lines(
    State(app): State<App>,
    actor: Actor,
    web::Query(query): web::Query<Query>,
) -> Answer<Response> {
    let filter = export::of_instance(&actor, &query)?;
    Ok(file(&app, filter, Format::JsonLines))
}

fn file(app: &App, filter: Filter, format: Format) -> Response {
    let headers = [
        (CONTENT_TYPE, format.media_type().to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{}\"", format.file_name()),
        ),
    ];
    let pieces = export::pieces(app.db.clone(), filter, format);
    (headers, Body::from_stream(pieces)).into_response()
}
