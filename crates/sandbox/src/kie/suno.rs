//! Suno on KIE: the shared task API for music with KIE's models and codes (API reference, generate
//! music, get music details). It must hold nothing that sunoapi.org has too.

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use http::HeaderMap;

use super::answers::{self, Answers};
use super::link;
use super::market::Lookup;
use crate::reply::Refusal;
use crate::shared::Shared;
use crate::suno_tasks::{self, Service};
use crate::tasks::Family;
use crate::trigger::Trigger;

const MODELS: [&str; 9] = [
    "V4", "V4_5", "V4_5PLUS", "V4_5ALL", "V5", "V5_5", "V6", "V6_MINI", "V6_WILD",
];

impl Service for Answers {
    fn family(&self) -> Family {
        Family::KieSuno
    }

    fn models(&self) -> &'static [&'static str] {
        &MODELS
    }

    fn unreadable(&self, message: &str) -> Refusal {
        answers::failed(400, message)
    }

    fn invalid(&self, message: &str) -> Refusal {
        answers::invalid(message)
    }

    fn too_long(&self, message: &str) -> Refusal {
        answers::invalid(message)
    }

    fn check_callback(
        &self,
        shared: &Shared,
        headers: &HeaderMap,
        url: &str,
    ) -> Result<(), Refusal> {
        link::check(shared, headers, url)
    }

    fn at_creation(&self, request: &str) -> Option<Refusal> {
        Trigger::find(request).and_then(answers::at_creation)
    }
}

/// `POST /api/v1/generate`.
pub(super) async fn create(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    suno_tasks::create(&Answers, &shared, &headers, &body).await
}

/// `GET /api/v1/generate/record-info?taskId=…`.
pub(super) async fn record(
    State(shared): State<Shared>,
    Query(lookup): Query<Lookup>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    suno_tasks::record(&Answers, &shared, &headers, &lookup.task_id).await
}
