//! Who generates, with which model, at which endpoint, with whose key, and who pays: one pure
//! function over a snapshot that was loaded once. It never fetches, never decrypts, and never
//! changes the provider silently.

mod answer;
mod snapshot;
mod taken_over;
#[cfg(test)]
mod tests;
mod trace;
mod unresolved;

pub use answer::{Credential, Resolution};
pub use snapshot::{
    AllowedModel, Endpoint, EnvironmentKeys, EnvironmentLevel, KeyState, LevelSettings,
    OrganizationLevel, OrganizationPolicy, ProjectLevel, SecretRef, Snapshot, StoredKey,
    StoredKeys, UserLevel,
};
pub use trace::{Entry, Level, Outcome, Reason, Subject, Trace};
pub use unresolved::{Problem, Unresolved};

use crate::{
    Operation, ProviderId,
    catalog::Catalog,
    provider::{CredentialKind, EndpointKind},
};
use serde::{Deserialize, Serialize};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What is to be generated.
    pub operation: Operation,
    /// The provider named in the request itself.
    pub provider: Option<ProviderId>,
    /// The model named in the request itself.
    pub model: Option<String>,
}

/// Whose money is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Payer {
    /// The acting person.
    User,
    /// The organization.
    Organization,
    /// Who runs this instance.
    Instance,
}

impl Payer {
    /// The id that is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Organization => "organization",
            Self::Instance => "instance",
        }
    }

    /// Who pays, said to the acting person.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::User => "You, with your own key",
            Self::Organization => "Your organization",
            Self::Instance => "This server's operator",
        }
    }
}

/// Resolves a request over a snapshot.
///
/// # Errors
/// [`Unresolved`] with the same trace that an answer has.
pub fn resolve(
    request: &Request,
    snapshot: &Snapshot,
    catalog: &Catalog,
) -> Result<Resolution, Box<Unresolved>> {
    let operation = request.operation;
    let mut trace = Trace::with_capacity();
    let fail = |problem, trace| {
        Err(Box::new(Unresolved {
            problem,
            operation,
            trace,
        }))
    };

    let Some(provider) = choose_provider(request, snapshot, catalog, &mut trace) else {
        let fallback = ProviderId::serving(operation)[0];
        return fail(Problem::ProviderUnavailable(fallback), trace);
    };
    let model = choose_model(request, provider, snapshot, catalog, &mut trace);
    let subject = Chosen {
        operation,
        provider,
        model: model.unwrap_or_default(),
    };
    let endpoint = choose_endpoint(subject, snapshot, &mut trace);
    let credential = choose_credential(subject, endpoint, snapshot, &mut trace);

    if !catalog.offers(operation, provider) {
        return fail(Problem::ProviderUnavailable(provider), trace);
    }
    let Some(model) = model.filter(|model| catalog.accepts_model(operation, provider, model))
    else {
        let named = model.unwrap_or_default().to_owned();
        return fail(Problem::ModelUnavailable(provider, named), trace);
    };
    let credential = match credential {
        Ok(credential) => credential,
        Err(level) => return fail(Problem::Unavailable(provider, level), trace),
    };
    let paying = match (provider.credential_for(model), &credential, endpoint) {
        (CredentialKind::Endpoint, _, None) => {
            return fail(Problem::Missing(provider, "endpoint"), trace);
        }
        (CredentialKind::Endpoint, _, Some((level, _))) => level,
        (CredentialKind::ApiKey, None, _) => {
            return fail(Problem::Missing(provider, "api_key"), trace);
        }
        (CredentialKind::Operator, None, _) => {
            return fail(Problem::Missing(provider, "permission"), trace);
        }
        (_, Some(credential), _) => credential.level,
    };
    let address = |shared: bool| {
        endpoint
            .filter(|(level, _)| (*level == Level::Organization) == shared)
            .map(|(_, endpoint)| endpoint.url.clone())
    };
    Ok(Resolution {
        operation,
        provider,
        model: model.to_owned(),
        endpoint: address(false),
        shared_endpoint: address(true),
        credential,
        payer: payer(paying, snapshot),
        trace,
    })
}

fn payer(level: Level, snapshot: &Snapshot) -> Payer {
    match level {
        Level::Organization => Payer::Organization,
        Level::Environment | Level::Default => Payer::Instance,
        Level::Project if snapshot.project.as_ref().is_some_and(|p| p.of_organization) => {
            Payer::Organization
        }
        Level::Request | Level::Project | Level::User => Payer::User,
    }
}

