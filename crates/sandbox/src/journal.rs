//! The journal: which requests came in, told by names, lengths and digests. It must never hold the
//! value of a header, of a query parameter or of a body, nor a key wherever one appears.

use std::collections::{HashSet, VecDeque};
use std::sync::Mutex;

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, Method, StatusCode, Uri};
use serde::Serialize;
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use crate::keys::{self, KeyDigest};
use crate::shared::{Shared, lock};

/// How many requests are kept; the oldest go first.
const MOST_ENTRIES: usize = 10_000;
/// How many digests of presented keys are kept to recognise a key in a URL.
const MOST_KEYS: usize = 4_096;
/// What stands where a key was.
const REDACTED: &str = "[key]";

/// One request received, as `GET /__journal` lists it (an array, oldest first).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    /// Counts from 1 since the start or the last clearing.
    sequence: u64,
    method: String,
    /// The path without the query; a key in it is replaced.
    path: String,
    /// The names of the query parameters in order; a key in them is replaced.
    query_names: Vec<String>,
    /// The names of the headers in order, each once.
    header_names: Vec<String>,
    /// Whether the path or the query held a sandbox key or any credential that a header of this or
    /// an earlier request presented.
    known_key_in_url: bool,
    /// SHA-256 of the body in hexadecimal.
    body_sha256: String,
    /// The length of the body in bytes.
    body_bytes: usize,
}

/// The requests received so far.
#[derive(Default)]
pub(crate) struct Journal(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    entries: VecDeque<Entry>,
    last: u64,
    presented: HashSet<KeyDigest>,
}

impl Journal {
    /// Notes a request.
    pub(crate) fn record(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) {
        let body_sha256 = hex::encode(Sha256::digest(body));
        let mut pages = lock(&self.0);
        for credential in credentials(headers) {
            if pages.presented.len() < MOST_KEYS {
                pages.presented.insert(keys::digest(credential));
            }
        }
        let mut known_key_in_url = false;
        let mut shown = |text: &str, known: bool| {
            known_key_in_url |= known;
            if known {
                REDACTED.to_owned()
            } else {
                text.to_owned()
            }
        };
        let path = uri
            .path()
            .split('/')
            .map(|segment| shown(segment, pages.knows(&decoded(segment))))
            .collect::<Vec<_>>()
            .join("/");
        let mut query_names = Vec::new();
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            shown("", pages.knows(&value));
            query_names.push(shown(&name, pages.knows(&name)));
        }
        pages.last += 1;
        let entry = Entry {
            sequence: pages.last,
            method: method.to_string(),
            path,
            query_names,
            header_names: headers.keys().map(ToString::to_string).collect(),
            known_key_in_url,
            body_sha256,
            body_bytes: body.len(),
        };
        if pages.entries.len() == MOST_ENTRIES {
            pages.entries.pop_front();
        }
        pages.entries.push_back(entry);
    }
}

impl Pages {
    fn knows(&self, text: &str) -> bool {
        text.contains(keys::PREFIX) || self.presented.contains(&keys::digest(text))
    }
}

/// What the headers of a request present as credentials.
fn credentials(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    [
        "x-goog-api-key",
        "xi-api-key",
        "x-api-key",
        "modal-key",
        "modal-secret",
    ]
    .into_iter()
    .filter_map(|name| keys::header(headers, name))
    .chain(keys::bearer(headers))
    .filter(|credential| !credential.is_empty())
}

/// A path segment without its percent encoding.
fn decoded(segment: &str) -> String {
    form_urlencoded::parse(segment.replace(['&', '='], " ").as_bytes())
        .map(|(text, _)| text.into_owned())
        .collect()
}

/// `GET /__journal`.
pub(crate) async fn list(State(shared): State<Shared>) -> Json<Vec<Entry>> {
    Json(lock(&shared.journal.0).entries.iter().cloned().collect())
}

/// `DELETE /__journal`.
pub(crate) async fn clear(State(shared): State<Shared>) -> StatusCode {
    *lock(&shared.journal.0) = Pages::default();
    StatusCode::NO_CONTENT
}
