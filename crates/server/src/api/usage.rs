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
use domain::{ApiError, OrganizationId};
use serde::Deserialize;

/// What the usage can be asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
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

/// `GET /usage?from&to&group_by=`; as CSV with `Accept: text/csv`.
pub async fn mine(
    State(app): State<App>,
    actor: Actor,
    headers: HeaderMap,
    web::Query(asked): web::Query<Asked>,
) -> Answer<Response> {
    answer(&app, &actor, &Of::Me, asked, wants_csv(&headers)).await
}

/// `GET /usage.csv`.
pub async fn mine_as_csv(
    State(app): State<App>,
    actor: Actor,
    web::Query(asked): web::Query<Asked>,
) -> Answer<Response> {
    answer(&app, &actor, &Of::Me, asked, true).await
}

/// `GET /organizations/{id}/usage`: all of it to the organization's admins, their own part to members.
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

/// `GET /admin/usage`, for who runs the instance.
pub async fn of_instance(
    State(app): State<App>,
    actor: Actor,
    headers: HeaderMap,
    web::Query(asked): web::Query<Asked>,
) -> Answer<Response> {
    answer(&app, &actor, &Of::Instance, asked, wants_csv(&headers)).await
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
