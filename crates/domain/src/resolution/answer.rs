//! The answer of a resolution, and how much of it whoever sees it may know.

use super::{Level, Payer, SecretRef, Subject, Trace};
use crate::{Operation, ProviderId};
use serde::{Deserialize, Serialize};

/// The credential to use, by reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Credential {
    /// The level that holds it.
    pub level: Level,
    /// Where the secret is; it never leaves the server.
    #[serde(skip)]
    pub secret: Option<SecretRef>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Resolution {
    /// What is generated.
    pub operation: Operation,
    /// Who generates.
    pub provider: ProviderId,
    /// With which model.
    pub model: String,
    /// At which address, for providers without one of their own. That of an organization is left
    /// out: only its admins see it, in its settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The address of the organization; it never leaves the server.
    #[serde(skip)]
    pub shared_endpoint: Option<String>,
    /// With which credential; `None` where the endpoint needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<Credential>,
    /// Who pays.
    pub payer: Payer,
    /// How it was found.
    pub trace: Trace,
}

impl Resolution {
    /// At which address, whoever's it is.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        self.endpoint.as_deref().or(self.shared_endpoint.as_deref())
    }

    /// As others see it who may see the generation: without the address of a deployment of the
    /// person's own.
    #[must_use]
    pub fn without_own_address(mut self) -> Self {
        let chosen = self
            .trace
            .chosen(Subject::Endpoint)
            .map(|entry| entry.level);
        if chosen == Some(Level::User) {
            self.endpoint = None;
        }
        self.trace.hide(Subject::Endpoint, Level::User);
        self
    }

    /// Whether it needs a key or an address of this level, which may be not for everybody for good.
    #[must_use]
    pub fn uses(&self, level: Level) -> bool {
        [Subject::Credential, Subject::Endpoint]
            .into_iter()
            .filter_map(|subject| self.trace.chosen(subject))
            .any(|entry| entry.level == level)
    }
}
