//! The fields of a step, as the model takes them.

use super::{
    fields::{LongText, Offered, Problems, ShortText, Taken},
    pictures::Pictures,
};
use crate::{
    components::{ChoiceOption, Erase},
    stores::{Draft, stores, takes_first_frame},
};
use domain::{Operation, ProjectId, catalog::Model};
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
                    view! { <PictureParameters operation=operation model=model draft=draft/> }
                        .erase()
                }
                Operation::Tts => {
                    view! { <VoiceParameters model=model draft=draft problems=problems/> }.erase()
                }
                Operation::Music => {
                    view! { <MusicParameters model=model draft=draft problems=problems/> }.erase()
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

fn plain(list: &[String]) -> Vec<ChoiceOption> {
    list.iter()
        .map(|value| ChoiceOption::new(value.clone(), value.clone()))
        .collect()
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

#[component]
fn PictureParameters(
    operation: Operation,
    model: Memo<Option<Model>>,
    draft: RwSignal<Draft>,
) -> impl IntoView {
    view! {
        <Offered
            field="resolution"
            label="Resolution"
            draft=draft
            model=model
            options=|model| plain(&model.can.resolutions)
            get=|draft| &draft.resolution
            set=|draft, value| draft.resolution = value
        />
        <Offered
            field="aspect_ratio"
            label="Aspect ratio"
            draft=draft
            model=model
            options=|model| plain(&model.can.aspect_ratios)
            get=|draft| &draft.aspect_ratio
            set=|draft, value| draft.aspect_ratio = value
        />
        {(operation == Operation::Video)
            .then(|| {
                view! {
                    <Duration model=model draft=draft/>
                    <Offered
                        field="audio"
                        label="Sound"
                        draft=draft
                        model=model
                        options=|model| {
                            if model.can.audio {
                                vec![
                                    ChoiceOption::new("false", "off"),
                                    ChoiceOption::new("true", "on"),
                                ]
                            } else {
                                Vec::new()
                            }
                        }
                        get=|draft| &draft.audio
                        set=|draft, value| draft.audio = value
                    />
                }
            }).erase()}
    }
    .erase()
}

#[component]
fn VoiceParameters(
    model: Memo<Option<Model>>,
    draft: RwSignal<Draft>,
    problems: Problems,
) -> impl IntoView {
    view! {
        <Offered
            field="voice"
            label="Voice"
            draft=draft
            model=model
            options=|model| {
                model
                    .can
                    .voices
                    .iter()
                    .map(|voice| ChoiceOption::new(voice.id.clone(), voice.name.clone()))
                    .collect()
            }
            get=|draft| &draft.voice
            set=|draft, value| draft.voice = value
        />
        <Offered
            field="language"
            label="Language"
            draft=draft
            model=model
            options=|model| plain(&model.can.languages)
            get=|draft| &draft.language
            set=|draft, value| draft.language = value
        />
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
fn Duration(model: Memo<Option<Model>>, draft: RwSignal<Draft>) -> impl IntoView {
    view! {
        <Offered
            field="duration_seconds"
            label="Duration"
            draft=draft
            model=model
            options=|model| {
                let seconds = model.can.durations.iter();
                seconds.map(|s| ChoiceOption::new(s.to_string(), format!("{s} s"))).collect()
            }
            get=|draft| &draft.duration
            set=|draft, value| draft.duration = value
        />
    }
    .erase()
}

#[component]
fn MusicParameters(
    model: Memo<Option<Model>>,
    draft: RwSignal<Draft>,
    problems: Problems,
) -> impl IntoView {
    let alive = stores().session.alive;
    let sings = Memo::new(move |_| {
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
        <Duration model=model draft=draft/>
        <label class="check">
            <input
                type="checkbox"
                disabled=move || !alive.get()
                prop:checked=move || draft.with(|draft| draft.instrumental)
                on:change=move |event| {
                    draft.update(|draft| draft.instrumental = event_target_checked(&event));
                }
            />
            <span>"Instrumental"</span>
        </label>
        {move || {
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
        }}
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
