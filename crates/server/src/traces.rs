//! Traces for OpenTelemetry, where the operator names a collector. What is told is what our own spans
//! of [`TARGET`] say: ids, route templates, fixed words and times; no line of the log, and nothing that
//! somebody typed.

use crate::start::Problem;
use http_body_util::{BodyExt, Full, Limited};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use providers::http::OperatorClient;
use std::time::Duration;
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};
use url::Url;

/// The target of the spans that are told.
pub const TARGET: &str = "trace";

/// Where to send them: the address that takes OTLP over HTTP, such as
/// `http://127.0.0.1:4318/v1/traces`.
const VARIABLE: &str = "FILM_OTLP_ENDPOINT";
/// How long the collector may take.
const DEADLINE: Duration = Duration::from_secs(10);
/// The most that it may answer.
const ANSWER: usize = 64 << 10;
/// How long the last spans may take at the end.
const CLOSING: Duration = Duration::from_secs(2);

/// The way to the collector.
#[derive(Debug)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// As the environment says; `None` where it names no collector.
    ///
    /// # Errors
    /// The address is none of HTTP.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, Problem> {
        let Some(text) = lookup(VARIABLE) else {
            return Ok(None);
        };
        let wrong = || {
            Problem::Config(format!(
                "{VARIABLE} must be the address of a collector, such as http://127.0.0.1:4318/v1/traces."
            ))
        };
        let address: Url = text.trim().parse().map_err(|_| wrong())?;
        if !matches!(address.scheme(), "http" | "https") {
            return Err(wrong());
        }
        Self::to(&address).map(Some)
    }

    fn to(address: &Url) -> Result<Self, Problem> {
        let failed = |error: &dyn std::fmt::Display| Problem::start("Telling traces", error);
        let client = OperatorClient::new().map_err(|error| failed(&error))?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector {
                client,
                runtime: Handle::current(),
            })
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(address.as_str())
            .with_timeout(DEADLINE)
            .build()
            .map_err(|error| failed(&error))?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(
                Resource::builder_empty()
                    .with_service_name("film-generator")
                    .build(),
            )
            .build();
        Ok(Self(provider))
    }

    /// What hears the spans.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("film-generator"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(|told| told.is_span() && told.target() == TARGET))
    }

    /// Tells what is left.
    pub async fn close(self) {
        let closed = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(CLOSING));
        if !matches!(closed.await, Ok(Ok(()))) {
            tracing::info!("the last traces were not taken");
        }
    }
}

/// The client of the collector. The exporter waits for it on a thread of its own.
#[derive(Debug)]
struct Collector {
    client: OperatorClient,
    runtime: Handle,
}

#[async_trait::async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sent = self.runtime.spawn(async move {
            let answer = client.send(request.map(Full::new)).await?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, ANSWER).collect().await?.to_bytes();
            Ok::<_, HttpError>(Response::from_parts(head, body))
        });
        tokio::time::timeout(DEADLINE, sent).await??
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body, extract::State, routing::post};
    use std::sync::{Arc, Mutex};
    use tokio::net::TcpListener;
    use tracing_subscriber::layer::SubscriberExt;

    type Told = Arc<Mutex<Vec<u8>>>;

    async fn take(State(told): State<Told>, body: body::Bytes) {
        told.lock().unwrap().extend_from_slice(&body);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_collector_hears_our_spans_and_nothing_of_the_log() {
        let told = Told::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/v1/traces", listener.local_addr().unwrap());
        let collector = Router::new()
            .route("/v1/traces", post(take))
            .with_state(told.clone());
        tokio::spawn(async { axum::serve(listener, collector).await });

        let traces = Traces::read(|name| (name == VARIABLE).then(|| address.clone()));
        let traces = traces.unwrap().unwrap();
        let subscriber = tracing_subscriber::registry().with(traces.layer());
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::info_span!(target: TARGET, "request", route = "/api/v1/me");
            span.in_scope(|| tracing::info!(prompt = "a secret wish", "said"));
            tracing::info_span!("of somebody else").in_scope(|| ());
        });
        traces.close().await;

        let told = String::from_utf8_lossy(&told.lock().unwrap()).into_owned();
        assert!(
            told.contains("film-generator") && told.contains("/api/v1/me"),
            "{told}"
        );
        for never in ["a secret wish", "said", "of somebody else", ".rs"] {
            assert!(!told.contains(never), "{never} in {told}");
        }
    }

    #[tokio::test]
    async fn without_a_collector_nothing_is_told_and_a_wrong_address_is_named() {
        assert!(Traces::read(|_| None).unwrap().is_none());
        for wrong in ["collector", "file:///tmp/traces", ""] {
            let error = Traces::read(|_| Some(wrong.to_owned())).unwrap_err();
            assert!(error.to_string().starts_with(VARIABLE), "{error}");
        }
    }
}
