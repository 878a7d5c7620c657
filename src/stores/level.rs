//! The settings of one level, a person's or a project's: what is stored, what is being typed, and
//! the saves on their way. One machine per field; the pages only show and report edits.

mod inheritance;
mod sending;
mod undo;
mod whole;

use super::Shared;
use crate::{
    browser::{page, task, timer},
    seed::{Glances, LevelSeed},
    server_fns::{FnError, resolution::resolution_glances, settings::settings_open},
    words::{Summary, summarize},
};
use domain::{
    Map, ProjectId,
    autosave::{
        AfterFailure, Autosave, Command, DEBOUNCE_MILLIS, Event, SaveStatus, UndoStack, Waiting,
    },
    error::CurrentValue,
    reach::ProjectReach,
    resolution::Level,
    settings::{Field, SettingsView},
};
use leptos::prelude::*;

type Value = Option<String>;

/// One field as it is shown.
#[derive(Debug, Clone)]
pub struct FieldState {
    machine: Autosave<Value>,
    error: Option<FnError>,
}

impl FieldState {
    /// What the field shows; empty for "inherit".
    #[must_use]
    pub fn draft(&self) -> &str {
        self.machine.draft().as_deref().unwrap_or_default()
    }

    /// How its save stands.
    #[must_use]
    pub const fn status(&self) -> SaveStatus {
        self.machine.status()
    }

    /// What somebody else stored meanwhile, while a choice is open; empty for "inherit".
    #[must_use]
    pub fn theirs(&self) -> Option<&str> {
        self.machine
            .theirs()
            .map(|value| value.as_deref().unwrap_or_default())
    }

    /// The change that is on its way: what is stored, and what will be.
    #[must_use]
    pub fn change(&self) -> Option<(Value, Value)> {
        let (saved, draft) = (self.machine.saved(), self.machine.draft());
        (saved != draft).then(|| (saved.clone(), draft.clone()))
    }

    /// Why its last save did not work.
    #[must_use]
    pub const fn error(&self) -> Option<&FnError> {
        self.error.as_ref()
    }
}

/// The settings of one level. Cheap to copy; it must live at the root.
#[derive(Clone, Copy)]
pub struct LevelStore {
    project: StoredValue<Option<ProjectId>>,
    owner: StoredValue<Owner>,
    view: RwSignal<Option<SettingsView>>,
    fields: StoredValue<Map<Field, RwSignal<FieldState>>>,
    shared: Shared,
    undo: RwSignal<UndoStack<Field, Value>>,
    /// What each operation comes to with everything that is stored.
    pub glances: RwSignal<Glances>,
    /// The person's projects with what is set in them; empty for a project's own settings.
    pub reach: RwSignal<Vec<ProjectReach>>,
    /// The variables by which the server provides something; empty for a project's own settings.
    pub variables: RwSignal<Vec<String>>,
    /// The state of all saves of this level.
    pub summary: RwSignal<Summary>,
    /// Why the settings could not be loaded.
    pub problem: RwSignal<Option<FnError>>,
    /// Counts what was stored, so that others can follow.
    pub stored: RwSignal<u32>,
    asked: StoredValue<u32>,
}

impl LevelStore {
    /// A level with what the page came with, if it did. Must be called below the root's owner.
    #[must_use]
    pub fn new(project: Option<ProjectId>, seed: Option<LevelSeed>, shared: Shared) -> Self {
        let (view, seed) = match seed {
            Some(seed) => (Some(seed.view.clone()), seed),
            None => (None, LevelSeed::default()),
        };
        Self {
            project: StoredValue::new(project),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
            view: RwSignal::new(view),
            fields: StoredValue::new(Map::default()),
            shared,
            undo: RwSignal::new(UndoStack::default()),
            glances: RwSignal::new(seed.glances),
            reach: RwSignal::new(seed.projects),
            variables: RwSignal::new(seed.variables),
            summary: RwSignal::new(Summary::Idle),
            problem: RwSignal::new(None),
            stored: RwSignal::new(0),
            asked: StoredValue::new(0),
        }
    }

    /// Which level this is.
    #[must_use]
    pub fn level(self) -> Level {
        if self.project.with_value(Option::is_some) {
            Level::Project
        } else {
            Level::User
        }
    }

