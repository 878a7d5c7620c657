//! What a project still has to generate: its items, what they come to and what is in the way, and the
//! batch while it goes on. The part that changes meanwhile has an address of its own, which the
//! browser asks for again.

mod batch;
mod forms;
mod items;

pub use forms::routes;

use super::parts::{outcome, problem, project_at};
use crate::words::LOOKING_ONLY;
use axum::{
    Router,
    extract::{Path, Query, State},
    http::{StatusCode, Uri},
    response::Html,
    routing::get,
};
use domain::{
    ApiError, ProjectId, UserId,
    plan::{BatchState, Blocker, PlanView},
    project::Right,
};
use leptos::prelude::*;
use serde::Deserialize;
use server::{actor::Actor, app::App, web::MaybeActor};

/// The project whose plan is at this path.
#[must_use]
pub fn project_of(path: &str) -> Option<ProjectId> {
    project_at(path, "/plan")
}

/// What the page shows.
pub async fn page(app: &App, actor: &Actor, project: &ProjectId, uri: &Uri) -> String {
    let found = server::projects::get(app, actor, project).await;
    let plan = server::plan::look(app, actor, project).await;
    let said = forms::outcome_of(uri);
    let shown = Shown {
        project: project.clone(),
        made_for: actor.user.id.to_string(),
        may_edit: found
            .as_ref()
            .is_ok_and(|project| project.role.may(Right::Edit)),
    };
    super::html(move || {
        match (found, plan) {
        (Ok(project), Ok(plan)) => view! {
            <p class="back">
                <a href=format!("/projects/{}", project.id)>"← Back to " {project.name}</a>
            </p>
            <h1>"Plan"</h1>
            <p class="hint">
                "What this film still needs: written down first, priced together, and made when you say so. Before you start it nothing is sent and nothing is paid."
            </p>
            {(!shown.may_edit).then(|| view! { <p class="note">{LOOKING_ONLY}</p> })}
            {said.map(outcome)}
            <div
                class="plan"
                data-refresh=format!("{}?for={}", shown.address("now"), shown.made_for)
            >
                {shown.now(&plan)}
            </div>
            {shown.may_edit.then(|| items::form(&shown, &plan))}
        }
        .into_any(),
        (Err(error), _) | (_, Err(error)) => view! {
            <h1>"Plan"</h1>
            {problem(&error)}
        }
        .into_any(),
    }
    })
}

/// The addresses of what is kept up to date.
pub fn parts() -> Router<App> {
    Router::new().route("/projects/{id}/plan/now", get(now))
}

/// For whom the page was made that asks.
#[derive(Deserialize)]
struct MadeFor {
    r#for: UserId,
}

