//! Another provider in the place of one that failed, where the person's settings say so and it
//! certainly neither made nor charged anything.

use super::{Turn, standing::Standing};
use crate::{fault::Fault, generation::fallback::Plan};
use domain::{ApiError, ErrorCode, generation::Status};
use store::jobs::fallback::{Successor, ready, take_over};

impl Turn<'_> {
    /// Hands the generation to who is to take over after a failure for which nothing was charged.
    /// False where nobody is, or may: then the failure stands.
    pub(super) async fn has_successor(&self, error: &ApiError) -> Result<bool, Fault> {
        let Some(fault) = error
            .reason
            .filter(|_| error.code == ErrorCode::ProviderError)
        else {
            return Ok(false);
        };
        let db = &self.app.db;
        let Some(stands) = ready(db, self.lease).await? else {
            return Ok(false);
        };
        let plan: Option<Plan> = stands
            .fallback
            .as_deref()
            .map(serde_json::from_str)
            .transpose()?;
        let standing: Standing = serde_json::from_str(&stands.progress)?;
        let Some(plan) = plan.filter(|plan| plan.policy.covers(fault)) else {
            return Ok(false);
        };
        if standing.progress.task.is_some() {
            return Ok(false);
        }
        let resolution = plan
            .resolution
            .taking_over(self.resolution, plan.level, fault);
        let successor = Successor {
            provider: resolution.provider,
            model: &resolution.model,
            input: &serde_json::to_string(&plan.input)?,
            resolution: &serde_json::to_string(&resolution)?,
            secret_ref: plan.secret_ref.as_ref(),
            endpoint: plan.endpoint.as_deref().or(resolution.address()),
            estimate: &serde_json::to_string(&plan.estimate)?,
            price: plan.price,
        };
        let now = self.app.clock.now();
        let taken = take_over(db, self.lease, self.row, &successor, now).await?;
        if taken {
            self.app.live_texts.take(&self.row.id);
            tracing::info!(
                generation = %self.row.id,
                from = %self.provider(),
                to = %resolution.provider,
                ?fault,
                "another provider takes over"
            );
            self.tell(Status::Queued);
            self.app.bell.notify_one();
        }
        Ok(taken)
    }
}
