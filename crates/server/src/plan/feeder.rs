//! Starts the items of running batches, a few at a time. It holds nothing in memory: what comes next
//! follows from the rows, so that it goes on after a restart, and of several processes the one with
//! the batch's lease does it. Each item is asked for under a key of its own, so that a crash between
//! asking and writing down never asks twice.

use super::look::{Item, Sight};
use crate::{
    actor::Actor,
    app::{App, Parts},
    events::{Event, News},
    fault::Fault,
    generation,
};
use domain::{
    ApiError, BatchId, ErrorCode, OutputId, PlannedItemId, Timestamp,
    account::User,
    generation::{Agreed, Wanted},
    plan::{Feed, feed, fill_in},
};
use std::{
    collections::HashMap,
    pin::pin,
    sync::{Arc, Weak},
    time::Duration,
};
use store::{
    outputs::Role,
    plan::Turn,
    plan_batches::{self, BatchRow},
};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, sleep_until},
};

/// How many items of a batch are being made at a time.
pub const AT_A_TIME: usize = 4;
/// How long a batch is held without a sign of life.
const LEASE_MILLIS: i64 = 30_000;
/// How often batches are looked at although nothing was heard: what ended in another process, and
/// what was left by one that died.
const EVERY: Duration = Duration::from_secs(5);

/// Feeds as long as the application lives and is not told to end.
pub async fn run(parts: Weak<Parts>) {
    let Some((owner, mut news, begun)) =
        App::alive(&parts).map(|app| (app.ids.next(), app.events.listen(), app.stop.begun()))
    else {
        return;
    };
    let mut begun = pin!(begun);
    loop {
        let Some(app) = App::alive(&parts).filter(|app| !app.stop.has_begun()) else {
            return;
        };
        if let Err(fault) = sweep(&app, &owner).await {
            tracing::error!(%fault, "the batches could not be looked at");
        }
        drop(app);
        tokio::select! {
            () = wait(&mut news) => {}
            () = &mut begun => return,
        }
    }
}

/// Waits until something of a batch may have changed.
async fn wait(news: &mut Receiver<Arc<News>>) {
    let until = Instant::now() + EVERY;
    loop {
        tokio::select! {
            () = sleep_until(until) => return,
            heard = news.recv() => match heard {
                Ok(item) => match &item.event {
                    Event::Plan { .. } | Event::Missed => return,
                    Event::Generation { status, .. } if status.is_final() => return,
                    _ => {}
                },
                Err(RecvError::Lagged(_)) => return,
                // The application is gone, or going.
                Err(RecvError::Closed) => return sleep_until(until).await,
            },
        }
    }
}

/// Looks at every batch that runs.
pub(crate) async fn sweep(app: &App, owner: &str) -> Result<(), Fault> {
    for id in plan_batches::running(&app.db).await? {
        if let Err(fault) = advance(app, owner, &id).await {
            tracing::error!(batch = %id, %fault, "a batch could not be taken further");
        }
    }
    Ok(())
}

/// Takes a batch as far as it goes now, if nobody else does.
async fn advance(app: &App, owner: &str, id: &BatchId) -> Result<(), Fault> {
    let (now, until) = (app.clock.now(), lease_until(app));
    let Some(batch) = plan_batches::lease(&app.db, id, owner, now, until).await? else {
        return Ok(());
    };
    let hand = Hand {
        app,
        owner,
        batch: &batch,
    };
    let outcome = hand.feed().await;
    plan_batches::let_go(&app.db, id, owner).await?;
    outcome
}

fn lease_until(app: &App) -> Timestamp {
    app.clock.now().plus_millis(LEASE_MILLIS)
}

/// Who started a batch, in whose name it goes on; `None` where they may not act any more.
pub(super) async fn starter(app: &App, batch: &BatchRow) -> Result<Option<Actor>, Fault> {
    let row = store::users::by_id(&app.db, &batch.user_id).await?;
    Ok(row
        .filter(|row| row.disabled_at.is_none())
        .map(|row| Actor {
            user: User {
                id: row.id,
                email: row.email,
                name: row.name,
                is_admin: row.is_admin,
                created_at: row.created_at,
            },
            session: None,
            token: None,
            confirmed_at: None,
            address: None,
        }))
}

/// Whoever holds the lease of a batch.
struct Hand<'a> {
    app: &'a App,
    owner: &'a str,
    batch: &'a BatchRow,
}