/// `GET /projects/{id}/plan/now?for=`: what of the page changes while a batch goes on. A page that was
/// made for somebody else is not filled with what this person would pay.
async fn now(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(project): Path<ProjectId>,
    Query(made): Query<MadeFor>,
) -> Result<Html<String>, StatusCode> {
    let actor = actor.filter(|actor| actor.user.id == made.r#for);
    let actor = actor.ok_or(StatusCode::UNAUTHORIZED)?;
    let status = |error: ApiError| {
        StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    };
    let found = server::projects::get(&app, &actor, &project).await;
    let may_edit = found.map_err(status)?.role.may(Right::Edit);
    let plan = server::plan::look(&app, &actor, &project).await;
    let plan = plan.map_err(status)?;
    let shown = Shown {
        project,
        made_for: actor.user.id.to_string(),
        may_edit,
    };
    Ok(Html(super::html(|| shown.now(&plan))))
}

/// For whom a page is made, and of which project.
struct Shown {
    project: ProjectId,
    made_for: String,
    /// Whether they may do more than look.
    may_edit: bool,
}

impl Shown {
    /// An address below that of the plan.
    fn address(&self, what: &str) -> String {
        format!("/projects/{}/plan/{what}", self.project)
    }

    fn now(&self, plan: &PlanView) -> AnyView {
        let is_live = plan
            .batch
            .as_ref()
            .is_some_and(|batch| batch.state == BatchState::Running || batch.counts.running > 0);
        view! {
            <div class="plan-now" data-live=is_live.then_some("true")>
                {plan.batch.as_ref().map(|batch| batch::view(self, plan, batch))}
                {(!plan.items.is_empty()).then(|| batch::totals(self, plan))}
                {items::table(self, plan)}
            </div>
        }
        .into_any()
    }

    /// A form of one button.
    fn button(&self, what: &str, label: String, class: &'static str) -> AnyView {
        view! {
            <form method="post" action=self.address(what)>
                <input type="hidden" name="made_for" value=self.made_for.clone()/>
                <button type="submit" id=format!("plan-{what}") class=class>
                    {label}
                </button>
            </form>
        }
        .into_any()
    }
}

/// What is in the way, with the way to what helps.
fn blocker(blocker: &Blocker) -> AnyView {
    let mut words = vec![blocker.problem.detail.clone()];
    // The detail repeats the first.
    let others = blocker.problem.fields.iter().skip(1);
    words.extend(others.map(|field| field.message.clone()));
    view! {
        <p class="hint bad">
            {words.join(" ")} " "
            {blocker
                .cure
                .as_ref()
                .map(|cure| view! { <a href=cure.href.clone()>{cure.words.clone()}</a> })}
        </p>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        BatchId, Timestamp, UserId,
        money::MicroUsd,
        plan::{BatchView, Consent, Counts, ItemState, Totals},
    };

    fn plan(state: BatchState, items: &[ItemState]) -> PlanView {
        PlanView {
            items: Vec::new(),
            totals: Totals::default(),
            blocked: 0,
            blockers: Vec::new(),
            again: Totals::default(),
            batch: Some(BatchView {
                id: BatchId("b".to_owned()),
                state,
                started_by: UserId("ada".to_owned()),
                stop_on_error: false,
                agreed: Consent {
                    most_micro_usd: MicroUsd(0),
                    unknown: 0,
                    payers: Vec::new(),
                },
                reason: None,
                counts: Counts::of(items.iter().copied()),
                created_at: Timestamp(0),
                finished_at: None,
            }),
        }
    }

    fn shown_to(made_for: &str, may_edit: bool, plan: &PlanView) -> String {
        let shown = Shown {
            project: ProjectId("p1".to_owned()),
            made_for: made_for.to_owned(),
            may_edit,
        };
        crate::served::html(|| shown.now(plan))
    }

    fn shown(made_for: &str, plan: &PlanView) -> String {
        shown_to(made_for, true, plan)
    }

    #[test]
    fn the_page_asks_again_only_while_something_goes_on() {
        use ItemState::{Done, Running, Waiting};
        for (state, items, is_live) in [
            (BatchState::Running, &[Waiting][..], true),
            (BatchState::Paused, &[Running, Waiting][..], true),
            (BatchState::Paused, &[Done, Waiting][..], false),
            (BatchState::Cancelled, &[Running][..], true),
            (BatchState::Done, &[Done][..], false),
        ] {
            let html = shown("ada", &plan(state, items));
            assert_eq!(html.contains("data-live"), is_live, "{html}");
        }
    }

    #[test]
    fn only_who_pays_is_offered_to_go_on() {
        let paused = plan(BatchState::Paused, &[ItemState::Waiting]);
        let (mine, of_another) = (shown("ada", &paused), shown("eve", &paused));
        assert!(mine.contains("Resume") && mine.contains("Cancel batch"));
        assert!(!of_another.contains("Resume") && of_another.contains("Cancel batch"));
    }

    #[test]
    fn who_may_only_look_is_offered_nothing() {
        for state in [BatchState::Running, BatchState::Paused, BatchState::Done] {
            let plan = plan(state, &[ItemState::Waiting]);
            let html = shown_to("ada", false, &plan);
            assert!(html.contains("Progress of the batch"), "{html}");
            assert!(!html.contains("<form"), "{html}");
        }
    }

    #[test]
    fn the_address_of_a_plan_names_its_project() {
        let of = |path| project_of(path).map(|id| id.0);
        assert_eq!(of("/projects/p1/plan").as_deref(), Some("p1"));
        for path in [
            "/projects/p1",
            "/projects//plan",
            "/projects/a/b/plan",
            "/plan",
            "/projects/plan",
        ] {
            assert_eq!(of(path), None, "{path}");
        }
    }
}
