//! One claimed job, from where it stands to its next rest or its end. Before a paid request goes
//! out, the row says so; a lost answer after that is the state `unknown` and never a second request.

mod cancelling;
mod credential;
mod entitled;
mod fallback;
mod fared;
mod keeping;
mod order;
mod sending;
mod standing;
mod waiting;
mod words;

use self::{
    fared::Fared, keeping::NotTaken, sending::Sent, standing::Standing, waiting::status_of,
};
use super::{
    flight::Flight,
    live::Pen,
    protection::{Outcome, Pass},
    worker::lease_until,
};
use crate::{
    app::App,
    events::Event,
    failpoint::{Seam, reach},
    fault::Fault,
    ledger::{self, Billed},
};
use domain::{
    ApiError, ProviderFault, ProviderId, Timestamp, catalog::Model, generation::Status,
    input::GenerationInput, pricing::actual, resolution::Resolution,
};
use providers::{Call, Failure, Produced, Progress, Purpose, SendError, Step};
use secrecy::SecretString;
use serde::Serialize;
use std::time::Duration;
use store::{
    generations::GenerationRow,
    jobs::{ClaimedJob, Lease, Next, Settlement},
    ledger::Charge,
    outputs::NewOutput,
};

/// How long a text waits for the operator's installation when that has its hands full.
const INSTALLATION_BUSY: Duration = Duration::from_secs(2);

/// What became of a job in this turn.
enum End {
    Rest(Progress, Duration),
    /// Certainly not sent; to be tried again.
    Again(Standing, Duration),
    /// Handed back already, until there is room for it.
    Held,
    Produced(Box<Produced>, Progress),
    Failed(ApiError),
    /// Failed after the provider had taken it: it may have been charged.
    Spoiled(ApiError),
    Unknown(ApiError),
    /// Cancelled, with what is to be said about it where the provider may have it.
    Cancelled(Option<ApiError>),
    LeaseLost,
}

/// Works on a job until it rests or ends, and writes that down. `flight` says while it does what must
/// not be cut off.
///
/// # Errors
/// [`Fault`] where it could not be written down; the lease runs out then and the job is taken up
/// again from what was written.
pub async fn run(app: &App, job: ClaimedJob, flight: &Flight) -> Result<(), Fault> {
    let interrupted = job.submit_was_interrupted();
    let row = job.generation;
    let resolution: Resolution = serde_json::from_str(&row.resolution)?;
    let input: GenerationInput = serde_json::from_str(&row.input)?;
    let standing: Standing = serde_json::from_str(&job.progress)?;
    let catalog = app.catalog_of(&row.user_id).await?;
    let listed = catalog.model(resolution.operation, resolution.provider, &row.model);
    let turn = Turn {
        app,
        lease: &job.lease,
        row: &row,
        resolution: &resolution,
        listed,
        flight,
    };
    let mut fared = Fared::default();
    let (provider, now) = (row.provider, app.clock.now());
    let lane = store::jobs::lane(provider, row.secret_ref.as_ref(), row.endpoint.as_deref());
    if interrupted {
        turn.write_down(End::Unknown(turn.lost()), &input).await?;
    } else if let Some(end) = turn.barred(&standing.progress).await? {
        turn.write_down(end, &input).await?;
    } else if row.status == Status::Cancelling {
        let end = turn.cancelled(&input, &standing.progress, &mut fared);
        turn.write_down(end.await?, &input).await?;
    } else if provider == ProviderId::ClaudeCli {
        let end = turn.ask_installation(&input, standing.progress).await?;
        turn.write_down(end, &input).await?;
    } else {
        match app.protection.enter(&lane, provider, now) {
            // The place is kept until the result is here.
            Ok(pass) => {
                let end = turn.take(&input, standing, &mut fared, &pass).await?;
                turn.write_down(end, &input).await?;
            }
            Err(refused) => {
                let end = turn.refused(refused, standing).await?;
                turn.write_down(end, &input).await?;
            }
        }
    }
    fared.write_down(app).await;
    Ok(())
}

