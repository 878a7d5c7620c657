//! Media that every player and decoder accepts: drawn pictures, synthesised sound, prepared clips.
//! Nothing here may depend on a provider, a clock or chance: the same request gives the same bytes.

pub(crate) mod clips;
pub(crate) mod file;
pub(crate) mod picture;
mod png;
pub(crate) mod sound;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};

/// `GET /media/{id}/{name}`: a prepared clip by its name, or for `WIDTHxHEIGHT.png` the picture that
/// the id decides. Needs no key, knows no store, and so outlives a restart.
pub(crate) async fn result(
    Path((id, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Some((bytes, media_type)) = clips::by_name(&name) {
        return file::serve(&headers, media_type, bytes);
    }
    match picture_size(&name) {
        Some((width, height)) => {
            file::serve(&headers, "image/png", picture::png(&id, width, height))
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The path at which [`result`] serves a picture.
pub(crate) fn picture_path(id: &str, (width, height): (u32, u32)) -> String {
    format!("/media/{id}/{width}x{height}.png")
}

/// The path at which [`result`] serves a prepared clip.
pub(crate) fn clip_path(id: &str, name: &str) -> String {
    format!("/media/{id}/{name}")
}

fn picture_size(name: &str) -> Option<(u32, u32)> {
    let (width, height) = name.strip_suffix(".png")?.split_once('x')?;
    let side = |digits: &str| {
        digits
            .parse()
            .ok()
            .filter(|side| (1..=8_192).contains(side))
    };
    Some((side(width)?, side(height)?))
}
