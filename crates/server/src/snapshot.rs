//! Loads what all levels say to one acting person, once per request. Keys become references with
//! a state; nothing opened here leaves this module.

use crate::{actor::Actor, app::App, fault::Fault};
use domain::{
    ApiError, Operation, ProjectId, ProviderId,
    fallback::Policy,
    provider::EndpointKind,
    resolution::{
        Endpoint, EnvironmentLevel, KeyState, LevelSettings, OrganizationLevel, ProjectLevel,
        SecretRef, Snapshot, StoredKey, StoredKeys, UserLevel,
    },
    settings::{Field, Fields},
};
use store::secrets::SecretRow;

/// Everything that a resolution looks at.
///
/// # Errors
/// `NOT_FOUND` for a project that the acting person cannot see.
pub async fn load(
    app: &App,
    actor: &Actor,
    project: Option<&ProjectId>,
) -> Result<Snapshot, ApiError> {
    let rows = store::snapshot::load(&app.db, &actor.user.id, project)
        .await
        .map_err(Fault::from)?
        .ok_or_else(|| ApiError::not_found("project"))?;
    let prefer_own_keys = rows
        .user_settings
        .get(&Field::PreferOwnKeys)
        .is_some_and(|stored| stored.value.as_deref() == Some("true"));
    Ok(Snapshot {
        acting_is_admin: actor.user.is_admin,
        project: rows.project.map(|(project, settings)| ProjectLevel {
            of_organization: project.organization_id.is_some(),
            settings: level_settings(&settings),
        }),
        organization: rows
            .organization
            .map(|row| {
                Ok::<_, Fault>(OrganizationLevel {
                    id: row.id,
                    settings: level_settings(&row.settings),
                    keys: stored_keys(app, &row.secrets),
                    role: row.role,
                    plan: row.plan,
                    policy: serde_json::from_str(&row.policy)?,
                })
            })
            .transpose()?,
        user: UserLevel {
            settings: level_settings(&rows.user_settings),
            keys: stored_keys(app, &rows.user_secrets),
            prefer_own_keys,
        },
        environment: environment(app),
    })
}

/// What the operator set by environment variables.
pub(crate) fn environment(app: &App) -> EnvironmentLevel {
    let mut level = EnvironmentLevel {
        serves: app.config.environment_keys,
        ..Default::default()
    };
    for slot in app.config.environment.key_slots() {
        let key = StoredKey {
            secret: SecretRef::Environment(slot),
            state: KeyState::Ready,
            origins: (slot == ProviderId::Modal).then(|| environment_origins(app)),
        };
        level.keys.insert(slot, key);
    }
    if app.claude_cli.is_some() {
        let permission = StoredKey {
            secret: SecretRef::Environment(ProviderId::ClaudeCli),
            state: KeyState::Ready,
            origins: None,
        };
        level.keys.insert(ProviderId::ClaudeCli, permission);
    }
    for (kind, url) in &app.config.environment.endpoints {
        if let Some(endpoint) = endpoint(url) {
            level.settings.set_endpoint(*kind, endpoint);
        }
    }
    level
}

/// The origins of the operator's own Modal deployments.
pub fn environment_origins(app: &App) -> Vec<String> {
    let endpoints = app.config.environment.endpoints.values();
    endpoints
        .filter_map(|url| Some(endpoint(url)?.origin))
        .collect()
}

fn level_settings(fields: &Fields) -> LevelSettings {
    let mut settings = LevelSettings::default();
    for (field, stored) in fields {
        let Some(value) = &stored.value else { continue };
        match *field {
            Field::Provider(operation) => {
                settings.set_provider(operation, served(operation, value));
            }
            Field::Model(operation, provider) => {
                settings.set_model(operation, provider, value.clone());
            }
            Field::Parameter(operation, parameter) => {
                settings.set_parameter(operation, parameter, value.clone());
            }
            Field::Fallback(operation) => {
                let policy = Policy::parse(value).ok();
                if let Some(policy) = policy.filter(|policy| policy.provider().serves(operation)) {
                    settings.set_fallback(operation, policy);
                }
            }
            Field::Endpoint(kind) => set_endpoint(&mut settings, kind, value),
            Field::PreferOwnKeys => {}
        }
    }
    settings
}

fn served(operation: Operation, id: &str) -> Option<ProviderId> {
    ProviderId::parse(id).filter(|provider| provider.serves(operation))
}

fn set_endpoint(settings: &mut LevelSettings, kind: EndpointKind, value: &str) {
    if let Some(endpoint) = endpoint(value) {
        settings.set_endpoint(kind, endpoint);
    }
}

/// An endpoint with its origin; `None` for what is no address.
pub fn endpoint(text: &str) -> Option<Endpoint> {
    let url = url::Url::parse(text).ok()?;
    Some(Endpoint {
        url: text.to_owned(),
        origin: url.origin().ascii_serialization(),
    })
}

fn stored_keys(app: &App, rows: &[SecretRow]) -> StoredKeys {
    let mut keys = StoredKeys::default();
    for row in rows {
        let key = StoredKey {
            secret: SecretRef::Stored(row.id.clone()),
            state: state(app, row),
            origins: (row.provider == ProviderId::Modal).then(|| Audience::of(row).origins),
        };
        keys.insert(row.provider, key);
    }
    keys
}

/// What a stored key is bound to. It is sealed with the key: `mode origin origin …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    /// The providers themselves (empty) or the sandbox.
    pub mode: String,
    /// The only origins that a token for servers of one's own may be sent to.
    pub origins: Vec<String>,
}

impl Audience {
    /// That of a stored key.
    #[must_use]
    pub fn of(row: &SecretRow) -> Self {
        let mut words = row.audience_origin.split(' ').map(str::to_owned);
        Self {
            mode: words.next().unwrap_or_default(),
            origins: words.collect(),
        }
    }

    /// As it is stored.
    #[must_use]
    pub fn text(&self) -> String {
        let words = std::iter::once(&self.mode).chain(&self.origins);
        words.map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

/// Whether a stored key can be used here and now: for the provider it was saved for, and readable.
pub fn state(app: &App, row: &SecretRow) -> KeyState {
    if row.revoked_at.is_some() {
        KeyState::Revoked
    } else if Audience::of(row).mode != app.config.providers.audience()
        || app.vault.open(row).is_err()
    {
        KeyState::Unreadable
    } else {
        KeyState::Ready
    }
}
