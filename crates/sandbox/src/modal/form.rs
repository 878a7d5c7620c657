//! The forms of Modal's published examples: the prompt in the query, a picture in a form, and bytes
//! alone as the answer (repository modal-labs/modal-examples).

use axum::extract::{FromRequest, Multipart, Request};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use url::form_urlencoded;

use super::answers::{self, missing};
use super::picture;
use super::request::{Asked, Kind, Style};
use crate::keys;
use crate::reply::Refusal;

/// Whether the body is a form.
pub(super) fn is_form(request: &Request) -> bool {
    keys::header(request.headers(), CONTENT_TYPE.as_str())
        .is_some_and(|kind| kind.starts_with("multipart/form-data"))
}

/// The value of a query parameter.
pub(super) fn parameter(request: &Request, name: &str) -> Option<String> {
    let query = request.uri().query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes())
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
}

/// A request whose query holds all: the picture and voice examples.
pub(super) fn read_query(kind: Kind, request: &Request) -> Result<Asked, Refusal> {
    let prompt = parameter(request, "prompt")
        .ok_or_else(|| answers::invalid(&[missing("query", "prompt")]))?;
    let mut asked = Asked::simple(kind, Style::Example, prompt);
    asked.seed = parameter(request, "seed").and_then(|seed| seed.parse().ok());
    Ok(asked)
}

/// A form with a picture: the video example (`image_bytes`, the prompt in the query) and picture
/// editing (`image` and `prompt`).
pub(super) async fn read_form(kind: Kind, request: Request) -> Result<Asked, Refusal> {
    let field = if kind == Kind::Video {
        "image_bytes"
    } else {
        "image"
    };
    let mut prompt = parameter(&request, "prompt");
    let seed = parameter(&request, "seed").and_then(|seed| seed.parse().ok());
    let broken = || {
        answers::raised(
            StatusCode::BAD_REQUEST,
            "There was an error parsing the body",
        )
    };
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|_| broken())?;
    let mut image = None;
    while let Some(part) = form.next_field().await.map_err(|_| broken())? {
        let name = part.name().unwrap_or_default().to_owned();
        let bytes = part.bytes().await.map_err(|_| broken())?;
        if name == field {
            image = Some(bytes);
        } else if name == "prompt" && kind != Kind::Video {
            prompt = Some(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    let place = if kind == Kind::Video { "query" } else { "body" };
    let (Some(prompt), Some(image)) = (&prompt, &image) else {
        let problems: Vec<_> = [
            prompt.is_none().then(|| missing(place, "prompt")),
            image.is_none().then(|| missing("body", field)),
        ]
        .into_iter()
        .flatten()
        .collect();
        return Err(answers::invalid(&problems));
    };
    if !picture::is_picture(image) {
        return Err(answers::raised(
            StatusCode::BAD_REQUEST,
            "Could not load the image",
        ));
    }
    let mut asked = Asked::simple(kind, Style::Example, prompt.clone());
    asked.seed = seed;
    Ok(asked)
}
