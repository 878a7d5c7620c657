//! Answers that a careless client chokes on: endless, a compressed bomb, the wrong type, broken text,
//! a redirect to another host, the caller's own key. They are made while they are sent; none may ever
//! be whole in memory.

use std::convert::Infallible;
use std::sync::OnceLock;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use futures::StreamExt;
use http::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE,
    ETAG, LOCATION, TRANSFER_ENCODING,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::keys;

/// The length of a huge body in bytes: more than any client may take.
const HUGE: usize = 1 << 30;
/// The length of a bomb when it is inflated, in bytes: more than any result may have.
const INFLATED: usize = 300 * PIECE;
/// Bodies leave in pieces of this many bytes.
const PIECE: usize = 1 << 20;
/// The host of redirects; the name can never be resolved.
const ELSEWHERE: &str = "http://localhost.localdomain.invalid";

/// What stands in for the body of an answer.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Hostile {
    /// 1 GiB of spaces under the media type of the real answer, without a length.
    Huge,
    /// 300 MiB of spaces as 300 kB of gzip, under the media type of the real answer; not compressed
    /// when the caller does not accept gzip.
    Bomb,
    /// A page of HTML, status 200.
    WrongType,
    /// JSON with a string that is not UTF-8, status 200.
    InvalidUtf8,
    /// 307 to the same path on a host that does not exist.
    Redirect,
    /// All headers of the request, with the key in them, wherever a provider writes what went wrong.
    Echo,
}

impl Hostile {
    /// Puts the hostile body into `answer`, which keeps its status and other headers.
    pub(crate) fn spoil(self, answer: Response, request: &HeaderMap, path: &str) -> Response {
        let (mut parts, _) = answer.into_parts();
        for name in [
            ACCEPT_RANGES,
            CONTENT_ENCODING,
            CONTENT_LENGTH,
            CONTENT_RANGE,
            ETAG,
            TRANSFER_ENCODING,
        ] {
            parts.headers.remove(name);
        }
        let mut media_type = |name| {
            parts
                .headers
                .insert(CONTENT_TYPE, HeaderValue::from_static(name));
        };
        let body = match self {
            Self::Huge => spaces(HUGE),
            Self::Bomb if accepts_gzip(request) => {
                parts
                    .headers
                    .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                bomb()
            }
            Self::Bomb => spaces(INFLATED),
            Self::WrongType => {
                media_type("text/html; charset=utf-8");
                Body::from("<!doctype html><title>Welcome</title><p>Please sign in.</p>")
            }
            Self::InvalidUtf8 => {
                media_type("application/json");
                Body::from(&b"{\"text\":\"\xff\xfe\xc3\x28\"}"[..])
            }
            Self::Redirect => {
                parts.status = StatusCode::TEMPORARY_REDIRECT;
                if let Ok(target) = HeaderValue::from_str(&format!("{ELSEWHERE}{path}")) {
                    parts.headers.insert(LOCATION, target);
                }
                Body::empty()
            }
            Self::Echo => {
                media_type("application/json");
                Body::from(echo(parts.status, request, path).to_string())
            }
        };
        Response::from_parts(parts, body)
    }
}

/// An error in which each provider's language finds the headers as its words.
fn echo(status: StatusCode, request: &HeaderMap, path: &str) -> Value {
    let mut words = format!("Not accepted: {path}");
    for (name, value) in request {
        let value = String::from_utf8_lossy(value.as_bytes());
        words.push_str(&format!("; {name}: {value}"));
    }
    let code = status.as_u16();
    json!({
        "type": "error",
        "code": code,
        "msg": words,
        "message": words,
        "detail": { "status": "invalid_api_key", "message": words },
        "error": { "type": "invalid_request_error", "code": code, "status": words, "message": words },
    })
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    keys::header(headers, ACCEPT_ENCODING.as_str()).is_some_and(|codings| {
        codings
            .split(',')
            .filter_map(|coding| coding.split(';').next())
            .any(|coding| coding.trim().eq_ignore_ascii_case("gzip"))
    })
}

