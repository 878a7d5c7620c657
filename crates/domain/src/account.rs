//! Who is signed in, as others may see it.

use crate::{OrganizationId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// A person's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[serde(rename_all = "snake_case")]
pub enum OrganizationRole {
    /// Runs it and cannot be removed by others.
    Owner,
    /// Sets its keys and members.
    Admin,
    /// Works in it.
    Member,
}

/// What an organization has paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// Shared keys serve its admins.
    Free,
    /// Shared keys serve all its members.
    Premium,
}

/// An organization that a person belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