    /// The project whose settings these are; `None` for the person's own.
    #[must_use]
    pub fn project(self) -> Option<ProjectId> {
        self.project.get_value()
    }

    /// Whether the settings are there. Nothing can be edited before.
    #[must_use]
    pub fn is_loaded(self) -> bool {
        self.view.with(Option::is_some)
    }

    /// The same, without following it.
    #[must_use]
    pub fn is_loaded_untracked(self) -> bool {
        self.view.with_untracked(Option::is_some)
    }

    /// What is stored, where it is loaded.
    #[must_use]
    pub fn view(self) -> RwSignal<Option<SettingsView>> {
        self.view
    }

    /// Loads the settings where the page did not bring them.
    pub fn ensure_loaded(self) {
        if self.view.with_untracked(Option::is_none) {
            self.reload();
        }
    }

    /// Asks the server for the settings as they are now. What is shown stays where it does not
    /// answer.
    pub fn reload(self) {
        task::spawn(async move {
            if let Err(error) = self.load().await
                && !self.is_loaded_untracked()
            {
                self.problem.set(Some(error));
            }
        });
    }

    async fn load(self) -> Result<(), FnError> {
        let seed = settings_open(self.project.get_value()).await?;
        self.accept(seed);
        Ok(())
    }

    /// The level, once its settings are there.
    ///
    /// # Errors
    /// They could not be loaded.
    pub async fn loaded(self) -> Result<Self, FnError> {
        if !self.is_loaded_untracked() {
            self.load().await?;
        }
        Ok(self)
    }

    /// Takes up an edit that an earlier page could not send.
    pub fn restore(self, edit: &Waiting) {
        let value = edit.value.clone();
        let base = edit.base;
        self.on(edit.field, Event::Restored { value, base });
    }

    /// Takes in what the server holds now. A field that is being edited keeps its draft.
    pub fn accept(self, seed: LevelSeed) {
        self.problem.set(None);
        for field in self.known() {
            let version = seed.view.versions.get(&field).copied().unwrap_or(0);
            let value = seed.view.value(field);
            self.on(field, Event::Remote { value, version });
        }
        self.view.set(Some(seed.view));
        self.glances.set(seed.glances);
        self.reach.set(seed.projects);
        self.variables.set(seed.variables);
    }

    /// Takes in what another tab or device has stored. A field that is being edited keeps its draft.
    pub fn hear(self, changes: &[CurrentValue]) {
        if self.view.with_untracked(Option::is_none) {
            return;
        }
        let newer: Vec<&CurrentValue> = changes
            .iter()
            .filter(|change| {
                Field::parse(&change.field)
                    .is_some_and(|field| change.version > self.version(field))
            })
            .collect();
        if newer.is_empty() {
            return;
        }
        for change in &newer {
            if let Some(field) = Field::parse(&change.field) {
                let (value, version) = (change.value.clone(), change.version);
                // A field that nobody has looked at yet has no machine and takes the view's value.
                if self.known().contains(&field) {
                    self.on(field, Event::Remote { value, version });
                }
            }
        }
        self.apply(newer.into_iter());
        self.stored.update(|count| *count += 1);
        self.refresh();
    }