/// Writes one trace entry per level; the first level that says something usable wins.
struct Choice<'t, T> {
    subject: Subject,
    trace: &'t mut Trace,
    chosen: Option<T>,
}

impl<T> Choice<'_, T> {
    fn offer(&mut self, level: Level, said: Option<(T, Option<String>)>, block: Option<Reason>) {
        let (outcome, reason, value) = match (said, block) {
            (None, _) => (Outcome::NotSet, None, None),
            (Some((_, value)), Some(reason)) => (Outcome::Blocked, Some(reason), value),
            (Some((_, value)), None) if self.chosen.is_some() => (Outcome::Skipped, None, value),
            (Some((said, value)), None) => {
                self.chosen = Some(said);
                (Outcome::Chosen, None, value)
            }
        };
        self.trace.push(Entry {
            subject: self.subject,
            level,
            outcome,
            reason,
            value,
        });
    }
}

fn choose_provider(
    request: &Request,
    snapshot: &Snapshot,
    catalog: &Catalog,
    trace: &mut Trace,
) -> Option<ProviderId> {
    let operation = request.operation;
    let mut choice = Choice {
        subject: Subject::Provider,
        trace,
        chosen: None,
    };
    let named = |provider: Option<ProviderId>| {
        provider.map(|provider| (provider, Some(provider.as_str().to_owned())))
    };
    let at = |settings: &LevelSettings| settings.provider(operation);
    choice.offer(Level::Request, named(request.provider), None);
    choice.offer(
        Level::Project,
        named(
            snapshot
                .project
                .as_ref()
                .and_then(|project| at(&project.settings)),
        ),
        None,
    );
    let organization = snapshot.organization.as_ref();
    choice.offer(
        Level::Organization,
        named(organization.and_then(|organization| at(&organization.settings))),
        organization.and_then(|organization| {
            let provider = at(&organization.settings)?;
            organization.forbids(operation, provider, None)
        }),
    );
    choice.offer(Level::User, named(at(&snapshot.user.settings)), None);
    choice.offer(
        Level::Environment,
        named(at(&snapshot.environment.settings)),
        None,
    );
    choice.offer(
        Level::Default,
        named(catalog.defaults.get(&operation).copied()),
        None,
    );
    choice.chosen
}

fn choose_model<'a>(
    request: &'a Request,
    provider: ProviderId,
    snapshot: &'a Snapshot,
    catalog: &'a Catalog,
    trace: &mut Trace,
) -> Option<&'a str> {
    let operation = request.operation;
    let mut choice = Choice {
        subject: Subject::Model,
        trace,
        chosen: None,
    };
    let named = |model: Option<&'a str>| model.map(|model| (model, Some(model.to_owned())));
    let at = |settings: &'a LevelSettings| settings.model(operation, provider);
    choice.offer(Level::Request, named(request.model.as_deref()), None);
    choice.offer(
        Level::Project,
        named(
            snapshot
                .project
                .as_ref()
                .and_then(|project| at(&project.settings)),
        ),
        None,
    );
    let organization = snapshot.organization.as_ref();
    choice.offer(
        Level::Organization,
        named(organization.and_then(|organization| at(&organization.settings))),
        organization.and_then(|organization| {
            organization.forbids(operation, provider, at(&organization.settings))
        }),
    );
    choice.offer(Level::User, named(at(&snapshot.user.settings)), None);
    choice.offer(
        Level::Environment,
        named(at(&snapshot.environment.settings)),
        None,
    );
    let default = catalog
        .provider(provider)
        .and_then(|entry| entry.default_models.get(&operation))
        .map(String::as_str);
    choice.offer(Level::Default, named(default), None);
    choice.chosen
}

/// What the credential and the endpoint are looked for.
#[derive(Clone, Copy)]
struct Chosen<'a> {
    operation: Operation,
    provider: ProviderId,
    model: &'a str,
}

