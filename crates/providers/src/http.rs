//! The only place that builds an HTTP client: rustls on ring, no redirects, no proxy, no `Referer`,
//! guarded addresses, deadlines, bounded bodies. No error of it carries a URL, a header or a body.

mod download;
mod operator;

pub use download::Downloaded;
pub use operator::{OperatorClient, OperatorFailure};

use crate::{
    Bases, Call, Failure, Policy, Reply,
    call::{Auth, Body, Limits},
    resolver::{AddressRefused, GuardedResolver, Lookup, SystemLookup},
};
use bytes::BytesMut;
use domain::ProviderFault;
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{AUTHORIZATION, CONTENT_TYPE, DATE},
};
use reqwest::{Client, Request, multipart};
use secrecy::{ExposeSecret, SecretString};
use std::{error::Error as _, sync::Arc, time::Duration};
use tokio::time::{Instant, timeout_at};

const CONNECT: Duration = Duration::from_secs(5);
const USER_AGENT: &str = concat!("FilmGenerator/", env!("CARGO_PKG_VERSION"));
/// The most of an error body that is read.
const ERROR_BYTES: u64 = 64 << 10;

/// Why there is no reply.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SendError {
    /// Certainly nothing of the request was sent.
    #[error("not sent: {0}")]
    NotSent(Failure),
    /// The request was sent, at least in part, and no whole answer came.
    #[error("no whole answer: {0}")]
    Ambiguous(Failure),
}

impl SendError {
    /// The failure, whichever it is.
    #[must_use]
    pub const fn failure(&self) -> &Failure {
        match self {
            Self::NotSent(failure) | Self::Ambiguous(failure) => failure,
        }
    }
}

/// The client cannot be built.
#[derive(Debug, thiserror::Error)]
#[error("the outbound HTTP client could not be built")]
pub struct BuildError;

/// The outbound client.
pub struct Outbound {
    /// Decompresses; for JSON.
    json: Client,
    /// Never decompresses; for media.
    plain: Client,
    bases: Bases,
    policy: Arc<Policy>,
}

impl Outbound {
    /// A client for these bases that goes nowhere the policy does not admit.
    ///
    /// # Errors
    /// [`BuildError`] when TLS cannot be set up.
    pub fn new(bases: Bases, policy: Policy) -> Result<Self, BuildError> {
        Self::with_lookup(bases, policy, Arc::new(SystemLookup))
    }

    pub(crate) fn with_lookup(
        bases: Bases,
        policy: Policy,
        lookup: Arc<dyn Lookup>,
    ) -> Result<Self, BuildError> {
        let policy = Arc::new(policy);
        let build = |compressed: bool| {
            #[expect(
                clippy::disallowed_methods,
                reason = "this is the one place that builds it"
            )]
            let builder = Client::builder();
            builder
                .tls_backend_preconfigured(tls()?)
                .dns_resolver(GuardedResolver::new(
                    Arc::clone(&policy),
                    Arc::clone(&lookup),
                ))
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .no_proxy()
                .tcp_nodelay(true)
                .connect_timeout(CONNECT)
                .gzip(compressed)
                .brotli(compressed)
                .user_agent(USER_AGENT)
                .build()
                .map_err(|_| BuildError)
        };
        Ok(Self {
            json: build(true)?,
            plain: build(false)?,
            bases,
            policy: Arc::clone(&policy),
        })
    }

    /// Makes the call with the secret and reads its answer whole. Redirects are not followed.
    ///
    /// # Errors
    /// [`SendError`]: whether anything was sent is never guessed.
    pub async fn send(
        &self,
        call: &Call,
        secret: Option<&SecretString>,
    ) -> Result<Reply, SendError> {
        self.follow(call, secret, &mut |_| {}).await
    }

    /// As [`Outbound::send`], and hands over each piece of a successful answer as it comes.
    ///
    /// # Errors
    /// As [`Outbound::send`].
    pub async fn follow(
        &self,
        call: &Call,
        secret: Option<&SecretString>,
        on_piece: &mut (dyn FnMut(&[u8]) + Send),
    ) -> Result<Reply, SendError> {
        let request = self.request(call, secret).map_err(SendError::NotSent)?;
        let client = if call.answer.compressed {
            &self.json
        } else {
            &self.plain
        };
        let started = Instant::now();
        let outcome = exchange(client, request, call.answer, started, on_piece).await;
        tracing::debug!(
            host = ?call.host,
            purpose = ?call.purpose,
            status = outcome.as_ref().ok().map(|reply| reply.status),
            error = outcome.as_ref().err().map(tracing::field::display),
            milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "provider call"
        );
        outcome
    }

    /// What the operator admits beyond the public Internet.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    fn request(&self, call: &Call, secret: Option<&SecretString>) -> Result<Request, Failure> {
        let url = call.url(self.bases.base(call)?)?;
        if !self.policy.admits(&url) {
            return Err(Failure::ours(
                ProviderFault::Upstream,
                "the address is not allowed",
            ));
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &call.headers {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        if let Some(secret) = secret {
            for (name, value) in credential(call.auth, secret)? {
                headers.insert(name, value);
            }
        }
        let client = if call.answer.compressed {
            &self.json
        } else {
            &self.plain
        };
        let mut builder = client.request(call.method.clone(), url).headers(headers);
        builder = match &call.body {
            Body::None => builder,
            Body::Json(json) => builder
                .header(CONTENT_TYPE, "application/json")
                .body(json.clone()),
            Body::Multipart(parts) => builder.multipart(form(parts)?),
        };
        builder.build().map_err(|_| not_built())
    }
}

