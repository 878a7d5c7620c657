//! One claimed job, from where it stands to its next rest or its end. Before a paid request goes
//! out, the row says so; a lost answer after that is the state `unknown` and never a second request.

mod credential;
mod fared;
mod keeping;
mod words;

use self::{fared::Fared, keeping::NotTaken};
use super::{
    live::{Listener, Pen},
    worker::lease_until,
};
use crate::{
    app::App,
    events::Event,
    fault::Fault,
    ledger::{self, Billed},
};
use domain::{
    ApiError, OutputId, ProviderFault, ProviderId, catalog::Model, generation::Status,
    input::GenerationInput, pricing::actual, resolution::Resolution,
};
use providers::{
    Adapter, Call, Failure, Job, Picture, Produced, Progress, Purpose, Reply, SendError, Step,
    pace, retry,
};
use secrecy::SecretString;
use std::time::Duration;
use store::{
    generations::GenerationRow,
    jobs::{ClaimedJob, Lease, Next, Settlement},
    ledger::Charge,
    outputs::NewOutput,
};

/// How many polls in a row may fail before the job is given up.
const FAILED_POLLS: u32 = 10;
/// The largest picture that is sent along.
const MAX_PICTURE: usize = 64 << 20;
/// How long a text waits for the operator's installation when that has its hands full.
const INSTALLATION_BUSY: Duration = Duration::from_secs(2);

/// What became of a job in this turn.
enum End {
    Rest(Progress, Duration),
    Produced(Box<Produced>, Progress),
    Failed(ApiError),
    /// Failed after the provider had taken it: it may have been charged.
    Spoiled(ApiError),
    Unknown(ApiError),
    Cancelled,
    LeaseLost,
}

/// Works on a job until it rests or ends, and writes that down.
///
/// # Errors
/// [`Fault`] where it could not be written down; the lease runs out then and the job is taken up
/// again from what was written.
pub async fn run(app: &App, job: ClaimedJob) -> Result<(), Fault> {
    let interrupted = job.submit_was_interrupted();
    let row = job.generation;
    let resolution: Resolution = serde_json::from_str(&row.resolution)?;
    let input: GenerationInput = serde_json::from_str(&row.input)?;
    let progress: Progress = serde_json::from_str(&job.progress)?;
    let catalog = app.catalog_of(&row.user_id).await?;
    let listed = catalog.model(resolution.operation, resolution.provider, &row.model);
    let turn = Turn {
        app,
        lease: &job.lease,
        row: &row,
        resolution: &resolution,
        listed,
    };
    let mut fared = Fared::default();
    let end = if interrupted {
        End::Unknown(turn.lost())
    } else if row.status == Status::Cancelling {
        End::Cancelled
    } else {
        turn.take(&input, progress, &mut fared).await?
    };
    turn.write_down(end, &input).await?;
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
}

