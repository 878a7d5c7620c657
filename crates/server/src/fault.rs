//! Failures of our own parts: written to the log once, shown to people as `INTERNAL` only.

use domain::{ApiError, ErrorCode};

/// Something of ours did not work.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database.
    #[error("database: {0}")]
    Store(#[from] store::StoreError),
    /// The disk.
    #[error("storage: {0}")]
    Storage(#[from] std::io::Error),
    /// A row that does not make sense.
    #[error("stored data is damaged: {0}")]
    Damaged(&'static str),
    /// JSON that we wrote ourselves.
    #[error("stored JSON is damaged: {0}")]
    Json(#[from] serde_json::Error),
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        tracing::error!(%fault, "request failed");
        match &fault {
            Fault::Storage(error) if error.kind() == std::io::ErrorKind::StorageFull => Self::new(
                ErrorCode::Internal,
                "The server's disk is full. Ask its operator to free some space, then try again.",
            ),
            _ => Self::internal(),
        }
    }
}
