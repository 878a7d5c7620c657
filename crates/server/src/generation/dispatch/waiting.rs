//! A job that cannot go on now goes back to the queue instead of holding a worker's place: held under
//! the name of what it waits for, or due again after a pause.

use super::{End, Turn, standing::Standing};
use crate::{
    fault::Fault,
    generation::{protection::Refused, queue},
};
use domain::{ProviderFault, generation::Status};
use providers::{Progress, pace, retry};
use std::time::Duration;

/// How many polls in a row may fail before the job is given up.
const FAILED_POLLS: u32 = 10;
/// How many jobs of the line are held together with the first one that finds the door closed.
const TOGETHER: usize = 500;

/// The pause before a provider that is out of reach is asked again about a task that it has.
const OUT_OF_REACH: Duration = Duration::from_secs(30);

impl Turn<'_> {
    /// What follows where the provider is not asked now.
    pub(super) async fn refused(&self, refused: Refused, standing: Standing) -> Result<End, Fault> {
        let is_taken = standing.progress.task.is_some();
        if refused.is_given_up && !is_taken {
            return Ok(End::Failed(self.out_of_reach()));
        }
        if is_taken && refused.is_given_up {
            return Ok(self.rest(standing.progress, OUT_OF_REACH));
        }
        if is_taken && self.has_waited_too_long(&standing.progress) {
            return Ok(End::Unknown(self.waited()));
        }
        let (db, now) = (&self.app.db, self.app.clock.now());
        let stored = serde_json::to_string(&standing)?;
        let name = &refused.name;
        if !store::jobs::holding::hold(db, self.lease, name, &stored, is_taken).await? {
            return Ok(End::LeaseLost);
        }
        if refused.is_for_lane {
            store::jobs::holding::hold_line(db, name, name, TOGETHER).await?;
        }
        // Where there was room again before it was held, nobody else wakes it.
        queue::wake(self.app, name, now).await?;
        Ok(End::Held)
    }

    /// Hands the job back after a call that was certainly not sent. A wish to cancel that came
    /// meanwhile is fulfilled: nothing was sent.
    pub(super) async fn again_later(
        &self,
        standing: &Standing,
        pause: Duration,
    ) -> Result<Option<End>, Fault> {
        let status = status_of(&standing.progress);
        match self.save(status, standing, None).await? {
            None => Ok(Some(End::LeaseLost)),
            Some(Status::Cancelling) if standing.progress.task.is_none() => {
                Ok(Some(End::Cancelled(None)))
            }
            Some(_) => {
                let pace = self.app.config.providers.pace();
                self.save(status, standing, Some(pause.mul_f64(pace)))
                    .await?;
                Ok(None)
            }
        }
    }

    /// Waits for a job that the provider works on, unless it has taken too long.
    pub(super) fn rest(&self, progress: Progress, after: Duration) -> End {
        let progress = self.noted(progress);
        if self.has_waited_too_long(&progress) {
            End::Unknown(self.waited())
        } else {
            End::Rest(progress, after)
        }
    }

    /// Tries again what did not work although the provider has made it, or is about to.
    pub(super) fn later(&self, progress: &Progress, after: Option<Duration>) -> End {
        let failed = progress.poll_failed();
        if failed.failed < FAILED_POLLS {
            let asked = after.unwrap_or_default().min(retry::LONGEST_ASKED);
            self.rest(
                failed.clone(),
                asked.max(pace::after_failures(failed.failed)),
            )
        } else {
            End::Unknown(self.waited())
        }
    }

    /// The progress with the time at which the provider took the job.
    pub(super) fn noted(&self, mut progress: Progress) -> Progress {
        if progress.task.is_some() && progress.since.is_none() {
            progress.since = Some(self.app.clock.now().0);
        }
        progress
    }

    fn has_waited_too_long(&self, progress: &Progress) -> bool {
        let Some(since) = progress.since else {
            return false;
        };
        let waited = self.app.clock.now().0 - since;
        let patience = pace::patience(self.resolution.operation).as_millis();
        u128::try_from(waited).unwrap_or(0) > patience
    }

    fn out_of_reach(&self) -> domain::ApiError {
        let mut error = self.failed(ProviderFault::Overloaded, None);
        error.detail = format!(
            "{} has not been reachable for a quarter of an hour. Nothing was sent. Try again later, or switch to another provider.",
            self.provider().label()
        );
        error
    }
}

/// The status of a job that waits for its next call.
pub(super) fn status_of(progress: &Progress) -> Status {
    if progress.task.is_some() {
        Status::Running
    } else {
        Status::Queued
    }
}
