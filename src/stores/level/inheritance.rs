//! What a level comes to: what it says itself, else what it gets from below.

use super::LevelStore;
use crate::words::{Inherited, inherited};
use domain::{
    Operation, ProjectId, ProviderId,
    catalog::Catalog,
    error::CurrentValue,
    resolution::{Level, Subject, Trace},
    settings::Field,
};
use leptos::prelude::*;

impl LevelStore {
    /// What an operation's provider is while nothing else is said, and from where.
    #[must_use]
    pub fn inherited_provider(self, operation: Operation) -> Option<Inherited> {
        self.trace(operation, |trace| {
            inherited(trace, Subject::Provider, self.level())
        })
    }

    /// The provider that serves an operation: as chosen here, else as inherited, else the
    /// catalogue's.
    #[must_use]
    pub fn provider(self, operation: Operation, catalog: &Catalog) -> ProviderId {
        let chosen = self
            .field(Field::Provider(operation))
            .with(|state| ProviderId::parse(state.draft()));
        chosen
            .or_else(|| ProviderId::parse(&self.inherited_provider(operation)?.value))
            .or_else(|| catalog.defaults.get(&operation).copied())
            .unwrap_or(ProviderId::serving(operation)[0])
    }

    /// The model that a provider works with while nothing else is said, and from where.
    #[must_use]
    pub fn inherited_model(
        self,
        operation: Operation,
        provider: ProviderId,
        catalog: &Catalog,
    ) -> Option<Inherited> {
        self.trace(operation, |trace| {
            let about_it = trace
                .chosen(Subject::Provider)
                .and_then(|entry| entry.value.as_deref())
                == Some(provider.as_str());
            about_it
                .then(|| inherited(trace, Subject::Model, self.level()))
                .flatten()
        })
        .or_else(|| {
            let model = catalog.provider(provider)?.default_models.get(&operation)?;
            Some(Inherited {
                level: Level::Default,
                value: model.clone(),
            })
        })
    }

    /// The model that serves an operation at this provider.
    #[must_use]
    pub fn model(
        self,
        operation: Operation,
        provider: ProviderId,
        catalog: &Catalog,
    ) -> Option<String> {
        let chosen = self
            .field(Field::Model(operation, provider))
            .with(|state| state.draft().to_owned());
        if chosen.is_empty() {
            self.inherited_model(operation, provider, catalog)
                .map(|inherited| inherited.value)
        } else {
            Some(chosen)
        }
    }

    /// What a field would be without a word of this level, and from where. `personal` are the
    /// person's own settings.
    #[must_use]
    pub fn inherited(self, field: Field, catalog: &Catalog, personal: Self) -> Option<Inherited> {
        let below = || {
            let value = personal
                .view()
                .with(|view| view.as_ref().and_then(|view| view.value(field)))?;
            Some(Inherited {
                level: Level::User,
                value,
            })
        };
        let of_person = || (self.level() == Level::Project).then(below).flatten();
        match field {
            Field::Provider(operation) => self.inherited_provider(operation),
            Field::Model(operation, provider) => self.inherited_model(operation, provider, catalog),
            Field::Parameter(..) | Field::Fallback(_) => of_person(),
            Field::Endpoint(kind) => of_person().or_else(|| {
                let variable = kind.variable();
                let provided = personal
                    .variables
                    .with(|all| all.iter().any(|one| one == variable));
                provided.then(|| Inherited {
                    level: Level::Environment,
                    value: variable.to_owned(),
                })
            }),
            Field::PreferOwnKeys => None,
        }
    }

    /// Takes in what one of the person's projects says of its own now.
    pub fn hear_of(self, project: &ProjectId, changes: &[CurrentValue]) {
        self.reach.update(|projects| {
            let Some(project) = projects.iter_mut().find(|one| one.id == *project) else {
                return;
            };
            for change in changes {
                match (Field::parse(&change.field), &change.value) {
                    (Some(field), Some(value)) => drop(project.own.insert(field, value.clone())),
                    (Some(field), None) => drop(project.own.remove(&field)),
                    (None, _) => {}
                }
            }
        });
    }

    fn trace<T>(self, operation: Operation, ask: impl Fn(&Trace) -> Option<T>) -> Option<T> {
        self.glances.with(|glances| match glances.get(&operation)? {
            Ok(resolution) => ask(&resolution.trace),
            Err(error) => ask(error.trace.as_ref()?),
        })
    }
}
