//! What a generation would be, before anything is sent: who, with what, for how much, paid by whom,
//! and why. One confirmation makes one generation.

use super::{
    Dialog, Logo, Problem, TraceView,
    erase::{Erase, EraseAll},
};
use crate::{
    stores::{Moment, stores},
    words::{estimate_lines, estimate_words},
};
use domain::{
    generation::{Preview, Wanted},
    input::GenerationInput,
};
use leptos::prelude::*;

/// The dialog. It is part of every page and shows nothing until a generation is asked for.
#[component]
pub fn ConfirmDialog() -> impl IntoView {
    let stores = stores();
    let flow = stores.flow;
    let asked = Memo::new(move |_| {
        flow.moment.with(|moment| match moment {
            Moment::Confirming {
                wanted, preview, ..
            } => Some((wanted.clone(), preview.clone())),
            _ => None,
        })
    });
    let state = Memo::new(move |_| {
        flow.moment.with(|moment| match moment {
            Moment::Confirming { sending, error, .. } => (*sending, error.clone()),
            _ => (false, None),
        })
    });
    let open = Memo::new(move |_| asked.with(Option::is_some));
    let title = Memo::new(move |_| {
        asked.with(|asked| {
            asked.as_ref().map_or_else(String::new, |(wanted, _)| {
                format!("Generate {}", wanted.input.operation().noun())
            })
        })
    });
    view! {
        <Dialog id="confirm" title=title open=open on_close=move || flow.cancel()>
            {move || {
                asked.get().map(|(wanted, preview)| view! { <Rows wanted=wanted preview=*preview/> }).erase()
            }}
            <div class="dialog-state" aria-live="polite">
                {move || match state.get() {
                    (true, _) => view! { <p class="hint">"Sending…"</p> }.erase(),
                    (false, Some(error)) => view! { <Problem error=error/> }.erase(),
                    (false, None) => {
                        view! { <p class="hint">"Nothing has been sent yet."</p> }.erase()
                    }
                }}
            </div>
            <div class="dialog-foot">
                <button type="button" on:click=move |_| flow.cancel() disabled=move || state.get().0>
                    "Cancel"
                </button>
                <button
                    type="button"
                    class="primary"
                    autofocus
                    disabled=move || state.get().0
                    on:click=move |_| flow.confirm(stores)
                >
                    "Generate"
                </button>
            </div>
        </Dialog>
    }
    .erase()
}

#[component]
fn Rows(wanted: Wanted, preview: Preview) -> impl IntoView {
    let stores = stores();
    let Preview {
        resolution,
        estimate,
    } = preview;
    let provider = resolution.provider;
    let model = stores.model_name(resolution.operation, provider, &resolution.model);
    let listed = (model != resolution.model).then(|| resolution.model.clone());
    let lines = estimate_lines(&estimate);
    view! {
        <table class="rows">
            <tbody>
                <tr>
                    <th scope="row">"Provider"</th>
                    <td class="with-logo">
                        <Logo provider=provider/>
                        {provider.label()}
                    </td>
                </tr>
                <tr>
                    <th scope="row">"Model"</th>
                    <td>{model} {listed.map(|id| view! { <code class="quiet">{id}</code> }).erase()}</td>
                </tr>
                <tr>
                    <th scope="row">"Estimated cost"</th>
                    <td>
                        <strong>{estimate_words(&estimate)}</strong>
                        {lines
                            .into_iter()
                            .map(|line| view! { <span class="hint">{line}</span> })
                            .erase_all()}
                    </td>
                </tr>
                <tr>
                    <th scope="row">"Paid by"</th>
                    <td>{resolution.payer.words()}</td>
                </tr>
                {parameters(&wanted.input)
                    .into_iter()
                    .map(|(name, value)| {
                        view! {
                            <tr class="parameter">
                                <th scope="row">{name}</th>
                                <td>{value}</td>
                            </tr>
                        }
                    })
                    .erase_all()}
                <tr>
                    <td colspan="2">
                        <details>
                            <summary>"Why this provider?"</summary>
                            <TraceView trace=resolution.trace/>
                        </details>
                    </td>
                </tr>
            </tbody>
        </table>
    }
    .erase()
}

