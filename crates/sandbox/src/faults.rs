//! Faults that a test sets for a path prefix: slow, wrong status, hostile, cut or missing replies. A
//! fault must never outlive the sandbox or touch the journal and the faults themselves.
//!
//! The fields combine, and apply in this order: `delay_ms`, then `status` (with `retry_after`) or the
//! real answer, then `answer` in place of its body, then `drop_after_accept` or `cut_after_bytes`.

use std::sync::Mutex;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::hostile::Hostile;
use crate::reply;
use crate::shared::{Shared, lock};

const MOST_FAULTS: usize = 100;
const LONGEST_DELAY_MS: u64 = 600_000;

/// One fault, as `POST /__faults` takes it and `GET /__faults` lists it. It replaces an earlier one
/// with the same path. For a request the longest matching path counts.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// The beginning of the paths that it applies to, for example `/kie/api/v1/jobs`.
    path: String,
    /// Waits before anything else, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delay_ms: Option<u64>,
    /// Answers with this status and does not process the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Adds a `Retry-After` of this many seconds to `status`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
    /// Puts this in place of the body: `huge`, `bomb`, `wrong_type`, `invalid_utf8`, `redirect`
    /// or `echo`.
    /// The request is processed, but its answer counts for its media type alone: the status is 200
    /// (307 of a redirect) unless `status` says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<Hostile>,
    /// Breaks the reply off after this many bytes of its body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cut_after_bytes: Option<usize>,
    /// Processes the request, then closes the connection without any reply.
    #[serde(default)]
    drop_after_accept: bool,
    /// How many requests it still applies to; without it, until it is cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
}

impl Fault {
    /// The wait before the request is processed.
    pub(crate) fn delay(&self) -> Option<Duration> {
        self.delay_ms.map(Duration::from_millis)
    }

    /// The status that stands in for the answer.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        StatusCode::from_u16(self.status?).ok()
    }

    /// The seconds of the `Retry-After` header that comes with [`Self::status`].
    pub(crate) fn retry_after(&self) -> Option<u32> {
        self.retry_after
    }

    /// What stands in for the body.
    pub(crate) fn answer(&self) -> Option<Hostile> {
        self.answer
    }

    /// After how many bytes the body breaks off.
    pub(crate) fn cut_after_bytes(&self) -> Option<usize> {
        self.cut_after_bytes
    }

    /// Whether the caller gets no reply.
    pub(crate) fn drops_reply(&self) -> bool {
        self.drop_after_accept
    }

    fn complaint(&self) -> Option<&'static str> {
        if !self.path.starts_with('/') {
            Some("path must begin with a slash")
        } else if self.delay_ms.is_some_and(|delay| delay > LONGEST_DELAY_MS) {
            Some("delay_ms must be 600000 at most")
        } else if self
            .status
            .is_some_and(|status| !(200..=599).contains(&status))
        {
            Some("status must be between 200 and 599")
        } else if self.retry_after.is_some() && self.status.is_none() {
            Some("retry_after needs a status")
        } else {
            None
        }
    }
}

/// The faults that are set.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    /// The fault for a request to `path`, counted as used once.
    pub(crate) fn take(&self, path: &str) -> Option<Fault> {
        let mut faults = lock(&self.0);
        let (index, _) = faults
            .iter()
            .enumerate()
            .filter(|(_, fault)| path.starts_with(&fault.path))
            .max_by_key(|(_, fault)| fault.path.len())?;
        let fault = faults[index].clone();
        match &mut faults[index].times {
            Some(times) if *times > 1 => *times -= 1,
            Some(_) => {
                faults.swap_remove(index);
            }
            None => {}
        }
        Some(fault)
    }
}

/// `GET /__faults`.
pub(crate) async fn list(State(shared): State<Shared>) -> Json<Vec<Fault>> {
    Json(lock(&shared.faults.0).clone())
}

/// `POST /__faults` with one fault.
pub(crate) async fn set(State(shared): State<Shared>, body: Bytes) -> Response {
    let fault: Fault = match serde_json::from_slice(&body) {
        Ok(fault) => fault,
        Err(error) => return refused(&error.to_string()),
    };
    if let Some(complaint) = fault.complaint() {
        return refused(complaint);
    }
    let mut faults = lock(&shared.faults.0);
    faults.retain(|other| other.path != fault.path);
    if fault.times == Some(0) {
        return StatusCode::NO_CONTENT.into_response();
    }
    if faults.len() == MOST_FAULTS {
        return refused("too many faults are set");
    }
    faults.push(fault.clone());
    (StatusCode::CREATED, Json(fault)).into_response()
}

/// `DELETE /__faults`.
pub(crate) async fn clear(State(shared): State<Shared>) -> StatusCode {
    lock(&shared.faults.0).clear();
    StatusCode::NO_CONTENT
}

fn refused(why: &str) -> Response {
    reply::json(
        StatusCode::UNPROCESSABLE_ENTITY,
        &json!({"error": {"code": 422, "message": why}}),
    )
}
