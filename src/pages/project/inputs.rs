//! The fields of a step, as the model takes them.

use super::{
    fields::{LongText, Offered, Problems, ShortText, Taken},
    pictures::Pictures,
};
use crate::erase::{Erase, EraseAll, dynamic, live, memo, on_input};
use crate::stores::{Draft, stores, takes_first_frame};
use domain::{Operation, ProjectId, catalog::Model, parameter::Parameter};
use leptos::prelude::*;

/// All fields of an operation.
#[component]
pub fn Inputs(
    project: ProjectId,
    operation: Operation,
    model: Memo<Option<Model>>,
    draft: RwSignal<Draft>,
    problems: Problems,
) -> impl IntoView {
    let of_settings = {
        let (stores, project) = (stores(), project.clone());
        move |parameter| stores.default_parameter(Some(&project), operation, parameter)
    };
    let default = Callback::new(of_settings);
    let (field, label, rows) = match operation {
        Operation::Llm => ("prompt", "Prompt", "6"),
        Operation::Tts => ("text", "Text", "5"),
        _ => ("prompt", "Prompt", "4"),
    };
    view! {
        <LongText
            field=field
            label=label
            rows=rows
            draft=draft
            problems=problems
            get=|draft| &draft.prompt
            set=|draft, value| draft.prompt = value
        />
        <div class="parameters">
            {match operation {
                Operation::Llm => {
                    view! { <TextParameters draft=draft problems=problems/> }.erase()
                }
                Operation::Image | Operation::Video => {
                    view! { <PictureParameters operation=operation model=model draft=draft default=default/> }
                        .erase()
                }
                Operation::Tts => {
                    view! { <VoiceParameters model=model draft=draft problems=problems default=default/> }.erase()
                }
                Operation::Music => {
                    view! { <MusicParameters model=model draft=draft problems=problems default=default/> }.erase()
                }
            }}
            <Taken
                model=model
                takes=|can| can.seed
                field="seed"
                label="Seed (optional)"
                kind="number"
                draft=draft
                problems=problems
                get=|draft| &draft.seed
                set=|draft, value| draft.seed = value
            />
        </div>
        {matches!(operation, Operation::Image | Operation::Video)
            .then(|| {
                view! {
                    <Pictures
                        project=project
                        operation=operation
                        model=model
                        draft=draft
                        problems=problems
                    />
                }
            }).erase()}
    }
    .erase()
}

#[component]
fn TextParameters(draft: RwSignal<Draft>, problems: Problems) -> impl IntoView {
    view! {
        <ShortText
            field="system"
            label="Role (optional)"
            draft=draft
            problems=problems
            get=|draft| &draft.system
            set=|draft, value| draft.system = value
        />
        <ShortText
            field="max_output_tokens"
            label="Longest answer (tokens)"
            kind="number"
            draft=draft
            problems=problems
            get=|draft| &draft.max_tokens
            set=|draft, value| draft.max_tokens = value
        />
    }
    .erase()
}

/// Every select that the model offers for an operation.
#[component]
fn PictureParameters(
    operation: Operation,
    model: Memo<Option<Model>>,
    draft: RwSignal<Draft>,
    default: Callback<Parameter, Option<String>>,
) -> impl IntoView {
    Parameter::asked(operation)
        .iter()
        .map(|parameter| view! { <Offered parameter=*parameter draft=draft model=model default=default/> })
        .erase_all()
}

#[component]
fn VoiceParameters(
    model: Memo<Option<Model>>,
    draft: RwSignal<Draft>,
    problems: Problems,
    default: Callback<Parameter, Option<String>>,
) -> impl IntoView {
    view! {
        <Offered parameter=Parameter::Voice draft=draft model=model default=default/>
        <Offered parameter=Parameter::Language draft=draft model=model default=default/>
        <Taken
            model=model
            takes=|can| can.style
            field="style"
            label="How to say it (optional)"
            draft=draft
            problems=problems
            get=|draft| &draft.style
            set=|draft, value| draft.style = value
        />
    }
    .erase()
}

#[component]
fn MusicParameters(
    model: Memo<Option<Model>>,
    draft: RwSignal<Draft>,
    problems: Problems,
    default: Callback<Parameter, Option<String>>,
) -> impl IntoView {
    let alive = stores().session.alive;
    let sings = memo(move || {
        let takes = model.with(|model| model.as_ref().is_some_and(|model| model.can.lyrics));
        takes && !draft.with(|draft| draft.instrumental)
    });
    view! {
        <Taken
            model=model
            takes=|can| can.title
            field="title"
            label="Title (optional)"
            draft=draft
            problems=problems
            get=|draft| &draft.title
            set=|draft, value| draft.title = value
        />
        <Taken
            model=model
            takes=|can| can.style
            field="style"
            label="Style (optional)"
            draft=draft
            problems=problems
            get=|draft| &draft.style
            set=|draft, value| draft.style = value
        />
        <Offered parameter=Parameter::DurationSeconds draft=draft model=model default=default/>
        <label class="check">
            <input
                type="checkbox"
                disabled=dynamic(move || !alive.get())
                prop:checked=dynamic(move || draft.with(|draft| draft.instrumental))
                on:change=on_input(move |event| {
                    draft.update(|draft| draft.instrumental = event_target_checked(&event));
                })
            />
            <span>"Instrumental"</span>
        </label>
        {live(move || {
            sings
                .get()
                .then(|| {
                    view! {
                        <LongText
                            field="lyrics"
                            label="Lyrics (optional)"
                            rows="3"
                            draft=draft
                            problems=problems
                            get=|draft| &draft.lyrics
                            set=|draft, value| draft.lyrics = value
                        />
                    }
                }).erase()
        })}
    }
    .erase()
}

/// How many pictures a model takes for an operation, and what they are called.
#[must_use]
pub fn picture_limit(operation: Operation, model: Option<&Model>) -> (u32, &'static str) {
    let Some(model) = model else {
        return (0, "");
    };
    match operation {
        Operation::Image => (model.can.reference_images, "Reference images"),
        Operation::Video if takes_first_frame(&model.can) => (1, "First frame"),
        _ => (0, ""),
    }
}
