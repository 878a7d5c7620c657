//! What media are: their types by their first bytes, which type an operation gives, and the row that
//! is written down for a stored file.

use crate::storage::Checked;
use domain::{Operation, OutputId};
use store::outputs::NewOutput;

/// What is written down of a checked file, once it has its place.
#[derive(Debug, Clone)]
pub struct Kept {
    media_type: &'static str,
    bytes: u64,
    sha256: Vec<u8>,
}

impl Kept {
    /// What a checked file is.
    #[must_use]
    pub fn of(file: &Checked) -> Self {
        Self {
            media_type: file.media_type,
            bytes: file.bytes,
            sha256: file.sha256.clone(),
        }
    }

    /// The row for it, with the names of its place and of its small picture.
    #[must_use]
    pub fn into_row(self, id: OutputId, file: String, thumbnail: Option<String>) -> NewOutput {
        NewOutput {
            id,
            media_type: self.media_type.to_owned(),
            bytes: i64::try_from(self.bytes).unwrap_or(i64::MAX),
            sha256: self.sha256,
            file,
            thumbnail,
        }
    }
}

/// Why a file was not kept.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// Its first bytes are not those of the media that was asked for.
    #[error("not the media that was asked for")]
    WrongType,
    /// The disk or the bucket.
    #[error("{0}")]
    Storage(#[from] std::io::Error),
}

/// The type of a file by its first bytes, if it is one that may be stored.
#[must_use]
pub fn sniff(head: &[u8]) -> Option<&'static str> {
    let is_mp3_frame = head.len() > 2 && head[0] == 0xff && head[1] & 0xe6 == 0xe2;
    let found = infer::get(head).map(|kind| kind.mime_type());
    match found {
        Some("image/png") => Some("image/png"),
        Some("image/jpeg") => Some("image/jpeg"),
        Some("image/webp") => Some("image/webp"),
        Some("video/mp4" | "video/x-m4v") => Some("video/mp4"),
        Some("video/webm") => Some("video/webm"),
        Some("audio/mpeg") => Some("audio/mpeg"),
        Some("audio/x-wav" | "audio/wav") => Some("audio/wav"),
        Some("audio/ogg") => Some("audio/ogg"),
        Some("audio/x-flac" | "audio/flac") => Some("audio/flac"),
        _ if is_mp3_frame => Some("audio/mpeg"),
        _ => None,
    }
}

/// Whether a type is a result of the operation.
#[must_use]
pub fn fits(operation: Operation, media_type: &str) -> bool {
    match operation {
        Operation::Llm => false,
        Operation::Image => media_type.starts_with("image/"),
        Operation::Video => media_type.starts_with("video/"),
        Operation::Tts | Operation::Music => media_type.starts_with("audio/"),
    }
}

/// The ending of a stored file's name.
pub(crate) fn ending(media_type: &str) -> &'static str {
    match media_type {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        "video/mp4" => "mp4",
        "video/webm" => "webm",
        "audio/mpeg" => "mp3",
        "audio/wav" => "wav",
        "audio/ogg" => "ogg",
        _ => "flac",
    }
}
