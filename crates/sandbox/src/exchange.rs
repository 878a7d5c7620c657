//! What happens around every request to a simulated provider: it is noted in the journal, then the
//! faults of its path are applied. It must never look into a body beyond its digest.

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures::StreamExt;
use http::StatusCode;
use serde_json::json;

use crate::faults::Fault;
use crate::reply;
use crate::serve::HangUp;
use crate::shared::Shared;

/// The largest request body read, in bytes. Gemini, the most generous provider, takes 100 MB.
const LARGEST_BODY: usize = 100 * 1024 * 1024;

/// Notes the request, applies the fault of its path, and passes it on.
pub(crate) async fn observe(
    State(shared): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if path == "/" || path.starts_with("/__") {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return reply::json(
            StatusCode::PAYLOAD_TOO_LARGE,
            &json!({"error": {"code": 413, "message": "Request payload is too large"}}),
        );
    };
    shared
        .journal
        .record(&parts.method, &parts.uri, &parts.headers, &body);
    let fault = shared.faults.take(parts.uri.path());
    let hang_up = parts
        .extensions
        .get::<ConnectInfo<HangUp>>()
        .map(|ConnectInfo(hang_up)| hang_up.clone());
    let request = Request::from_parts(parts, Body::from(body));
    match fault {
        None => next.run(request).await,
        Some(fault) => with_fault(&fault, hang_up, request, next).await,
    }
}

async fn with_fault(
    fault: &Fault,
    hang_up: Option<HangUp>,
    request: Request,
    next: Next,
) -> Response {
    if let Some(delay) = fault.delay() {
        tokio::time::sleep(delay).await;
    }
    let headers = request.headers().clone();
    let path = request.uri().path().to_owned();
    let mut response = match fault.status() {
        Some(status) => refused(status, fault.retry_after()),
        None => next.run(request).await,
    };
    if let Some(hostile) = fault.answer() {
        if fault.status().is_none() {
            *response.status_mut() = StatusCode::OK;
        }
        response = hostile.spoil(response, &headers, &path);
    }
    if fault.drops_reply() {
        if let Some(hang_up) = hang_up {
            hang_up.now();
        }
        return cut(response, 0);
    }
    match fault.cut_after_bytes() {
        Some(bytes) => cut(response, bytes),
        None => response,
    }
}

/// The answer of a status fault.
fn refused(status: StatusCode, retry_after: Option<u32>) -> Response {
    let mut response = reply::json(
        status,
        &json!({"error": {"code": status.as_u16(), "message": "Simulated fault"}}),
    );
    if let Some(seconds) = retry_after {
        reply::set_header(response.headers_mut(), "retry-after", &seconds.to_string());
    }
    response
}

/// The same answer, whose body breaks off with an error after `limit` bytes.
fn cut(response: Response, limit: usize) -> Response {
    let (parts, body) = response.into_parts();
    let mut left = limit;
    let kept = body.into_data_stream().map(move |chunk| {
        let mut chunk: Bytes = chunk.map_err(std::io::Error::other)?;
        chunk.truncate(left);
        left -= chunk.len();
        Ok::<Bytes, std::io::Error>(chunk)
    });
    let end = futures::stream::once(async {
        // The connection sends what it has only when the body has nothing ready.
        tokio::task::yield_now().await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    });
    Response::from_parts(parts, Body::from_stream(kept.chain(end)))
}
