//! What was spent, as JSON or as a file for spreadsheets.

use super::Answer;
use crate::{
    actor::Actor,
    app::App,
    ledger::usage::{self, Of, Query},
    web,
};
use axum::{
    extract::{Path, State},
    http::{
        HeaderMap,
        header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use domain::ErrorCode::{Forbidden, NotFound};
use domain::{ApiError, OrganizationId, usage::UsageReport};
use serde::Deserialize;
use utoipa::IntoParams;

/// What the usage can be asked.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    from: Option<String>,
    to: Option<String>,
    group_by: Option<String>,
}

impl TryFrom<Asked> for Query {
    type Error = ApiError;

    fn try_from(asked: Asked) -> Result<Self, ApiError> {
        Ok(Self {
            from: asked.from,
            to: asked.to,
            group_by: Self::dimensions(&asked.group_by.unwrap_or_default())?,
        })
    }
}

/// What one spent
///
/// As CSV with `Accept: text/csv`.
#[utoipa::path(
    get,
    path = "/usage",
    params(Asked),
    responses((status = 200, content((UsageReport = "application/json"), (String = "text/csv"))))
)]
pub async fn mine(
    State(app): State<App>,
    actor: Actor,
    headers: HeaderMap,
    web::Query(asked): web::Query<Asked>,
) -> Answer<Response> {
    answer(&app, &actor, &Of::Me, asked, wants_csv(&headers)).await
}

/// What one spent, for spreadsheets
#[utoipa::path(
    get,
    path = "/usage.csv",
    params(Asked),
    responses((status = 200, content_type = "text/csv", body = String))
)]
pub async fn mine_as_csv(
    State(app): State<App>,
    actor: Actor,
    web::Query(asked): web::Query<Asked>,
) -> Answer<Response> {
    answer(&app, &actor, &Of::Me, asked, true).await
}

/// What an organization spent
///
/// All of it to the organization's admins, their own part to members.
#[utoipa::path(
    get,
    path = "/organizations/{id}/usage",
    params(Asked),
    responses((status = 200, content((UsageReport = "application/json"), (String = "text/csv")))),
    extensions(("x-errors" = json!([NotFound, Forbidden])))
)]
pub async fn of_organization(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
    headers: HeaderMap,
    web::Query(asked): web::Query<Asked>,
) -> Answer<Response> {
    let of = Of::Organization(id);
    answer(&app, &actor, &of, asked, wants_csv(&headers)).await
}

/// What an organization spent, for spreadsheets
///
/// All of it to the organization's admins, their own part to members.
#[utoipa::path(
    get,
    path = "/organizations/{id}/usage.csv",
    params(Asked),
    responses((status = 200, content_type = "text/csv", body = String)),
    extensions(("x-errors" = json!([NotFound, Forbidden])))
)]
pub async fn of_organization_as_csv(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
    web::Query(asked): web::Query<Asked>,
) -> Answer<Response> {
    answer(&app, &actor, &Of::Organization(id), asked, true).await
}

/// What the server spent
///
/// For who runs it.
#[utoipa::path(
    get,
    path = "/admin/usage",
    params(Asked),
    responses((status = 200, content((UsageReport = "application/json"), (String = "text/csv")))),
    extensions(("x-errors" = json!([Forbidden])))
)]
pub async fn of_instance(
    State(app): State<App>,
    actor: Actor,
    headers: HeaderMap,
    web::Query(asked): web::Query<Asked>,
) -> Answer<Response> {
    answer(&app, &actor, &Of::Instance, asked, wants_csv(&headers)).await
}

/// What the server spent, for spreadsheets
///
/// For who runs it.
#[utoipa::path(
    get,
    path = "/admin/usage.csv",
    params(Asked),
    responses((status = 200, content_type = "text/csv", body = String)),
    extensions(("x-errors" = json!([Forbidden])))
)]
pub async fn of_instance_as_csv(
    State(app): State<App>,
    actor: Actor,
    web::Query(asked): web::Query<Asked>,
) -> Answer<Response> {
    answer(&app, &actor, &Of::Instance, asked, true).await
}

async fn answer(app: &App, actor: &Actor, of: &Of, asked: Asked, as_csv: bool) -> Answer<Response> {
    let query = asked.try_into()?;
    if !as_csv {
        return Ok(web::Json(usage::report(app, actor, of, &query).await?).into_response());
    }
    let (name, text) = usage::file(app, actor, of, &query).await?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    Ok((headers, text).into_response())
}

fn wants_csv(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| {
            accept.split(',').any(|kind| {
                let kind = kind.split(';').next().unwrap_or_default();
                kind.trim().eq_ignore_ascii_case("text/csv")
            })
        })
}
