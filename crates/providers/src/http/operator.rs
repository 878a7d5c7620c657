//! The client for what the operator runs beside the server: object storage, a collector of traces.
//! Its address is an option of the server and comes from no person, so it may lie in any network;
//! otherwise it is as strict as [`Outbound`].
//!
//! [`Outbound`]: super::Outbound

use super::{BuildError, CONNECT, USER_AGENT, tls};
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::BodyExt;
use reqwest::Client;
use std::{error::Error, time::Duration};

/// How long nothing may come before an answer counts as broken off.
const IDLE: Duration = Duration::from_secs(60);

/// A client that goes wherever the operator says: never to be handed an address of a person or of
/// a provider.
#[derive(Debug, Clone)]
pub struct OperatorClient(Client);

/// Why there is no answer, or no whole one. It carries neither the address nor what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OperatorFailure {
    /// There was no connection.
    #[error("it cannot be reached")]
    Connect,
    /// It took too long.
    #[error("it did not answer in time")]
    Timeout,
    /// The answer broke off.
    #[error("the connection broke off")]
    Broken,
}

impl OperatorClient {
    /// Sets the client up.
    ///
    /// # Errors
    /// [`BuildError`] when TLS cannot be set up.
    pub fn new() -> Result<Self, BuildError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one folder that builds clients"
        )]
        let builder = Client::builder();
        builder
            .tls_backend_preconfigured(tls()?)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .tcp_nodelay(true)
            .connect_timeout(CONNECT)
            .read_timeout(IDLE)
            .gzip(false)
            .brotli(false)
            .user_agent(USER_AGENT)
            .build()
            .map(Self)
            .map_err(|_| BuildError)
    }

    /// Sends a request. The answer's body comes piece by piece.
    ///
    /// # Errors
    /// [`OperatorFailure`]; an answer of any status is none.
    pub async fn send<B>(
        &self,
        request: Request<B>,
    ) -> Result<
        Response<impl Body<Data = Bytes, Error = OperatorFailure> + Send + Sync + use<B>>,
        OperatorFailure,
    >
    where
        B: Body<Data = Bytes> + Send + Sync + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let request = request.map(reqwest::Body::wrap);
        let request = request.try_into().map_err(judge)?;
        let answer = self.0.execute(request).await.map_err(judge)?;
        let answer: Response<reqwest::Body> = answer.into();
        Ok(answer.map(|body| body.map_err(judge)))
    }
}

fn judge(error: reqwest::Error) -> OperatorFailure {
    if error.is_timeout() {
        OperatorFailure::Timeout
    } else if error.is_connect() {
        OperatorFailure::Connect
    } else {
        OperatorFailure::Broken
    }
}
