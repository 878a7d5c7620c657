//! What an adapter is given: the job with its pictures, its model's own id and its address.

use super::Turn;
use crate::fault::Fault;
use domain::{ApiError, OutputId, catalog::Model, input::GenerationInput};
use providers::{Job, Picture};

/// The largest picture that is sent along.
const MAX_PICTURE: usize = 64 << 20;

impl Turn<'_> {
    /// The job for the adapter; the pictures are read while they are still to be sent.
    pub(super) async fn job(
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
        let address = self.row.endpoint.as_deref();
        let parsed = address.map(url::Url::parse).transpose();
        parsed.map_err(|_| Fault::Damaged("endpoint of a generation"))
    }
}
