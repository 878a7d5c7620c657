//! Twelve answers that no provider gives: each ends in a word of ours, soon, and none is kept whole.

use super::*;
use std::future::Future;
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
    time::Instant,
};

/// How much an answer may be, and how long it may take, in these tests.
const LIMITS: Limits = Limits {
    bytes: 1 << 20,
    first_byte: Duration::from_millis(600),
    idle: Duration::from_millis(600),
    total: Duration::from_millis(1500),
    compressed: true,
};
/// The memory that the worst of them may take.
const MOST: u64 = 64 << 20;

/// Answers each connection by this function, which gets the socket once a request has come.
async fn raw<F>(answer: impl Fn(TcpStream) -> F + Send + 'static) -> Outbound
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = socket.read(&mut request).await;
            tokio::spawn(answer(socket));
        }
    });
    let policy = Policy::default().with_sandbox(&origin).unwrap();
    Outbound::new(Bases::at(&origin), policy).unwrap()
}

/// Sends these bytes and hangs up.
fn says(
    bytes: impl Into<Vec<u8>>,
) -> impl Fn(TcpStream) -> futures::future::BoxFuture<'static, ()> {
    let bytes: Arc<Vec<u8>> = Arc::new(bytes.into());
    move |mut socket| {
        let bytes = Arc::clone(&bytes);
        Box::pin(async move {
            let _ = socket.write_all(&bytes).await;
        })
    }
}

/// Sends a head, and then the same piece until nobody listens any more.
fn repeats(
    head: &'static str,
    piece: Vec<u8>,
    pause: Duration,
) -> impl Fn(TcpStream) -> futures::future::BoxFuture<'static, ()> {
    let piece = Arc::new(piece);
    move |mut socket| {
        let piece = Arc::clone(&piece);
        Box::pin(async move {
            let _ = socket.write_all(head.as_bytes()).await;
            while socket.write_all(&piece).await.is_ok() {
                tokio::time::sleep(pause).await;
            }
        })
    }
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend_from_slice(bytes);
    chunk.extend_from_slice(b"\r\n");
    chunk
}

fn with_body(head: &str, body: &[u8]) -> Vec<u8> {
    let length = format!("content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), length.as_bytes(), body].concat()
}

/// The memory of this process, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default() * 1024
}

/// What becomes of one call: a word of ours, or how many bytes were taken as the answer.
async fn outcome(what: &str, outbound: &Outbound) -> Result<usize, ProviderFault> {
    let before = resident();
    let began = Instant::now();
    let outcome = outbound
        .send(&call().with_answer(LIMITS), Some(&secret()))
        .await;
    let took = began.elapsed();
    assert!(
        took < LIMITS.total + Duration::from_secs(1),
        "{what}: {took:?}"
    );
    let grown = resident().saturating_sub(before);
    assert!(grown < MOST, "{what}: {grown} bytes more");
    match outcome {
        Ok(reply) => {
            assert!(reply.body.len() as u64 <= LIMITS.bytes, "{what}");
            Ok(reply.body.len())
        }
        Err(error) => {
            assert!(!format!("{error:?} {error}").contains("CANARY"), "{what}");
            Err(error.failure().fault)
        }
    }
}

#[tokio::test]
async fn each_hostile_answer_ends_soon_in_a_word_of_ours() {
    use ProviderFault::{Timeout, Upstream};
    let never = Duration::from_secs(3600);
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let gzip_head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n";
    // 64 MiB of one byte.
    let brotli = {
        let mut packed = Vec::new();
        let plain = vec![0; 64 << 20];
        brotli::BrotliCompress(&mut plain.as_slice(), &mut packed, &Default::default()).unwrap();
        packed
    };
    let brotli_head = "HTTP/1.1 200 OK\r\ncontent-encoding: br\r\n";
    let many_headers = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(100_000));

    let cases: Vec<(&str, Outbound, Result<usize, ProviderFault>)> = vec![
        ("a gzip bomb", raw(says(with_body(gzip_head, &gzip(128 << 20)))).await, Err(Upstream)),
        ("a brotli bomb", raw(says(with_body(brotli_head, &brotli))).await, Err(Upstream)),
        (
            "no end",
            raw(repeats(chunked, chunk(&[b' '; 1 << 16]), Duration::ZERO)).await,
            Err(Upstream),
        ),
        (
            "less than was announced",
            raw(says("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")).await,
            Err(Upstream),
        ),
        (
            "more than was announced",
            raw(says("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}and much more")).await,
            Ok(2),
        ),
        (
            "a byte now and then",
            raw(repeats(chunked, chunk(b" "), Duration::from_millis(200))).await,
            Err(Timeout),
        ),
        ("silence after the head", raw(repeats(chunked, Vec::new(), never)).await, Err(Timeout)),
        ("silence", raw(repeats("", Vec::new(), never)).await, Err(Timeout)),
        ("very many headers", raw(says(many_headers)).await, Err(Upstream)),
        (
            "a header without end",
            raw(repeats("HTTP/1.1 200 OK\r\na: ", vec![b'x'; 1 << 16], Duration::ZERO)).await,
            Err(Upstream),
        ),
        (
            "events without end",
            raw(repeats(
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n",
                chunk(b"data: {\"choices\":[]}\n\n"),
                Duration::from_millis(20),
            ))
            .await,
            Err(Timeout),
        ),
        ("the old protocol", raw(says("HTTP/1.0 200 OK\r\n\r\n{\"a\":1}")).await, Ok(7)),
        ("no HTTP at all", raw(says("SSH-2.0-OpenSSH_9.2\r\n")).await, Err(Upstream)),
    ];
    for (what, outbound, expected) in cases {
        assert_eq!(outcome(what, &outbound).await, expected, "{what}");
    }
}

#[test]
fn json_that_is_nested_without_end_doubled_or_no_number_is_read_or_refused() {
    let deep = "[".repeat(1_000_000);
    for text in [
        deep.as_str(),
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":1e999}",
        "{\"choices\":1,\"choices\":2}",
    ] {
        let reply = crate::test_support::reply(200, text.to_owned());
        for provider in domain::ProviderId::ALL {
            for operation in domain::Operation::ALL {
                let Some(adapter) = crate::adapter(provider, operation) else {
                    continue;
                };
                // Whatever it is taken for, it comes back.
                let _ = adapter.check_read(0, &reply);
            }
        }
    }
}
