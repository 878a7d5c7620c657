//! The client against local listeners: what reaches a socket, what does not, and how much of an
//! answer is read. No test leaves the machine.

use super::*;
use crate::{
    call::{Host, Part, Purpose},
    resolver::LookedUp,
};
use ::http::Method;
use axum::{
    Router,
    body::Body as Page,
    extract::Request as Received,
    http::{StatusCode, header},
    response::{IntoResponse, Response as Answer},
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use std::{
    io::Write,
    net::{IpAddr, SocketAddr},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{io::AsyncWriteExt, net::TcpListener};
use url::Url;

mod addresses;
mod hostile;

const CANARY: &str = "sk-CANARY-0123456789abcdef";

/// A listener that answers with one function and remembers what it was sent.
struct Server {
    origin: Url,
    seen: Arc<Mutex<Vec<(String, HeaderMap)>>>,
}

impl Server {
    async fn start(answer: impl Fn(&str) -> Answer + Clone + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let app = Router::new().fallback(move |request: Received| {
            let path = request.uri().to_string();
            log.lock()
                .unwrap()
                .push((path.clone(), request.headers().clone()));
            let answer = answer.clone();
            async move { answer(&path) }
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            origin: Url::parse(&origin).unwrap(),
            seen,
        }
    }

    fn requests(&self) -> Vec<(String, HeaderMap)> {
        self.seen.lock().unwrap().clone()
    }

    fn outbound(&self) -> Outbound {
        self.outbound_with(Policy::default())
    }

    fn outbound_with(&self, policy: Policy) -> Outbound {
        let policy = policy.with_sandbox(&self.origin).unwrap();
        Outbound::new(Bases::at(&self.origin), policy).unwrap()
    }
}

fn call() -> Call {
    Call::get(
        Purpose::Submit,
        Host::Gemini,
        Auth::Header("x-goog-api-key"),
        &["v1beta", "models"],
    )
}

fn secret() -> SecretString {
    SecretString::from(CANARY)
}

fn text(body: impl Into<Page>) -> Answer {
    (StatusCode::OK, body.into()).into_response()
}

fn gzip(bytes: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let block = vec![b' '; 1 << 16];
    for _ in 0..bytes / block.len() {
        encoder.write_all(&block).unwrap();
    }
    encoder.finish().unwrap()
}

/// Counts connections, keeps them open and answers none of them.
async fn counting_listener() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            open.push(stream);
        }
    });
    (address, count)
}

#[tokio::test]
async fn the_secret_goes_out_in_its_header_only() {
    let server = Server::start(|_| text("{}")).await;
    let call = call().with_query("pageSize", "1");
    let reply = server
        .outbound()
        .send(&call, Some(&secret()))
        .await
        .unwrap();
    assert_eq!((reply.status, &reply.body[..]), (200, &b"{}"[..]));
    let (path, headers) = server.requests().remove(0);
    assert_eq!(path, "/gemini/v1beta/models?pageSize=1");
    assert_eq!(headers["x-goog-api-key"], CANARY);
    assert!(
        headers["user-agent"]
            .to_str()
            .unwrap()
            .starts_with("FilmGenerator/")
    );
    assert!(!headers.contains_key("referer") && !headers.contains_key("authorization"));
}

#[tokio::test]
async fn a_secret_in_a_request_is_not_printed() {
    let outbound = Outbound::new(Bases::live(), Policy::default()).unwrap();
    for auth in [Auth::Bearer, Auth::Header("xi-api-key")] {
        let call = Call { auth, ..call() };
        let request = outbound.request(&call, Some(&secret())).unwrap();
        assert!(!format!("{request:?}").contains("CANARY"));
    }
    let failure = outbound
        .request(&call(), Some(&SecretString::from("sk-CANARY\nx: y")))
        .unwrap_err();
    assert_eq!(failure.fault, ProviderFault::BadKey);
    assert!(!format!("{failure:?} {failure}").contains("CANARY"));
}

#[tokio::test]
async fn a_form_arrives_with_its_file() {
    let server = Server::start(|_| text("{}")).await;
    let mut call = call();
    call.method = Method::POST;
    call.body = Body::Multipart(vec![Part {
        name: "file",
        file: Some(("a.png".to_owned(), "image/png".to_owned())),
        content: Bytes::from_static(b"\x89PNG"),
    }]);
    server.outbound().send(&call, None).await.unwrap();
    let (_, headers) = server.requests().remove(0);
    assert!(
        headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("multipart/form-data")
    );
    assert!(headers.contains_key("content-length"));
}

#[tokio::test]
async fn redirects_of_a_call_are_not_followed() {
    let second = Server::start(|_| text("secret eater")).await;
    for status in [301, 302, 303, 307, 308] {
        let target = second.origin.to_string();
        let first = Server::start(move |_| {
            (
                StatusCode::from_u16(status).unwrap(),
                [(header::LOCATION, target.clone())],
            )
                .into_response()
        })
        .await;
        let reply = first
            .outbound()
            .send(&call(), Some(&secret()))
            .await
            .unwrap();
        assert_eq!(reply.status, status);
    }
    assert!(second.requests().is_empty());
}

#[tokio::test]
async fn a_download_follows_to_an_admitted_host_without_any_credential() {
    let second = Server::start(|_| text("the clip")).await;
    let target = second.origin.join("/clip.mp4").unwrap().to_string();
    let first = Server::start(move |_| {
        (StatusCode::FOUND, [(header::LOCATION, target.clone())]).into_response()
    })
    .await;
    let list = format!("127.0.0.0/8:{}", second.origin.port().unwrap());
    let outbound = first.outbound_with(Policy::default().with_networks(&list).unwrap());
    outbound.send(&call(), Some(&secret())).await.unwrap();
    let mut file = Vec::new();
    let url = first.origin.join("/result").unwrap();
    let done = outbound
        .download(url.as_str(), 100, &mut file)
        .await
        .unwrap();
    assert_eq!((done.bytes, &file[..]), (8, &b"the clip"[..]));
    for (_, headers) in second.requests() {
        for name in [
            "authorization",
            "x-goog-api-key",
            "xi-api-key",
            "cookie",
            "referer",
        ] {
            assert!(!headers.contains_key(name), "{name}");
        }
        assert!(!format!("{headers:?}").contains("CANARY"));
    }
    assert_eq!(second.requests().len(), 1);
}

