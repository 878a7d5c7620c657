//! One HTTP call as data: where, what, how the secret is presented, how much answer is read. It
//! never holds a secret, and whatever a model id contains, the path keeps its shape.

use crate::Failure;
use bytes::Bytes;
use domain::ProviderFault;
use http::Method;
use serde::Serialize;
use std::{borrow::Cow, time::Duration};
use url::Url;

/// Why a call is made: it decides what a lost answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Free and harmless when repeated, such as an upload of a picture.
    Prepare,
    /// The one that is paid for. A lost answer means that nobody knows whether it was accepted.
    Submit,
    /// Asks how a task is doing.
    Poll,
    /// Stops a task; harmless when repeated.
    Cancel,
    /// Tests a key for free.
    Check,
}

/// A place that calls go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Host {
    /// OpenRouter's API.
    OpenRouter,
    /// Google's Gemini API.
    Gemini,
    /// KIE.ai's API.
    Kie,
    /// KIE.ai's host for uploads.
    KieUpload,
    /// ElevenLabs' API.
    ElevenLabs,
    /// Anthropic's API.
    Anthropic,
    /// OpenAI's API.
    OpenAi,
    /// PiAPI's API.
    PiApi,
    /// sunoapi.org.
    Suno,
    /// A server that a person runs; its address is in the call.
    Endpoint,
}

/// How the secret is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Not at all: the call is public.
    None,
    /// `Authorization: Bearer …`.
    Bearer,
    /// This header.
    Header(&'static str),
    /// `Modal-Key` and `Modal-Secret`; the secret holds both, with a line break between.
    ModalProxy,
}

/// What is sent.
#[derive(Clone)]
pub enum Body {
    /// Nothing.
    None,
    /// A JSON text.
    Json(Bytes),
    /// A form with a file.
    Multipart(Vec<Part>),
}

/// One part of a form.
#[derive(Clone)]
pub struct Part {
    /// Its field name.
    pub name: &'static str,
    /// Its file name and media type, for a file.
    pub file: Option<(String, String)>,
    /// Its content.
    pub content: Bytes,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("nothing"),
            Self::Json(json) => write!(f, "{} bytes of JSON", json.len()),
            Self::Multipart(parts) => write!(f, "{} form parts", parts.len()),
        }
    }
}

/// How much answer is read and how long it is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of body, after decompression.
    pub bytes: u64,
    /// The longest wait for the head of the answer.
    pub first_byte: Duration,
    /// The longest silence within the body.
    pub idle: Duration,
    /// The longest time from start to end.
    pub total: Duration,
    /// Whether the answer may be compressed: JSON may, media may not.
    pub compressed: bool,
}

const MIB: u64 = 1 << 20;

impl Limits {
    /// A short JSON answer.
    pub const JSON: Self = Self::new(4 * MIB, 30, 60, true);
    /// Text that takes its time.
    pub const TEXT: Self = Self::new(16 * MIB, 600, 600, true);
    /// A picture inside JSON, as base64.
    pub const IMAGE_JSON: Self = Self::new(96 * MIB, 300, 420, true);
    /// Speech inside JSON, as base64.
    pub const AUDIO_JSON: Self = Self::new(128 * MIB, 300, 420, true);
    /// Speech as a file.
    pub const AUDIO_FILE: Self = Self::new(128 * MIB, 180, 420, false);
    /// The answer to an upload, which itself takes time.
    pub const UPLOAD: Self = Self::new(MIB, 120, 180, true);
    /// A list of models or prices.
    pub const LIST: Self = Self::new(16 * MIB, 30, 60, true);
    /// Text while it is written; a thinking model may be silent for long.
    pub const STREAM: Self = Self {
        idle: Duration::from_secs(180),
        ..Self::new(32 * MIB, 600, 900, false)
    };
    /// Speech inside a stream of events, as base64.
    pub const AUDIO_STREAM: Self = Self::new(128 * MIB, 180, 420, false);
    /// What a server of one's own answers, media inside JSON included; Modal holds an exchange for
    /// 150 seconds at most.
    pub const ENDPOINT: Self = Self {
        idle: Duration::from_secs(60),
        ..Self::new(192 * MIB, 170, 420, false)
    };
    /// The probe of such a server.
    pub const PROBE: Self = Self::new(MIB, 10, 15, false);

