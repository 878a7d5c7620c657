//! One step: who would generate, what is asked for, and what came out so far.

use super::inputs::Inputs;
use crate::erase::{Erase, dynamic, keyed, live, live_text, memo, on_click};
use crate::{
    browser,
    components::{ErrorNote, GenerationCard, Logo, Problem},
    server_fns::{FnError, plan::plan_add},
    stores::{LevelStore, Moment, stores},
    words::{key_standing, key_words, price_hint},
};
use domain::{
    GenerationId, Operation, ProjectId, catalog::Model, generation::Wanted, input::InputProblem,
    project::Step,
};
use leptos::prelude::*;

const fn invitation(step: Step) -> &'static str {
    match step {
        Step::Story => "Describe the film, or ask for its scenes.",
        Step::Characters => "Describe a character, to be drawn as a picture.",
        Step::Scenes => "Describe a scene, to be drawn as a picture.",
        Step::Videos => "Describe what happens in the clip.",
        Step::Voiceover => "Write what is to be spoken.",
        Step::Music => "Describe the music.",
    }
}

/// A step of a project. Who may not edit it can look at everything and press nothing.
#[component]
pub fn StepPanel(
    project: ProjectId,
    level: LevelStore,
    step: Step,
    may_edit: bool,
) -> impl IntoView {
    let stores = stores();
    let flow = stores.flow;
    let operation = step.operation();
    let catalog = stores.catalog();
    let draft = stores.drafts.of(&project, step);
    let provider = {
        let catalog = catalog.clone();
        memo(move || level.provider(operation, &catalog))
    };
    let model = {
        let catalog = catalog.clone();
        memo(move || {
            let id = level.model(operation, provider.get(), &catalog)?;
            catalog.model(operation, provider.get(), &id).cloned()
        })
    };
    let problems = RwSignal::new(Vec::<(String, String)>::new());
    let asking = memo(move || {
        flow.moment
            .with(|moment| matches!(moment, Moment::Checking(_)))
    });
    let refused = memo(move || {
        flow.moment.with(|moment| match moment {
            Moment::Refused(asked, error) if *asked == operation => Some(error.clone()),
            _ => None,
        })
    });
    let of_project = project.clone();
    let said = RwSignal::new(String::new());
    // What is asked for, if it is what the model takes.
    let wanted = move || {
        said.set(String::new());
        let input = draft.with_untracked(|draft| {
            model.with_untracked(|model| draft.input(operation, model.as_ref()))
        });
        let checked = model.with_untracked(|model| input.check(model.as_ref()));
        problems.set(problem_words(checked));
        let is_fine = problems.with_untracked(Vec::is_empty) && !asking.get_untracked();
        is_fine.then(|| Wanted {
            project_id: Some(project.clone()),
            step: Some(step),
            provider: None,
            model: None,
            input,
        })
    };
    let wanted =
        StoredValue::new(Box::new(wanted) as Box<dyn Fn() -> Option<Wanted> + Send + Sync>);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(wanted) = wanted.with_value(|wanted| wanted()) {
            flow.ask(wanted);
        }
    };
    let plan = move |_| {
        if let Some(wanted) = wanted.with_value(|wanted| wanted()) {
            browser::task::spawn(async move {
                said.set(match plan_add(wanted).await {
                    Ok(()) => "It is in the plan.".to_owned(),
                    Err(error) => error.sentence(),
                });
            });
        }
    };
    view! {
        <fieldset class="step" disabled=dynamic(move || !may_edit)>
            <form class="card ask" method="post" on:submit=submit>
                <p class="hint">{invitation(step)}</p>
                <Who level=level operation=operation model=model/>
                <Inputs
                    project=of_project.clone()
                    operation=operation
                    model=model
                    draft=draft
                    problems=problems
                />
                <div class="actions">
                    <button
                        type="submit"
                        class="primary"
                        disabled=dynamic(move || !stores.session.alive.get())
                        aria-disabled=dynamic(move || asking.get().then_some("true"))
                    >
                        "Generate"
                    </button>
                    <button
                        type="button"
                        disabled=dynamic(move || !stores.session.alive.get())
                        on:click=on_click(plan)
                    >
                        "Add to plan"
                    </button>
                    <span class="hint" aria-live="polite">
                        {live_text(move || {
                            if asking.get() { "Checking provider and price…".to_owned() } else { said.get() }
                        })}
                    </span>
                </div>
                {live(move || {
                    refused
                        .get()
                        .map(|error| match error {
                            FnError::Api(error) => {
                                view! { <ErrorNote error=error operation=operation/> }.erase()
                            }
                            error => view! { <Problem error=error/> }.erase(),
                        }).erase()
                })}
            </form>
            <Results project=of_project step=step/>
        </fieldset>
    }
    .erase()
}

