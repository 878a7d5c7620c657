//! Where the list of models comes from: the catalogue or the provider itself, how old it is, what it
//! changed, and asking for it again.

use super::Problem;
use crate::erase::{Erase, EraseAll, dynamic, effect, live, on_click, on_input};
use crate::{
    browser::{form, task},
    server_fns::{
        FnError,
        models::{ListAct, ModelNews, model_list},
    },
    stores::stores,
};
use domain::{Operation, ProviderId};
use leptos::prelude::*;

type Answer = Option<Result<ModelNews, FnError>>;

/// What is known about the list, loaded when somebody looks.
#[component]
pub fn ListNote(operation: Operation, provider: ProviderId) -> impl IntoView {
    let stores = stores();
    let answer = RwSignal::new(Answer::None);
    let busy = RwSignal::new(false);
    let ask = Callback::new(move |act: ListAct| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        task::spawn(async move {
            let news = model_list(operation, provider, act).await;
            if let (Ok(news), true) = (&news, act != ListAct::Look) {
                stores.waiting.update_value(|waiting| {
                    waiting.retain(|other| *other != provider);
                    if news.pending {
                        waiting.push(provider);
                    }
                });
                stores.learn_models(operation, provider, &news.models);
            }
            let _ = answer.try_set(Some(news));
            let _ = busy.try_set(false);
        });
    });
    // Right after a list was taken over this is shown anew, and says what it did.
    let told = stores.last_list(operation, provider);
    let waits = stores
        .waiting
        .with_value(|waiting| waiting.contains(&provider));
    let id = format!("{operation}-list");
    if told {
        form::focus_soon(id.clone());
    }
    effect(move || {
        if told || waits {
            ask.run(ListAct::Look);
        }
    });
    view! {
        <details
            class="other-model"
            open=told || waits
            on:toggle=on_input(move |_| {
                if !answer.with_untracked(|answer| matches!(answer, Some(Ok(_)))) {
                    ask.run(ListAct::Look);
                }
            })
        >
            <summary id=id>"About this list of models"</summary>
            <div class="list-note" aria-live="polite">
                {live(move || match answer.get() {
                    None => view! { <p class="hint">"One moment…"</p> }.erase(),
                    Some(Err(error)) => view! { <Problem error=error/> }.erase(),
                    Some(Ok(news)) => {
                        view! { <News news=news provider=provider busy=busy ask=ask/> }.erase()
                    }
                })}
            </div>
        </details>
    }
    .erase()
}

#[component]
fn News(
    news: ModelNews,
    provider: ProviderId,
    busy: RwSignal<bool>,
    ask: Callback<ListAct>,
) -> impl IntoView {
    let ModelNews {
        source,
        problem,
        changes,
        pending,
        refreshable,
        ..
    } = news;
    let acts: Vec<(String, ListAct)> = match (pending, refreshable) {
        (true, _) => vec![
            ("Use the new list".to_owned(), ListAct::Apply),
            ("Keep the old one".to_owned(), ListAct::Discard),
        ],
        (false, true) => vec![(
            format!("Fetch the newest list of {}", provider.label()),
            ListAct::Refresh,
        )],
        (false, false) => Vec::new(),
    };
    let lead = if pending {
        "The provider's newest list changes models that you use. Nothing changes before you agree:"
    } else {
        "The newest list changed this:"
    };
    view! {
        <p class="hint">{source}</p>
        {problem.map(|problem| view! { <p class="hint bad">{problem}</p> }).erase()}
        {(!changes.is_empty())
            .then(|| {
                view! {
                    <p class=if pending { "hint warn" } else { "hint" }>{lead}</p>
                    <ul class="changes">
                        {changes.into_iter().map(|line| view! { <li>{line}</li> }).erase_all()}
                    </ul>
                }
            })
            .erase()}
        <div class="actions">
            {acts
                .into_iter()
                .map(|(name, act)| {
                    view! {
                        <button
                            type="button"
                            class="small"
                            disabled=dynamic(move || busy.get())
                            on:click=on_click(move |_| ask.run(act))
                        >
                            {name}
                        </button>
                    }
                })
                .erase_all()}
        </div>
    }
    .erase()
}
