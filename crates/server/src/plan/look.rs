//! The dry run: one look at the settings, over which every open item is resolved and priced, and
//! all of them together are held against the budgets. Nothing is sent and nothing is reserved.

use crate::{actor::Actor, app::App, fault::Fault, ledger, projects, resolve, snapshot};
use domain::{
    ApiError, ErrorCode, PlannedItemId, ProjectId,
    catalog::Catalog,
    generation::Wanted,
    input::GenerationInput,
    parameter,
    plan::{
        BatchState, BatchView, Blocker, Counts, ItemState, ItemView, Offer, PlanView, Standing,
        Totals, needs,
    },
    pricing,
    project::Right,
    resolution::{Payer, Request, Snapshot, Subject},
};
use std::collections::HashSet;
use store::{plan::ItemRow, plan_batches::BatchRow};

/// The plan of a project: how far its items are, who would make the open ones, what they come to
/// together and what stands in the way.
///
/// # Errors
/// `NOT_FOUND` for a foreign project.
pub async fn look(app: &App, actor: &Actor, project: &ProjectId) -> Result<PlanView, ApiError> {
    Sight::load(app, actor, project, Right::View)
        .await?
        .view(app, actor)
        .await
}

/// An item as it is stored, with how far it is.
pub(super) struct Item {
    pub row: ItemRow,
    pub input: GenerationInput,
    pub state: ItemState,
    pub needs: Vec<PlannedItemId>,
}

impl Item {
    fn of(row: ItemRow, batch: Option<&BatchRow>) -> Result<Self, Fault> {
        let input: GenerationInput = serde_json::from_str(&row.input)?;
        let is_in_open = batch
            .is_some_and(|batch| batch.state.is_open() && row.batch_id.as_ref() == Some(&batch.id));
        let state = match (&row.generation_id, row.status) {
            (_, Some(status)) => ItemState::of(status),
            // It was made, and somebody has deleted it since.
            (Some(_), None) => ItemState::Done,
            (None, None) if row.error.is_some() => ItemState::Failed,
            (None, None) if is_in_open => ItemState::Waiting,
            (None, None) => ItemState::Planned,
        };
        Ok(Self {
            needs: needs(&input),
            row,
            input,
            state,
        })
    }

    fn wanted(&self, project: &ProjectId) -> Wanted {
        Wanted {
            project_id: Some(project.clone()),
            step: Some(self.row.step),
            provider: self.row.provider,
            model: self.row.model.clone(),
            input: self.input.clone(),
        }
    }

    fn view(&self) -> Result<ItemView, Fault> {
        let error = self
            .row
            .error
            .as_ref()
            .or(self.row.generation_error.as_ref());
        Ok(ItemView {
            id: self.row.id.clone(),
            step: self.row.step,
            provider: self.row.provider,
            model: self.row.model.clone(),
            input: self.input.clone(),
            state: self.state,
            needs: self.needs.clone(),
            generation_id: self.row.generation_id.clone(),
            error: error.map(|json| serde_json::from_str(json)).transpose()?,
            offer: None,
            blockers: Vec::new(),
            created_at: self.row.created_at,
        })
    }
}

/// The rows of a plan.
pub(super) struct Sight {
    pub project: ProjectId,
    pub items: Vec<Item>,
    pub batch: Option<BatchRow>,
}

impl Sight {
    /// What there is, if the acting person has this right in the project.
    pub async fn load(
        app: &App,
        actor: &Actor,
        project: &ProjectId,
        right: Right,
    ) -> Result<Self, ApiError> {
        projects::must(app, actor, project, right).await?;
        Ok(Self::of(app, project).await?)
    }

    /// What there is.
    pub async fn of(app: &App, project: &ProjectId) -> Result<Self, Fault> {
        let batch = store::plan_batches::newest(&app.db, project).await?;
        let rows = store::plan::list(&app.db, project).await?;
        let items = rows.into_iter().map(|row| Item::of(row, batch.as_ref()));
        Ok(Self {
            project: project.clone(),
            items: items.collect::<Result<_, _>>()?,
            batch,
        })
    }