/// The wrong fields of an input with what is wrong, without the `input.` in front.
fn problem_words(checked: Result<(), InputProblem>) -> Vec<(String, String)> {
    match checked {
        Ok(()) => Vec::new(),
        Err(InputProblem::TooLarge { field }) => vec![(
            field.to_owned(),
            "This is too long. Shorten it to 200,000 characters.".to_owned(),
        )],
        Err(InputProblem::Invalid(wrong)) => wrong
            .into_iter()
            .map(|wrong| {
                let field = wrong.field.trim_start_matches("input.").to_owned();
                (field, wrong.message)
            })
            .collect(),
    }
}

/// Who would generate with the settings as they are.
#[component]
fn Who(level: LevelStore, operation: Operation, model: Memo<Option<Model>>) -> impl IntoView {
    let stores = stores();
    let catalog = stores.catalog();
    let today = stores.session.today.get_value();
    let provider = {
        let catalog = catalog.clone();
        memo(move || level.provider(operation, &catalog))
    };
    let name = memo(move || {
        let id = level.model(operation, provider.get(), &catalog)?;
        Some(stores.model_name(operation, provider.get(), &id))
    });
    let standing = memo(move || {
        level
            .glances
            .with(|glances| key_standing(glances.get(&operation)))
    });
    view! {
        <p class="who-line">
            {live(move || view! { <Logo provider=provider.get()/> }.erase())}
            <span>{live_text(move || provider.get().label())}</span>
            <span class="quiet">{name}</span>
            <span class=dynamic(move || standing.get().class())>
                {live_text(move || key_words(standing.get(), provider.get()))}
            </span>
            <span class="quiet">
                {live_text(move || model.with(|model| price_hint(model.as_ref(), operation, &today)))}
            </span>
        </p>
    }
    .erase()
}

#[component]
fn Results(project: ProjectId, step: Step) -> impl IntoView {
    let generations = stores().generations;
    let ids = memo(move || {
        generations.items.with(|items| {
            items
                .iter()
                .filter(|item| item.project_id.as_ref() == Some(&project))
                .filter(|item| belongs_to(item.step, item.operation(), step))
                .map(|item| item.id.0.clone())
                .collect::<Vec<String>>()
        })
    });
    view! {
        <section class="results" aria-labelledby="results-heading">
            <h2 id="results-heading">"Results"</h2>
            {live(move || {
                ids.with(Vec::is_empty)
                    .then(|| {
                        view! {
                            <div class="empty">
                                <p>"Nothing has been generated in this step yet."</p>
                            </div>
                        }
                    }).erase()
            })}
            {keyed(
                move || ids.get(),
                |id| view! { <GenerationCard id=GenerationId(id)/> }.erase(),
            )}
        </section>
    }
    .erase()
}

/// Whether a generation is shown in a step: one that names its step there alone, any other in the
/// first step of its operation.
fn belongs_to(own: Option<Step>, operation: Operation, step: Step) -> bool {
    own.or_else(|| {
        Step::ALL
            .into_iter()
            .find(|step| step.operation() == operation)
    }) == Some(step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::FieldError;

    #[test]
    fn a_generation_shows_in_one_step_only() {
        for operation in Operation::ALL {
            for own in [None, Some(Step::Scenes)] {
                let shown = Step::ALL
                    .into_iter()
                    .filter(|step| belongs_to(own, operation, *step))
                    .count();
                assert_eq!(shown, 1, "{operation} {own:?}");
            }
        }
    }

    #[test]
    fn wrong_fields_are_named_as_on_the_page() {
        let wrong = InputProblem::Invalid(vec![FieldError {
            field: "input.prompt".into(),
            message: "Write something first.".into(),
        }]);
        assert_eq!(
            problem_words(Err(wrong)),
            [("prompt".to_owned(), "Write something first.".to_owned())]
        );
        assert!(problem_words(Ok(())).is_empty());
    }
}
