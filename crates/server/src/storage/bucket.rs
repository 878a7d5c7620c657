//! Media in a bucket of a store that speaks the S3 protocol. The connection is the operator's: its
//! address comes from the options of the server, so it goes through a client of its own and not
//! through the guard that judges addresses of people and providers. What the store says in an error
//! is not passed on; it may repeat what was signed.

use super::{Checked, ORPHANS_STAY, Pieces};
use crate::config::BucketOptions;
use domain::Timestamp;
use futures::{StreamExt, TryStreamExt, future::BoxFuture};
use http_body_util::BodyExt;
use object_store::{
    ClientOptions, GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    buffered::BufWriter,
    client::{
        HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse,
        HttpResponseBody, HttpService,
    },
    path::Path,
};
use providers::http::{OperatorClient, OperatorFailure};
use secrecy::ExposeSecret;
use std::{
    io::{Error, ErrorKind, Result},
    ops::Range,
    sync::Arc,
    time::Duration,
};
use tokio::{fs, io::AsyncWriteExt};

/// How much of a file is in memory while it is sent, twice: one piece is filled, one is on its way.
const PIECE: usize = 8 << 20;
/// How often a request is sent again after the store failed.
const RETRIES: usize = 3;
/// How long a request is tried.
const RETRY_FOR: Duration = Duration::from_secs(60);
/// How long one file may take on its way.
const SEND_WITHIN: Duration = Duration::from_secs(30 * 60);

/// The bucket. It has no `Debug`: the client inside shows its credentials in its own.
pub(super) struct Bucket {
    store: Arc<AmazonS3>,
    prefix: String,
}

impl Bucket {
    pub(super) fn new(options: &BucketOptions) -> Result<Self> {
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&options.bucket)
            .with_region(&options.region)
            .with_access_key_id(options.access_key_id.expose_secret())
            .with_secret_access_key(options.secret_access_key.expose_secret())
            .with_http_connector(Connector)
            .with_retry(RetryConfig {
                max_retries: RETRIES,
                retry_timeout: RETRY_FOR,
                ..RetryConfig::default()
            });
        if let Some(token) = &options.session_token {
            builder = builder.with_token(token.expose_secret());
        }
        if let Some(endpoint) = &options.endpoint {
            builder = builder
                .with_allow_http(endpoint.scheme() == "http")
                .with_endpoint(endpoint.as_str().trim_end_matches('/'));
        }
        Ok(Self {
            store: Arc::new(builder.build().map_err(told)?),
            prefix: options.prefix.clone(),
        })
    }

    /// Asks for a file that is not there, which tells whether the credentials count, and for the
    /// first name that is, which tells whether there is a bucket.
    pub(super) async fn check(&self) -> Result<()> {
        match self.store.head(&self.place("nothing")).await {
            Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(told(error)),
        }
        let prefix = Path::from(self.prefix.as_str());
        let mut names = self.store.list(Some(&prefix));
        let listed = names.try_next().await.map(drop);
        listed.map_err(|_| Error::other("the bucket is not there, or cannot be listed"))
    }

    pub(super) async fn take(&self, file: &Checked, name: &str, now: Timestamp) -> Result<()> {
        let place = self.place(name);
        // An old one might just be taken for one that nothing names any more: it is sent again.
        let recent = now.plus_millis(-ORPHANS_STAY / 2);
        match self.store.head(&place).await {
            Ok(there) if there.size == file.bytes && touched(&there) > recent => return Ok(()),
            Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(told(error)),
        }
        let sent = tokio::time::timeout(SEND_WITHIN, self.send(file, &place)).await;
        sent.map_err(|_| Error::from(ErrorKind::TimedOut))??;
        let there = self.store.head(&place).await.map_err(told)?;
        if there.size == file.bytes {
            Ok(())
        } else {
            Err(Error::other("the bucket holds less than what was sent"))
        }
    }

    /// Sends a file in pieces; what was sent is thrown away where it cannot go on.
    async fn send(&self, file: &Checked, place: &Path) -> Result<()> {
        let store: Arc<dyn ObjectStore> = self.store.clone();
        let mut source = fs::File::open(file.path()).await?;
        let mut writer =
            BufWriter::with_capacity(store, place.clone(), PIECE).with_max_concurrency(1);
        if let Err(error) = tokio::io::copy_buf(
            &mut tokio::io::BufReader::with_capacity(64 * 1024, &mut source),
            &mut writer,
        )
        .await
        {
            drop(writer.abort().await);
            return Err(plain(&error));
        }
        writer.shutdown().await.map_err(|error| plain(&error))
    }

    pub(super) async fn open(&self, name: &str, range: Option<Range<u64>>) -> Result<Pieces> {
        let options = GetOptions {
            range: range.map(GetRange::Bounded),
            ..GetOptions::default()
        };
        let found = self.store.get_opts(&self.place(name), options).await;
        Ok(found.map_err(told)?.into_stream().map_err(told).boxed())
    }

    pub(super) async fn touched(
        &self,
        shelf: &str,
        within: &Range<Timestamp>,
    ) -> Result<Vec<String>> {
        let mut found = self.store.list(Some(&self.place(shelf)));
        let mut names = Vec::new();
        while let Some(object) = found.try_next().await.map_err(told)? {
            if let Some(file) = object.location.filename()
                && within.contains(&touched(&object))
            {
                names.push(format!("{shelf}/{file}"));
            }
        }
        Ok(names)
    }

    pub(super) async fn remove_old(&self, name: &str, before: Timestamp) -> Result<bool> {
        let place = self.place(name);
        if touched(&self.store.head(&place).await.map_err(told)?) >= before {
            return Ok(false);
        }
        self.store.delete(&place).await.map_err(told)?;
        Ok(true)
    }

    fn place(&self, name: &str) -> Path {
        Path::from_iter(
            self.prefix
                .split('/')
                .chain(name.split('/'))
                .filter(|part| !part.is_empty()),
        )
    }
}