impl Turn<'_> {
    fn provider(&self) -> ProviderId {
        self.resolution.provider
    }

    async fn take(
        &self,
        input: &GenerationInput,
        mut progress: Progress,
        fared: &mut Fared,
    ) -> Result<End, Fault> {
        if self.provider() == ProviderId::ClaudeCli {
            return self.ask_installation(input, progress).await;
        }
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
            let step = match self.send(&call, secret.as_ref(), adapter, &job).await {
                Ok(reply) => {
                    let step = adapter.read(&job, &progress, &reply);
                    if call.purpose == Purpose::Submit {
                        step.map_err(Failure::after_submit)
                    } else {
                        step
                    }
                }
                Err(SendError::NotSent(failure)) => Err(failure),
                Err(SendError::Ambiguous(failure)) if call.purpose == Purpose::Submit => {
                    self.log(&failure, secret.as_ref());
                    return Ok(End::Unknown(self.lost()));
                }
                // What was asked for is made and paid; only its result cannot be taken in.
                Err(SendError::Ambiguous(failure)) if call.purpose == Purpose::Poll => {
                    Err(failure.uncertain())
                }
                Err(SendError::Ambiguous(failure)) => Err(failure),
            };
            fared.hear(&call, &step);
            match step {
                Ok(Step::Continue(next)) => {
                    let next = self.noted(next);
                    let status = if next.task.is_some() {
                        Status::Running
                    } else {
                        Status::Queued
                    };
                    match self.save(status, &next, None).await? {
                        None => return Ok(End::LeaseLost),
                        Some(Status::Cancelling) => return Ok(End::Cancelled),
                        Some(_) => progress = next,
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

    /// Waits for a job that the provider works on, unless it has taken too long.
    fn rest(&self, progress: Progress, after: Duration) -> End {
        let progress = self.noted(progress);
        if self.has_waited_too_long(&progress) {
            End::Unknown(self.waited())
        } else {
            End::Rest(progress, after)
        }
    }

    /// Tries again what did not work although the provider has made it, or is about to.
    fn later(&self, progress: &Progress, after: Option<Duration>) -> End {
        let failed = progress.poll_failed();
        if failed.failed < FAILED_POLLS {
            self.rest(failed, after.unwrap_or(Duration::from_secs(5)))
        } else {
            End::Unknown(self.waited())
        }
    }

    /// The progress with the time at which the provider took the job.
    fn noted(&self, mut progress: Progress) -> Progress {
        if progress.task.is_some() && progress.since.is_none() {
            progress.since = Some(self.app.clock.now().0);
        }
        progress
    }

    /// Sends a call, again where it certainly was not sent or costs nothing.
    async fn send(
        &self,
        call: &Call,
        secret: Option<&SecretString>,
        adapter: &dyn Adapter,
        job: &Job,
    ) -> Result<Reply, SendError> {
        let mut attempt = 1;
        loop {
            let pen = Pen::new(self.app, &self.row.user_id, &self.row.id);
            let mut listener = Listener::new(pen, adapter, job);
            let mut hear = |piece: &[u8]| listener.hear(piece);
            let error = match self.app.outbound.follow(call, secret, &mut hear).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            let Some(pause) = retry::pause(call.purpose, attempt, &error) else {
                return Err(error);
            };
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    /// The job for the adapter; the pictures are read while they are still to be sent.
    async fn job(
        &self,
        input: &GenerationInput,
        with_pictures: bool,
    ) -> Result<Result<Job, ApiError>, Fault> {
        let mut pictures = Vec::new();
        let names = if with_pictures {
            input.images()
        } else {
            Vec::new()
        };
        for name in names {
            if name.starts_with("https://") {
                pictures.push(Picture::Url(name.to_owned()));
                continue;
            }
            let id = OutputId(name.to_owned());
            let Some(file) =
                store::outputs::get_visible(&self.app.db, &self.row.user_id, &id).await?
            else {
                return Ok(Err(ApiError::not_found("picture")));
            };
            if file.removed_at.is_some() {
                return Ok(Err(ApiError::not_found("picture")));
            }
            pictures.push(Picture::Bytes {
                bytes: self.app.storage.read(&file.file, MAX_PICTURE).await?,
                media_type: file.media_type,
            });
        }
        Ok(Ok(Job {
            generation: self.row.id.to_string(),
            model: self
                .listed
                .map_or(self.row.model.as_str(), Model::sent_id)
                .to_owned(),
            input: input.clone(),
            pictures,
            endpoint: self.endpoint()?,
        }))
    }

    fn endpoint(&self) -> Result<Option<url::Url>, Fault> {
        let address = self.resolution.endpoint.as_deref();
        let parsed = address.map(url::Url::parse).transpose();
        parsed.map_err(|_| Fault::Damaged("endpoint of a generation"))
    }

    async fn begin_submit(&self) -> Result<bool, Fault> {
        let (now, until) = (self.app.clock.now(), lease_until(self.app));
        let begun = store::jobs::begin_submit(&self.app.db, self.lease, now, until).await?;
        if begun {
            self.tell(Status::Submitting);
        }
        Ok(begun)
    }

    /// Writes down how far the job is; the status that stands then, `None` when the lease is lost.
    async fn save(
        &self,
        status: Status,
        progress: &Progress,
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
            End::LeaseLost => return Ok(()),
            End::Rest(progress, after) => {
                let pace = self.app.config.providers.pace();
                let status = if progress.task.is_some() {
                    Status::Running
                } else {
                    Status::Queued
                };
                self.save(status, &progress, Some(after.mul_f64(pace)))
                    .await?;
                return Ok(());
            }
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
            End::Failed(error) => (Status::Failed, Some(error), Billed::Nothing),
            End::Spoiled(error) => (Status::Failed, Some(error), Billed::Perhaps),
            End::Unknown(error) => (Status::Unknown, Some(error), Billed::Perhaps),
            End::Cancelled => (Status::Cancelled, None, Billed::Perhaps),
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
        self.app.live_texts.take(&self.row.id);
        if settled {
            self.tell(settlement.status);
        } else {
            tracing::warn!(generation = %self.row.id, "the lease was lost before the result was written");
        }
        Ok(())
    }

    fn has_waited_too_long(&self, progress: &Progress) -> bool {
        let Some(since) = progress.since else {
            return false;
        };
        let waited = self.app.clock.now().0 - since;
        let patience = pace::patience(self.resolution.operation).as_millis();
        u128::try_from(waited).unwrap_or(0) > patience
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
