//! An S3 server in this process for tests: it checks signatures and knows parts.

use crate::config::BucketOptions;
use axum::{Router, error_handling::HandleError, http::StatusCode};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use url::Url;

pub const KEY: &str = "AKIAFILMTEST";
pub const SECRET: &str = "a-canary-that-signs";

/// What [`files`] finds where there are none.
pub const NO_FILES: [PathBuf; 0] = [];

/// An S3 server with a bucket `film`, in a folder that ends with the test.
pub struct Server {
    pub folder: TempDir,
    pub endpoint: Url,
}

impl Server {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("film")).unwrap();
        let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let refused = |_| std::future::ready(StatusCode::INTERNAL_SERVER_ERROR);
        let router = Router::new().fallback_service(HandleError::new(service.build(), refused));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, router).await });
        Self {
            folder,
            endpoint: Url::parse(&endpoint).unwrap(),
        }
    }

    pub fn options(&self) -> BucketOptions {
        BucketOptions {
            bucket: "film".to_owned(),
            prefix: "media/of/film".to_owned(),
            endpoint: Some(self.endpoint.clone()),
            region: "us-east-1".to_owned(),
            access_key_id: KEY.into(),
            secret_access_key: SECRET.into(),
            session_token: None,
        }
    }

    /// The objects' files, without what the server notes about them.
    pub fn objects(&self) -> Vec<PathBuf> {
        let mut found = files(self.folder.path());
        found.retain(|path| path.extension().is_some_and(|ending| ending == "png"));
        found
    }
}

/// The files below a folder, whatever they are.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found
}
