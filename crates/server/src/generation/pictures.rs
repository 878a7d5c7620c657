//! Pictures that go along with a request: own outputs, uploaded data URLs, public addresses. An
//! uploaded one becomes a stored file, so that the row stays small and a restart still has it.

use super::media::{Kept, NotKept};
use crate::{actor::Actor, app::App, fault::Fault};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{ApiError, ErrorCode, OutputId, input::GenerationInput};
use store::outputs::NewOutput;
use tokio::io::AsyncWriteExt;

/// The largest uploaded picture.
const MAX_PICTURE: usize = 8 << 20;

/// Stores uploaded pictures and checks that named outputs may be used; puts the output ids in
/// place of data URLs.
///
/// # Errors
/// `INVALID_INPUT` for what is not a picture, `NOT_FOUND` for somebody else's output,
/// `PAYLOAD_TOO_LARGE` for a huge one.
pub async fn settle(
    app: &App,
    actor: &Actor,
    input: &mut GenerationInput,
) -> Result<Vec<NewOutput>, ApiError> {
    let mut uploads = Vec::new();
    let (field, names): (&str, Vec<&mut String>) = match input {
        GenerationInput::Image(image) => (
            "input.reference_images",
            image.reference_images.iter_mut().collect(),
        ),
        GenerationInput::Video(video) => ("input.image", video.image.iter_mut().collect()),
        _ => return Ok(uploads),
    };
    for name in names {
        if let Some(data) = name.strip_prefix("data:") {
            let upload = store_upload(app, field, data).await?;
            name.clone_from(&upload.id.0);
            uploads.push(upload);
        } else if name.starts_with("https://") && field == "input.image" {
            url::Url::parse(name).map_err(|_| {
                ApiError::invalid_field(field, "This is not a web address of a picture.")
            })?;
        } else {
            let found =
                store::outputs::get_visible(&app.db, &actor.user.id, &OutputId(name.clone()))
                    .await
                    .map_err(Fault::from)?
                    .ok_or_else(|| ApiError::not_found("picture"))?;
            if found.removed_at.is_some() {
                return Err(ApiError::invalid_field(
                    field,
                    "This picture was removed. Choose another one.",
                ));
            }
            if !found.media_type.starts_with("image/") {
                return Err(ApiError::invalid_field(
                    field,
                    "This is not a picture. Choose a picture.",
                ));
            }
        }
    }
    Ok(uploads)
}

async fn store_upload(app: &App, field: &str, data: &str) -> Result<NewOutput, ApiError> {
    let wrong = || {
        ApiError::invalid_field(
            field,
            "Use a PNG, JPEG or WebP picture as a base64 data URL.",
        )
    };
    let (kind, base64) = data.split_once(',').ok_or_else(wrong)?;
    if !kind.ends_with(";base64") {
        return Err(wrong());
    }
    if base64.len() / 4 * 3 > MAX_PICTURE {
        return Err(ApiError::new(
            ErrorCode::PayloadTooLarge,
            "A picture may have up to 8 MB. Make it smaller and try again.",
        ));
    }
    let bytes = STANDARD.decode(base64).map_err(|_| wrong())?;
    let id = app.ids.next();
    let mut part = app.storage.receive(&id).await.map_err(Fault::from)?;
    part.write_all(&bytes).await.map_err(Fault::from)?;
    let checked = part
        .check(|found| found.starts_with("image/"))
        .await
        .map_err(|problem| match problem {
            NotKept::WrongType => wrong(),
            NotKept::Storage(error) => Fault::from(error).into(),
        })?;
    let kept = Kept::of(&checked);
    let file = app
        .storage
        .place(checked, app.clock.now())
        .await
        .map_err(Fault::from)?;
    Ok(kept.into_row(OutputId(id), file, None))
}
