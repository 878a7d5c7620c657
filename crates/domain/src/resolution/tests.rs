//! The resolver against a short reference model, and the laws that hold for all states.

mod cases;

use super::*;
use crate::{
    ApiError, ErrorCode, OrganizationId, SecretId,
    account::{OrganizationRole, Plan},
    catalog::Provider,
    provider::SELF_HOSTED_SUNO,
};
use proptest::prelude::*;

/// A catalogue in which everything is on offer and each provider takes any model.
fn catalog() -> Catalog {
    let provider = |id: ProviderId| Provider {
        id,
        summary: String::new(),
        available: true,
        key_page: None,
        key_hint: None,
        logo: None,
        open_models: true,
        default_models: Operation::ALL.map(|o| (o, format!("default-{id}"))).into(),
    };
    Catalog {
        defaults: Operation::ALL
            .map(|o| (o, ProviderId::serving(o)[0]))
            .into(),
        providers: ProviderId::ALL.map(provider).into(),
        models: Vec::new(),
    }
}

fn key(owner: &str, state: KeyState) -> StoredKey {
    StoredKey {
        secret: SecretRef::Stored(SecretId(owner.into())),
        state,
        origins: None,
    }
}

fn settings(
    providers: &[(Operation, ProviderId)],
    models: &[(Operation, ProviderId, String)],
    endpoints: &[EndpointKind],
    origin: &str,
) -> LevelSettings {
    let mut settings = LevelSettings::default();
    for (operation, provider) in providers {
        settings.set_provider(*operation, Some(*provider));
    }
    for (operation, provider, model) in models {
        settings.set_model(*operation, *provider, model.clone());
    }
    for kind in endpoints {
        let origin = format!("https://{origin}.modal.run");
        settings.set_endpoint(
            *kind,
            Endpoint {
                url: format!("{origin}/"),
                origin,
            },
        );
    }
    settings
}

fn any_provider() -> impl Strategy<Value = ProviderId> {
    prop::sample::select(ProviderId::ALL.to_vec())
}

fn any_operation() -> impl Strategy<Value = Operation> {
    prop::sample::select(Operation::ALL.to_vec())
}

fn any_settings(level: &'static str) -> impl Strategy<Value = LevelSettings> {
    let pairs: Vec<_> = Operation::ALL
        .into_iter()
        .flat_map(|o| ProviderId::serving(o).iter().map(move |p| (o, *p)))
        .collect();
    let pair = prop::sample::select(pairs);
    let model =
        (any_operation(), any_provider(), any::<bool>()).prop_map(move |(o, p, self_hosted)| {
            let prefix = if self_hosted { SELF_HOSTED_SUNO } else { "" };
            (o, p, format!("{prefix}{level}-model"))
        });
    (
        prop::collection::vec(pair, 0..5),
        prop::collection::vec(model, 0..6),
        prop::collection::vec(prop::sample::select(EndpointKind::ALL.to_vec()), 0..4),
    )
        .prop_map(move |(p, m, e)| settings(&p, &m, &e, level))
}

fn any_keys(level: &'static str) -> impl Strategy<Value = StoredKeys> {
    let state = prop_oneof![
        6 => Just(KeyState::Ready),
        1 => Just(KeyState::Unreadable),
        1 => Just(KeyState::Revoked)
    ];
    prop::collection::vec((any_provider(), state), 0..8).prop_map(move |slots| {
        let mut keys = StoredKeys::default();
        for (slot, state) in slots {
            let mut stored = key(level, state);
            if slot.credential_kind() == CredentialKind::Endpoint {
                stored.origins = Some(vec![format!("https://{level}.modal.run")]);
            }
            keys.insert(slot.key_slot(), stored);
        }
        keys
    })
}

fn any_allowed_model() -> impl Strategy<Value = AllowedModel> {
    let names = ["request", "project", "organization", "user", "environment"];
    (any_provider(), 0..=names.len()).prop_map(move |(provider, number)| AllowedModel {
        provider,
        model: match names.get(number) {
            Some(name) => format!("{name}-model"),
            None => format!("default-{provider}"),
        },
    })
}

