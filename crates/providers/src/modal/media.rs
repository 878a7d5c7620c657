//! A picture, clip or sound in whatever form a deployment answers it: the file itself, base64 or a
//! data URL inside JSON, or an address. Pure; nothing is fetched here.

use super::response::{by_words, complaint};
use crate::{Failure, Media, Produced, Reply};
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use bytes::Bytes;
use domain::{Operation, ProviderFault, pricing::Usage};
use serde_json::Value;

/// Base64 with padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads a produced file.
pub fn read(operation: Operation, reply: &Reply) -> Result<Produced, Failure> {
    let upstream = |what| Failure::told(ProviderFault::Upstream, reply, what).lasting();
    let media = if let Some(media_type) = raw_type(reply) {
        if reply.body.is_empty() {
            return Err(upstream("an empty file"));
        }
        Media::Bytes {
            bytes: reply.body.clone(),
            media_type: Some(media_type),
        }
    } else {
        let Ok(value) = serde_json::from_slice::<Value>(&reply.body) else {
            return Err(Failure::unreadable(reply, "neither a file nor JSON").lasting());
        };
        if let Some(told) = complaint(&value) {
            let fault = by_words(ProviderFault::Upstream, &told);
            return Err(Failure::told(fault, reply, told).lasting());
        }
        let found = value
            .as_str()
            .or_else(|| places(operation).iter().find_map(|at| words(&value, at)))
            .ok_or_else(|| upstream("an answer without a file"))?;
        file(found).ok_or_else(|| upstream("a file that cannot be decoded"))?
    };
    Ok(Produced {
        text: None,
        media: vec![media],
        usage: Usage::default(),
        request_id: None,
    })
}

/// The content type of an answer that is the file itself.
fn raw_type(reply: &Reply) -> Option<String> {
    let header = reply.header("content-type")?;
    let kind = header.split(';').next().unwrap_or(header).trim();
    let kind = kind.to_ascii_lowercase();
    let is_file = ["image/", "audio/", "video/"]
        .iter()
        .any(|start| kind.starts_with(start))
        || kind == "application/octet-stream";
    is_file.then_some(kind)
}

fn words<'a>(value: &'a Value, at: &str) -> Option<&'a str> {
    value.pointer(at)?.as_str().filter(|text| !text.is_empty())
}

/// Where deployments put their file, the most usual place first.
const fn places(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::Image => &[
            "/image",
            "/images/0",
            "/image_base64",
            "/imageUrl",
            "/image_url",
            "/url",
        ],
        Operation::Video => &["/video", "/video_base64", "/videoUrl", "/video_url", "/url"],
        Operation::Tts | Operation::Music => {
            &["/audio", "/audio_base64", "/audioUrl", "/audio_url", "/url"]
        }
        Operation::Llm => &[],
    }
}

/// The file behind a text: a data URL, an address, or bare base64.
fn file(text: &str) -> Option<Media> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("data:") {
        let (head, content) = rest.split_once(',')?;
        let media_type = head.strip_suffix(";base64")?;
        let media_type = media_type.split(';').next().filter(|kind| !kind.is_empty());
        return Some(Media::Bytes {
            bytes: decode(content)?,
            media_type: media_type.map(str::to_owned),
        });
    }
    if text.starts_with("https://") || text.starts_with("http://") {
        return Some(Media::Url(text.to_owned()));
    }
    Some(Media::Bytes {
        bytes: decode(text)?,
        media_type: None,
    })
}

/// Either alphabet, broken into lines or not.
fn decode(text: &str) -> Option<Bytes> {
    let clean: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        })
        .collect();
    let decoded = BASE64.decode(clean).ok()?;
    (!decoded.is_empty()).then(|| Bytes::from(decoded))
}