    fn is_of(&self, item: &Item, batch: &BatchRow) -> bool {
        item.row.batch_id.as_ref() == Some(&batch.id)
    }

    /// How far the items of a batch are.
    pub fn counts(&self, batch: &BatchRow) -> Counts {
        let mine = self.items.iter().filter(|item| self.is_of(item, batch));
        Counts::of(mine.map(|item| item.state))
    }

    /// The items as the batch looks at them.
    pub fn standings(&self, batch: &BatchRow) -> Vec<Standing> {
        let standing = |item: &Item| Standing {
            id: item.row.id.clone(),
            state: item.state,
            is_mine: self.is_of(item, batch),
            needs: item.needs.clone(),
        };
        self.items.iter().map(standing).collect()
    }

    /// The newest batch as the people of its project see it.
    pub fn batch_view(&self) -> Result<Option<BatchView>, Fault> {
        let Some(batch) = &self.batch else {
            return Ok(None);
        };
        Ok(Some(BatchView {
            id: batch.id.clone(),
            state: batch.state,
            started_by: batch.user_id.clone(),
            stop_on_error: batch.stop_on_error,
            agreed: serde_json::from_str(&batch.agreed)?,
            reason: match (&batch.reason, batch.state) {
                (Some(reason), BatchState::Paused) => Some(serde_json::from_str(reason)?),
                _ => None,
            },
            counts: self.counts(batch),
            created_at: batch.created_at,
            finished_at: batch.finished_at,
        }))
    }

    /// What everything comes to for the acting person.
    pub async fn view(&self, app: &App, actor: &Actor) -> Result<PlanView, ApiError> {
        let views = self.items.iter().map(Item::view);
        let mut views = views.collect::<Result<Vec<_>, _>>()?;
        if self.items.iter().any(|item| item.state.is_open()) {
            self.price(app, actor, &mut views).await?;
            self.refuse_unknown(app, actor, &mut views).await?;
            self.miss_pictures(&mut views);
        }
        let totals = Totals::of(&views);
        let is_blocked = |item: &&ItemView| item.state.is_open() && !item.is_ready();
        let again = self.again(&views);
        let again = views.iter().filter(|view| again.contains(&view.id));
        Ok(PlanView {
            blocked: views.iter().filter(is_blocked).count(),
            blockers: over_budget(app, actor, &self.project, &totals).await?,
            totals,
            again: Totals::of(again),
            batch: self.batch_view()?,
            items: views,
        })
    }

    /// The items of the newest batch that did not work and could be tried again, with the pictures
    /// that they need among them or there already.
    pub fn again(&self, views: &[ItemView]) -> HashSet<PlannedItemId> {
        let mut again = HashSet::new();
        let Some(batch) = &self.batch else {
            return again;
        };
        // In order: an item only ever needs earlier ones.
        for (item, view) in self.items.iter().zip(views) {
            let has_failed = item.state == ItemState::Failed && self.is_of(item, batch);
            let is_there = |needed: &PlannedItemId| {
                again.contains(needed)
                    || views.iter().any(|one| {
                        one.id == *needed
                            && matches!(one.state, ItemState::Done | ItemState::Running)
                    })
            };
            if has_failed && view.is_ready() && item.needs.iter().all(is_there) {
                again.insert(item.row.id.clone());
            }
        }
        again
    }

    async fn price(
        &self,
        app: &App,
        actor: &Actor,
        views: &mut [ItemView],
    ) -> Result<(), ApiError> {
        let catalog = app.catalog_for(actor).await?;
        let snapshot = snapshot::load(app, actor, Some(&self.project)).await?;
        for (item, view) in self.items.iter().zip(views) {
            if !item.state.is_open() {
                continue;
            }
            let wanted = item.wanted(&self.project);
            let (offer, problems) = offer(app, &catalog, &snapshot, &wanted);
            view.offer = offer;
            for problem in problems {
                self.block(view, problem);
            }
        }
        Ok(())
    }

    fn block(&self, view: &mut ItemView, problem: ApiError) {
        let operation = view.input.operation();
        view.blockers
            .push(Blocker::of(problem, operation, &self.project));
    }

