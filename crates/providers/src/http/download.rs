//! Fetches produced files. Never takes a secret, judges every address on the way, and stops at the
//! limit whatever length was announced.

use super::{Outbound, judge, late, passing};
use crate::Failure;
use domain::ProviderFault;
use http::{
    HeaderValue, Method,
    header::{ACCEPT_ENCODING, CONTENT_TYPE, LOCATION},
};
use reqwest::{Request, Response};
use std::time::Duration;
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    time::{Instant, timeout, timeout_at},
};
use url::Url;

const REDIRECTS: usize = 3;
const HEAD: Duration = Duration::from_secs(60);
const IDLE: Duration = Duration::from_secs(30);
const TOTAL: Duration = Duration::from_secs(30 * 60);

/// A file that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Downloaded {
    /// Its size.
    pub bytes: u64,
    /// Its type as its host states it.
    pub media_type: Option<String>,
}

impl Outbound {
    /// Fetches a produced file into `sink` without any credential: at most three redirects, each
    /// address judged, at most `limit` bytes.
    ///
    /// # Errors
    /// A [`Failure`]; what was written to `sink` until then is to be thrown away.
    pub async fn download(
        &self,
        url: &str,
        limit: u64,
        sink: &mut (impl AsyncWrite + Unpin + Send),
    ) -> Result<Downloaded, Failure> {
        let deadline = Instant::now() + TOTAL;
        let response = self.find_file(url, deadline).await?;
        let media_type = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let too_large = || Failure::ours(ProviderFault::TooLarge, "the file is too large");
        if response
            .content_length()
            .is_some_and(|length| length > limit)
        {
            return Err(too_large());
        }
        let mut response = response;
        let mut bytes = 0_u64;
        loop {
            let until = deadline.min(Instant::now() + IDLE);
            let chunk = match timeout_at(until, response.chunk()).await {
                Err(_) => return Err(late("the file stopped coming")),
                Ok(Err(_)) => return Err(passing("the file broke off")),
                Ok(Ok(None)) => break,
                Ok(Ok(Some(chunk))) => chunk,
            };
            bytes += chunk.len() as u64;
            if bytes > limit {
                return Err(too_large());
            }
            write(sink.write_all(&chunk)).await?;
        }
        write(sink.flush()).await?;
        Ok(Downloaded { bytes, media_type })
    }

    async fn find_file(&self, url: &str, deadline: Instant) -> Result<Response, Failure> {
        let refused =
            || Failure::ours(ProviderFault::Upstream, "the file's address is not allowed");
        let mut url = Url::parse(url).map_err(|_| refused())?;
        for _ in 0..=REDIRECTS {
            if !self.policy.admits(&url) {
                return Err(refused());
            }
            let mut request = Request::new(Method::GET, url.clone());
            request
                .headers_mut()
                .insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
            let until = deadline.min(Instant::now() + HEAD);
            let response = timeout_at(until, self.plain.execute(request))
                .await
                .map_err(|_| late("the file's host did not answer"))?
                .map_err(|error| judge(&error).failure().clone())?;
            let status = response.status().as_u16();
            match status {
                200 => return Ok(response),
                301 | 302 | 303 | 307 | 308 => {
                    let next = response
                        .headers()
                        .get(LOCATION)
                        .and_then(|v| v.to_str().ok());
                    url = next
                        .and_then(|next| url.join(next).ok())
                        .ok_or_else(refused)?;
                }
                _ => {
                    let mut failure =
                        Failure::ours(ProviderFault::Upstream, "the file could not be fetched");
                    failure.status = Some(status);
                    failure.transient = status == 408 || status == 429 || status >= 500;
                    return Err(failure);
                }
            }
        }
        Err(Failure::ours(
            ProviderFault::Upstream,
            "the file's address leads on too often",
        ))
    }
}

async fn write(
    writing: impl std::future::Future<Output = std::io::Result<()>>,
) -> Result<(), Failure> {
    timeout(HEAD, writing)
        .await
        .ok()
        .and_then(Result::ok)
        .ok_or_else(|| Failure::ours(ProviderFault::Upstream, "the file could not be stored here"))
}
