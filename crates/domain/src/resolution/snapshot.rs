//! Everything that a resolution looks at, loaded once per request. Secrets are references here.

use super::trace::{Level, Reason};
use crate::{
    Operation, OrganizationId, ProviderId, SecretId,
    account::{OrganizationRole, Plan},
    fallback::Policy,
    parameter::Parameter,
    provider::EndpointKind,
};
use serde::{Deserialize, Serialize};

/// What all levels say to one acting person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// Whether the acting person runs the instance.
    pub acting_is_admin: bool,
    /// The project, if the request belongs to one.
    pub project: Option<ProjectLevel>,
    /// The project's organization, or the active one; `None` where the acting person is no member.
    pub organization: Option<OrganizationLevel>,
    /// The acting person's own settings and keys; never those of anybody else.
    pub user: UserLevel,
    /// What the operator set.
    pub environment: EnvironmentLevel,
}

/// What one level chooses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LevelSettings {
    providers: [Option<ProviderId>; 5],
    models: Vec<(Operation, ProviderId, String)>,
    parameters: Vec<(Operation, Parameter, String)>,
    fallbacks: Vec<(Operation, Policy)>,
    endpoints: Vec<(EndpointKind, Endpoint)>,
}

/// The address of a Modal deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The whole address.
    pub url: String,
    /// Its scheme, host and port, to which a credential is bound.
    pub origin: String,
}

impl LevelSettings {
    /// Sets who serves an operation.
    pub fn set_provider(&mut self, operation: Operation, provider: Option<ProviderId>) {
        self.providers[operation.index()] = provider;
    }

    /// Sets the model of a provider for an operation.
    pub fn set_model(&mut self, operation: Operation, provider: ProviderId, model: String) {
        self.models
            .retain(|(o, p, _)| (*o, *p) != (operation, provider));
        self.models.push((operation, provider, model));
    }

    /// Sets what a parameter is where a request leaves it open.
    pub fn set_parameter(&mut self, operation: Operation, parameter: Parameter, value: String) {
        self.parameters
            .retain(|(o, p, _)| (*o, *p) != (operation, parameter));
        self.parameters.push((operation, parameter, value));
    }

    /// Sets who takes over where the provider fails.
    pub fn set_fallback(&mut self, operation: Operation, policy: Policy) {
        self.fallbacks.retain(|(o, _)| *o != operation);
        self.fallbacks.push((operation, policy));
    }

    /// Sets the address of a deployment.
    pub fn set_endpoint(&mut self, kind: EndpointKind, endpoint: Endpoint) {
        self.endpoints.retain(|(k, _)| *k != kind);
        self.endpoints.push((kind, endpoint));
    }

    /// Who serves the operation.
    #[must_use]
    pub const fn provider(&self, operation: Operation) -> Option<ProviderId> {
        self.providers[operation.index()]
    }

    /// The model of a provider for an operation.
    #[must_use]
    pub fn model(&self, operation: Operation, provider: ProviderId) -> Option<&str> {
        self.models
            .iter()
            .find(|(o, p, _)| (*o, *p) == (operation, provider))
            .map(|(_, _, model)| model.as_str())
    }

    /// What a parameter is where a request leaves it open.
    #[must_use]
    pub fn parameter(&self, operation: Operation, parameter: Parameter) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(o, p, _)| (*o, *p) == (operation, parameter))
            .map(|(_, _, value)| value.as_str())
    }

    /// Who takes over where the provider fails.
    #[must_use]
    pub fn fallback(&self, operation: Operation) -> Option<&Policy> {
        self.fallbacks
            .iter()
            .find(|(o, _)| *o == operation)
            .map(|(_, policy)| policy)
    }

    /// The address of a deployment.
    #[must_use]
    pub fn endpoint(&self, kind: EndpointKind) -> Option<&Endpoint> {
        self.endpoints
            .iter()
            .find(|(k, _)| *k == kind)
            .map(|(_, endpoint)| endpoint)
    }
}

/// What the project chooses. It never holds a key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProjectLevel {
    /// Its choices.
    pub settings: LevelSettings,
    /// Whether it belongs to an organization.
    pub of_organization: bool,
}

/// What the organization chooses, holds and allows to the acting person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationLevel {
    /// Which organization.
    pub id: OrganizationId,
    /// Its defaults.
    pub settings: LevelSettings,
    /// Its keys.
    pub keys: StoredKeys,
    /// The acting person's part in it.
    pub role: OrganizationRole,
    /// What it has paid for.
    pub plan: Plan,
    /// What its keys may be used for.
    pub policy: OrganizationPolicy,
}

/// What an organization's keys may be used for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct OrganizationPolicy {
    /// The allowed operations; `None` allows all.
    pub operations: Option<Vec<Operation>>,
    /// The allowed providers; `None` allows all.
    pub providers: Option<Vec<ProviderId>>,
    /// The allowed models; `None` allows all.
    pub models: Option<Vec<AllowedModel>>,
    /// Whether members may put their own keys first.
    pub members_may_prefer_own_keys: bool,
}

impl Default for OrganizationPolicy {
    fn default() -> Self {
        Self {
            operations: None,
            providers: None,
            models: None,
            members_may_prefer_own_keys: true,
        }
    }
}

/// A model that an organization's keys may be used for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AllowedModel {
    /// Of which provider.
    pub provider: ProviderId,
    /// Its id.
    pub model: String,
}

