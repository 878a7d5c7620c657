//! What a provider has made, taken in: fetched, judged by its first bytes, stored as files.

use super::{End, Turn};
use crate::{
    failpoint::{Seam, reach},
    fault::Fault,
    generation::{
        media::{self, Kept, NotKept},
        thumbnail,
    },
    storage::Checked,
};
use domain::{ApiError, Operation, OutputId, ProviderFault};
use providers::{Failure, Media, Produced, Progress};
use std::{
    io::{Error, ErrorKind},
    time::Duration,
};
use store::outputs::NewOutput;
use tokio::io::AsyncWriteExt;

/// The largest result.
const MAX_MEDIA: u64 = 1 << 30;
/// How long a result that has no place here waits for one.
const NO_PLACE_PAUSE: Duration = Duration::from_secs(60);
/// How long a job is kept whose result is still at the provider and has no place here.
const NO_PLACE_PATIENCE: i64 = 24 * 60 * 60 * 1000;
/// How often a result that only this process holds is tried to be stored.
const TRIES: u32 = 10;

impl Turn<'_> {
    /// Whether a result could be stored now; asked before anything is paid.
    pub(super) async fn room(&self) -> Result<(), ApiError> {
        if self.resolution.operation == Operation::Llm {
            return Ok(());
        }
        let room = self.app.storage.room().await;
        room.map(drop).map_err(|error| Fault::from(error).into())
    }

    /// Stores the produced media; none of them stays when one is not what was asked for. What is
    /// nowhere else than here, because the provider keeps no task for it, is tried again for a while.
    pub(super) async fn keep(
        &self,
        produced: &Produced,
        is_task: bool,
    ) -> Result<Vec<NewOutput>, NotTaken> {
        let mut tries = if is_task { 1 } else { TRIES };
        loop {
            let outcome = self.keep_once(produced).await;
            tries -= 1;
            match outcome {
                Err(NotTaken::NoPlace) if tries > 0 => {
                    let pace = self.app.config.providers.pace();
                    tokio::time::sleep(NO_PLACE_PAUSE.mul_f64(pace)).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn keep_once(&self, produced: &Produced) -> Result<Vec<NewOutput>, NotTaken> {
        let useless = || NotTaken::Ever(self.failed(ProviderFault::Upstream, None));
        if self.resolution.operation != Operation::Llm && produced.media.is_empty() {
            return Err(useless());
        }
        let mut fetched = Vec::new();
        for media in &produced.media {
            fetched.push(match self.fetch(media).await {
                Ok(file) => file,
                Err(Fetch::Failure(failure)) => {
                    self.log(&failure, None);
                    return Err(if failure.transient {
                        NotTaken::Now(failure.retry_after)
                    } else {
                        NotTaken::Ever(self.told(&failure, None))
                    });
                }
                Err(Fetch::NotKept(NotKept::WrongType)) => {
                    tracing::warn!(generation = %self.row.id, "the provider sent something else than the media asked for");
                    return Err(useless());
                }
                Err(Fetch::NotKept(NotKept::Storage(error))) => return Err(self.no_place_for(&error)),
            });
        }
        let mut files = Vec::new();
        for file in fetched {
            let file = self.place(file).await;
            files.push(file.map_err(|error| self.no_place_for(&error))?);
        }
        Ok(files)
    }

    /// One result as a whole file of the right type.
    async fn fetch(&self, media: &Media) -> Result<Checked, Fetch> {
        let id = self.app.ids.next();
        let storage = &self.app.storage;
        let mut part = storage.receive(&id).await.map_err(NotKept::from)?;
        match media {
            Media::Bytes { bytes, .. } => {
                part.write_all(bytes).await.map_err(NotKept::from)?;
            }
            Media::Url(url) => {
                let room = storage.room().await.map_err(NotKept::from)?;
                let limit = room.min(MAX_MEDIA);
                let fetched = self.app.outbound.download(url, limit, &mut part).await;
                if let Err(failure) = fetched {
                    let too_large_for_us =
                        limit < MAX_MEDIA && failure.fault == ProviderFault::TooLarge;
                    let ours = if too_large_for_us {
                        Some(Error::from(ErrorKind::StorageFull))
                    } else {
                        part.problem()
                    };
                    return Err(match ours {
                        Some(error) => NotKept::Storage(error).into(),
                        None => Fetch::Failure(failure),
                    });
                }
            }
        }
        reach(Seam::Downloaded);
        let operation = self.resolution.operation;
        let checked = part.check(|found| media::fits(operation, found)).await?;
        Ok(checked)
    }

    /// Puts a file in its place, with its small picture.
    async fn place(&self, file: Checked) -> std::io::Result<NewOutput> {
        let thumbnail = self.thumbnail(&file).await;
        let kept = Kept::of(&file);
        let place = self.app.storage.place(file, self.app.clock.now()).await?;
        reach(Seam::Kept);
        Ok(kept.into_row(OutputId(self.app.ids.next()), place, thumbnail))
    }

    /// The name of the small picture of a picture. Without one the picture is kept all the same.
    async fn thumbnail(&self, file: &Checked) -> Option<String> {
        if !file.media_type.starts_with("image/") {
            return None;
        }
        let small = thumbnail::make(file.path()).await?;
        let stored = async {
            let storage = &self.app.storage;
            let mut part = storage.receive(&self.app.ids.next()).await?;
            part.write_all(&small).await?;
            let checked = part.check(|found| found == thumbnail::MEDIA_TYPE).await?;
            Ok::<_, NotKept>(storage.place(checked, self.app.clock.now()).await?)
        };
        match stored.await {
            Ok(name) => Some(name),
            Err(error) => {
                tracing::warn!(generation = %self.row.id, %error, "a thumbnail could not be stored");
                None
            }
        }
    }

    fn no_place_for(&self, error: &Error) -> NotTaken {
        tracing::error!(generation = %self.row.id, %error, "what was made cannot be stored");
        NotTaken::NoPlace
    }

    /// Has a result that the provider still has wait for a place here; `None` when it has waited for
    /// a day.
    pub(super) fn wait_for_place(&self, progress: &Progress) -> Option<End> {
        let since = progress.since.unwrap_or(self.app.clock.now().0);
        let waited = self.app.clock.now().0 - since;
        (waited < NO_PLACE_PATIENCE).then(|| End::Rest(progress.clone(), NO_PLACE_PAUSE))
    }
}

/// Why what was made is not here.
pub(super) enum NotTaken {
    /// It can be fetched later.
    Now(Option<Duration>),
    /// It could be fetched, but there is no place for it here.
    NoPlace,
    /// It is not what was asked for.
    Ever(ApiError),
}

/// Why a produced file is not here.
enum Fetch {
    Failure(Failure),
    NotKept(NotKept),
}

impl From<NotKept> for Fetch {
    fn from(problem: NotKept) -> Self {
        Self::NotKept(problem)
    }
}