fn tls() -> Result<rustls::ClientConfig, BuildError> {
    let roots = rustls::RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| BuildError)?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// The headers that present the secret, marked so that no log and no `Debug` prints them.
fn credential(
    auth: Auth,
    secret: &SecretString,
) -> Result<Vec<(HeaderName, HeaderValue)>, Failure> {
    let refused = || Failure::ours(ProviderFault::BadKey, "the key cannot be a header");
    let header = |name, text: &str| {
        let mut value = HeaderValue::from_str(text).map_err(|_| refused())?;
        value.set_sensitive(true);
        Ok((name, value))
    };
    let secret = secret.expose_secret();
    match auth {
        Auth::None => Ok(Vec::new()),
        Auth::Bearer => Ok(vec![header(AUTHORIZATION, &format!("Bearer {secret}"))?]),
        Auth::Header(name) => Ok(vec![header(HeaderName::from_static(name), secret)?]),
        Auth::ModalProxy => {
            let (key, token) = secret.split_once('\n').ok_or_else(refused)?;
            Ok(vec![
                header(HeaderName::from_static("modal-key"), key)?,
                header(HeaderName::from_static("modal-secret"), token)?,
            ])
        }
    }
}

fn form(parts: &[crate::call::Part]) -> Result<multipart::Form, Failure> {
    let mut form = multipart::Form::new();
    for part in parts {
        let length = part.content.len() as u64;
        let mut content = multipart::Part::stream_with_length(part.content.clone(), length);
        if let Some((name, media_type)) = &part.file {
            content = content
                .file_name(name.clone())
                .mime_str(media_type)
                .map_err(|_| not_built())?;
        }
        form = form.part(part.name, content);
    }
    Ok(form)
}

async fn exchange(
    client: &Client,
    request: Request,
    limits: Limits,
    started: Instant,
    on_piece: &mut (dyn FnMut(&[u8]) + Send),
) -> Result<Reply, SendError> {
    let deadline = started + limits.total;
    let first_byte = deadline.min(started + limits.first_byte);
    let mut response = timeout_at(first_byte, client.execute(request))
        .await
        .map_err(|_| SendError::Ambiguous(late("no answer in time")))?
        .map_err(|error| judge(&error))?;
    let status = response.status().as_u16();
    let is_error = status >= 400;
    let limit = if is_error {
        ERROR_BYTES.min(limits.bytes)
    } else {
        limits.bytes
    };
    let mut headers = std::mem::take(response.headers_mut());
    if !headers.contains_key(DATE) {
        headers.extend(received_now().map(|date| (DATE, date)));
    }
    let mut body = BytesMut::new();
    loop {
        let until = deadline.min(Instant::now() + limits.idle);
        let chunk = match timeout_at(until, response.chunk()).await {
            Ok(Ok(Some(chunk))) => chunk,
            Ok(Ok(None)) => break,
            // The status of an error says enough, whatever became of its body.
            _ if is_error => break,
            Ok(Err(_)) => return Err(SendError::Ambiguous(passing("the answer broke off"))),
            Err(_) => return Err(SendError::Ambiguous(late("the answer stopped coming"))),
        };
        let room = usize::try_from(limit).unwrap_or(usize::MAX) - body.len();
        if chunk.len() > room {
            if is_error {
                body.extend_from_slice(&chunk[..room]);
                break;
            }
            let failure = Failure::ours(ProviderFault::Upstream, "the answer is too large");
            return Err(SendError::Ambiguous(failure));
        }
        if !is_error {
            on_piece(&chunk);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Reply {
        status,
        headers,
        body: body.freeze(),
    })
}

/// The moment at which an answer came that does not say when it was made, as its recipient has to add
/// it (RFC 9110, section 6.6.1): a `Retry-After` may count from it.
fn received_now() -> Option<HeaderValue> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a header of the answer, decided on by nothing but the answer's own Retry-After"
    )]
    let now = std::time::SystemTime::now();
    HeaderValue::from_str(&httpdate::fmt_http_date(now)).ok()
}

/// What an error of the client means. Only its kind is used: its text holds the address.
fn judge(error: &reqwest::Error) -> SendError {
    let mut source = error.source();
    while let Some(cause) = source {
        if cause.is::<AddressRefused>() {
            let failure = Failure::ours(ProviderFault::Upstream, "the address is not allowed");
            return SendError::NotSent(failure);
        }
        source = cause.source();
    }
    if error.is_builder() {
        SendError::NotSent(not_built())
    } else if error.is_dns() {
        SendError::NotSent(passing("the host was not found"))
    } else if error.is_connect() && error.is_timeout() {
        SendError::NotSent(late("no connection in time"))
    } else if error.is_connect() {
        SendError::NotSent(passing("no connection"))
    } else if error.is_timeout() {
        SendError::Ambiguous(late("no answer in time"))
    } else {
        SendError::Ambiguous(passing("the connection broke"))
    }
}

fn not_built() -> Failure {
    Failure::ours(ProviderFault::BadRequest, "the request could not be built")
}

fn passing(what: &str) -> Failure {
    Failure::ours(ProviderFault::Upstream, what).passing()
}

fn late(what: &str) -> Failure {
    Failure::ours(ProviderFault::Timeout, what).passing()
}

#[cfg(test)]
mod tests;
