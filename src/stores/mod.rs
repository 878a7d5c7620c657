//! What the interface knows, kept at the root so that it outlives every page: who is signed in,
//! settings, keys, projects, generations. Auto-save runs here and nowhere else.

mod drafts;
mod flow;
mod follow;
mod generations;
mod keys;
mod level;
mod moving;
mod parameter;
mod projects;
mod shared;

pub use drafts::{Draft, Drafts, takes_first_frame};
pub use flow::{Confirming, Flow, Moment, Stage, Ways};
pub use generations::Generations;
pub use keys::Keys;
pub use level::{FieldState, LevelStore};
pub use moving::OldSettings;
pub use parameter::options;
pub use projects::Projects;
pub use shared::Shared;

use crate::{
    browser::{self, events::Listening},
    seed::Seed,
    shell::Theme,
    words::Summary,
};
use domain::{
    Operation, ProjectId, ProviderId,
    account::Me,
    catalog::{Catalog, Model},
    parameter::Parameter,
    settings::Field,
};
use leptos::prelude::*;
use std::sync::Arc;

/// Everything, as it is handed to the pages. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Stores {
    /// Who and how.
    pub session: Session,
    /// What is on offer to this person.
    pub catalog: StoredValue<Arc<Catalog>>,
    /// Counts the lists of models that were taken over from a provider.
    pub models_changed: RwSignal<u32>,
    learnt: StoredValue<Option<(Operation, ProviderId)>>,
    /// Whose newest list of models waits for consent.
    pub waiting: StoredValue<Vec<ProviderId>>,
    /// The person's settings.
    pub personal: LevelStore,
    /// The person's keys.
    pub keys: Keys,
    /// The person's projects.
    pub projects: Projects,
    /// What was generated.
    pub generations: Generations,
    /// The generation that is being asked for.
    pub flow: Flow,
    /// What a person is about to ask for.
    pub drafts: Drafts,
    /// What an earlier product left in the browser.
    pub old_settings: OldSettings,
    shared: Shared,
    listening: StoredValue<Option<Listening>>,
}

/// Who is signed in and how the page is shown.
#[derive(Clone, Copy)]
pub struct Session {
    /// Who is signed in.
    pub me: RwSignal<Option<Me>>,
    /// Whether the providers are simulated.
    pub sandbox: bool,
    /// The day on the server, `YYYY-MM-DD`.
    pub today: StoredValue<String>,
    /// How the colours are chosen.
    pub theme: RwSignal<Theme>,
    /// Whether the page is alive: fields take no typing before.
    pub alive: RwSignal<bool>,
    /// Whether there is a network.
    pub online: RwSignal<bool>,
}

impl Session {
    /// Whether whoever is signed in runs the instance.
    pub fn runs_instance(&self) -> bool {
        self.me
            .with(|me| me.as_ref().is_some_and(|me| me.user.is_admin))
    }
}

impl Stores {
    /// Makes the stores from what the page came with.
    #[must_use]
    pub fn new(seed: Seed, theme: Theme) -> Self {
        let session = Session {
            me: RwSignal::new(seed.me),
            sandbox: seed.sandbox,
            today: StoredValue::new(seed.today),
            theme: RwSignal::new(theme),
            alive: RwSignal::new(false),
            online: RwSignal::new(true),
        };
        let account = session.me.with_untracked(|me| {
            me.as_ref()
                .map(|me| me.user.id.0.clone())
                .unwrap_or_default()
        });
        let shared = Shared::new(account);
        let personal = LevelStore::new(None, seed.settings, shared);
        let keys = Keys::new(personal, shared);
        let generations = Generations::new();
        let projects = Projects::new(seed.projects, seed.project, generations, shared);
        Self {
            session,
            catalog: StoredValue::new(seed.catalog),
            models_changed: RwSignal::new(0),
            learnt: StoredValue::new(None),
            waiting: StoredValue::new(seed.waiting),
            personal,
            keys,
            projects,
            generations,
            flow: Flow::new(),
            drafts: Drafts::new(),
            shared,
            listening: StoredValue::new(None),
            old_settings: OldSettings::new(),
        }
    }