impl Hand<'_> {
    async fn feed(&self) -> Result<(), Fault> {
        let Some(actor) = starter(self.app, self.batch).await? else {
            let words =
                "The account that started this batch cannot act any more. Cancel the batch.";
            return self
                .hold(&ApiError::new(ErrorCode::Forbidden, words), 0)
                .await;
        };
        let sight = Sight::of(self.app, &self.batch.project_id).await?;
        let counts = sight.counts(self.batch);
        let troubled = i64::try_from(counts.troubled()).unwrap_or(i64::MAX);
        let is_over = counts.ended() == counts.items;
        if self.batch.stop_on_error && troubled > self.batch.troubled && !is_over {
            let words = "An item did not work, and this batch was to stop then. Resume it to go on with the others, or retry what failed.";
            return self
                .hold(&ApiError::new(ErrorCode::Conflict, words), troubled)
                .await;
        }
        let Feed {
            start,
            lost,
            is_done,
        } = feed(&sight.standings(self.batch), AT_A_TIME);
        let found = |id: &PlannedItemId| sight.items.iter().find(|item| item.row.id == *id);
        for item in lost.iter().filter_map(found) {
            let words =
                "A picture that this needs was not made. Retry both, or choose another picture.";
            self.refuse(item, &ApiError::new(ErrorCode::Conflict, words))
                .await?;
        }
        for item in start.iter().filter_map(found) {
            let (db, until) = (&self.app.db, lease_until(self.app));
            if !plan_batches::keep(db, &self.batch.id, self.owner, until).await? {
                return Ok(());
            }
            if !self.start(&actor, &sight, item, troubled).await? {
                return Ok(());
            }
        }
        if is_done {
            let now = self.app.clock.now();
            if plan_batches::finish(&self.app.db, &self.batch.id, self.owner, now).await? {
                self.tell(domain::plan::BatchState::Done);
            }
        }
        Ok(())
    }

    /// Asks for one item; false where the batch goes no further for now.
    async fn start(
        &self,
        actor: &Actor,
        sight: &Sight,
        item: &Item,
        troubled: i64,
    ) -> Result<bool, Fault> {
        let mut input = item.input.clone();
        let pictures = self.pictures(actor, sight, item).await?;
        fill_in(&mut input, |needed| pictures.get(needed).cloned());
        if !domain::plan::needs(&input).is_empty() {
            let words = "The picture that this needs has been deleted. Choose another picture.";
            self.refuse(item, &ApiError::new(ErrorCode::NotFound, words))
                .await?;
            return Ok(true);
        }
        let wanted = Wanted {
            project_id: Some(self.batch.project_id.clone()),
            step: Some(item.row.step),
            provider: item.row.provider,
            model: item.row.model.clone(),
            input,
        };
        let agreed: Option<Agreed> = item
            .row
            .agreed
            .as_deref()
            .map(serde_json::from_str)
            .transpose()?;
        let Some(agreed) = agreed else {
            return Err(Fault::Damaged("an item in a batch that nobody agreed to"));
        };
        let key = format!("plan-{}-{}", item.row.id, item.row.attempt);
        match generation::create(self.app, actor, wanted, Some(&key), Some(&agreed)).await {
            Ok(made) => {
                let written = store::plan::started(&self.app.db, self.turn(item), &made.id).await?;
                if !written {
                    // It was cancelled or removed at this moment.
                    drop(generation::cancel(self.app, actor, &made.id).await);
                }
                Ok(written)
            }
            Err(error) => match error.code {
                ErrorCode::BudgetExceeded => self.hold(&error, troubled).await.map(|()| false),
                ErrorCode::Conflict => {
                    let words = format!(
                        "{} To agree to that, cancel this batch and start the plan again.",
                        error.detail
                    );
                    let reason = ApiError::new(ErrorCode::Conflict, words);
                    self.hold(&reason, troubled).await.map(|()| false)
                }
                // Written to the log where it happened; the next look tries again.
                ErrorCode::Internal => Ok(false),
                _ => self.refuse(item, &error).await.map(|()| true),
            },
        }
    }

    /// The pictures that have become of the items which this one needs.
    async fn pictures(
        &self,
        actor: &Actor,
        sight: &Sight,
        item: &Item,
    ) -> Result<HashMap<PlannedItemId, OutputId>, Fault> {
        let mut pictures = HashMap::new();
        for needed in &item.needs {
            let made = sight.items.iter().find(|one| one.row.id == *needed);
            let Some(generation) = made.and_then(|made| made.row.generation_id.as_ref()) else {
                continue;
            };
            let user = &actor.user.id;
            let files = store::outputs::of_generation(&self.app.db, user, generation).await?;
            let picture = files.into_iter().find(|file| {
                file.role == Role::Output
                    && file.removed_at.is_none()
                    && file.media_type.starts_with("image/")
            });
            if let Some(picture) = picture {
                pictures.insert(needed.clone(), picture.id);
            }
        }
        Ok(pictures)
    }

    fn turn<'a>(&'a self, item: &'a Item) -> Turn<'a> {
        Turn {
            item: &item.row.id,
            batch: &self.batch.id,
            attempt: item.row.attempt,
        }
    }

    /// Writes down why an item cannot be started. Another one may be.
    async fn refuse(&self, item: &Item, error: &ApiError) -> Result<(), Fault> {
        let json = serde_json::to_string(error)?;
        store::plan::refused(&self.app.db, self.turn(item), &json).await?;
        Ok(())
    }

    /// Pauses the batch for a reason.
    async fn hold(&self, reason: &ApiError, troubled: i64) -> Result<(), Fault> {
        let json = serde_json::to_string(reason)?;
        let (db, now) = (&self.app.db, self.app.clock.now());
        if plan_batches::hold(db, &self.batch.id, self.owner, &json, troubled, now).await? {
            self.tell(domain::plan::BatchState::Paused);
        }
        Ok(())
    }

    fn tell(&self, state: domain::plan::BatchState) {
        self.app.events.tell(
            &self.batch.user_id,
            Event::Plan {
                project_id: self.batch.project_id.clone(),
                state,
            },
        );
    }
}
