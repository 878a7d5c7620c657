//! Media files, whole or in ranges, to whoever may see the generation. A file can never act as a
//! page: its type is its own, nothing sniffs it, nothing in it runs.

use super::Answer;
use crate::{actor::Actor, app::App, generation};
use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::{
        HeaderMap, HeaderValue, Response,
        header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG},
    },
    response::IntoResponse,
};
use domain::{ApiError, OutputId};
use tower::ServiceExt;
use tower_http::services::ServeFile;

/// `GET /outputs/{id}`.
pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OutputId>,
    request: Request,
) -> Answer<Response<Body>> {
    let file = generation::output(&app, &actor, &id).await?;
    let mut answer = match ServeFile::new(&file.path).oneshot(request).await {
        Ok(answer) => answer.into_response(),
        Err(never) => match never {},
    };
    if answer.status().as_u16() == 404 {
        tracing::error!(output = %id, "a stored file is missing");
        return Err(ApiError::not_found("output").into());
    }
    label(answer.headers_mut(), &file.media_type, &file.sha256);
    Ok(answer)
}

fn label(headers: &mut HeaderMap, media_type: &str, sha256: &str) {
    let value = |text: &str| HeaderValue::from_str(text).ok();
    if let Some(media_type) = value(media_type) {
        headers.insert(CONTENT_TYPE, media_type);
    }
    if let Some(tag) = value(&format!("\"{sha256}\"")) {
        headers.insert(ETAG, tag);
    }
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("sandbox; default-src 'none'"),
    );
}
