//! Identifiers as distinct types, so that a project can never be asked for with a user's id.
//! They are opaque text (UUIDv7 made by the server) and never serve as a proof of access.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta] $name:ident),* $(,)?) => {$(
        #[$doc]
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The identifier as text, as it stands in URLs and rows.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

id! {
    /// A person's account.
    UserId,
    /// A team that shares keys and projects.
    OrganizationId,
    /// A film project.
    ProjectId,
    /// One stored credential.
    SecretId,
    /// One request to generate something.
    GenerationId,
    /// One stored media file.
    OutputId,
    /// One thing that a project still has to generate.
    PlannedItemId,
    /// One run through what a project still has to generate.
    BatchId,
    /// One invitation by link.
    InvitationId,
}
