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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What must never be taken for media, under whatever name it comes.
    const ACTIVE: [&str; 24] = [
        "<!DOCTYPE html><script>alert(1)</script>",
        "<html><body onload=alert(1)>",
        "<script>alert(1)</script>",
        "\u{feff}<html>",
        "  \n<html>",
        "<!-- a comment --><html>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
        "<?xml version=\"1.0\"?><svg/>",
        "<?xml version=\"1.0\"?><x:script xmlns:x=\"http://www.w3.org/1999/xhtml\"/>",
        "%PDF-1.7\n1 0 obj<</OpenAction<</JS(app.alert(1))>>>>",
        "GIF89a/*\x01*/=0;alert(1)//",
        "GIF87a",
        "BM/*alert*/",
        "alert(1)",
        "#!/bin/sh\nid",
        "MZ\u{90}",
        "\u{7f}ELF",
        "PK\u{3}\u{4}",
        "{\"a\":1}",
        "Content-Type: text/html\r\n\r\n<html>",
        "From: x\r\nMIME-Version: 1.0",
        "@import url(x)",
        "\0\0\0<html>",
        "",
    ];

    #[test]
    fn what_acts_is_no_media() {
        for text in ACTIVE {
            assert_eq!(sniff(text.as_bytes()), None, "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn any_bytes_are_judged_and_text_is_never_media(
            bytes in prop::collection::vec(any::<u8>(), 0..64), text in "[ -~]{0,60}"
        ) {
            let _ = sniff(&bytes);
            let kind = sniff(text.as_bytes());
            let is_marked = ["ID3", "OggS", "fLaC", "RIFF"].iter().any(|mark| text.starts_with(mark));
            prop_assert!(kind.is_none() || is_marked || text.contains("ftyp"), "{:?} as {:?}", text, kind);
        }
    }
}
