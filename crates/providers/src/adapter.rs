//! What every provider's adapter can do, and the words it speaks: job, progress, step. Nothing here
//! waits, sends or knows a secret; the caller keeps the progress, so a restart resumes it.

use crate::{Call, Failure, Reply, sse::Event};
use bytes::Bytes;
use domain::{
    ProviderId,
    input::GenerationInput,
    keys::{Finding, FindingResult},
    listing::Listing,
    pricing::Usage,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use url::Url;

/// One provider's protocol without I/O. An adapter has no state: what it learns is in [`Progress`].
pub trait Adapter: Send + Sync {
    /// Whose protocol this is.
    fn provider(&self) -> ProviderId;

    /// What to send next. `Call.auth` says how a secret is presented, never what it is.
    ///
    /// # Errors
    /// A [`Failure`] where the job cannot be said in this protocol. Nothing has been sent then.
    fn call(&self, job: &Job, progress: &Progress) -> Result<Call, Failure>;

    /// What the answer to [`Adapter::call`] with the same job and progress means.
    ///
    /// # Errors
    /// The classified [`Failure`]. One with `transient` that answers a poll does not end the job:
    /// count the poll and ask again after its `retry_after`, which is then always set.
    fn read(&self, job: &Job, progress: &Progress, reply: &Reply) -> Result<Step, Failure>;

    /// The text that this event of a streamed answer adds, to be shown while it is written. What
    /// counts in the end is [`Adapter::read`] of the whole answer.
    fn delta(&self, _job: &Job, _event: &Event) -> Option<String> {
        None
    }

    /// The call that stops a task which the provider has taken; `None` where it has none.
    fn cancel_call(&self, _job: &Job, _progress: &Progress) -> Option<Call> {
        None
    }

    /// Whether the answer to it says that the task was stopped before it was made.
    fn cancel_read(&self, _reply: &Reply) -> bool {
        false
    }

    /// The call of this stage of the free test of a key; `None` where there is no such stage.
    /// `endpoint` is the address to test, for providers without one of their own.
    fn check_call(&self, stage: u8, endpoint: Option<&Url>) -> Option<Call>;

    /// What the answer to this stage says about the key.
    fn check_read(&self, stage: u8, reply: &Reply) -> CheckStep;

    /// The call for a page of the provider's own list of models; `None` where it has none.
    fn list_call(&self, _at: &ListPage) -> Option<Call> {
        None
    }

    /// What that page lists, and where to go on. `today` is `YYYY-MM-DD`.
    ///
    /// # Errors
    /// The classified [`Failure`]; the list that was there before stays then.
    fn list_read(
        &self,
        _at: &ListPage,
        reply: &Reply,
        _today: &str,
    ) -> Result<(Listing, Option<ListPage>), Failure> {
        Err(Failure::unreadable(reply, "this provider has no list"))
    }
}

/// A page of a provider's list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListPage {
    /// Which of the provider's lists, from 0.
    pub stage: u8,
    /// Where that list goes on; `None` at its beginning.
    pub after: Option<String>,
}

/// One thing to generate.
#[derive(Debug, Clone)]
pub struct Job {
    /// Our id of the generation; opaque to the provider.
    pub generation: String,
    /// The model id that the provider accepts.
    pub model: String,
    /// What the person asked for.
    pub input: GenerationInput,
    /// The pictures of `input.images()`, in the same order, loaded.
    pub pictures: Vec<Picture>,
    /// The address of the server that a person runs, for providers without one of their own.
    pub endpoint: Option<Url>,
}

impl Job {
    /// Whether the text is wanted while it is written.
    #[must_use]
    pub const fn streams(&self) -> bool {
        matches!(&self.input, GenerationInput::Llm(input) if input.stream)
    }
}

/// A picture that goes along with a request.
#[derive(Clone)]
pub enum Picture {
    /// The picture itself.
    Bytes {
        /// The file.
        bytes: Bytes,
        /// Its type by its magic bytes, such as `image/png`.
        media_type: String,
    },
    /// A public https address, passed on as it is where the provider takes addresses.
    Url(String),
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bytes { bytes, media_type } => write!(f, "{media_type} of {} bytes", bytes.len()),
            Self::Url(_) => f.write_str("picture by address"),
        }
    }
}