/// Everything that one turn of work needs.
struct Turn<'a> {
    app: &'a App,
    lease: &'a Lease,
    row: &'a GenerationRow,
    resolution: &'a Resolution,
    listed: Option<&'a Model>,
    flight: &'a Flight,
}

impl Turn<'_> {
    fn provider(&self) -> ProviderId {
        self.resolution.provider
    }

    async fn take(
        &self,
        input: &GenerationInput,
        standing: Standing,
        fared: &mut Fared,
        pass: &Pass<'_>,
    ) -> Result<End, Fault> {
        let Standing {
            mut progress,
            mut tried,
        } = standing;
        let Some(adapter) = providers::adapter(self.provider(), self.resolution.operation) else {
            return Ok(End::Failed(self.failed(ProviderFault::ModelGone, None)));
        };
        let secret = match self.secret(fared).await? {
            Ok(secret) => secret,
            // The provider works on it, but nobody can ask for it any more.
            Err(_) if progress.task.is_some() => return Ok(End::Unknown(self.locked_out())),
            Err(error) => return Ok(End::Failed(error)),
        };
        let job = match self.job(input, progress.task.is_none()).await? {
            Ok(job) => job,
            Err(error) => return Ok(End::Failed(error)),
        };
        loop {
            let call = match adapter.call(&job, &progress) {
                Ok(call) => call,
                Err(failure) => return Ok(End::Failed(self.told(&failure, secret.as_ref()))),
            };
            if call.purpose == Purpose::Submit
                && let Err(full) = self.room().await
            {
                return Ok(End::Failed(full));
            }
            if call.purpose == Purpose::Submit && !self.begin_submit().await? {
                return Ok(End::LeaseLost);
            }
            let sent = self.send(&call, secret.as_ref(), adapter, &job, pass, tried);
            let step = match sent.await {
                Sent::Later { tried, pause } => {
                    return Ok(End::Again(Standing { progress, tried }, pause));
                }
                Sent::Answered(reply) => {
                    reach(Seam::Answered);
                    let step = adapter.read(&job, &progress, &reply);
                    let outcome = Outcome::of_answer(&reply, &step);
                    pass.tell(outcome, self.app.clock.now(), self.app.chance.draw());
                    if call.purpose == Purpose::Submit {
                        step.map_err(Failure::after_submit)
                    } else {
                        step
                    }
                }
                Sent::Not(SendError::NotSent(failure)) => Err(failure),
                Sent::Not(SendError::Ambiguous(failure)) if call.purpose == Purpose::Submit => {
                    self.log(&failure, secret.as_ref());
                    return Ok(End::Unknown(self.lost()));
                }
                // What was asked for is made and paid; only its result cannot be taken in.
                Sent::Not(SendError::Ambiguous(failure)) if call.purpose == Purpose::Poll => {
                    Err(failure.uncertain())
                }
                Sent::Not(SendError::Ambiguous(failure)) => Err(failure),
            };
            tried = 0;
            fared.hear(&call, &step);
            match step {
                Ok(Step::Continue(next)) => {
                    let next = self.noted(next);
                    match self.save(status_of(&next), &next, None).await? {
                        None => return Ok(End::LeaseLost),
                        Some(Status::Cancelling) => {
                            return self.cancelled(input, &next, fared).await;
                        }
                        Some(_) => {
                            reach(Seam::Prepared);
                            progress = next;
                        }
                    }
                    // What was paid for is written down now.
                    self.flight.landed();
                    if let Some(end) = self.barred(&progress).await? {
                        return Ok(end);
                    }
                }
                Ok(Step::Wait { progress, after }) => return Ok(self.rest(progress, after)),
                Ok(Step::Done(produced)) => return Ok(End::Produced(produced, progress)),
                Err(failure) => {
                    return Ok(self.after_failure(&call, &progress, &failure, secret.as_ref()));
                }
            }
        }
    }

    /// Has a text written by the operator's own installation.
    async fn ask_installation(
        &self,
        input: &GenerationInput,
        progress: Progress,
    ) -> Result<End, Fault> {
        let Some(installation) = &self.app.claude_cli else {
            return Ok(End::Failed(self.key_gone()));
        };
        let Some(_place) = installation.place() else {
            return Ok(End::Rest(progress, INSTALLATION_BUSY));
        };
        let job = match self.job(input, false).await? {
            Ok(job) => job,
            Err(error) => return Ok(End::Failed(error)),
        };
        if !self.begin_submit().await? {
            return Ok(End::LeaseLost);
        }
        let mut pen = Pen::new(self.app, &self.row.user_id, &self.row.id);
        let written = installation.write(&job, &mut |text| pen.write(text)).await;
        Ok(match written {
            Ok(produced) => End::Produced(Box::new(produced), progress),
            Err(failure) => {
                self.log(&failure, None);
                if failure.uncertain {
                    End::Unknown(self.lost())
                } else {
                    End::Failed(self.told(&failure, None))
                }
            }
        })
    }

    fn after_failure(
        &self,
        call: &Call,
        progress: &Progress,
        failure: &Failure,
        secret: Option<&SecretString>,
    ) -> End {
        self.log(failure, secret);
        if call.purpose == Purpose::Poll && failure.transient {
            return self.later(progress, failure.retry_after);
        }
        let locked_out = matches!(
            failure.fault,
            ProviderFault::BadKey
                | ProviderFault::Forbidden
                | ProviderFault::NoCredit
                | ProviderFault::SpendLimit
        );
        if call.purpose == Purpose::Poll && locked_out {
            return End::Unknown(self.locked_out());
        }
        if failure.uncertain {
            return End::Unknown(self.lost());
        }
        let error = self.told(failure, None);
        let has_task = progress.task.is_some();
        if ledger::may_be_charged(self.provider(), call.purpose, has_task, failure) {
            End::Spoiled(error)
        } else {
            End::Failed(error)
        }
    }

    async fn begin_submit(&self) -> Result<bool, Fault> {
        let (now, until) = (self.app.clock.now(), lease_until(self.app));
        self.flight.took_off();
        let begun = store::jobs::begin_submit(&self.app.db, self.lease, now, until).await?;
        if begun {
            reach(Seam::SubmitBegun);
            self.tell(Status::Submitting);
        }
        Ok(begun)
    }

    /// Writes down how far the job is; the status that stands then, `None` when the lease is lost.
    async fn save(
        &self,
        status: Status,
        progress: &(impl Serialize + Sync),
        rest: Option<Duration>,
    ) -> Result<Option<Status>, Fault> {
        let now = self.app.clock.now();
        let next = match rest {
            None => Next::Keep {
                lease_until: lease_until(self.app),
            },
            Some(rest) => {
                let millis = i64::try_from(rest.as_millis()).unwrap_or(60_000);
                Next::HandBack {
                    run_at: now.plus_millis(millis),
                }
            }
        };
        let progress = serde_json::to_string(progress)?;
        let stands =
            store::jobs::save_progress(&self.app.db, self.lease, status, &progress, next, now)
                .await?;
        if let Some(status) = stands {
            self.tell(status);
        }
        Ok(stands)
    }

    async fn write_down(&self, end: End, input: &GenerationInput) -> Result<(), Fault> {
        let (status, error, billed) = match end {
            End::LeaseLost | End::Held => return Ok(()),
            End::Rest(progress, after) => {
                let pause = after.mul_f64(self.app.config.providers.pace());
                self.save(status_of(&progress), &progress, Some(pause))
                    .await?;
                reach(Seam::TaskStored);
                return Ok(());
            }
            End::Again(standing, pause) => match self.again_later(&standing, pause).await? {
                Some(end) => return Box::pin(self.write_down(end, input)).await,
                None => return Ok(()),
            },
            End::Produced(produced, progress) => {
                let is_task = progress.task.is_some();
                let not_taken = match self.keep(&produced, is_task).await {
                    Ok(files) => return self.succeed(input, *produced, files).await,
                    Err(not_taken) => not_taken,
                };
                let later = match &not_taken {
                    NotTaken::Now(after) if is_task => Some(self.later(&progress, *after)),
                    NotTaken::NoPlace if is_task => self.wait_for_place(&progress),
                    _ => None,
                };
                if let Some(later) = later {
                    return Box::pin(self.write_down(later, input)).await;
                }
                let (status, error) = match not_taken {
                    NotTaken::Now(_) => (Status::Unknown, self.lost()),
                    NotTaken::NoPlace => (Status::Unknown, self.no_place()),
                    NotTaken::Ever(error) => (Status::Failed, error),
                };
                (status, Some(error), Billed::Made(produced.usage))
            }
            End::Failed(error) => {
                if self.has_successor(&error).await? {
                    return Ok(());
                }
                (Status::Failed, Some(error), Billed::Nothing)
            }
            End::Spoiled(error) => (Status::Failed, Some(error), Billed::Perhaps),
            End::Unknown(error) => (Status::Unknown, Some(error), Billed::Perhaps),
            // What is told is that it may have been made.
            End::Cancelled(Some(told)) => (Status::Cancelled, Some(told), Billed::Perhaps),
            End::Cancelled(None) => (Status::Cancelled, None, Billed::Nothing),
        };
        let charge = self.charge(input, status, &billed)?;
        let error = error.as_ref().map(serde_json::to_string).transpose()?;
        let error = error.as_deref();
        let written = self.app.live_texts.get(&self.row.id);
        self.settle(&Settlement {
            status,
            actual: None,
            text: written.as_deref(),
            error,
            charge: charge.as_ref(),
            outputs: &[],
        })
        .await
    }

    /// What the ledger is told of this end.
    fn charge(
        &self,
        input: &GenerationInput,
        status: Status,
        billed: &Billed,
    ) -> Result<Option<Charge>, Fault> {
        let made_of = (input, self.listed);
        let today = self.app.clock.today();
        ledger::charge(self.row, self.resolution, made_of, status, billed, &today)
    }

    async fn succeed(
        &self,
        input: &GenerationInput,
        produced: Produced,
        outputs: Vec<NewOutput>,
    ) -> Result<(), Fault> {
        let cost = actual(input, self.listed, &produced.usage, &self.app.clock.today());
        let actual = serde_json::to_string(&cost)?;
        let billed = Billed::Made(produced.usage);
        let charge = self.charge(input, Status::Succeeded, &billed)?;
        self.settle(&Settlement {
            status: Status::Succeeded,
            actual: Some(&actual),
            text: produced.text.as_deref(),
            error: None,
            charge: charge.as_ref(),
            outputs: &outputs,
        })
        .await
    }

    async fn settle(&self, settlement: &Settlement<'_>) -> Result<(), Fault> {
        let now = self.app.clock.now();
        let settled = store::jobs::settle(&self.app.db, self.lease, settlement, now).await?;
        reach(Seam::Settled);
        self.app.live_texts.take(&self.row.id);
        if settled {
            self.count(settlement, now);
            self.tell(settlement.status);
        } else {
            tracing::warn!(generation = %self.row.id, "the lease was lost before the result was written");
        }
        Ok(())
    }

    /// Counts the end for those who watch the server.
    fn count(&self, settlement: &Settlement<'_>, now: Timestamp) {
        let (operation, provider) = (self.resolution.operation, self.provider());
        let millis = now.0.saturating_sub(self.row.created_at.0);
        let took = Duration::from_millis(u64::try_from(millis).unwrap_or(0));
        let metrics = &self.app.metrics;
        metrics.ended(operation, provider, settlement.status, took);
        if let Some(charge) = settlement.charge {
            metrics.paid(operation, provider, self.row.payer, charge.actual);
        }
    }

    fn tell(&self, status: Status) {
        let event = Event::Generation {
            id: self.row.id.clone(),
            status,
        };
        self.app.events.tell(&self.row.user_id, event);
    }

    fn log(&self, failure: &Failure, secret: Option<&SecretString>) {
        let secrets: Vec<&SecretString> = secret.into_iter().collect();
        tracing::info!(
            generation = %self.row.id,
            provider = %self.provider(),
            fault = ?failure.fault,
            status = failure.status,
            detail = failure.detail(&secrets),
            "the provider did not deliver"
        );
    }
}
