//! Server-sent events: a body of prepared chunks that leaves chunk by chunk. It must never hold more
//! than the chunks it was given.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures::StreamExt;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};

use crate::reply;

/// Answers 200 with `chunks` as `text/event-stream`, with `pause` between two of them.
pub(crate) fn events(chunks: Vec<String>, pause: Duration) -> Response {
    let mut response = reply::typed(StatusCode::OK, "text/event-stream", paced(chunks, pause));
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// A body that yields `chunks` with `pause` between two of them.
pub(crate) fn paced(chunks: Vec<impl Into<Bytes> + Send + 'static>, pause: Duration) -> Body {
    let stream = futures::stream::iter(chunks.into_iter().enumerate()).then(
        move |(index, chunk)| async move {
            if index > 0 && !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            Ok::<Bytes, Infallible>(chunk.into())
        },
    );
    Body::from_stream(stream)
}

/// Cuts `text` into pieces of about `size` characters at spaces, so that joining them gives it back.
pub(crate) fn pieces(text: &str, size: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        piece.push_str(word);
        if piece.chars().count() >= size {
            pieces.push(std::mem::take(&mut piece));
        }
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn pieces_join_to_the_text_they_were_cut_from() {
        let text = "Ein Fuchs läuft \n durch   den Schnee.";
        let cut = pieces(text, 8);
        assert!(cut.len() > 2);
        assert_eq!(cut.concat(), text);
    }
}
