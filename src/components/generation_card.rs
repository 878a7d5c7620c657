//! One generation: how far it is, what came out, what it cost, and what to do when it did not work.

use super::{ErrorNote, Logo, TraceView};
use crate::erase::{Erase, EraseAll, live, live_text, memo, on_click};
use crate::{
    stores::stores,
    words::{estimate_words, excerpt, result_sentence},
};
use domain::{
    GenerationId, Operation,
    generation::{Generation, Output, Status, Wanted},
};
use leptos::prelude::*;

/// A generation, followed until it is finished.
#[component]
pub fn GenerationCard(id: GenerationId) -> impl IntoView {
    let stores = stores();
    let generation = memo(move || stores.generations.get(&id));
    live(move || {
        generation
            .get()
            .map(|generation| view! { <Card generation=generation/> })
            .erase()
    })
}

#[component]
fn Card(generation: Generation) -> impl IntoView {
    let stores = stores();
    let provider = generation.resolution.provider;
    let model = stores.model_name(
        generation.operation(),
        provider,
        &generation.resolution.model,
    );
    let status = generation.status;
    let prompt = excerpt(generation.input.text());
    let cost = match (&generation.actual, status.is_final()) {
        (Some(actual), _) => format!("Cost: {}", estimate_words(actual)),
        (None, true) if status != Status::Succeeded => String::new(),
        (None, _) => format!("Estimate: {}", estimate_words(&generation.estimate)),
    };
    let trace = generation.resolution.trace.clone();
    let (operation, project) = (generation.operation(), generation.project_id.clone());
    view! {
        <article class="card generation" data-status=status.as_str()>
            <header>
                <Logo provider=provider/>
                <span class="who">{provider.label()} " · " {model}</span>
                <span class=status_class(status)>{status.words()}</span>
            </header>
            <Outcome generation=generation.clone()/>
            <p class="prompt">{prompt}</p>
            <footer>
                <span>{cost}</span>
                <span>{generation.resolution.payer.words()}</span>
                <details>
                    <summary>"How this was chosen"</summary>
                    <TraceView trace=trace operation=operation project=project/>
                </details>
            </footer>
        </article>
    }
    .erase()
}

const fn status_class(status: Status) -> &'static str {
    match status {
        Status::Succeeded => "badge good",
        Status::Failed => "badge bad",
        Status::Unknown => "badge warn",
        _ => "badge",
    }
}

#[component]
fn Outcome(generation: Generation) -> impl IntoView {
    let stores = stores();
    let (status, operation) = (generation.status, generation.operation());
    if !status.is_final() {
        let (id, started) = (generation.id, generation.created_at.0);
        let text = (operation == Operation::Llm).then(|| {
            let heard = stores.generations.text_of(&id);
            let looked_up = generation.text.clone().unwrap_or_default();
            move || {
                let heard = heard.get();
                if heard.len() > looked_up.len() {
                    heard
                } else {
                    looked_up.clone()
                }
            }
        });
        return view! {
            {text
                .map(|text| view! { <div class="prose live" aria-busy="true">{text}</div> })
                .erase()}
            <div class="progress">
                <progress aria-label=format!("Generating {}", operation.noun())></progress>
                <span class="hint">
                    {live_text(move || elapsed(stores.generations.now.get(), started))}
                </span>
                {(status != Status::Cancelling)
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="small"
                                on:click=on_click(move |_| stores.generations.cancel(id.clone()))
                            >
                                "Stop"
                            </button>
                        }
                    }).erase()}
            </div>
        }
        .erase();
    }
    let again = Wanted {
        project_id: generation.project_id.clone(),
        step: generation.step,
        provider: None,
        model: None,
        input: generation.input.clone(),
    };
    let retry = Callback::new(move |()| stores.flow.ask(again.clone()));
    let sentence = result_sentence(&generation);
    let id = generation.id.clone();
    let look_again = generation.may_look_again.then(|| {
        view! {
            <p class="actions">
                <button
                    type="button"
                    class="small"
                    on:click=on_click(move |_| stores.generations.look_again(id.clone()))
                >
                    "Look again"
                </button>
                <span class="hint">"Asks the provider how it ended. Nothing is sent a second time."</span>
            </p>
        }
    });
    let alt = excerpt(generation.input.text());
    view! {
        {match generation.error.clone() {
            Some(error) => {
                view! { <ErrorNote error=error operation=operation on_retry=retry/> }.erase()
            }
            None if sentence.is_empty() => ().into_any(),
            None => {
                view! {
                    <div class="note warn">
                        <p>{sentence}</p>
                        <div class="actions">
                            <button type="button" class="small" on:click=on_click(move |_| retry.run(()))>
                                "Try again"
                            </button>
                        </div>
                    </div>
                }
                .erase()
            }
        }}
        {look_again.erase()}
        {generation.text.map(|text| view! { <div class="prose">{text}</div> }).erase()}
        {generation
            .outputs
            .into_iter()
            .map(|output| view! { <Media output=output alt=alt.clone()/> })
            .erase_all()}
    }
    .erase()
}

#[component]
fn Media(output: Output, alt: String) -> impl IntoView {
    let Output {
        url,
        media_type,
        removed,
        ..
    } = output;
    if removed {
        return view! {
            <p class="hint">"The file was removed: this server keeps media for a while only."</p>
        }
        .erase();
    }
    // The whole picture is loaded only by whoever opens it.
    let shown = format!("{url}/thumbnail");
    match media_type.split('/').next() {
        Some("image") => view! {
            <a class="media" href=url rel="external" target="_blank">
                <img src=shown alt=alt loading="lazy"/>
            </a>
        }
        .erase(),
        Some("video") => view! {
            <video class="media" controls preload="metadata" src=url aria-label=alt></video>
        }
        .erase(),
        Some("audio") => {
            view! { <audio class="media" controls preload="metadata" src=url aria-label=alt></audio> }
                .erase()
        }
        _ => view! {
            <a class="button" href=url rel="external">
                "Download the result"
            </a>
        }
        .erase(),
    }
}

/// How long something has been going on; empty before the first look at the clock.
fn elapsed(now: i64, started: i64) -> String {
    let seconds = (now - started) / 1_000;
    match seconds {
        _ if now == 0 => String::new(),
        ..=0 => "just started".to_owned(),
        1..=59 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_said_once_it_is_known() {
        assert_eq!(elapsed(0, 5_000), "");
        assert_eq!(elapsed(4_000, 5_000), "just started");
        assert_eq!(elapsed(17_000, 5_000), "12 s");
        assert_eq!(elapsed(130_000, 5_000), "2 min 5 s");
    }
}
