//! A collector of traces that keeps all that it is sent.

use std::sync::{Arc, Mutex, PoisonError};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Where it is, and what came.
pub struct Collector {
    pub address: String,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Collector {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let place = listener.local_addr().expect("its address");
        let heard = Arc::<Mutex<Vec<u8>>>::default();
        let collector = Self {
            address: format!("http://{place}/v1/traces"),
            heard: Arc::clone(&heard),
        };
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(take(socket, Arc::clone(&heard)));
            }
        });
        collector
    }

    /// Everything so far, heads and bodies.
    pub fn heard(&self) -> Vec<u8> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.clone()
    }
}

/// Reads request by request and accepts each.
async fn take(mut socket: TcpStream, heard: Arc<Mutex<Vec<u8>>>) {
    let mut request = Vec::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = socket.read(&mut piece).await.unwrap_or_default();
        if read == 0 {
            return;
        }
        request.extend_from_slice(&piece[..read]);
        if !is_whole(&request) {
            continue;
        }
        heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .append(&mut request);
        let accepted = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        if socket.write_all(accepted).await.is_err() {
            return;
        }
    }
}

/// Whether the body is as long as the head says.
fn is_whole(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else {
        return false;
    };
    let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    request.len() - end - 4 >= length.unwrap_or(0)
}
