//! Settings to a file and from a file. What a file would change is shown first, and is set as a
//! whole on what stood there then.

use super::Problem;
use crate::erase::{Erase, EraseAll, dynamic, live, on_click, on_input};
use crate::{
    browser::{file, form, task},
    server_fns::{FnError, settings::settings_import_preview},
    stores::{LevelStore, stores},
    words::{changes_words, field_words, value_words},
};
use domain::{
    ApiError, ErrorCode,
    settings::Change,
    transfer::{Difference, LARGEST},
};
use leptos::prelude::*;

/// The id of the file field.
const FIELD: &str = "import-settings";

/// How an import stands.
#[derive(Debug, Clone, PartialEq)]
enum State {
    Idle,
    Busy,
    Found(Vec<Difference>),
    Failed(FnError),
    Applied(usize),
}

/// An import of this page. Cheap to copy.
#[derive(Clone, Copy)]
struct Import {
    level: LevelStore,
    text: StoredValue<String>,
    state: RwSignal<State>,
}

impl Import {
    fn picked(self, read: Result<String, String>) {
        match read {
            // The page may be gone by now.
            Ok(text) => {
                if self.text.try_set_value(text).is_none() {
                    self.look();
                }
            }
            Err(sentence) => {
                let error = ApiError::new(ErrorCode::PayloadTooLarge, sentence);
                self.become_state(State::Failed(error.into()));
            }
        }
    }

    /// Asks what the file would change now.
    fn look(self) {
        self.become_state(State::Busy);
        let (project, text) = (self.level.project(), self.text.get_value());
        task::spawn(async move {
            self.become_state(match settings_import_preview(project, text).await {
                Ok(found) => State::Found(found),
                Err(error) => State::Failed(error),
            });
        });
    }

    /// Sets what can be set, all of it or nothing.
    fn apply(self, found: &[Difference]) {
        let changes: Vec<Change> = found
            .iter()
            .filter(|difference| difference.problem.is_none())
            .map(|difference| Change {
                field: difference.field,
                value: difference.to.clone(),
                base: Some(difference.base),
            })
            .collect();
        self.become_state(State::Busy);
        let (level, count) = (self.level, changes.len());
        task::spawn(async move {
            self.become_state(match level.set_all(changes).await {
                Ok(()) => State::Applied(count),
                Err(error) => State::Failed(error),
            });
        });
    }

    fn become_state(self, state: State) {
        let _ = self.state.try_set(state);
        form::focus_if_lost(FIELD);
    }
}

/// Export and import of one level.
#[component]
pub fn Transfer(level: LevelStore) -> impl IntoView {
    let alive = stores().session.alive;
    let import = Import {
        level,
        text: StoredValue::new(String::new()),
        state: RwSignal::new(State::Idle),
    };
    let of = match level.project() {
        Some(project) => format!("/projects/{project}"),
        None => String::new(),
    };
    view! {
        <section class="card operation" id="transfer">
            <h3>"Export and import"</h3>
            <p class="hint">
                "A file with the providers, models, endpoints and preferences that are set here. It never contains keys."
            </p>
            <div class="actions">
                <a class="button small" href=format!("/api/v1{of}/settings/export") download="">
                    "Export settings"
                </a>
            </div>
            <div class="field">
                <label for=FIELD>"Import settings"</label>
                <input
                    id=FIELD
                    type="file"
                    accept=".json,application/json"
                    aria-describedby="import-note"
                    disabled=dynamic(move || !alive.get() || !level.is_loaded())
                    on:change=on_input(move |event| {
                        file::read_text(&event, LARGEST, move |read| import.picked(read));
                    })
                />
                <p class="hint" id="import-note">
                    "You see what would change before anything does."
                </p>
            </div>
            <div aria-live="polite">{live(move || shown(import, import.state.get()))}</div>
        </section>
    }
    .erase()
}

fn shown(import: Import, state: State) -> AnyView {
    let says = |words: String| view! { <p class="hint">{words}</p> }.erase();
    match state {
        State::Idle => ().into_any(),
        State::Busy => says("One moment…".to_owned()),
        State::Applied(count) => says(format!("{} applied.", changes_words(count))),
        State::Found(found) if found.is_empty() => {
            says("Everything in this file is set already. Nothing would change.".to_owned())
        }
        State::Found(found) => preview(import, found),
        State::Failed(error) => {
            // A file that is wrong stays wrong; anything else may go better now.
            let again = error
                .api()
                .is_none_or(|error| error.code == ErrorCode::Conflict);
            view! {
                <Problem error=error/>
                {again
                    .then(|| {
                        view! {
                            <button type="button" class="small" on:click=on_click(move |_| import.look())>
                                "Preview again"
                            </button>
                        }
                    })
                    .erase()}
            }
            .erase()
        }
    }
}

fn preview(import: Import, found: Vec<Difference>) -> AnyView {
    let catalog = stores().catalog();
    let count = found
        .iter()
        .filter(|difference| difference.problem.is_none())
        .count();
    let rows = found
        .iter()
        .map(|difference| {
            let words =
                |value: &Option<String>| value_words(difference.field, value.as_deref(), &catalog);
            let problem = difference.problem.clone();
            view! {
                <tr>
                    <th scope="row">{field_words(difference.field)}</th>
                    <td class="wrap">{words(&difference.from)}</td>
                    <td class="wrap">
                        {words(&difference.to)}
                        {problem
                            .map(|problem| {
                                view! { <p class="hint bad">"Left out: " {problem}</p> }
                            })
                            .erase()}
                    </td>
                </tr>
            }
        })
        .erase_all();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-labelledby="import-heading">
            <table class="data">
                <caption id="import-heading">"What the import would change"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Setting"</th>
                        <th scope="col">"Now"</th>
                        <th scope="col">"After"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <div class="actions">
            {(count > 0)
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="primary small"
                            on:click=on_click(move |_| import.apply(&found))
                        >
                            {format!("Apply {}", changes_words(count))}
                        </button>
                    }
                })
                .erase()}
            <button
                type="button"
                class="small"
                on:click=on_click(move |_| import.become_state(State::Idle))
            >
                "Discard"
            </button>
        </div>
    }
    .erase()
}
