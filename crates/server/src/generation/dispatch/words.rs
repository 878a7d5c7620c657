//! How the end of a job is told: our words for what happened, and what to do next.

use super::Turn;
use domain::{ApiError, ErrorCode, ProviderFault};
use providers::Failure;
use secrecy::SecretString;
use std::time::Duration;

impl Turn<'_> {
    pub(super) fn told(&self, failure: &Failure, secret: Option<&SecretString>) -> ApiError {
        if secret.is_some() {
            self.log(failure, secret);
        }
        self.failed(failure.fault, failure.retry_after)
    }

    pub(super) fn failed(&self, fault: ProviderFault, retry_after: Option<Duration>) -> ApiError {
        let mut error = ApiError::provider(
            self.provider(),
            fault,
            retry_after.map(|wait| wait.as_secs().max(1)),
        );
        error.operation = Some(self.resolution.operation);
        error
    }

    pub(super) fn key_gone(&self) -> ApiError {
        let provider = self.provider();
        let mut error = ApiError::new(
            ErrorCode::KeyUnavailable,
            format!(
                "The {} API key was removed or can no longer be read. Enter it again.",
                provider.label()
            ),
        );
        error.operation = Some(self.resolution.operation);
        error.provider = Some(provider);
        error
    }

    pub(super) fn lost(&self) -> ApiError {
        self.uncertain(format!(
            "The request was sent to {0}, but the answer was lost. It may have been made and charged; check your account at {0} before you generate it again.",
            self.provider().label()
        ))
    }

    pub(super) fn waited(&self) -> ApiError {
        self.uncertain(format!(
            "{0} has not finished within the time we wait. It may still finish and be charged; check your account at {0} before you generate it again.",
            self.provider().label()
        ))
    }

    pub(super) fn no_place(&self) -> ApiError {
        let provider = self.provider();
        let mut error = ApiError::new(
            ErrorCode::Internal,
            format!(
                "{} has made this and charged for it, but this server has no place to store it. Ask its operator to free some space before you generate it again.",
                provider.label()
            ),
        );
        error.operation = Some(self.resolution.operation);
        error.provider = Some(provider);
        error
    }

    pub(super) fn locked_out(&self) -> ApiError {
        self.uncertain(format!(
            "{0} took this job, but the key for it was removed or is refused now, so the result cannot be fetched. It may still be made and charged; check your account at {0} before you generate it again.",
            self.provider().label()
        ))
    }

    pub(super) fn uncertain(&self, detail: String) -> ApiError {
        let mut error = ApiError::provider(self.provider(), ProviderFault::Timeout, None);
        error.detail = detail;
        error.operation = Some(self.resolution.operation);
        error
    }
}