    /// Budgets that let nothing of unknown price through stand in the way of exactly that.
    async fn refuse_unknown(
        &self,
        app: &App,
        actor: &Actor,
        views: &mut [ItemView],
    ) -> Result<(), ApiError> {
        for payer in [Payer::User, Payer::Organization, Payer::Instance] {
            let is_unknown = |view: &ItemView| {
                let offer = view.offer.as_ref();
                view.is_ready()
                    && offer
                        .is_some_and(|offer| offer.payer == Some(payer) && offer.price().is_none())
            };
            if !views.iter().any(is_unknown) {
                continue;
            }
            let project = Some(&self.project);
            let obstacle = ledger::budgets::obstacle(app, actor, project, payer, None).await?;
            if let Some(problem) = obstacle {
                for view in views.iter_mut() {
                    if is_unknown(view) {
                        self.block(view, problem.clone());
                    }
                }
            }
        }
        Ok(())
    }

    /// What needs a picture that will not be there cannot be started either. An item only ever needs
    /// earlier ones.
    fn miss_pictures(&self, views: &mut [ItemView]) {
        for place in 0..views.len() {
            let (before, from) = views.split_at_mut(place);
            let view = &mut from[0];
            if !view.state.is_open() {
                continue;
            }
            let will_come = |needed: &PlannedItemId| {
                before
                    .iter()
                    .find(|one| one.id == *needed)
                    .is_some_and(|one| {
                        matches!(one.state, ItemState::Done | ItemState::Running) || one.is_ready()
                    })
            };
            if !view.needs.iter().all(will_come) {
                let words = "A picture that this needs cannot be made yet, or is not in the plan any more. See to the picture first.";
                self.block(view, ApiError::new(ErrorCode::Conflict, words));
            }
        }
    }
}

/// The budgets that do not cover all of it together.
pub(super) async fn over_budget(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
    totals: &Totals,
) -> Result<Vec<Blocker>, ApiError> {
    let prices: Vec<_> = totals
        .by_payer
        .iter()
        .map(|(payer, sum)| (*payer, sum.micro_usd.high))
        .collect();
    let problems = ledger::budgets::obstacles(app, actor, project, &prices).await?;
    let blocker = |problem| Blocker {
        cure: Some(domain::plan::Cure {
            words: "Look at the budgets".to_owned(),
            href: "/usage#budgets".to_owned(),
        }),
        problem,
    };
    Ok(problems.into_iter().map(blocker).collect())
}

/// Who would make something and what it would cost, with everything that is in the way. The price is
/// known without a key as well.
fn offer(
    app: &App,
    catalog: &Catalog,
    snapshot: &Snapshot,
    wanted: &Wanted,
) -> (Option<Offer>, Vec<ApiError>) {
    let operation = wanted.input.operation();
    let request = Request {
        operation,
        provider: wanted.provider,
        model: wanted.model.clone(),
    };
    let mut problems = Vec::new();
    let (provider, model, payer) = match resolve::over(app, catalog, snapshot, &request) {
        Ok(found) => (found.provider, found.model, Some(found.payer)),
        Err(mut problem) => {
            let trace = problem.trace.take();
            let model = trace.and_then(|trace| trace.chosen(Subject::Model)?.value.clone());
            let named = problem.provider.zip(model);
            problems.push(problem);
            let Some((provider, model)) = named else {
                return (None, problems);
            };
            (provider, model, None)
        }
    };
    let listed = catalog.model(operation, provider, &model);
    if let Err(wrong) = wanted.input.check(listed) {
        problems.push(resolve::refuse(wrong));
    }
    let defaults = resolve::defaults(&wanted.input, listed, snapshot);
    let mut input = wanted.input.clone();
    parameter::fill(&mut input, &defaults);
    let offer = Offer {
        provider,
        model_name: listed.map_or_else(|| model.clone(), |listed| listed.name.clone()),
        payer,
        estimate: pricing::estimate(&input, listed, &app.clock.today()),
        model,
        defaults,
    };
    (Some(offer), problems)
}
