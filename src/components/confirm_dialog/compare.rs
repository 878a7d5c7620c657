//! The same job at every provider and model: what it would cost, who would pay, how long it usually
//! takes, and whether it could be used now.

use super::super::{Logo, Problem};
use crate::erase::{Erase, EraseAll, dynamic, live, memo, on_click, on_input};
use crate::{
    browser,
    stores::{LevelStore, Ways, stores},
    words::{estimate_words, typical_words, why_not},
};
use domain::{generation::Compared, resolution::Payer};
use leptos::prelude::*;

/// How many ways are shown at first.
const FIRST: usize = 8;

/// The comparison, folded away until somebody looks.
#[component]
pub fn Comparison() -> impl IntoView {
    let flow = stores().flow;
    let all = RwSignal::new(false);
    let standing = move || flow.ways.with(standing_words);
    view! {
        <details on:toggle=on_input(move |_| flow.compare())>
            <summary>"Compare providers"</summary>
            <p class="hint" aria-live="polite">
                {standing}
            </p>
            {live(move || {
                flow.ways
                    .with(|ways| match &ways.found {
                        None => ().into_any(),
                        Some(Err(error)) => view! { <Problem error=error.clone()/> }.erase(),
                        Some(Ok(found)) => {
                            let found = chosen_first(found.clone());
                            let count = if all.get() { found.len() } else { FIRST.min(found.len()) };
                            let more = (count < found.len()).then_some(found.len());
                            view! {
                                <Table ways=found[..count].to_vec()/>
                                {more.map(|count| view! { <ShowAll count=count all=all/> }).erase()}
                            }
                            .erase()
                        }
                    })
            })}
        </details>
    }
    .erase()
}

/// The ways with the one that is chosen before all others.
fn chosen_first(mut ways: Vec<Compared>) -> Vec<Compared> {
    let chosen = untrack(|| {
        stores().flow.confirming(|open| {
            let resolution = &open.preview.resolution;
            ways.iter().position(|way| {
                way.provider == resolution.provider && way.model == resolution.model
            })
        })
    });
    if let Some(Some(place)) = chosen {
        ways[..=place].rotate_right(1);
    }
    ways
}

/// How the comparison stands, for those who do not see the table.
fn standing_words(ways: &Ways) -> String {
    match &ways.found {
        _ if ways.busy => "Comparing…".to_owned(),
        Some(Ok(found)) => {
            let usable = found.iter().filter(|way| way.usable).count();
            format!("{} ways, {usable} of them can be used now.", found.len())
        }
        _ => String::new(),
    }
}

#[component]
fn ShowAll(count: usize, all: RwSignal<bool>) -> impl IntoView {
    let show = move |_| {
        all.set(true);
        browser::form::focus_if_lost("confirm-ways");
    };
    view! {
        <button type="button" class="small" on:click=show>
            {format!("Show all {count}")}
        </button>
    }
    .erase()
}

#[component]
fn Table(ways: Vec<Compared>) -> impl IntoView {
    let stores = stores();
    let project = untrack(|| {
        stores
            .flow
            .confirming(|open| open.wanted.project_id.clone())
    });
    let level = project
        .flatten()
        .and_then(|project| stores.projects.opened_untracked(&project))
        .map(|(_, level)| level);
    view! {
        <div
            class="scroll"
            id="confirm-ways"
            tabindex="0"
            role="region"
            aria-label="Providers compared"
        >
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Provider and model"</th>
                        <th scope="col">"Price"</th>
                        <th scope="col">"Paid by"</th>
                        <th scope="col">"Usually takes"</th>
                        <th scope="col">"Use it"</th>
                    </tr>
                </thead>
                <tbody>
                    {ways
                        .into_iter()
                        .map(|way| view! { <Way way=way level=level/> })
                        .erase_all()}
                </tbody>
            </table>
        </div>
    }
    .erase()
}

#[component]
fn Way(way: Compared, level: Option<LevelStore>) -> impl IntoView {
    let flow = stores().flow;
    let provider = way.provider;
    let model = way.model.clone();
    let is_chosen = memo(move || {
        flow.confirming(|open| {
            let resolution = &open.preview.resolution;
            resolution.provider == provider && resolution.model == model
        }) == Some(true)
    });
    let price = estimate_words(&way.estimate);
    let payer = way.payer.map_or("", Payer::words);
    let typical = typical_words(way.typical);
    let name = way.name.clone();
    view! {
        <tr aria-current=dynamic(move || is_chosen.get().then_some("true"))>
            <th scope="row">
                <span class="with-logo">
                    <Logo provider=provider/>
                    {provider.label()}
                </span>
                <span>{name}</span>
                {live(move || {
                    is_chosen.get().then(|| view! { <span class="badge good">"Chosen now"</span> }).erase()
                })}
            </th>
            <td>{price}</td>
            <td>{payer}</td>
            <td>{typical}</td>
            <td>
                <Use way=way level=level/>
            </td>
        </tr>
    }
    .erase()
}

/// The buttons of a way that can be used, or why it cannot.
#[component]
fn Use(way: Compared, level: Option<LevelStore>) -> impl IntoView {
    let flow = stores().flow;
    let name = format!("{} · {}", way.provider.label(), way.name);
    let only_key = way.misses_only_a_key();
    let Compared {
        provider,
        model,
        problem,
        ..
    } = way;
    let Some(problem) = problem else {
        let for_project = model.clone();
        return view! {
            {button("Use once", &name, move || flow.use_once(Some((provider, model.clone()))))}
            {level
                .map(|level| {
                    button(
                        "Use for this project",
                        &name,
                        move || flow.use_for_project(level, provider, &for_project),
                    )
                })
                .erase()}
        }
        .erase();
    };
    view! {
        <span class="hint">{why_not(&problem)}</span>
        {only_key
            .then(|| {
                button("Add key", &name, move || flow.add_key(provider, &model, problem.clone()))
            })
            .erase()}
    }
    .erase()
}

/// A button whose name says for which way it is.
fn button(label: &'static str, name: &str, act: impl Fn() + Send + Sync + 'static) -> AnyView {
    let act: Box<dyn Fn() + Send + Sync> = Box::new(act);
    view! {
        <button type="button" class="small" aria-label=format!("{label}: {name}") on:click=on_click(move |_| act())>
            {label}
        </button>
    }
    .erase()
}
