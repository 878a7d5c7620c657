//! What a provider has made, taken in: fetched, judged by its first bytes, stored as files.

use super::Turn;
use crate::{
    fault::Fault,
    generation::media::{self, Kept, NotKept, Part},
};
use domain::{ApiError, Operation, OutputId, ProviderFault};
use providers::{Failure, Media, Produced};
use std::time::Duration;
use store::outputs::NewOutput;
use tokio::io::AsyncWriteExt;

/// The largest result.
const MAX_MEDIA: u64 = 1 << 30;

impl Turn<'_> {
    /// Stores the produced media; none of them stays when one is not what was asked for.
    pub(super) async fn keep(
        &self,
        produced: &Produced,
    ) -> Result<Result<Vec<NewOutput>, NotTaken>, Fault> {
        let useless = || NotTaken::Ever(self.failed(ProviderFault::Upstream, None));
        if self.resolution.operation != Operation::Llm && produced.media.is_empty() {
            return Ok(Err(useless()));
        }
        let mut files = Vec::new();
        for media in &produced.media {
            let kept = match self.keep_one(media).await {
                Ok(kept) => kept,
                Err(Fetch::Failure(failure)) => {
                    self.log(&failure, None);
                    return Ok(Err(if failure.transient {
                        NotTaken::Now(failure.retry_after)
                    } else {
                        NotTaken::Ever(self.told(&failure, None))
                    }));
                }
                Err(Fetch::NotKept(NotKept::WrongType)) => {
                    tracing::warn!(generation = %self.row.id, "the provider sent something else than the media asked for");
                    return Ok(Err(useless()));
                }
                Err(Fetch::NotKept(NotKept::Storage(error))) => return Err(error.into()),
            };
            files.push(kept.into_row(OutputId(self.app.ids.next())));
        }
        Ok(Ok(files))
    }

    async fn keep_one(&self, media: &Media) -> Result<Kept, Fetch> {
        let folder = self.app.config.media_dir();
        let mut part = Part::create(&folder, &self.app.ids.next())
            .await
            .map_err(NotKept::from)?;
        match media {
            Media::Bytes { bytes, .. } => {
                part.file.write_all(bytes).await.map_err(NotKept::from)?;
            }
            Media::Url(url) => {
                self.app
                    .outbound
                    .download(url, MAX_MEDIA, &mut part.file)
                    .await
                    .map_err(Fetch::Failure)?;
            }
        }
        let operation = self.resolution.operation;
        Ok(part
            .keep(&folder, |found| media::fits(operation, found))
            .await?)
    }
}

/// Why what was made is not here.
pub(super) enum NotTaken {
    /// It can be fetched later.
    Now(Option<Duration>),
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