prop_compose! {
    fn any_organization()(
        settings in any_settings("organization"), keys in any_keys("organization"),
        role in prop::sample::select(vec![
            OrganizationRole::Owner, OrganizationRole::Admin, OrganizationRole::Member
        ]),
        plan in prop::sample::select(vec![Plan::Free, Plan::Premium]),
        operations in prop::option::weighted(0.3, prop::collection::vec(any_operation(), 0..5)),
        providers in prop::option::weighted(0.3, prop::collection::vec(any_provider(), 0..8)),
        models in prop::option::weighted(0.3, prop::collection::vec(any_allowed_model(), 0..12)),
        members_may_prefer_own_keys: bool,
    ) -> OrganizationLevel {
        let policy =
            OrganizationPolicy { operations, providers, models, members_may_prefer_own_keys };
        let id = OrganizationId("studio".to_owned());
        OrganizationLevel { id, settings, keys, role, plan, policy }
    }
}

prop_compose! {
    fn any_snapshot()(
        acting_is_admin: bool,
        project in prop::option::of((any_settings("project"), any::<bool>())),
        organization in prop::option::of(any_organization()),
        user in (any_settings("user"), any_keys("user"), any::<bool>()),
        environment in (any_settings("environment"), any_keys("environment")),
        serves in prop::sample::select(vec![
            EnvironmentKeys::Everyone, EnvironmentKeys::Admins, EnvironmentKeys::Off
        ]),
    ) -> Snapshot {
        Snapshot {
            acting_is_admin,
            project: project.map(|(settings, of_organization)| {
                ProjectLevel { settings, of_organization }
            }),
            organization,
            user: UserLevel { settings: user.0, keys: user.1, prefer_own_keys: user.2 },
            environment: EnvironmentLevel { settings: environment.0, keys: environment.1, serves },
        }
    }
}

prop_compose! {
    fn any_request()(
        operation in any_operation(),
        provider in prop::option::weighted(0.3, any_provider()),
        model in prop::option::weighted(0.3, Just("request-model".to_owned())),
    ) -> Request {
        Request { operation, provider: provider.filter(|p| p.serves(operation)), model }
    }
}

/// Provider, model and the level whose secret is used, or why not: the contract in thirty lines.
fn reference(
    request: &Request,
    s: &Snapshot,
) -> Result<(ProviderId, String, Option<Level>), &'static str> {
    let o = request.operation;
    let org = s.organization.as_ref();
    let may = |p| {
        org.is_some_and(|org| {
            (org.role != OrganizationRole::Member || org.plan == Plan::Premium)
                && org
                    .policy
                    .operations
                    .as_ref()
                    .is_none_or(|list| list.contains(&o))
                && org
                    .policy
                    .providers
                    .as_ref()
                    .is_none_or(|list| list.contains(&p))
        })
    };
    let admits = |p, model: Option<&str>| {
        org.and_then(|org| org.policy.models.as_ref())
            .is_none_or(|list| {
                list.iter()
                    .any(|one| one.provider == p && model.is_none_or(|model| one.model == model))
            })
    };
    let levels: Vec<(Level, &LevelSettings)> = [
        (Level::Project, s.project.as_ref().map(|p| &p.settings)),
        (Level::Organization, org.map(|org| &org.settings)),
        (Level::User, Some(&s.user.settings)),
        (Level::Environment, Some(&s.environment.settings)),
    ]
    .into_iter()
    .filter_map(|(level, settings)| Some((level, settings?)))
    .collect();
    let p = request
        .provider
        .or_else(|| {
            levels.iter().find_map(|(level, settings)| {
                settings
                    .provider(o)
                    .filter(|p| *level != Level::Organization || (may(*p) && admits(*p, None)))
            })
        })
        .unwrap_or(ProviderId::serving(o)[0]);
    let named = || {
        levels.iter().filter(|(level, settings)| {
            *level != Level::Organization || (may(p) && admits(p, settings.model(o, p)))
        })
    };
    let m = request
        .model
        .clone()
        .or_else(|| named().find_map(|(_, settings)| settings.model(o, p).map(str::to_owned)))
        .unwrap_or(format!("default-{p}"));
    let may = may(p) && admits(p, Some(&m));
    let usable = || {
        levels
            .iter()
            .filter(|(level, _)| *level != Level::Organization || may)
    };
    let env = match p {
        ProviderId::ClaudeCli => s.acting_is_admin && s.environment.serves != EnvironmentKeys::Off,
        _ => {
            s.environment.serves == EnvironmentKeys::Everyone
                || s.environment.serves == EnvironmentKeys::Admins && s.acting_is_admin
        }
    };
    let kind = EndpointKind::needed_by(p, o, &m);
    let keyless = kind == Some(EndpointKind::Suno);
    let at = kind.and_then(|kind| {
        usable()
            .filter(|(level, _)| *level != Level::Environment || env)
            .find(|(level, settings)| *level != Level::Request && settings.endpoint(kind).is_some())
    });
    let own_first =
        s.user.prefer_own_keys && org.is_none_or(|org| org.policy.members_may_prefer_own_keys);
    let mut holders = vec![
        (
            Level::Organization,
            org.map(|org| &org.keys).filter(|_| may),
        ),
        (Level::User, Some(&s.user.keys)),
        (
            Level::Environment,
            Some(&s.environment.keys).filter(|_| env),
        ),
    ];
    if own_first {
        holders.swap(0, 1);
    }
    let found = holders
        .into_iter()
        .filter(|(level, _)| !keyless && (kind.is_none() || at.map(|at| at.0) == Some(*level)))
        .find_map(|(level, keys)| keys?.for_provider(p).map(|key| (level, key.state)));
    match (found, kind, at) {
        (Some((_, KeyState::Unreadable | KeyState::Revoked)), ..) => Err("unavailable"),
        (_, Some(_), None) | (None, None, _) => Err("missing"),
        (found, ..) => Ok((p, m, found.map(|(level, _)| level))),
    }
}