/// `length` spaces, which JSON and event streams allow anywhere between values. All pieces are views
/// of one buffer.
fn spaces(length: usize) -> Body {
    let piece = Bytes::from(vec![b' '; PIECE]);
    repeated(Bytes::new(), piece, length / PIECE, Bytes::new())
}

fn repeated(head: Bytes, piece: Bytes, times: usize, tail: Bytes) -> Body {
    let middle = futures::stream::repeat(piece).take(times);
    let pieces = futures::stream::iter([head])
        .chain(middle)
        .chain(futures::stream::iter([tail]))
        .map(Ok::<Bytes, Infallible>);
    Body::from_stream(pieces)
}

/// One gzip member of [`INFLATED`] spaces: the same compressed piece over and over, so that making it
/// takes no time and no memory.
fn bomb() -> Body {
    static PARTS: OnceLock<(Bytes, Bytes)> = OnceLock::new();
    let (piece, tail) = PARTS.get_or_init(|| {
        let plain = vec![b' '; PIECE];
        let mut one = Crc::new();
        one.update(&plain);
        let mut all = Crc::new();
        for _ in 0..INFLATED / PIECE {
            all.combine(&one);
        }
        // An empty last block, then the checksum and the length.
        let mut tail = vec![0x03, 0x00];
        tail.extend_from_slice(&all.sum().to_le_bytes());
        tail.extend_from_slice(&(INFLATED as u32).to_le_bytes());
        (compressed(&plain), Bytes::from(tail))
    });
    let head = Bytes::from_static(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
    repeated(head, piece.clone(), INFLATED / PIECE, tail.clone())
}

/// `plain` as deflate blocks that end at a byte and refer to nothing before them.
fn compressed(plain: &[u8]) -> Bytes {
    let mut compress = Compress::new(Compression::best(), false);
    let mut out = Vec::with_capacity(plain.len() / 64);
    let status = compress.compress_vec(plain, &mut out, FlushCompress::Full);
    debug_assert!(matches!(status, Ok(Status::Ok)));
    Bytes::from(out)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::response::Response;
    use flate2::read::GzDecoder;
    use futures::StreamExt;
    use http::{Request, StatusCode};
    use serde_json::{Value, json};
    use tower::ServiceExt;

    use super::{INFLATED, PIECE, bomb};
    use crate::testing::{Answer, get, post, quick};

    const PICTURE: &str = "/media/a/64x64.png";

    async fn broken(fault: Value) -> (Router, Answer) {
        let app = quick();
        let set = post(&app, "/__faults", &[], &fault).await;
        (app, set)
    }

    /// The head of the answer under a fault of this kind, with its body unread.
    async fn answer(kind: &str, path: &str, codings: &str) -> Response {
        let fault = json!({"path": "/", "answer": kind, "times": 1});
        let (app, set) = broken(fault).await;
        assert_eq!(set.status, StatusCode::CREATED, "{}", set.text());
        let request = Request::get(path)
            .header("accept-encoding", codings)
            .body(Body::empty())
            .expect("a request");
        app.oneshot(request).await.expect("infallible")
    }

    async fn length(body: Body, most: usize) -> usize {
        let mut length = 0;
        let mut pieces = body.into_data_stream();
        while length < most
            && let Some(piece) = pieces.next().await
        {
            let piece = piece.expect("no error");
            assert!(piece.len() <= PIECE);
            length += piece.len();
        }
        length
    }

    #[tokio::test]
    async fn a_bomb_is_a_small_valid_gzip_of_300_mib() {
        let bytes = to_bytes(bomb(), 1 << 20).await.expect("a small body");
        let mut decoder = GzDecoder::new(&bytes[..]);
        let mut buffer = vec![0; 1 << 20];
        let mut length = 0;
        loop {
            match decoder.read(&mut buffer).expect("a valid stream") {
                0 => break,
                read => length += read,
            }
        }
        assert_eq!(length, INFLATED);
    }

    #[tokio::test]
    async fn a_bomb_is_compressed_only_for_who_takes_gzip() {
        let bomb = answer("bomb", PICTURE, "br, gzip;q=0.5").await;
        assert_eq!(bomb.headers()["content-encoding"], "gzip");
        assert_eq!(bomb.headers()["content-type"], "image/png");
        assert!(bomb.headers().get("content-length").is_none());
        let plain = answer("bomb", PICTURE, "br").await;
        assert!(plain.headers().get("content-encoding").is_none());
        assert_eq!(length(plain.into_body(), usize::MAX).await, INFLATED);
    }

    #[tokio::test]
    async fn a_huge_body_has_the_media_type_of_the_real_one_and_goes_on_and_on() {
        for (path, media_type) in [
            (PICTURE, "image/png"),
            ("/openrouter/api/v1/models", "application/json"),
        ] {
            let huge = answer("huge", path, "gzip").await;
            assert_eq!(huge.headers()["content-type"], media_type);
            let most = 400 * PIECE;
            assert_eq!(length(huge.into_body(), most).await, most);
        }
    }

    #[tokio::test]
    async fn wrong_types_and_broken_texts_come_with_status_200() {
        let page = answer("wrong_type", "/elevenlabs/v1/user", "").await;
        assert_eq!(page.status(), StatusCode::OK);
        assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
        let text = answer("invalid_utf8", "/elevenlabs/v1/user", "").await;
        assert_eq!(text.status(), StatusCode::OK);
        assert_eq!(text.headers()["content-type"], "application/json");
        let text = to_bytes(text.into_body(), 100).await.expect("a short body");
        assert!(std::str::from_utf8(&text).is_err());
    }

    #[tokio::test]
    async fn a_redirect_leads_to_the_same_path_on_another_host() {
        let redirect = answer("redirect", "/gemini/v1beta/models?key=CANARY", "").await;
        assert_eq!(redirect.status(), StatusCode::TEMPORARY_REDIRECT);
        assert_eq!(
            redirect.headers()["location"],
            "http://localhost.localdomain.invalid/gemini/v1beta/models"
        );
    }

    #[tokio::test]
    async fn an_echo_holds_the_key_that_came() {
        let fault = json!({ "path": "/elevenlabs", "status": 401, "answer": "echo" });
        let (router, _) = broken(fault).await;
        let request = Request::get("/elevenlabs/v1/user")
            .header("xi-api-key", "sandbox-echoed")
            .body(Body::empty())
            .unwrap();
        let echo = router.oneshot(request).await.unwrap();
        assert_eq!(echo.status(), StatusCode::UNAUTHORIZED);
        let body = to_bytes(echo.into_body(), 1 << 16).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        for words in [&body["detail"]["message"], &body["error"]["message"]] {
            assert!(words.as_str().unwrap().contains("sandbox-echoed"), "{body}");
        }
    }

    #[tokio::test]
    async fn a_status_keeps_its_hostile_body_and_its_retry_after() {
        let fault = json!({
            "path": "/kie", "status": 429, "retry_after": 7, "answer": "wrong_type", "times": 1
        });
        let (app, set) = broken(fault.clone()).await;
        assert_eq!(set.json()["retry_after"], 7);
        let credit = "/kie/api/v1/chat/credit";
        let refused = get(&app, credit, &[]).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.header("retry-after"), "7");
        assert!(refused.text().contains("sign in"));
        let next = get(&app, credit, &[]).await;
        assert_eq!(next.status, StatusCode::OK);
        assert!(next.headers.get("retry-after").is_none());
    }

    #[tokio::test]
    async fn unknown_kinds_and_a_retry_after_alone_are_refused() {
        for fault in [
            json!({"path": "/kie", "answer": "loud"}),
            json!({"path": "/kie", "retry_after": 7}),
        ] {
            let (_, set) = broken(fault).await;
            assert_eq!(set.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
    }
}
