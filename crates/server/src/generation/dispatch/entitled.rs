//! Whether who asked for a job may still have it made, asked before each call: an account that was
//! disabled, and somebody whom an organization's keys or the operator's serve no longer or who was taken
//! out of the project, spend nothing more.

use super::{End, Turn};
use crate::{fault::Fault, snapshot};
use domain::{
    ApiError, ErrorCode,
    generation::Status,
    resolution::{Level, OrganizationPolicy, Payer, Snapshot},
};
use providers::Progress;

impl Turn<'_> {
    /// The end of a job that may not go on, or `None` where the next call may be made.
    pub(super) async fn barred(&self, progress: &Progress) -> Result<Option<End>, Fault> {
        let is_cancelling = self.row.status == Status::Cancelling;
        // To ask for an end is allowed to everybody but with an organization's key.
        if is_cancelling && self.row.payer != Payer::Organization {
            return Ok(None);
        }
        let is_sent =
            progress.task.is_some() || is_cancelling || self.row.status == Status::Submitting;
        let why = match self.not_theirs().await? {
            Some(why) => why,
            // What was sent already is paid for, and is theirs wherever they work now.
            None if !is_sent && self.is_shut_out().await? => {
                "You may not generate in this project any more"
            }
            None => return Ok(None),
        };
        Ok(Some(self.not_entitled(why, is_sent)))
    }

    /// Why the account, or what pays for it, is not theirs to use any more.
    async fn not_theirs(&self) -> Result<Option<&'static str>, Fault> {
        const ORGANIZATIONS: Option<&str> =
            Some("You may not use the organization's key for this any more");
        let row = self.row;
        let organization = row
            .organization_id
            .as_ref()
            .filter(|_| row.payer == Payer::Organization);
        let db = &self.app.db;
        let standing = store::organizations::standing(db, &row.user_id, organization).await?;
        let Some(standing) = standing else {
            return Ok(Some("Your account was disabled"));
        };
        if self.resolution.uses(Level::Environment) && !self.serves(standing.is_admin) {
            return Ok(Some(
                "What this server provides does not serve you any more",
            ));
        }
        if row.payer != Payer::Organization {
            return Ok(None);
        }
        let Some(level) = standing.level else {
            return Ok(ORGANIZATIONS);
        };
        if !self.resolution.uses(Level::Organization) {
            return Ok(None);
        }
        let policy: OrganizationPolicy = serde_json::from_str(&level.policy)?;
        let who = (level.role, level.plan);
        let (operation, provider) = (self.resolution.operation, self.provider());
        let forbidden = policy.forbids(who, operation, provider, Some(row.model.as_str()));
        Ok(forbidden.and(ORGANIZATIONS))
    }

    /// Whether what the environment has serves somebody who runs the instance, or not.
    fn serves(&self, acting_is_admin: bool) -> bool {
        let asking = Snapshot {
            acting_is_admin,
            environment: snapshot::environment(self.app),
            ..Snapshot::default()
        };
        asking.environment_block(self.provider()).is_none()
    }

    /// Whether the project is still there and they may not generate in it. What was made for a project
    /// that is gone stays with who made it.
    async fn is_shut_out(&self) -> Result<bool, Fault> {
        let Some(project) = &self.row.project_id else {
            return Ok(false);
        };
        let (db, user) = (&self.app.db, &self.row.user_id);
        Ok(store::projects::people::is_shut_out(db, project, user).await?)
    }

    fn not_entitled(&self, why: &str, is_sent: bool) -> End {
        let label = self.provider().label();
        let what = if is_sent {
            format!(
                "It had been sent to {label}, so it may still be made and charged there. Nothing more is fetched."
            )
        } else {
            "Nothing was sent and nothing is charged.".to_owned()
        };
        let mut error = ApiError::new(ErrorCode::Forbidden, format!("{why}. {what}"));
        error.operation = Some(self.resolution.operation);
        error.provider = Some(self.provider());
        match (is_sent, self.row.status) {
            (true, Status::Cancelling) => End::Cancelled(Some(error)),
            (true, _) => End::Spoiled(error),
            (false, _) => End::Failed(error),
        }
    }
}
