//! Serving a file that is wholly in memory, with single byte ranges. It must not read files itself.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{ACCEPT_RANGES, RANGE};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::{keys, reply};

/// Answers with `bytes`, or with the range of them that the request asks for.
pub(crate) fn serve(headers: &HeaderMap, media_type: &str, bytes: impl Into<Bytes>) -> Response {
    let bytes: Bytes = bytes.into();
    let length = bytes.len();
    let mut response =
        match keys::header(headers, RANGE.as_str()).map(|range| range_of(range, length)) {
            None | Some(Asked::Everything) => Response::new(Body::from(bytes)),
            Some(Asked::Nothing) => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
                let range = format!("bytes */{length}");
                reply::set_header(response.headers_mut(), "content-range", &range);
                response
            }
            Some(Asked::Part(start, end)) => {
                let mut response = Response::new(Body::from(bytes.slice(start..end)));
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                let range = format!("bytes {start}-{}/{length}", end - 1);
                reply::set_header(response.headers_mut(), "content-range", &range);
                response
            }
        };
    let headers = response.headers_mut();
    reply::set_header(headers, "content-type", media_type);
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    response
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Everything,
    Part(usize, usize),
    Nothing,
}

/// Reads `bytes=a-b`, `bytes=a-` and `bytes=-n`; anything else asks for everything.
fn range_of(range: &str, length: usize) -> Asked {
    let Some((first, last)) = range
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'))
    else {
        return Asked::Everything;
    };
    let (start, end) = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(start), Ok(last)) if last >= start => (start, last.saturating_add(1).min(length)),
        (Ok(start), Err(_)) if last.is_empty() => (start, length),
        (Err(_), Ok(tail)) if first.is_empty() => (length.saturating_sub(tail), length),
        _ => return Asked::Everything,
    };
    if start < end {
        Asked::Part(start, end)
    } else {
        Asked::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, range_of};

    #[test]
    fn ranges_are_read_as_http_says() {
        assert_eq!(range_of("bytes=0-9", 100), Asked::Part(0, 10));
        assert_eq!(range_of("bytes=90-", 100), Asked::Part(90, 100));
        assert_eq!(range_of("bytes=-5", 100), Asked::Part(95, 100));
        assert_eq!(range_of("bytes=0-999", 100), Asked::Part(0, 100));
        assert_eq!(range_of("bytes=100-", 100), Asked::Nothing);
        assert_eq!(range_of("bytes=0-1,5-6", 100), Asked::Everything);
        assert_eq!(range_of("lines=0-1", 100), Asked::Everything);
    }
}
