//! What a field was before, and putting that back. Nothing is asked for before somebody looks.

use super::Problem;
use crate::erase::{Erase, EraseAll, effect, live, live_text, memo, on_click, on_input};
use crate::{
    browser::{form, task},
    server_fns::{
        FnError,
        history::{Line, key_history, settings_history},
    },
    stores::{LevelStore, stores},
    words::{changes_words, field_words, key_name},
};
use domain::{ProviderId, autosave::Event, settings::Field};
use leptos::prelude::*;

/// Where the lines are put once they are there.
pub type Lines = RwSignal<Option<Result<Vec<Line>, FnError>>>;

/// The history of one field of the settings. A value that is put back is an edit like any other.
#[component]
pub fn FieldHistory(level: LevelStore, field: Field) -> impl IntoView {
    let load = Callback::new(move |lines: Lines| {
        level.stored.track();
        let project = level.project();
        task::spawn(async move {
            let found = settings_history(project, field).await;
            let _ = lines.try_set(Some(found));
        });
    });
    let restore = Callback::new(move |value: String| {
        level.edit(field, &value);
        level.on(field, Event::Flush);
    });
    view! { <History of=field_words(field) load=load on_restore=Some(restore)/> }.erase()
}

/// The history of a key: what was done to it, and when.
#[component]
pub fn KeyHistory(provider: ProviderId) -> impl IntoView {
    let state = stores().keys.slot(provider);
    let stored = memo(move || {
        state.with(|state| {
            let view = state.view.as_ref()?;
            Some((view.configured, view.updated_at))
        })
    });
    let load = Callback::new(move |lines: Lines| {
        // Again after every change.
        stored.get();
        task::spawn(async move {
            let _ = lines.try_set(Some(key_history(provider).await));
        });
    });
    view! { <History of=key_name(provider) load=load on_restore=None/> }.erase()
}

/// A history that is shown when it is opened: `load` puts the lines there, and again whenever a
/// signal changes that it reads.
#[component]
pub fn History(
    /// Of what, for screen readers.
    of: String,
    load: Callback<Lines>,
    on_restore: Option<Callback<String>>,
) -> impl IntoView {
    let lines = Lines::new(None);
    let open = RwSignal::new(false);
    effect(move || {
        if open.get() {
            load.run(lines);
        }
    });
    let name = format!("History of {of}");
    let id = name.replace(' ', "-").to_ascii_lowercase();
    view! {
        <details class="history" on:toggle=on_input(move |event| open.set(form::is_open(&event)))>
            <summary id=id.clone() aria-label=name>
                "History"
            </summary>
            // The lines may be many: only how many there are is read out.
            <p class="hint" aria-live="polite">
                {live_text(move || lines.with(|lines| state_words(lines.as_ref())))}
            </p>
            {live(move || match lines.get() {
                Some(Err(error)) if open.get() => {
                    let id = id.clone();
                    let retry = move |_| {
                        form::focus_id(&id);
                        open.set(true);
                    };
                    view! {
                        <Problem error=error/>
                        <button type="button" class="small" on:click=retry>
                            "Retry"
                        </button>
                    }
                    .erase()
                }
                Some(Ok(found)) if open.get() => shown(found, id.clone(), on_restore),
                _ => ().into_any(),
            })}
        </details>
    }
    .erase()
}

fn state_words(lines: Option<&Result<Vec<Line>, FnError>>) -> String {
    match lines {
        None => "One moment…".to_owned(),
        Some(Err(_)) => String::new(),
        Some(Ok(lines)) if lines.is_empty() => "Never changed.".to_owned(),
        Some(Ok(lines)) => format!("{}.", changes_words(lines.len())),
    }
}

fn shown(lines: Vec<Line>, id: String, on_restore: Option<Callback<String>>) -> AnyView {
    let entry = move |line: Line| {
        let id = id.clone();
        let button = line.value.zip(on_restore).map(|(value, restore)| {
            view! {
                <button
                    type="button"
                    class="small"
                    aria-label=format!("Restore {}", line.name)
                    on:click=on_click(move |_| {
                        form::focus_id(&id);
                        restore.run(value.clone());
                    })
                >
                    "Restore"
                </button>
            }
        });
        view! {
            <li>
                <span>{format!("{} · {} · {}", line.when, line.who, line.what)}</span>
                {button.erase()}
            </li>
        }
    };
    view! { <ol>{lines.into_iter().map(entry).erase_all()}</ol> }.erase()
}
