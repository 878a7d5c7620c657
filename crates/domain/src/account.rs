//! Who is signed in, as others may see it.

use crate::{OrganizationId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// A person's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The address to sign in with, in lower case.
    pub email: String,
    /// What to call the person.
    pub name: String,
    /// Whether this account runs the instance.
    pub is_admin: bool,
    /// Since when it exists.
    pub created_at: Timestamp,
}

/// A person's part in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OrganizationRole {
    /// Runs it and cannot be removed by others.
    Owner,
    /// Sets its keys and members.
    Admin,
    /// Works in it.
    Member,
}

impl OrganizationRole {
    /// Every role, the highest first.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Admin, Self::Member];

    /// The id that is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    /// The role with this id, or `None`.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == id)
    }

    /// Whether it sets keys, members and policy.
    #[must_use]
    pub const fn is_admin(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }

    /// How high it is: a higher role may do all that a lower one may.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Owner => 2,
            Self::Admin => 1,
            Self::Member => 0,
        }
    }
}

/// What an organization has paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = OrganizationPlan))]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// Shared keys serve its admins.
    Free,
    /// Shared keys serve all its members.
    Premium,
}

/// An organization that a person belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Membership {
    /// The organization.
    pub organization_id: OrganizationId,
    /// Its name.
    pub name: String,
    /// The person's part in it.
    pub role: OrganizationRole,
    /// What it has paid for.
    pub plan: Plan,
}

/// The answer to "who am I".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The account.
    pub user: User,
    /// The roles in the instance: `admin` for who runs it, otherwise `user`.
    pub roles: Vec<String>,
    /// The organizations.
    pub organizations: Vec<Membership>,
    /// The organization that pays for what belongs to no project.
    pub active_organization: Option<OrganizationId>,
}
