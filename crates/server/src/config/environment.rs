//! The operator's own keys and endpoints, under the names that people already have in their
//! environments.

use super::ConfigError;
use domain::{
    ProviderId, keys,
    provider::{CredentialKind, EndpointKind},
};
use providers::{Policy, guard::check_endpoint};
use secrecy::SecretString;
use std::collections::BTreeMap;
use url::Url;

/// The operator's keys and endpoints, read once at the start.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// API keys by slot; that of Modal is a proxy token: both halves with a line break between.
    pub keys: BTreeMap<ProviderId, SecretString>,
    /// The whole addresses of the Modal deployments and of a self-hosted Suno server.
    pub endpoints: BTreeMap<EndpointKind, String>,
}

impl Environment {
    /// The key in a slot.
    #[must_use]
    pub fn key(&self, slot: ProviderId) -> Option<&SecretString> {
        self.keys.get(&slot)
    }

    /// Points every endpoint that is not set at the sandbox.
    pub fn fill_endpoints(&mut self, sandbox: &Url) {
        for kind in EndpointKind::ALL {
            let path = match kind {
                EndpointKind::Suno => "/suno-api".to_owned(),
                kind => format!("/modal/{}", kind.as_str().replace('_', "-")),
            };
            let mut url = sandbox.clone();
            url.set_path(&path);
            self.endpoints.entry(kind).or_insert_with(|| url.into());
        }
    }

    /// The slots that hold a key.
    pub fn key_slots(&self) -> impl Iterator<Item = ProviderId> {
        self.keys.keys().copied()
    }

    pub(super) fn read(
        lookup: &impl Fn(&str) -> Option<String>,
        policy: &Policy,
    ) -> Result<Self, ConfigError> {
        let mut environment = Self::default();
        let api_keys = ProviderId::ALL
            .into_iter()
            .filter(|slot| slot.credential_kind() == CredentialKind::ApiKey);
        for slot in api_keys {
            if let Some(variable) = slot.variable()
                && let Some(key) = key(lookup, variable)?
            {
                environment.keys.insert(slot, key.into());
            }
        }
        match (key(lookup, "MODAL_KEY")?, key(lookup, "MODAL_SECRET")?) {
            (Some(key), Some(secret)) => {
                keys::check_proxy_token(&key, &secret)
                    .map_err(|(_, problem)| ConfigError::new("MODAL_KEY", problem))?;
                let token = format!("{key}\n{secret}").into();
                environment.keys.insert(ProviderId::Modal, token);
            }
            (None, None) => {}
            (Some(_), None) => {
                return Err(ConfigError::new(
                    "MODAL_KEY",
                    "needs MODAL_SECRET beside it",
                ));
            }
            (None, Some(_)) => {
                return Err(ConfigError::new(
                    "MODAL_SECRET",
                    "needs MODAL_KEY beside it",
                ));
            }
        };
        for kind in EndpointKind::ALL {
            let variable = kind.variable();
            if let Some(address) = lookup(variable) {
                let endpoint = endpoint(variable, address.trim(), policy)?;
                environment.endpoints.insert(kind, endpoint);
            }
        }
        Ok(environment)
    }
}

fn key(
    lookup: &impl Fn(&str) -> Option<String>,
    variable: &'static str,
) -> Result<Option<String>, ConfigError> {
    let Some(value) = lookup(variable) else {
        return Ok(None);
    };
    let cleaned = keys::clean_key(&value);
    keys::check_key(cleaned).map_err(|_| ConfigError::new(variable, "does not hold an API key"))?;
    Ok(Some(cleaned.to_owned()))
}

/// Only the form of the address is judged here; whether its host may be called is judged at the
/// call, when the host's addresses are known.
fn endpoint(variable: &'static str, address: &str, policy: &Policy) -> Result<String, ConfigError> {
    Url::parse(address)
        .ok()
        .filter(|url| {
            let scheme_fits = url.scheme() == "https" || check_endpoint(address, policy).is_ok();
            scheme_fits
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.fragment().is_none()
        })
        .map(String::from)
        .ok_or_else(|| {
            ConfigError::new(
                variable,
                "must be an https:// address without user name and fragment",
            )
        })
}