fn choose_endpoint<'a>(
    chosen: Chosen<'_>,
    snapshot: &'a Snapshot,
    trace: &mut Trace,
) -> Option<(Level, &'a Endpoint)> {
    let Chosen {
        operation,
        provider,
        model,
    } = chosen;
    let kind = EndpointKind::needed_by(provider, operation, model);
    let mut choice = Choice {
        subject: Subject::Endpoint,
        trace,
        chosen: None,
    };
    let at = |level: Level, settings: Option<&'a LevelSettings>| {
        let endpoint = settings?.endpoint(kind?)?;
        let shown = (level != Level::Organization).then(|| endpoint.url.clone());
        Some(((level, endpoint), shown))
    };
    choice.offer(Level::Request, None, None);
    let project = snapshot.project.as_ref().map(|project| &project.settings);
    choice.offer(Level::Project, at(Level::Project, project), None);
    let organization = snapshot.organization.as_ref();
    choice.offer(
        Level::Organization,
        at(
            Level::Organization,
            organization.map(|organization| &organization.settings),
        ),
        organization
            .and_then(|organization| organization.forbids(operation, provider, Some(model))),
    );
    choice.offer(
        Level::User,
        at(Level::User, Some(&snapshot.user.settings)),
        None,
    );
    choice.offer(
        Level::Environment,
        at(Level::Environment, Some(&snapshot.environment.settings)),
        snapshot.environment_block(provider),
    );
    choice.offer(Level::Default, None, None);
    choice.chosen
}

/// `Ok(None)` where no level holds one; `Err` names the level whose credential cannot be used.
fn choose_credential(
    chosen: Chosen<'_>,
    endpoint: Option<(Level, &Endpoint)>,
    snapshot: &Snapshot,
    trace: &mut Trace,
) -> Result<Option<Credential>, Level> {
    let Chosen {
        operation,
        provider,
        model,
    } = chosen;
    let kind = provider.credential_for(model);
    // The key of a provider's own service never goes to a server that somebody runs themselves.
    let keyless = kind != provider.credential_kind();
    let organization = snapshot.organization.as_ref();
    let own_first = snapshot.user.prefer_own_keys
        && organization.is_none_or(|organization| organization.policy.members_may_prefer_own_keys);
    let order = if own_first {
        [Level::User, Level::Organization, Level::Environment]
    } else {
        [Level::Organization, Level::User, Level::Environment]
    };
    let not_set = |level| Entry {
        subject: Subject::Credential,
        level,
        outcome: Outcome::NotSet,
        reason: None,
        value: None,
    };
    trace.push(not_set(Level::Request));
    trace.push(not_set(Level::Project));
    let mut answer: Result<Option<Credential>, Level> = Ok(None);
    for level in order {
        let (keys, forbidden) = match level {
            Level::Organization => (
                organization.map(|organization| &organization.keys),
                organization.and_then(|organization| {
                    organization.forbids(operation, provider, Some(model))
                }),
            ),
            Level::User => (Some(&snapshot.user.keys), None),
            _ => (
                Some(&snapshot.environment.keys),
                snapshot.environment_block(provider),
            ),
        };
        let key = keys
            .filter(|_| !keyless)
            .and_then(|keys| keys.for_provider(provider));
        let elsewhere =
            kind == CredentialKind::Endpoint && endpoint.map(|(level, _)| level) != Some(level);
        let unusable = key.and_then(|key| match (key.state, &key.origins, endpoint) {
            (KeyState::Unreadable, ..) => Some(Reason::Unreadable),
            (KeyState::Revoked, ..) => Some(Reason::Revoked),
            (KeyState::Ready, Some(origins), Some((_, endpoint)))
                if !origins.contains(&endpoint.origin) =>
            {
                Some(Reason::OriginChanged)
            }
            (KeyState::Ready, ..) => None,
        });
        let (outcome, reason) = match (key, forbidden) {
            (None, _) => (Outcome::NotSet, None),
            (Some(_), Some(reason)) => (Outcome::Blocked, Some(reason)),
            (Some(_), None) if elsewhere => (Outcome::Blocked, Some(Reason::OtherEndpoint)),
            (Some(_), None) if !matches!(answer, Ok(None)) => (Outcome::Skipped, None),
            (Some(key), None) => match unusable {
                Some(reason) => {
                    answer = Err(level);
                    (Outcome::Blocked, Some(reason))
                }
                None => {
                    answer = Ok(Some(Credential {
                        level,
                        secret: Some(key.secret.clone()),
                    }));
                    (Outcome::Chosen, None)
                }
            },
        };
        trace.push(Entry {
            outcome,
            reason,
            ..not_set(level)
        });
    }
    trace.push(not_set(Level::Default));
    answer
}
