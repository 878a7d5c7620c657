//! The end of a job that somebody no longer wants, told honestly: what the provider has may still be
//! made and charged, unless the provider itself says that it stopped.

use super::{End, Turn, fared::Fared};
use crate::fault::Fault;
use domain::{ApiError, ErrorCode, input::GenerationInput};
use providers::Progress;

impl Turn<'_> {
    /// Ends a job whose request had been sent, or was being sent, when the wish came. The provider is
    /// asked to stop where it has a call for that.
    pub(super) async fn cancelled(
        &self,
        input: &GenerationInput,
        progress: &Progress,
        fared: &mut Fared,
    ) -> Result<End, Fault> {
        let label = self.provider().label();
        if progress.task.is_none() {
            return Ok(End::Cancelled(Some(self.told_of_cancel(format!(
                "It was cancelled while it was being sent to {label}. {label} may have taken it; then it may still be made and charged. Check your account there."
            )))));
        }
        let adapter = providers::adapter(self.provider(), self.resolution.operation);
        let job = match self.job(input, false).await? {
            Ok(job) => job,
            Err(_) => return Ok(End::Cancelled(Some(self.too_late()))),
        };
        let Some((adapter, call)) =
            adapter.and_then(|adapter| Some((adapter, adapter.cancel_call(&job, progress)?)))
        else {
            return Ok(End::Cancelled(Some(self.told_of_cancel(format!(
                "It was cancelled after {label} had taken it. {label} has no way to stop a job, so it may still be made and charged there. Nothing more is fetched."
            )))));
        };
        let Ok(secret) = self.secret(fared).await? else {
            return Ok(End::Cancelled(Some(self.too_late())));
        };
        let stopped = match self.app.outbound.send(&call, secret.as_ref()).await {
            Ok(reply) => adapter.cancel_read(&reply),
            Err(error) => {
                self.log(error.failure(), secret.as_ref());
                false
            }
        };
        Ok(End::Cancelled((!stopped).then(|| self.too_late())))
    }

    fn too_late(&self) -> ApiError {
        let label = self.provider().label();
        self.told_of_cancel(format!(
            "It was cancelled after {label} had taken it, and {label} did not stop it any more. It may still be made and charged there. Nothing more is fetched."
        ))
    }

    fn told_of_cancel(&self, detail: String) -> ApiError {
        let mut error = ApiError::new(ErrorCode::ProviderError, detail);
        error.provider = Some(self.provider());
        error.operation = Some(self.resolution.operation);
        error
    }
}
