//! How long one resolution takes with every level filled, the most that a request has to look at,
//! and with none but the defaults. It measures only the pure function, never a database.

use criterion::{Criterion, criterion_group, criterion_main};
use domain::{
    Map, Operation, OrganizationId, ProviderId, SecretId,
    account::{OrganizationRole, Plan},
    catalog::{Catalog, Provider},
    resolution::{
        EnvironmentLevel, KeyState, LevelSettings, OrganizationLevel, OrganizationPolicy,
        ProjectLevel, Request, SecretRef, Snapshot, StoredKey, StoredKeys, UserLevel, resolve,
    },
};
use std::hint::black_box;

fn catalog() -> Catalog {
    let providers = ProviderId::ALL
        .map(|id| Provider {
            id,
            summary: String::new(),
            available: true,
            key_page: None,
            key_hint: None,
            logo: None,
            open_models: true,
            default_models: Operation::ALL
                .into_iter()
                .filter(|operation| id.serves(*operation))
                .map(|operation| (operation, format!("{id}/default")))
                .collect(),
        })
        .to_vec();
    let defaults: Map<_, _> = Operation::ALL
        .map(|operation| (operation, ProviderId::serving(operation)[0]))
        .into();
    Catalog {
        defaults,
        providers,
        models: Vec::new(),
    }
}

fn settings() -> LevelSettings {
    let mut settings = LevelSettings::default();
    for operation in Operation::ALL {
        settings.set_provider(operation, Some(ProviderId::serving(operation)[0]));
        for provider in ProviderId::serving(operation) {
            settings.set_model(operation, *provider, format!("{provider}/chosen"));
        }
    }
    settings
}

fn keys() -> StoredKeys {
    let mut keys = StoredKeys::default();
    for provider in ProviderId::ALL {
        keys.insert(
            provider,
            StoredKey {
                secret: SecretRef::Stored(SecretId(provider.to_string())),
                state: KeyState::Ready,
                origins: None,
            },
        );
    }
    keys
}

/// Every level says something about everything.
fn full() -> Snapshot {
    Snapshot {
        acting_is_admin: false,
        project: Some(ProjectLevel {
            settings: settings(),
            of_organization: true,
        }),
        organization: Some(OrganizationLevel {
            id: OrganizationId("studio".to_owned()),
            settings: settings(),
            keys: keys(),
            role: OrganizationRole::Member,
            plan: Plan::Premium,
            policy: OrganizationPolicy::default(),
        }),
        user: UserLevel {
            settings: settings(),
            keys: keys(),
            prefer_own_keys: true,
        },
        environment: EnvironmentLevel {
            settings: settings(),
            keys: keys(),
            ..EnvironmentLevel::default()
        },
    }
}

/// A person with one key and no choices.
fn sparse() -> Snapshot {
    Snapshot {
        user: UserLevel {
            keys: keys(),
            ..UserLevel::default()
        },
        ..Snapshot::default()
    }
}

fn resolution(criterion: &mut Criterion) {
    let catalog = catalog();
    let request = Request {
        operation: Operation::Image,
        provider: None,
        model: None,
    };
    for (name, snapshot) in [("every level", full()), ("one key", sparse())] {
        assert!(resolve(&request, &snapshot, &catalog).is_ok(), "{name}");
        criterion.bench_function(&format!("resolution: {name}"), |bencher| {
            bencher.iter(|| resolve(black_box(&request), black_box(&snapshot), &catalog));
        });
    }
}

criterion_group!(benches, resolution);
criterion_main!(benches);
