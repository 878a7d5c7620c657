//! The items with what is in their way, and the form that adds one.

use super::super::parts::Table;
use super::{Shown, blocker};
use crate::words::{estimate_words, excerpt, heading};
use domain::{
    Operation,
    plan::{ItemState, ItemView, PlanView, name_of},
    project::Step,
};
use leptos::prelude::*;

/// Every item, in its order.
pub fn table(shown: &Shown, plan: &PlanView) -> AnyView {
    if plan.items.is_empty() {
        return view! {
            <div class="empty">
                <p>"Nothing is planned yet."</p>
            </div>
        }
        .into_any();
    }
    let rows = plan.items.iter().enumerate();
    let table = Table {
        name: "Items of the plan",
        captioned: false,
        columns: &["No.", "What", "Provider and model", "Estimate", "State"],
        buttons: shown.may_edit.then_some("Actions"),
    };
    view! {
        <section aria-labelledby="items-heading">
            <h2 id="items-heading">"Items"</h2>
            {table.with(rows.map(|(place, item)| row(shown, plan, place, item)).collect())}
        </section>
    }
    .into_any()
}

const fn badge(state: ItemState) -> &'static str {
    match state {
        ItemState::Done => "badge good",
        ItemState::Failed => "badge bad",
        ItemState::Unknown | ItemState::Cancelled => "badge warn",
        ItemState::Planned | ItemState::Waiting | ItemState::Running => "badge",
    }
}

/// The number of an item on the page.
fn number(plan: &PlanView, item: &domain::PlannedItemId) -> Option<usize> {
    let place = plan.items.iter().position(|one| one.id == *item)?;
    Some(place + 1)
}

fn row(shown: &Shown, plan: &PlanView, place: usize, item: &ItemView) -> AnyView {
    let needs: Vec<_> = item
        .needs
        .iter()
        .filter_map(|needed| number(plan, needed))
        .map(|number| format!("With the picture of no. {number}."))
        .collect();
    let offer = item.offer.as_ref();
    let who = offer.map_or_else(String::new, |offer| {
        format!("{} · {}", offer.provider.label(), offer.model_name)
    });
    let price = offer.map_or_else(String::new, |offer| estimate_words(&offer.estimate));
    let payer = offer
        .and_then(|offer| offer.payer)
        .map(|payer| payer.words());
    let step = item.step;
    let result = item
        .generation_id
        .as_ref()
        .map(|_| format!("/projects/{}?step={}", shown.project, step.as_str()));
    let may_go = !matches!(item.state, ItemState::Running);
    view! {
        <tr>
            <td>{(place + 1).to_string()}</td>
            <th scope="row" class="wrap">
                {step.label()} ": " {excerpt(item.input.text())}
                {(!needs.is_empty()).then(|| view! { <p class="hint">{needs.join(" ")}</p> })}
            </th>
            <td class="wrap">{who}</td>
            <td class="wrap">
                {price}
                {payer.map(|payer| view! { <p class="hint">{payer}</p> })}
            </td>
            <td class="wrap">
                <span class=badge(item.state)>{item.state.words()}</span>
                {item.error.as_ref().map(|error| view! { <p class="hint bad">{error.detail.clone()}</p> })}
                {item.blockers.iter().map(blocker).collect_view()}
                {result.map(|href| view! { <p><a href=href>"Open its step"</a></p> })}
            </td>
            {shown
                .may_edit
                .then(|| view! { <td>{may_go.then(|| remove(shown, place, item))}</td> })}
        </tr>
    }
    .into_any()
}

fn remove(shown: &Shown, place: usize, item: &ItemView) -> AnyView {
    let label = format!("Remove no. {} from the plan", place + 1);
    view! {
        <form method="post" action=shown.address("remove")>
            <input type="hidden" name="made_for" value=shown.made_for.clone()/>
            <input type="hidden" name="item" value=item.id.to_string()/>
            <button type="submit" class="small" id=format!("remove-{}", item.id) aria-label=label>
                "Remove"
            </button>
        </form>
    }
    .into_any()
}

/// The form that adds an item. It needs no script.
pub fn form(shown: &Shown, plan: &PlanView) -> AnyView {
    let steps = Step::ALL.map(|step| {
        let words = format!(
            "{} ({})",
            step.label(),
            heading(step.operation()).to_lowercase()
        );
        view! { <option value=step.as_str()>{words}</option> }
    });
    let pictures: Vec<_> = plan
        .items
        .iter()
        .enumerate()
        .filter(|(_, item)| item.operation() == Operation::Image)
        .map(|(place, item)| {
            let words = format!("No. {}: {}", place + 1, excerpt(item.input.text()));
            view! { <option value=name_of(&item.id)>{words}</option> }
        })
        .collect();
    view! {
        <section class="card" aria-labelledby="add-heading">
            <h2 id="add-heading">"Add an item"</h2>
            <form method="post" action=shown.address("add") class="add-item">
                <input type="hidden" name="made_for" value=shown.made_for.clone()/>
                <div class="field">
                    <label for="plan-step">"Step"</label>
                    <select id="plan-step" name="step">
                        {steps.into_iter().collect_view()}
                    </select>
                </div>
                <div class="field">
                    <label for="plan-text">"Prompt or text"</label>
                    <textarea id="plan-text" name="text" rows="3" required=true maxlength="16000"></textarea>
                </div>
                {(!pictures.is_empty())
                    .then(|| {
                        view! {
                            <div class="field">
                                <label for="plan-picture">"First picture of a clip"</label>
                                <select id="plan-picture" name="picture">
                                    <option value="">"None"</option>
                                    {pictures}
                                </select>
                            </div>
                        }
                    })}
                <p class="hint">
                    "Provider, model and the other parameters are those of the project's settings."
                </p>
                <div class="actions">
                    <button type="submit">"Add to plan"</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}
