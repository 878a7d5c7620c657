//! Whether who asked for a job may still have it made, asked before each call: an account that was
//! disabled and somebody who may use an organization's keys no longer spend nothing more.

use super::{End, Turn};
use crate::fault::Fault;
use domain::{
    ApiError, ErrorCode,
    generation::Status,
    resolution::{OrganizationPolicy, Payer},
};
use providers::Progress;

impl Turn<'_> {
    /// Whether the next call may be made.
    pub(super) async fn is_entitled(&self) -> Result<bool, Fault> {
        let row = self.row;
        let organization = row
            .organization_id
            .as_ref()
            .filter(|_| row.payer == Payer::Organization);
        let db = &self.app.db;
        let standing = store::organizations::standing(db, &row.user_id, organization).await?;
        let Some(standing) = standing else {
            return Ok(false);
        };
        if row.payer != Payer::Organization {
            return Ok(true);
        }
        let Some(level) = standing else {
            return Ok(false);
        };
        if !self.resolution.uses_organization() {
            return Ok(true);
        }
        let policy: OrganizationPolicy = serde_json::from_str(&level.policy)?;
        let who = (level.role, level.plan);
        let (operation, provider) = (self.resolution.operation, self.provider());
        let forbidden = policy.forbids(who, operation, provider, Some(row.model.as_str()));
        Ok(forbidden.is_none())
    }

    /// The end of a job that may not go on.
    pub(super) fn not_entitled(&self, progress: &Progress) -> End {
        let label = self.provider().label();
        let status = self.row.status;
        let is_sent =
            progress.task.is_some() || matches!(status, Status::Submitting | Status::Cancelling);
        let who = if self.row.payer == Payer::Organization {
            "You may not use the organization's key for this any more"
        } else {
            "Your account was disabled"
        };
        let what = if is_sent {
            format!(
                "It had been sent to {label}, so it may still be made and charged there. Nothing more is fetched."
            )
        } else {
            "Nothing was sent and nothing is charged.".to_owned()
        };
        let mut error = ApiError::new(ErrorCode::Forbidden, format!("{who}. {what}"));
        error.operation = Some(self.resolution.operation);
        error.provider = Some(self.provider());
        match (is_sent, status) {
            (true, Status::Cancelling) => End::Cancelled(Some(error)),
            (true, _) => End::Spoiled(error),
            (false, _) => End::Failed(error),
        }
    }
}
