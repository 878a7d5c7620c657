//! How the server was started: which providers the environment serves and by which variables, and the
//! settings that are in force. Never a key, a part of one, or how long it is.

use super::must;
use crate::{actor::Actor, app::App, config::MediaPlace, config::SignUpPolicy};
use domain::{
    ApiError, ProviderId,
    provider::{CredentialKind, EndpointKind},
    resolution::EnvironmentKeys,
};
use serde::Serialize;
use url::Url;

/// A key of the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct EnvironmentKey {
    /// For which provider.
    pub provider: ProviderId,
    /// The variables that hold it.
    pub variables: Vec<&'static str>,
    /// Whether it is set.
    pub is_set: bool,
}

/// An address of the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct EnvironmentEndpoint {
    /// Which.
    pub endpoint: EndpointKind,
    /// The variable that holds it.
    pub variable: &'static str,
    /// Where it leads to, without its path; `None` where it is not set.
    pub origin: Option<String>,
}

/// A setting as it is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = SettingInForce)]
pub struct InForce {
    /// The variable that sets it.
    pub variable: &'static str,
    /// What it is about.
    pub says: &'static str,
    /// Its value; of a secret whether it is set.
    pub value: String,
}

/// How the server was started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = StartedWith)]
pub struct Started {
    /// Whom the keys of the environment serve: `everyone`, `admins`, `off`.
    pub serves: &'static str,
    /// The keys.
    pub keys: Vec<EnvironmentKey>,
    /// The addresses.
    pub endpoints: Vec<EnvironmentEndpoint>,
    /// The settings.
    pub settings: Vec<InForce>,
}

/// How the server was started.
///
/// # Errors
/// `FORBIDDEN` for who does not run the instance.
pub fn look(app: &App, actor: &Actor) -> Result<Started, ApiError> {
    must(actor)?;
    let environment = &app.config.environment;
    let keys = ProviderId::ALL
        .into_iter()
        .filter_map(|provider| {
            let variables = match provider.credential_kind() {
                CredentialKind::ApiKey => vec![provider.variable()?],
                CredentialKind::Endpoint if provider == ProviderId::Modal => {
                    vec!["MODAL_KEY", "MODAL_SECRET"]
                }
                CredentialKind::Endpoint | CredentialKind::Operator => return None,
            };
            Some(EnvironmentKey {
                provider,
                variables,
                is_set: environment.key(provider).is_some(),
            })
        })
        .collect();
    let endpoints = EndpointKind::ALL
        .into_iter()
        .map(|endpoint| EnvironmentEndpoint {
            endpoint,
            variable: endpoint.variable(),
            origin: environment
                .endpoints
                .get(&endpoint)
                .and_then(|address| Url::parse(address).ok())
                .map(|url| url.origin().ascii_serialization()),
        })
        .collect();
    Ok(Started {
        serves: match app.config.environment_keys {
            EnvironmentKeys::Everyone => "everyone",
            EnvironmentKeys::Admins => "admins",
            EnvironmentKeys::Off => "off",
        },
        keys,
        endpoints,
        settings: settings(app),
    })
}

fn settings(app: &App) -> Vec<InForce> {
    let config = &app.config;
    let row = |variable, says, value| InForce {
        variable,
        says,
        value,
    };
    let is_set = |is_set| if is_set { "set" } else { "not set" }.to_owned();
    let media = &config.media;
    vec![
        row("FILM_ADDR", "Where it listens", config.addr.to_string()),
        row(
            "FILM_PUBLIC_ORIGIN",
            "The origin that browsers use",
            config.public_origin.as_str().to_owned(),
        ),
        row(
            "FILM_DATABASE_URL",
            "The database",
            match config.place.database_url {
                Some(_) => "PostgreSQL",
                None => "SQLite in the data folder",
            }
            .to_owned(),
        ),
        row(
            "FILM_PROVIDERS",
            "Whom it calls",
            if config.is_sandbox() {
                "simulated providers"
            } else {
                "the real providers"
            }
            .to_owned(),
        ),
        row(
            "FILM_SIGN_UP",
            "Whether strangers may make accounts",
            match config.sign_up {
                SignUpPolicy::Open => "open",
                SignUpPolicy::Closed => "closed",
            }
            .to_owned(),
        ),
        row(
            "FILM_MEDIA",
            "Where media are kept",
            match &media.place {
                MediaPlace::Folder => "in the data folder".to_owned(),
                MediaPlace::Bucket(bucket) => format!("in the bucket {}", bucket.bucket),
            },
        ),
        row(
            "FILM_MIN_FREE_DISK",
            "The free space that is left alone",
            format!("{} MiB", media.min_free >> 20),
        ),
        row(
            "FILM_KEEP_OUTPUTS_DAYS",
            "How long media are kept",
            media
                .keep_days
                .map_or_else(|| "for ever".to_owned(), |days| format!("{days} days")),
        ),
        row(
            "FILM_TRUSTED_PROXIES",
            "Proxies that are believed",
            config.trusted_proxies.len().to_string(),
        ),
        row(
            "FILM_CLAUDE_CLI",
            "The Claude program of this server",
            if config.claude_cli.is_some() {
                "on"
            } else {
                "off"
            }
            .to_owned(),
        ),
        row(
            "FILM_METRICS_TOKEN",
            "What others bring to read the figures",
            is_set(config.metrics_token.is_some()),
        ),
        row(
            "FILM_MASTER_KEY_FILE",
            "The master key",
            format!(
                "from {}, sealing with {}",
                config.master_key.variable,
                app.vault.current_kid()
            ),
        ),
    ]
}
