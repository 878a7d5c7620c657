//! Media files, whole or in ranges, to whoever may see the generation. A file can never act as a
//! page: its type is its own, nothing sniffs it, nothing in it runs.

use super::Answer;
use crate::{
    actor::Actor,
    app::App,
    fault::Fault,
    generation::{self, StoredFile},
    web,
};
use axum::{
    body::Body,
    extract::{Path, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
        header::{
            ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
            CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE,
        },
    },
    response::IntoResponse,
};
use domain::ErrorCode::NotFound;
use domain::{ApiError, OutputId};
use std::{io::ErrorKind, ops::Range};

/// A file, whole or in a range
#[utoipa::path(
    get,
    path = "/outputs/{id}",
    params(("Range" = Option<String>, Header, description = "One range of bytes")),
    responses((status = 200, content_type = "*/*", body = String), (status = 206, content_type = "*/*", body = String), (status = 304), (status = 416)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OutputId>,
    headers: HeaderMap,
) -> Answer<Response<Body>> {
    let file = generation::output(&app, &actor, &id).await?;
    serve(&app, &id, &file, &headers).await
}

/// A small form of a picture
#[utoipa::path(
    get,
    path = "/outputs/{id}/thumbnail",
    params(("Range" = Option<String>, Header, description = "One range of bytes")),
    responses((status = 200, content_type = "*/*", body = String), (status = 206, content_type = "*/*", body = String), (status = 304), (status = 416)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub async fn thumbnail(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OutputId>,
    headers: HeaderMap,
) -> Answer<Response<Body>> {
    let file = generation::thumbnail(&app, &actor, &id).await?;
    serve(&app, &id, &file, &headers).await
}

async fn serve(
    app: &App,
    id: &OutputId,
    file: &StoredFile,
    asked: &HeaderMap,
) -> Answer<Response<Body>> {
    let tag = format!("\"{}\"", file.tag);
    let mut answer = Response::new(Body::empty());
    label(answer.headers_mut(), &file.media_type, &tag);
    if is_known(asked, &tag) {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(answer);
    }
    let wanted = file
        .bytes
        .map_or(Wanted::Whole, |size| wanted(asked, &tag, size));
    let headers = answer.headers_mut();
    let (status, range) = match (wanted, file.bytes) {
        (Wanted::Nothing, Some(size)) => {
            let mut refusal =
                web::Problem::plain(StatusCode::RANGE_NOT_SATISFIABLE).into_response();
            let has = text(&format!("bytes */{size}"))?;
            refusal.headers_mut().insert(CONTENT_RANGE, has);
            return Ok(refusal);
        }
        (Wanted::Part(range), Some(size)) => {
            let last = range.end - 1;
            let says = format!("bytes {}-{last}/{size}", range.start);
            headers.insert(CONTENT_RANGE, text(&says)?);
            headers.insert(CONTENT_LENGTH, (range.end - range.start).into());
            (StatusCode::PARTIAL_CONTENT, Some(range))
        }
        (_, size) => {
            if let Some(size) = size {
                headers.insert(CONTENT_LENGTH, size.into());
            }
            (StatusCode::OK, None)
        }
    };
    let pieces = app
        .storage
        .open(&file.file, range)
        .await
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                tracing::error!(output = %id, "a stored file is missing");
                ApiError::not_found("output")
            }
            _ => Fault::from(error).into(),
        })?;
    *answer.status_mut() = status;
    *answer.body_mut() = Body::from_stream(pieces);
    Ok(answer)
}

/// What of a file is asked for.
enum Wanted {
    Whole,
    /// Within the file and not empty.
    Part(Range<u64>),
    /// A range that lies outside of it.
    Nothing,
}

/// One range is answered as such; several, or what is no range, with the whole file.
fn wanted(asked: &HeaderMap, tag: &str, size: u64) -> Wanted {
    let says = |name: HeaderName| asked.get(name).and_then(|value| value.to_str().ok());
    if says(IF_RANGE).is_some_and(|known| known != tag) {
        return Wanted::Whole;
    }
    let parsed = says(RANGE).and_then(|range| http_range_header::parse_range_header(range).ok());
    let Some(parsed) = parsed else {
        return Wanted::Whole;
    };
    match parsed.validate(size).as_deref() {
        Ok([one]) => Wanted::Part(*one.start()..one.end() + 1),
        Ok(_) => Wanted::Whole,
        Err(_) => Wanted::Nothing,
    }
}

/// Whether the file is there already.
fn is_known(asked: &HeaderMap, tag: &str) -> bool {
    asked
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == tag || known == "*")
}

fn text(value: &str) -> Result<HeaderValue, ApiError> {
    HeaderValue::from_str(value).map_err(|_| ApiError::internal())
}

fn label(headers: &mut HeaderMap, media_type: &str, tag: &str) {
    for (name, value) in [(CONTENT_TYPE, media_type), (ETAG, tag)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("sandbox; default-src 'none'"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn whatever_range_is_asked_for_lies_within_the_file(
            range in "(bytes|items|BYTES)?=?[0-9]{0,20}-[0-9]{0,20}(,[ 0-9-]{0,12}){0,4}|[ -~]{0,40}",
            size in prop_oneof![0..20_u64, any::<u64>()],
        ) {
            let mut asked = HeaderMap::new();
            asked.insert(RANGE, HeaderValue::from_str(&range).unwrap());
            if let Wanted::Part(part) = wanted(&asked, "\"tag\"", size) {
                prop_assert!(part.start < part.end && part.end <= size, "{:?} of {}", part, size);
            }
        }

        #[test]
        fn any_tags_are_compared(
            tags in "((W/)?\"?[ -~]{0,10}\"?,? ?){0,5}",
        ) {
            let mut asked = HeaderMap::new();
            asked.insert(IF_NONE_MATCH, HeaderValue::from_str(&tags).unwrap());
            let knows = is_known(&asked, "\"0123\"");
            prop_assert_eq!(knows, tags.contains("\"0123\"") || tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == "*"));
        }
    }
}
