//! Invitations by link: to an organization or to a project, for one address, once.

use crate::{
    InvitationId, OrganizationId, ProjectId, Timestamp, account::OrganizationRole,
    project::ProjectRole,
};
use serde::{Deserialize, Serialize};

/// How long an invitation can be accepted, in milliseconds: seven days.
pub const VALID_MILLIS: i64 = 7 * 24 * 60 * 60 * 1000;

/// What somebody is invited to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Offer {
    /// To belong to an organization.
    Organization {
        /// Which.
        organization_id: OrganizationId,
        /// As what.
        role: OrganizationRole,
    },
    /// To work in a project.
    Project {
        /// Which.
        project_id: ProjectId,
        /// As what.
        role: ProjectRole,
    },
}

/// An invitation that nobody has accepted yet, to those who may invite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    /// Its id; the link cannot be made of it.
    pub id: InvitationId,
    /// For whom.
    pub email: String,
    /// To what.
    #[serde(flatten)]
    pub offer: Offer,
    /// The name of who invited.
    pub invited_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

/// A new invitation with its link, which is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invited {
    /// The invitation.
    #[serde(flatten)]
    pub invitation: Invitation,
    /// Where it is accepted.
    pub link: String,
}

/// What a link is for, to the person whom it invites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitedTo {
    /// To what.
    #[serde(flatten)]
    pub offer: Offer,
    /// The name of the organization or project.
    pub name: String,
    /// The name of who invited.
    pub invited_by: String,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}