/// How far a job has come at the provider. Stored by the caller before each further call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// Addresses at the provider of the pictures uploaded so far, in their order.
    pub uploads: Vec<String>,
    /// The provider's task id, once it took the job.
    pub task: Option<String>,
    /// How often the task has been asked for, failed polls included.
    pub polls: u32,
    /// How many of the last polls failed, one after the other.
    pub failed: u32,
    /// When the provider took the job, in milliseconds since 1970; noted by the caller.
    pub since: Option<i64>,
}

impl Progress {
    /// The progress after one more poll that was answered.
    #[must_use]
    pub fn polled(&self) -> Self {
        Self {
            polls: self.polls.saturating_add(1),
            failed: 0,
            ..self.clone()
        }
    }

    /// The progress after one more poll that was not.
    #[must_use]
    pub fn poll_failed(&self) -> Self {
        Self {
            failed: self.failed.saturating_add(1),
            ..self.polled()
        }
    }
}

/// What comes next.
#[derive(Debug)]
pub enum Step {
    /// Store the progress and make the next call at once.
    Continue(Progress),
    /// Store the progress and make the next call after this time.
    Wait {
        /// How far it has come.
        progress: Progress,
        /// How long to wait; a sandbox may be asked sooner.
        after: Duration,
    },
    /// It is there.
    Done(Box<Produced>),
}

/// What was generated.
#[derive(Debug, Default)]
pub struct Produced {
    /// The text, for text models.
    pub text: Option<String>,
    /// Pictures, clips, sound.
    pub media: Vec<Media>,
    /// What the provider counted.
    pub usage: Usage,
    /// The provider's id of this request, to ask its support about.
    pub request_id: Option<String>,
}

/// One produced file.
#[derive(Clone)]
pub enum Media {
    /// The file itself.
    Bytes {
        /// The file.
        bytes: Bytes,
        /// Its type as the provider states it; the magic bytes decide.
        media_type: Option<String>,
    },
    /// Where it can be fetched for a while, without any credential.
    Url(String),
}

impl std::fmt::Debug for Media {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bytes { bytes, media_type } => {
                write!(
                    f,
                    "{} of {} bytes",
                    media_type.as_deref().unwrap_or("file"),
                    bytes.len()
                )
            }
            Self::Url(_) => f.write_str("file by address"),
        }
    }
}

/// What a stage of a key test leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckStep {
    /// Ask this stage; the one before could not tell.
    Next(u8),
    /// Known.
    Done(KeyFindings),
}

/// What the provider says about a key. Format and reachability are found out by the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFindings {
    /// Whether it accepts the key.
    pub auth: Finding,
    /// Whether there is credit.
    pub quota: Finding,
    /// Whether the key may list models.
    pub models: Finding,
}

impl KeyFindings {
    pub(crate) fn accepted(quota: Finding, models: Finding) -> Self {
        let auth = Finding::new(FindingResult::Ok, "The provider accepts the key.");
        Self {
            auth,
            quota,
            models,
        }
    }

    /// What a failed check means: a refusal of the key, or an answer that says nothing about it.
    pub(crate) fn failed(provider: ProviderId, failure: &Failure) -> Self {
        use domain::ProviderFault as Fault;
        let said = failure.fault.advice(provider.label());
        let skipped = Finding::skipped;
        match failure.fault {
            Fault::BadKey => Self {
                auth: Finding::new(FindingResult::Failed, said),
                quota: skipped(),
                models: skipped(),
            },
            Fault::NoCredit | Fault::SpendLimit => {
                Self::accepted(Finding::new(FindingResult::Failed, said), skipped())
            }
            Fault::Forbidden => Self {
                auth: Finding::new(FindingResult::Failed, said),
                quota: skipped(),
                models: skipped(),
            },
            _ => Self {
                auth: Finding::new(FindingResult::Unknown, said),
                quota: skipped(),
                models: skipped(),
            },
        }
    }

    pub(crate) fn untold(what: &str) -> Finding {
        Finding::new(FindingResult::Unknown, what)
    }

    pub(crate) fn good(what: &str) -> Finding {
        Finding::new(FindingResult::Ok, what)
    }

    pub(crate) fn bad(what: &str) -> Finding {
        Finding::new(FindingResult::Failed, what)
    }
}