    /// What is on offer.
    #[must_use]
    pub fn catalog(self) -> Arc<Catalog> {
        self.catalog.get_value()
    }

    /// Takes over the models of a provider for an operation.
    pub fn learn_models(self, operation: Operation, provider: ProviderId, models: &[Model]) {
        self.catalog.update_value(|catalog| {
            let catalog = Arc::make_mut(catalog);
            catalog
                .models
                .retain(|model| model.operation != operation || model.provider != provider);
            catalog.models.extend_from_slice(models);
        });
        self.learnt.set_value(Some((operation, provider)));
        self.models_changed.update(|count| *count += 1);
    }

    /// Whether the last list that was taken over is this one; asked once.
    #[must_use]
    pub fn last_list(self, operation: Operation, provider: ProviderId) -> bool {
        let is_last = self.learnt.get_value() == Some((operation, provider));
        if is_last {
            self.learnt.set_value(None);
        }
        is_last
    }

    /// What a parameter is where a request leaves it open: the project's word, else the person's.
    #[must_use]
    pub fn default_parameter(
        self,
        project: Option<&ProjectId>,
        operation: Operation,
        parameter: Parameter,
    ) -> Option<String> {
        let field = Field::Parameter(operation, parameter);
        let said = |level: LevelStore| {
            level
                .view()
                .with(|view| view.as_ref().and_then(|view| view.value(field)))
        };
        project
            .and_then(|project| self.projects.opened(project))
            .and_then(|(_, level)| said(level))
            .or_else(|| said(self.personal))
    }

    /// The name of a model, or its id where it is not listed.
    #[must_use]
    pub fn model_name(self, operation: Operation, provider: ProviderId, model: &str) -> String {
        self.catalog.with_value(|catalog| {
            catalog
                .model(operation, provider, model)
                .map_or_else(|| model.to_owned(), |model| model.name.clone())
        })
    }

    /// Wires the stores to the life of the page: edits are flushed when it is left, failed ones are
    /// tried again when the network is back, generations are followed while somebody looks.
    pub fn live(self) {
        let me = self.session.me.get_untracked();
        if let Some(me) = &me {
            browser::post::made_for(me.user.id.0.clone());
        }
        // A save that was on its way when the last page was left may have overtaken nobody.
        if browser::page::take_leaving_note() {
            self.personal.reload();
            self.projects.reload();
        }
        browser::page::on_leaving(move || self.flush_before_leaving());
        browser::page::on_return(move || {
            self.generations.follow();
            self.keys.retry_offline();
            browser::task::spawn(self.send_waiting());
        });
        self.session.online.set(!browser::page::is_offline());
        browser::page::on_network(move |online| self.session.online.set(online));
        browser::page::ask_before_leaving(move || {
            self.flush_before_leaving();
            self.summary_untracked().is_risky()
        });
        self.flow.resume_when_configured(self);
        self.flow.ask_again_when_stored();
        self.old_settings.look(self);
        self.generations.follow();
        if me.is_some() {
            self.follow_others();
            self.take_up_waiting();
        }
    }

    /// Sends every edit that waits for its pause.
    pub fn flush(self) {
        self.personal.flush();
        self.keys.flush();
        self.projects.flush();
    }

    /// Sends what waits, and leaves a note for the next page that something is on its way.
    fn flush_before_leaving(self) {
        self.flush();
        if self.summary_untracked() == Summary::Saving {
            browser::page::leave_note();
        }
    }

    fn summary_untracked(self) -> Summary {
        self.personal
            .summary
            .get_untracked()
            .max(self.keys.summary.get_untracked())
            .max(self.projects.summary_untracked())
    }
}

/// The stores. Only below the application's root.
#[must_use]
pub fn stores() -> Stores {
    expect_context()
}
