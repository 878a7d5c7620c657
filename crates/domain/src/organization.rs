//! Organizations as their people see them. Who may do what in them is in [`rights`].

pub mod rights;

use crate::{
    FieldError, Map, Operation, OrganizationId, ProviderId, Timestamp, UserId,
    account::{OrganizationRole, Plan},
    budget::HIGHEST_LIMIT,
    keys::SecretView,
    money::MICRO_USD_PER_CREDIT,
    resolution::{AllowedModel, OrganizationPolicy},
    settings::present,
};
use serde::{Deserialize, Serialize};

/// The longest name in characters.
pub const MAX_NAME: usize = 120;

/// An organization as one of its members sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// What it has paid for.
    pub plan: Plan,
    /// The part of who looks at it.
    pub role: OrganizationRole,
    /// Since when it exists.
    pub created_at: Timestamp,
}

/// Somebody who belongs to an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    /// Their account.
    pub user_id: UserId,
    /// What to call them.
    pub name: String,
    /// Their part in it.
    pub role: OrganizationRole,
    /// Whether it is who looks.
    pub is_me: bool,
    /// Their address; to admins alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Since when they belong to it; to admins alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

/// A key of an organization, as much of it as its viewer may know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum SharedKey {
    /// To admins: as one's own.
    Shown(Box<SecretView>),
    /// To members: that there is one, and nothing else.
    Configured {
        /// There is one.
        configured: bool,
    },
}

/// The keys of an organization by slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SharedKeys {
    /// The keys.
    pub keys: Map<ProviderId, SharedKey>,
    /// The slots whose last change can be undone, and until when; to admins alone.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub undo_until: Map<ProviderId, Timestamp>,
}

/// What an organization's keys may be used for, as its members see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyView {
    /// For what, by which providers, with which models.
    #[serde(flatten)]
    pub policy: OrganizationPolicy,
    /// The most that a member may spend of its money in a month of the calendar (UTC), in whole credits;
    /// `None` for any amount. It does not hold for admins.
    pub monthly_credits_per_member: Option<i64>,
    /// Names this state of all that: what to send as `base` with a change of it.
    pub version: String,
}

/// The most entries of a list of a policy.
const MOST_ENTRIES: usize = 500;
/// The longest id of a model.
const LONGEST_MODEL: usize = 200;

/// A wish to change a policy: what is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(example = json!({
    "members_may_prefer_own_keys": true,
})))]
#[serde(deny_unknown_fields, default)]
pub struct PolicyPatch {
    /// The allowed operations; the inner `None` allows all.
    #[serde(deserialize_with = "present")]
    pub operations: Option<Option<Vec<Operation>>>,
    /// The allowed providers; the inner `None` allows all.
    #[serde(deserialize_with = "present")]
    pub providers: Option<Option<Vec<ProviderId>>>,
    /// The allowed models; the inner `None` allows all.
    #[serde(deserialize_with = "present")]
    pub models: Option<Option<Vec<AllowedModel>>>,
    /// Whether members may put their own keys first.
    pub members_may_prefer_own_keys: Option<bool>,
    /// The most that a member may spend in a month, in whole credits; the inner `None` for any amount.
    #[serde(deserialize_with = "present")]
    pub monthly_credits_per_member: Option<Option<i64>>,
    /// The version that the wish was made on; a different one on the server is a conflict.
    pub base: Option<String>,
}

impl PolicyPatch {
    /// The policy with this change.
    ///
    /// # Errors
    /// What is wrong with which field.
    pub fn applied(&self, policy: &OrganizationPolicy) -> Result<OrganizationPolicy, FieldError> {
        let wrong = |field: &str, message: String| FieldError {
            field: field.to_owned(),
            message,
        };
        let lengths = [
            (
                "operations",
                self.operations.iter().flatten().map(Vec::len).max(),
            ),
            (
                "providers",
                self.providers.iter().flatten().map(Vec::len).max(),
            ),
            ("models", self.models.iter().flatten().map(Vec::len).max()),
        ];
        for (field, length) in lengths {
            if length.is_some_and(|length| length > MOST_ENTRIES) {
                return Err(wrong(field, format!("Name at most {MOST_ENTRIES}.")));
            }
        }
        for allowed in self.models.iter().flatten().flatten() {
            let model = &allowed.model;
            if model.is_empty()
                || model.len() > LONGEST_MODEL
                || model.chars().any(char::is_control)
            {
                return Err(wrong("models", "This is not the id of a model.".to_owned()));
            }
        }
        let most = HIGHEST_LIMIT.0 / MICRO_USD_PER_CREDIT;
        if let Some(Some(credits)) = self.monthly_credits_per_member
            && !(0..=most).contains(&credits)
        {
            let message = format!("Give whole credits from 0 to {most}, or none for any amount.");
            return Err(wrong("monthly_credits_per_member", message));
        }
        let mut policy = policy.clone();
        if let Some(operations) = &self.operations {
            policy.operations.clone_from(operations);
        }
        if let Some(providers) = &self.providers {
            policy.providers.clone_from(providers);
        }
        if let Some(models) = &self.models {
            policy.models.clone_from(models);
        }
        if let Some(may) = self.members_may_prefer_own_keys {
            policy.members_may_prefer_own_keys = may;
        }
        Ok(policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(text: &str) -> PolicyPatch {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn what_a_patch_leaves_out_stays_and_null_allows_all() {
        let first = patch(
            r#"{"operations":["image"],"models":[{"provider":"kie","model":"m"}],"members_may_prefer_own_keys":false}"#,
        );
        let policy = first.applied(&OrganizationPolicy::default()).unwrap();
        assert_eq!(policy.operations, Some(vec![Operation::Image]));
        assert!(!policy.members_may_prefer_own_keys);
        let policy = patch(r#"{"operations":null}"#).applied(&policy).unwrap();
        assert_eq!(policy.operations, None);
        assert_eq!(policy.models.as_ref().map(Vec::len), Some(1));
        assert_eq!(patch("{}").applied(&policy), Ok(policy));
    }

    #[test]
    fn a_patch_that_cannot_be_says_which_field() {
        for (text, field) in [
            (
                r#"{"monthly_credits_per_member":-1}"#,
                "monthly_credits_per_member",
            ),
            (
                r#"{"monthly_credits_per_member":9000000000000000}"#,
                "monthly_credits_per_member",
            ),
            (r#"{"models":[{"provider":"kie","model":""}]}"#, "models"),
        ] {
            let wrong = patch(text).applied(&OrganizationPolicy::default());
            assert_eq!(wrong.unwrap_err().field, field);
        }
        assert!(serde_json::from_str::<PolicyPatch>(r#"{"plan":"premium"}"#).is_err());
    }

    #[test]
    fn a_policy_of_before_models_is_understood() {
        let old = r#"{"operations":null,"providers":["kie"],"members_may_prefer_own_keys":true}"#;
        let policy: OrganizationPolicy = serde_json::from_str(old).unwrap();
        assert_eq!(policy.models, None);
    }
}