    const fn new(bytes: u64, first_byte: u64, total: u64, compressed: bool) -> Self {
        Self {
            bytes,
            first_byte: Duration::from_secs(first_byte),
            idle: Duration::from_secs(30),
            total: Duration::from_secs(total),
            compressed,
        }
    }
}

/// One HTTP call.
#[derive(Debug, Clone)]
pub struct Call {
    /// Why it is made.
    pub purpose: Purpose,
    /// `GET` or `POST`.
    pub method: Method,
    /// Where it goes.
    pub host: Host,
    /// The address of a server that a person runs; for [`Host::Endpoint`] only.
    pub endpoint: Option<Url>,
    /// The segments of the path below the host's base, each one whole.
    pub path: Vec<Cow<'static, str>>,
    /// The query.
    pub query: Vec<(&'static str, String)>,
    /// How the secret is presented.
    pub auth: Auth,
    /// Further headers; none of them secret.
    pub headers: Vec<(&'static str, &'static str)>,
    /// What is sent.
    pub body: Body,
    /// How much answer is read.
    pub answer: Limits,
}

impl Call {
    /// A `GET` of a fixed path.
    #[must_use]
    pub fn get(purpose: Purpose, host: Host, auth: Auth, path: &[&'static str]) -> Self {
        Self {
            purpose,
            method: Method::GET,
            host,
            endpoint: None,
            path: path.iter().map(|segment| Cow::Borrowed(*segment)).collect(),
            query: Vec::new(),
            auth,
            headers: Vec::new(),
            body: Body::None,
            answer: Limits::JSON,
        }
    }

    /// A `POST` of JSON.
    ///
    /// # Errors
    /// A [`Failure`] when the body cannot be written as JSON.
    pub fn post<T: Serialize>(
        purpose: Purpose,
        host: Host,
        auth: Auth,
        path: Vec<Cow<'static, str>>,
        body: &T,
    ) -> Result<Self, Failure> {
        Ok(Self {
            method: Method::POST,
            path,
            body: json(body)?,
            ..Self::get(purpose, host, auth, &[])
        })
    }

    /// A call of a server that a person runs, at exactly this address.
    #[must_use]
    pub fn endpoint(purpose: Purpose, method: Method, endpoint: Url) -> Self {
        Self {
            method,
            endpoint: Some(endpoint),
            answer: Limits::ENDPOINT,
            ..Self::get(purpose, Host::Endpoint, Auth::ModalProxy, &[])
        }
    }

    /// The same call with a JSON body.
    ///
    /// # Errors
    /// A [`Failure`] when the body cannot be written as JSON.
    pub fn with_json<T: Serialize>(mut self, body: &T) -> Result<Self, Failure> {
        self.body = json(body)?;
        Ok(self)
    }

    /// The same call with a query pair.
    #[must_use]
    pub fn with_query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// The same call with other limits.
    #[must_use]
    pub fn with_answer(mut self, answer: Limits) -> Self {
        self.answer = answer;
        self
    }

    /// The address below `base`: its path is that of `base` and then exactly the segments; without
    /// segments it is `base` itself.
    ///
    /// # Errors
    /// A [`Failure`] when a segment would not stay one segment.
    pub fn url(&self, base: &Url) -> Result<Url, Failure> {
        let refused = || Failure::ours(ProviderFault::ModelGone, "this id cannot be sent");
        let holds = |segment: &Cow<'static, str>| {
            !segment.is_empty()
                && segment.len() <= 512
                && !matches!(segment.as_ref(), "." | "..")
                && !segment.chars().any(char::is_control)
        };
        if !self.path.iter().all(holds) {
            return Err(refused());
        }
        let mut url = base.clone();
        if self.path.is_empty() {
            if !self.query.is_empty() {
                url.query_pairs_mut().extend_pairs(&self.query);
            }
            return Ok(url);
        }
        let count = |url: &Url| {
            url.path_segments()
                .map_or(0, |all| all.filter(|s| !s.is_empty()).count())
        };
        let before = count(base);
        url.path_segments_mut()
            .map_err(|()| refused())?
            .pop_if_empty()
            .extend(&self.path);
        if count(&url) != before + self.path.len() {
            return Err(refused());
        }
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }
}

fn json<T: Serialize>(body: &T) -> Result<Body, Failure> {
    serde_json::to_vec(body)
        .map(|json| Body::Json(Bytes::from(json)))
        .map_err(|_| Failure::ours(ProviderFault::BadRequest, "the request has no JSON form"))
}
