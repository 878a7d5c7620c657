//! Building answers: JSON with a status, refusals, and answers that are broken on purpose. It must
//! know no provider.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

/// An answer that ends a handler early.
#[derive(Debug)]
pub(crate) struct Refusal(Box<Response>);

impl From<Response> for Refusal {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// `value` as JSON with `status`.
pub(crate) fn json(status: StatusCode, value: &Value) -> Response {
    typed(status, "application/json", value.to_string())
}

/// The envelope `{code, msg, data}` of services whose HTTP status is always 200.
pub(crate) fn envelope(code: u16, message: &str, data: Value) -> Response {
    json(
        StatusCode::OK,
        &json!({"code": code, "msg": message, "data": data}),
    )
}

/// Any body with its media type.
pub(crate) fn typed(
    status: StatusCode,
    media_type: &'static str,
    body: impl Into<Body>,
) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// A JSON answer that stops in the middle: HTTP 200, not decodable.
pub(crate) fn broken_json(value: &Value) -> Response {
    let mut text = value.to_string();
    let mut half = text.len() / 2;
    while !text.is_char_boundary(half) {
        half -= 1;
    }
    text.truncate(half);
    typed(StatusCode::OK, "application/json", text)
}

/// Sets a header whose value is made here and therefore visible ASCII; anything else is left out.
pub(crate) fn set_header(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