    /// Puts stored values into the view.
    fn apply<'a>(self, values: impl Iterator<Item = &'a CurrentValue>) {
        self.view.update(|view| {
            if let Some(view) = view {
                values.for_each(|value| view.apply(value));
            }
        });
    }

    /// The version of a field, as far as it is known here.
    fn version(self, field: Field) -> i64 {
        self.view.with_untracked(|view| {
            let versions = view.as_ref().map(|view| &view.versions);
            versions
                .and_then(|versions| versions.get(&field).copied())
                .unwrap_or(0)
        })
    }

    fn known(self) -> Vec<Field> {
        self.fields
            .try_with_value(|fields| fields.iter().map(|(field, _)| *field).collect())
            .unwrap_or_default()
    }

    /// One field.
    #[must_use]
    pub fn field(self, field: Field) -> RwSignal<FieldState> {
        if let Some(known) = self.fields.with_value(|fields| fields.get(&field).copied()) {
            return known;
        }
        let (value, version) = self.view.with_untracked(|view| {
            view.as_ref().map_or((None, 0), |view| {
                let version = view.versions.get(&field).copied().unwrap_or(0);
                (view.value(field), version)
            })
        });
        let after_failure = match field {
            Field::Endpoint(_) => AfterFailure::KeepDraft,
            _ => AfterFailure::ShowSaved,
        };
        let state = FieldState {
            machine: Autosave::loaded(value.clone(), value, version, after_failure),
            error: None,
        };
        let signal = self.owner.get_value().with(|| RwSignal::new(state));
        self.fields.update_value(|fields| {
            fields.insert(field, signal);
        });
        signal
    }

    /// The person changed a field; empty means "inherit". What was not loaded is never saved.
    pub fn edit(self, field: Field, value: &str) {
        if self.view.with_untracked(Option::is_none) {
            return;
        }
        let value = value.trim();
        self.on(
            field,
            Event::Edited((!value.is_empty()).then(|| value.to_owned())),
        );
    }

    /// Sends what waits for its pause.
    pub fn flush(self) {
        self.each(|level, field| level.on(field, Event::Flush));
    }

    /// Tries again what was not stored.
    pub fn retry(self) {
        self.each(|level, field| level.on(field, Event::Retry));
    }

    /// Sends an edit that waits for the network, and comes back when it is answered.
    pub async fn resend(self, field: Field) {
        for sending in self.step(field, Event::Retry) {
            sending.await;
        }
    }

    fn each(self, call: impl Fn(Self, Field)) {
        for field in self.known() {
            call(self, field);
        }
    }

    /// Takes in what happened to a field and does what its machine says.
    pub fn on(self, field: Field, event: Event<Value>) {
        for sending in self.step(field, event) {
            task::spawn(sending);
        }
    }

    /// Takes in what happened; what is to be sent now is left to the caller.
    fn step(self, field: Field, event: Event<Value>) -> Vec<impl Future<Output = ()> + use<>> {
        let signal = self.field(field);
        let commands = signal.try_update(|state| {
            if matches!(event, Event::Edited(_) | Event::Acknowledged { .. }) {
                state.error = None;
            }
            state.machine.on(event)
        });
        let mut sending = Vec::new();
        for command in commands.unwrap_or_default() {
            match command {
                Command::StartTimer(number) => timer::after(DEBOUNCE_MILLIS, move || {
                    self.on(field, Event::Elapsed(number));
                }),
                Command::Send { save, value, base } => {
                    sending.push(self.send(field, save, value, base));
                }
                // The page shows the machine's draft.
                Command::Show(_) => {}
            }
        }
        self.keep_waiting(field);
        self.sum_up();
        sending
    }

    /// Keeps an edit that waits for the network beyond this page, for as long as it waits. Without a
    /// network it does so from the first moment on: the page may be closed before its pause is over.
    fn keep_waiting(self, field: Field) {
        let Some((status, value, base)) = self.field(field).try_with_untracked(|state| {
            let machine = &state.machine;
            (machine.status(), machine.draft().clone(), machine.version())
        }) else {
            return;
        };
        let project = self.project.get_value();
        let waits = match status {
            SaveStatus::Pending | SaveStatus::Saving => page::is_offline(),
            status => status == SaveStatus::Waiting,
        };
        match status {
            _ if waits => self.shared.keep(Waiting {
                project,
                field,
                value,
                base,
            }),
            SaveStatus::Idle | SaveStatus::Saved => self.shared.done(project.as_ref(), field),
            // Undecided: an edit of an earlier page stays until it is stored or given up.
            _ => {}
        }
    }

    fn sum_up(self) {
        let signals: Vec<RwSignal<FieldState>> = self
            .fields
            .try_with_value(|fields| fields.iter().map(|(_, state)| *state).collect())
            .unwrap_or_default();
        let summary = summarize(
            signals
                .into_iter()
                .filter_map(|signal| signal.try_with_untracked(FieldState::status)),
        );
        if self.summary.try_get_untracked() != Some(summary) {
            self.summary.set(summary);
        }
    }

    /// Asks again what each operation comes to. Of several answers the newest question's counts.
    pub fn refresh(self) {
        self.asked.update_value(|asked| *asked += 1);
        let number = self.asked.get_value();
        let project = self.project.get_value();
        task::spawn(async move {
            if let Ok(answer) = resolution_glances(project).await
                && self.asked.get_value() == number
            {
                self.glances.set(answer);
            }
        });
    }
}