fn touched(object: &ObjectMeta) -> Timestamp {
    Timestamp(object.last_modified.timestamp_millis())
}

/// The store's errors in our own words, without its.
fn told(error: object_store::Error) -> Error {
    match error {
        object_store::Error::NotFound { .. } => {
            Error::new(ErrorKind::NotFound, "it is not in the bucket")
        }
        object_store::Error::PermissionDenied { .. }
        | object_store::Error::Unauthenticated { .. } => Error::new(
            ErrorKind::PermissionDenied,
            "the store refuses the credentials for the bucket",
        ),
        _ => Error::other("the store of the bucket failed or did not answer"),
    }
}

/// The same for an error that came through a writer.
fn plain(error: &Error) -> Error {
    let refused = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<object_store::Error>())
        .is_some_and(|inner| {
            matches!(
                inner,
                object_store::Error::PermissionDenied { .. }
                    | object_store::Error::Unauthenticated { .. }
            )
        });
    if refused {
        Error::new(
            ErrorKind::PermissionDenied,
            "the store refuses the credentials for the bucket",
        )
    } else {
        Error::other("the store of the bucket failed or did not answer")
    }
}

/// Hands our own client over in place of the one that would be built otherwise.
#[derive(Debug)]
struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = OperatorClient::new().map_err(|error| object_store::Error::Generic {
            store: "S3",
            source: Box::new(error),
        })?;
        Ok(HttpClient::new(Wire(client)))
    }
}

/// Our client as the store's library wants it.
#[derive(Debug)]
struct Wire(OperatorClient);

impl HttpService for Wire {
    fn call<'a, 'b>(
        &'a self,
        request: HttpRequest,
    ) -> BoxFuture<'b, std::result::Result<HttpResponse, HttpError>>
    where
        'a: 'b,
    {
        Box::pin(async move {
            let answer = self.0.send(request).await.map_err(on_the_way)?;
            Ok(answer.map(|body| HttpResponseBody::new(body.map_err(on_the_way))))
        })
    }
}

fn on_the_way(failure: OperatorFailure) -> HttpError {
    let kind = match failure {
        OperatorFailure::Connect => HttpErrorKind::Connect,
        OperatorFailure::Timeout => HttpErrorKind::Timeout,
        OperatorFailure::Broken => HttpErrorKind::Interrupted,
    };
    HttpError::new(kind, failure)
}