fn answer(
    request: &Request,
    snapshot: &Snapshot,
) -> Result<(ProviderId, String, Option<Level>), &'static str> {
    match resolve(request, snapshot, &catalog()) {
        Ok(found) => Ok((
            found.provider,
            found.model,
            found.credential.map(|c| c.level),
        )),
        Err(unresolved) => Err(match unresolved.problem {
            Problem::Missing(..) => "missing",
            Problem::Unavailable(..) => "unavailable",
            Problem::ModelUnavailable(..) | Problem::ProviderUnavailable(..) => "not offered",
        }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8_000))]

    #[test]
    fn the_resolver_agrees_with_the_reference(request in any_request(), snapshot in any_snapshot()) {
        prop_assert_eq!(answer(&request, &snapshot), reference(&request, &snapshot));
    }

    #[test]
    fn every_level_appears_exactly_once_per_subject(
        request in any_request(), snapshot in any_snapshot()
    ) {
        let trace = match resolve(&request, &snapshot, &catalog()) {
            Ok(found) => found.trace,
            Err(unresolved) => unresolved.trace,
        };
        prop_assert_eq!(trace.about(Subject::Fallback).count(), 0);
        for subject in Subject::ALL.into_iter().filter(|one| *one != Subject::Fallback) {
            let mut levels: Vec<Level> = trace.about(subject).map(|entry| entry.level).collect();
            levels.sort_unstable();
            prop_assert_eq!(levels, Level::ALL);
            let chosen = trace.about(subject).filter(|e| e.outcome == Outcome::Chosen).count();
            prop_assert!(chosen <= 1);
        }
    }

    #[test]
    fn a_secret_belongs_to_the_level_that_the_trace_names(
        request in any_request(), snapshot in any_snapshot()
    ) {
        if let Ok(Resolution { credential: Some(credential), trace, payer, .. }) =
            resolve(&request, &snapshot, &catalog())
        {
            let Some(SecretRef::Stored(owner)) = credential.secret else { unreachable!() };
            let (level, pays) = match owner.as_str() {
                "user" => (Level::User, Payer::User),
                "organization" => (Level::Organization, Payer::Organization),
                _ => (Level::Environment, Payer::Instance),
            };
            prop_assert_eq!((credential.level, payer), (level, pays));
            prop_assert_eq!(trace.chosen(Subject::Credential).map(|e| e.level), Some(level));
        }
    }

    #[test]
    fn an_unusable_credential_stops_and_never_falls_through(
        request in any_request(), snapshot in any_snapshot()
    ) {
        let answered = resolve(&request, &snapshot, &catalog());
        let trace = match &answered {
            Ok(found) => &found.trace,
            Err(unresolved) => &unresolved.trace,
        };
        let unusable = trace.about(Subject::Credential).any(|entry| {
            matches!(entry.reason, Some(Reason::Unreadable | Reason::Revoked | Reason::OriginChanged))
        });
        if unusable {
            prop_assert!(answered.is_err());
            prop_assert!(trace.chosen(Subject::Credential).is_none());
        }
    }

    #[test]
    fn a_lower_level_never_changes_an_answer(
        request in any_request(), mut snapshot in any_snapshot(),
        settings in any_settings("environment"), keys in any_keys("environment"),
    ) {
        snapshot.environment.settings = LevelSettings::default();
        snapshot.environment.keys = StoredKeys::default();
        let without = resolve(&request, &snapshot, &catalog());
        snapshot.environment.settings = settings;
        snapshot.environment.keys = keys;
        let with = resolve(&request, &snapshot, &catalog());
        if let (Ok(without), Ok(with)) = (&without, &with) {
            let above = |found: &Resolution, subject| {
                found.trace.chosen(subject).is_some_and(|e| e.level < Level::Environment)
            };
            if above(without, Subject::Provider) {
                prop_assert_eq!(without.provider, with.provider);
                if above(without, Subject::Model) {
                    prop_assert_eq!(&without.model, &with.model);
                }
                // Another model may run elsewhere and need another credential.
                if above(without, Subject::Credential) && without.model == with.model {
                    prop_assert_eq!(&without.credential, &with.credential);
                    prop_assert_eq!(without.payer, with.payer);
                }
            }
        }
        if let (Ok(found), Err(_)) = (&without, &with) {
            // Only where it filled in what nobody above had said: another provider or model may
            // need what is not there.
            let open = |subject| {
                found.trace.chosen(subject).is_some_and(|e| e.level == Level::Default)
            };
            prop_assert!(
                open(Subject::Provider) || open(Subject::Model),
                "a lower level took an answer away"
            );
        }
    }

    #[test]
    fn an_organizations_address_is_never_told(
        request in any_request(), snapshot in any_snapshot()
    ) {
        let told = match resolve(&request, &snapshot, &catalog()) {
            Ok(found) => {
                let is_shared = found.trace.chosen(Subject::Endpoint)
                    .is_some_and(|entry| entry.level == Level::Organization);
                prop_assert_eq!(found.shared_endpoint.is_some(), is_shared);
                prop_assert!(found.endpoint.is_none() || found.shared_endpoint.is_none());
                serde_json::to_string(&found).unwrap()
            }
            Err(unresolved) => serde_json::to_string(&ApiError::from(*unresolved)).unwrap(),
        };
        prop_assert!(!told.contains("organization.modal.run"), "{}", told);
    }

    #[test]
    fn others_do_not_see_the_address_of_ones_own_deployment(
        request in any_request(), snapshot in any_snapshot()
    ) {
        if let Ok(found) = resolve(&request, &snapshot, &catalog()) {
            let chosen = found.trace.chosen(Subject::Endpoint).map(|entry| entry.level);
            let (before, after) = (found.clone(), found.without_own_address());
            let told = serde_json::to_string(&after).unwrap();
            prop_assert!(!told.contains("user.modal.run"), "{}", told);
            if chosen != Some(Level::User) {
                prop_assert_eq!(before.endpoint, after.endpoint);
            }
            prop_assert_eq!(before.trace.entries().len(), after.trace.entries().len());
        }
    }

    #[test]
    fn an_organizations_token_goes_to_its_own_address_alone(
        request in any_request(), snapshot in any_snapshot()
    ) {
        if let Ok(found) = resolve(&request, &snapshot, &catalog())
            && found.provider.credential_for(&found.model) == CredentialKind::Endpoint
            && let Some(credential) = &found.credential
        {
            let endpoint = found.trace.chosen(Subject::Endpoint).map(|entry| entry.level);
            prop_assert_eq!(endpoint, Some(credential.level));
            if credential.level == Level::Organization {
                prop_assert!(found.shared_endpoint.is_some());
            }
        }
    }

    #[test]
    fn the_same_question_has_the_same_answer(request in any_request(), snapshot in any_snapshot()) {
        prop_assert_eq!(
            resolve(&request, &snapshot, &catalog()),
            resolve(&request, &snapshot, &catalog())
        );
    }
}
