//! Listening: accepts connections without delay of small packets, and can hang one up before its
//! reply leaves, as a broken network does. It must know nothing about providers.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use crate::Sandbox;
use crate::config::Config;

/// Serves a fresh sandbox until `shutdown` is ready.
pub(crate) async fn run(
    listener: TcpListener,
    mut config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    if config.origin.is_none() {
        config.origin = Some(format!("http://{address}"));
    }
    tracing::info!(%address, "sandbox providers are listening");
    let service = Sandbox::new(config)
        .router()
        .into_make_service_with_connect_info::<HangUp>();
    axum::serve(Lines { listener }, service)
        .with_graceful_shutdown(shutdown)
        .await
}

/// The switch that cuts one connection: from then on nothing more is sent on it and it is closed.
#[derive(Clone, Debug, Default)]
pub(crate) struct HangUp(Arc<AtomicBool>);

impl HangUp {
    /// Cuts the connection before its next byte is sent.
    pub(crate) fn now(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn check(&self) -> io::Result<()> {
        if self.0.load(Ordering::Acquire) {
            Err(io::ErrorKind::ConnectionReset.into())
        } else {
            Ok(())
        }
    }
}

impl Connected<IncomingStream<'_, Lines>> for HangUp {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Self {
        stream.remote_addr().clone()
    }
}

/// A listener whose connections can be hung up.
struct Lines {
    listener: TcpListener,
}

impl Listener for Lines {
    type Io = Line;
    type Addr = HangUp;

    async fn accept(&mut self) -> (Line, HangUp) {
        let (stream, _) = Listener::accept(&mut self.listener).await;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was refused");
        }
        let hang_up = HangUp::default();
        let line = Line {
            stream,
            hang_up: hang_up.clone(),
        };
        (line, hang_up)
    }

    fn local_addr(&self) -> io::Result<HangUp> {
        Ok(HangUp::default())
    }
}

/// One connection.
struct Line {
    stream: TcpStream,
    hang_up: HangUp,
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.hang_up.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.hang_up.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