#[tokio::test]
async fn a_download_never_goes_where_the_policy_does_not_admit() {
    let (address, connections) = counting_listener().await;
    let target = format!("http://{address}/inside");
    let server = Server::start(move |_| {
        (StatusCode::FOUND, [(header::LOCATION, target.clone())]).into_response()
    })
    .await;
    let outbound = server.outbound();
    let mut sink = Vec::new();
    let url = server.origin.join("/result").unwrap();
    assert!(
        outbound
            .download(url.as_str(), 100, &mut sink)
            .await
            .is_err()
    );
    assert_eq!(connections.load(Ordering::SeqCst), 0);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_download_gives_up_after_three_redirects() {
    let server = Server::start(|path| {
        let next = format!("{path}x");
        (StatusCode::FOUND, [(header::LOCATION, next)]).into_response()
    })
    .await;
    let mut sink = Vec::new();
    let url = server.origin.join("/a").unwrap();
    assert!(
        server
            .outbound()
            .download(url.as_str(), 100, &mut sink)
            .await
            .is_err()
    );
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn a_download_stops_at_its_limit_also_without_a_length() {
    let server = Server::start(|path| {
        if path.ends_with("stream") {
            let chunks = (0..64).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![0; 1 << 14])));
            text(Page::from_stream(futures_stream(chunks.collect())))
        } else {
            text(vec![0; 1 << 20])
        }
    })
    .await;
    for path in ["/stream", "/known"] {
        let mut sink = Vec::new();
        let url = server.origin.join(path).unwrap();
        let failure = server
            .outbound()
            .download(url.as_str(), 1 << 16, &mut sink)
            .await
            .unwrap_err();
        assert_eq!(failure.fault, ProviderFault::TooLarge, "{path}");
        assert!(sink.len() <= 1 << 16);
    }
}

fn futures_stream(
    chunks: Vec<std::io::Result<Bytes>>,
) -> impl futures::Stream<Item = std::io::Result<Bytes>> {
    futures::stream::iter(chunks)
}

#[tokio::test]
async fn compressed_json_is_read_and_a_bomb_is_not() {
    let server = Server::start(|path| {
        let body = if path.contains("bomb") {
            gzip(256 << 20)
        } else {
            gzip(1 << 16)
        };
        ([(header::CONTENT_ENCODING, "gzip")], body).into_response()
    })
    .await;
    let outbound = server.outbound();
    let reply = outbound.send(&call(), None).await.unwrap();
    assert_eq!(reply.body.len(), 1 << 16);
    assert!(
        server.requests()[0].1["accept-encoding"]
            .to_str()
            .unwrap()
            .contains("gzip")
    );
    let bomb = Call::get(Purpose::Submit, Host::Gemini, Auth::Bearer, &["bomb"]);
    let error = outbound.send(&bomb, None).await.unwrap_err();
    assert!(matches!(error, SendError::Ambiguous(_)), "{error}");
    let media = bomb.with_answer(Limits::AUDIO_FILE);
    let reply = outbound.send(&media, None).await.unwrap();
    assert!(
        reply.body.starts_with(&[0x1f, 0x8b]),
        "media is not decompressed"
    );
}

#[tokio::test]
async fn a_long_error_is_cut_and_keeps_its_status() {
    let server =
        Server::start(|_| (StatusCode::BAD_GATEWAY, vec![b'x'; 1 << 20]).into_response()).await;
    let reply = server.outbound().send(&call(), None).await.unwrap();
    assert_eq!((reply.status, reply.body.len()), (502, 64 << 10));
}

#[tokio::test]
async fn a_broken_answer_is_ambiguous_and_a_missing_listener_is_not() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 1024];
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut buffer).await;
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
                .await;
        }
    });
    let policy = Policy::default().with_sandbox(&origin).unwrap();
    let outbound = Outbound::new(Bases::at(&origin), policy).unwrap();
    let error = outbound.send(&call(), Some(&secret())).await.unwrap_err();
    assert!(matches!(error, SendError::Ambiguous(_)), "{error}");

    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap()
    };
    let policy = Policy::default().with_sandbox(&closed).unwrap();
    let outbound = Outbound::new(Bases::at(&closed), policy).unwrap();
    let error = outbound.send(&call(), Some(&secret())).await.unwrap_err();
    assert!(
        matches!(&error, SendError::NotSent(failure) if failure.transient),
        "{error}"
    );
    assert!(!format!("{error:?} {error}").contains("CANARY"));
    assert!(!format!("{error:?} {error}").contains("127.0.0.1"));
}

#[tokio::test]
async fn silence_ends_at_the_deadline() {
    let (address, _) = counting_listener().await;
    let origin = Url::parse(&format!("http://{address}")).unwrap();
    let policy = Policy::default().with_sandbox(&origin).unwrap();
    let outbound = Outbound::new(Bases::at(&origin), policy).unwrap();
    let mut limits = Limits::JSON;
    limits.first_byte = Duration::from_millis(50);
    let error = outbound
        .send(&call().with_answer(limits), None)
        .await
        .unwrap_err();
    assert!(matches!(&error, SendError::Ambiguous(f) if f.fault == ProviderFault::Timeout));
}