/// The parameters of a request in words, without those that were left to the model.
#[must_use]
pub fn parameters(input: &GenerationInput) -> Vec<(&'static str, String)> {
    let mut rows: Vec<(&'static str, Option<String>)> = Vec::new();
    match input {
        GenerationInput::Llm(llm) => {
            rows.push(("Prompt", Some(excerpt(&llm.prompt))));
            rows.push(("Role", llm.system.as_deref().map(excerpt)));
            rows.push((
                "Longest answer",
                llm.max_output_tokens.map(|most| format!("{most} tokens")),
            ));
        }
        GenerationInput::Image(image) => {
            rows.push(("Prompt", Some(excerpt(&image.prompt))));
            rows.push(("Resolution", image.resolution.clone()));
            rows.push(("Aspect ratio", image.aspect_ratio.clone()));
            let count = image.reference_images.len();
            rows.push(("Reference images", (count > 0).then(|| count.to_string())));
        }
        GenerationInput::Video(video) => {
            rows.push(("Prompt", Some(excerpt(&video.prompt))));
            rows.push((
                "First frame",
                video.image.as_ref().map(|_| "chosen".to_owned()),
            ));
            rows.push(("Duration", video.duration_seconds.map(|s| format!("{s} s"))));
            rows.push(("Resolution", video.resolution.clone()));
            rows.push(("Aspect ratio", video.aspect_ratio.clone()));
            rows.push((
                "Sound",
                video
                    .audio
                    .map(|on| if on { "on" } else { "off" }.to_owned()),
            ));
        }
        GenerationInput::Tts(tts) => {
            rows.push(("Text", Some(excerpt(&tts.text))));
            rows.push(("Characters", Some(tts.text.chars().count().to_string())));
            rows.push(("Voice", tts.voice.clone()));
            rows.push(("Language", tts.language.clone()));
            rows.push(("Style", tts.style.as_deref().map(excerpt)));
        }
        GenerationInput::Music(music) => {
            rows.push(("Prompt", Some(excerpt(&music.prompt))));
            rows.push(("Title", music.title.clone()));
            rows.push(("Style", music.style.as_deref().map(excerpt)));
            rows.push(("Lyrics", music.lyrics.as_deref().map(excerpt)));
            rows.push((
                "Singing",
                music
                    .instrumental
                    .map(|without| if without { "instrumental" } else { "sung" }.to_owned()),
            ));
        }
    }
    rows.into_iter()
        .filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)))
        .collect()
}

/// The beginning of a text.
#[must_use]
pub fn excerpt(text: &str) -> String {
    const SHOWN: usize = 140;
    let text = text.trim();
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    let mut shown: String = text.chars().take(SHOWN).collect();
    shown.push('…');
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::input::{ImageInput, VideoInput};

    #[test]
    fn parameters_that_were_left_out_are_not_listed() {
        let input = GenerationInput::Image(ImageInput {
            prompt: " A fox ".into(),
            resolution: Some("2K".into()),
            ..ImageInput::default()
        });
        assert_eq!(
            parameters(&input),
            [
                ("Prompt", "A fox".to_owned()),
                ("Resolution", "2K".to_owned())
            ]
        );
    }

    #[test]
    fn a_data_url_is_never_printed() {
        let input = GenerationInput::Video(VideoInput {
            image: Some("data:image/png;base64,AAAA".into()),
            ..VideoInput::default()
        });
        assert_eq!(parameters(&input), [("First frame", "chosen".to_owned())]);
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let shown = excerpt(&"é".repeat(300));
        assert_eq!(shown.chars().count(), 141);
    }
}