impl OrganizationPolicy {
    /// Why somebody with this part in an organization with this plan may not use its keys for this,
    /// or `None` if they may. Without a model it is asked for any.
    #[must_use]
    pub fn forbids(
        &self,
        (role, plan): (OrganizationRole, Plan),
        operation: Operation,
        provider: ProviderId,
        model: Option<&str>,
    ) -> Option<Reason> {
        if !role.is_admin() && plan != Plan::Premium {
            return Some(Reason::NotEntitled);
        }
        let operations = self.operations.as_ref();
        let providers = self.providers.as_ref();
        let is_listed = |list: &Vec<AllowedModel>| {
            list.iter()
                .any(|one| one.provider == provider && model.is_none_or(|model| one.model == model))
        };
        let is_allowed = operations.is_none_or(|list| list.contains(&operation))
            && providers.is_none_or(|list| list.contains(&provider))
            && self.models.as_ref().is_none_or(is_listed);
        (!is_allowed).then_some(Reason::Policy)
    }
}

impl OrganizationLevel {
    /// Why the acting person may not use the organization's keys for this, or `None` if they may.
    #[must_use]
    pub fn forbids(
        &self,
        operation: Operation,
        provider: ProviderId,
        model: Option<&str>,
    ) -> Option<Reason> {
        let who = (self.role, self.plan);
        self.policy.forbids(who, operation, provider, model)
    }
}

/// The acting person's own choices and keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserLevel {
    /// Their choices.
    pub settings: LevelSettings,
    /// Their keys.
    pub keys: StoredKeys,
    /// Own keys come before the organization's.
    pub prefer_own_keys: bool,
}

/// What the operator set by environment variables.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EnvironmentLevel {
    /// Defaults and addresses.
    pub settings: LevelSettings,
    /// Keys.
    pub keys: StoredKeys,
    /// Whom the keys serve.
    pub serves: EnvironmentKeys,
}

/// Whom the environment's keys serve (`FILM_ENVIRONMENT_KEYS`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EnvironmentKeys {
    /// Everybody who is signed in.
    #[default]
    Everyone,
    /// Those who run the instance.
    Admins,
    /// Nobody.
    Off,
}

impl Snapshot {
    /// What a parameter is where a request leaves it open: the project's word, else the acting
    /// person's.
    #[must_use]
    pub fn parameter(&self, operation: Operation, parameter: Parameter) -> Option<&str> {
        let project = self.project.as_ref().map(|project| &project.settings);
        project
            .and_then(|settings| settings.parameter(operation, parameter))
            .or_else(|| self.user.settings.parameter(operation, parameter))
    }

    /// Who takes over where the provider fails, by whose word: the project's, else the acting
    /// person's. Nobody takes over where neither says so.
    #[must_use]
    pub fn fallback(&self, operation: Operation) -> Option<(Level, &Policy)> {
        let project = self.project.as_ref().map(|project| &project.settings);
        project
            .and_then(|settings| Some((Level::Project, settings.fallback(operation)?)))
            .or_else(|| Some((Level::User, self.user.settings.fallback(operation)?)))
    }

    /// Why what the environment has for this provider does not serve the acting person, or `None`
    /// if it does. The operator's own installation serves those who run the instance.
    #[must_use]
    pub const fn environment_block(&self, provider: ProviderId) -> Option<Reason> {
        if matches!(provider, ProviderId::ClaudeCli) && !self.acting_is_admin {
            return Some(Reason::AdminsOnly);
        }
        match self.environment.serves {
            EnvironmentKeys::Everyone => None,
            EnvironmentKeys::Admins if self.acting_is_admin => None,
            EnvironmentKeys::Admins => Some(Reason::AdminsOnly),
            EnvironmentKeys::Off => Some(Reason::SwitchedOff),
        }
    }
}

/// The keys of one level, by slot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoredKeys(Vec<(ProviderId, StoredKey)>);

/// One key, by reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// Where the secret is.
    pub secret: SecretRef,
    /// Whether it can be used.
    pub state: KeyState,
    /// The only origins it may be sent to, where the provider has no address of its own.
    pub origins: Option<Vec<String>>,
}

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretRef {
    /// In the vault.
    Stored(SecretId),
    /// Among the environment's keys, in this provider's slot.
    Environment(ProviderId),
}

/// Whether a key can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It can.
    Ready,
    /// It cannot be decrypted.
    Unreadable,
    /// It was revoked.
    Revoked,
}

impl StoredKeys {
    /// Puts a key into a slot, in place of one that is there.
    pub fn insert(&mut self, slot: ProviderId, key: StoredKey) {
        self.0.retain(|(other, _)| *other != slot);
        self.0.push((slot, key));
    }

    /// The key that serves a provider: that of its own slot, else that of the slot it falls back
    /// to.
    #[must_use]
    pub fn for_provider(&self, provider: ProviderId) -> Option<&StoredKey> {
        self.slot(provider.key_slot())
            .or_else(|| provider.fallback_key().and_then(|slot| self.slot(slot)))
    }

    /// The key in a slot.
    #[must_use]
    pub fn slot(&self, slot: ProviderId) -> Option<&StoredKey> {
        self.0
            .iter()
            .find(|(other, _)| *other == slot)
            .map(|(_, key)| key)
    }
}
