//! Inputs → the JSON of each payload. Pure; the numbers that nobody chooses here are the ones that
//! the deployments were written for.

use super::{
    request::refused,
    wire::{
        Chat, ExtendedImage, ExtendedMusic, ExtendedSpeech, ExtendedVideo, Message, StandardImage,
        StandardMusic, StandardSpeech, StandardVideo, StreamOptions, Text,
    },
};
use crate::{Failure, Picture};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::input::{ImageInput, LlmInput, MusicInput, TtsInput, VideoInput};
use serde_json::json;

/// The name under which Modal's vLLM example serves its model.
const CHAT_MODEL: &str = "llm";
const NEGATIVE: &str = "blurry, low quality, distorted, deformed, ugly, bad anatomy";

/// Tokens of answer where nobody chose.
const MOST_TOKENS: u32 = 8_192;

pub fn text(input: &LlmInput) -> Result<Text<'_>, Failure> {
    let schema = input.json_schema.as_deref().map(crate::json::schema);
    let rule = schema
        .transpose()?
        .map(|schema| format!("Answer with JSON alone, and let it fit this JSON schema: {schema}"));
    let parts: Vec<&str> = [input.system.as_deref(), rule.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    Ok(Text {
        prompt: &input.prompt,
        system_prompt: (!parts.is_empty()).then(|| parts.join("\n\n")),
        max_tokens: input.max_output_tokens.unwrap_or(MOST_TOKENS),
    })
}

pub fn chat(input: &LlmInput) -> Result<Chat<'_>, Failure> {
    let mut messages = Vec::with_capacity(2);
    if let Some(system) = &input.system {
        messages.push(Message {
            role: "system",
            content: system,
        });
    }
    messages.push(Message {
        role: "user",
        content: &input.prompt,
    });
    let schema = input.json_schema.as_deref().map(crate::json::schema);
    Ok(Chat {
        model: CHAT_MODEL,
        messages,
        max_tokens: input.max_output_tokens,
        response_format: schema.transpose()?.map(|schema| {
            json!({
                "type": "json_schema",
                "json_schema": { "name": "answer", "strict": true, "schema": schema },
            })
        }),
        stream: input.stream,
        stream_options: input.stream.then_some(StreamOptions {
            include_usage: true,
        }),
    })
}

pub fn standard_image<'a>(input: &'a ImageInput, pictures: &[Picture]) -> StandardImage<'a> {
    StandardImage {
        prompt: &input.prompt,
        aspect_ratio: input.aspect_ratio.as_deref(),
        resolution: input.resolution.as_deref().map(size_word),
        reference_images: pictures.iter().map(address).collect(),
        seed: input.seed,
    }
}

/// The deployments' word for a size: `1K` is their `hd`.
fn size_word(size: &str) -> String {
    let word = size.to_ascii_lowercase();
    if word == "1k" { "hd".to_owned() } else { word }
}

/// A picture as an address: its own, or a data URL.
fn address(picture: &Picture) -> String {
    match picture {
        Picture::Bytes { bytes, media_type } => {
            format!("data:{media_type};base64,{}", STANDARD.encode(bytes))
        }
        Picture::Url(url) => url.clone(),
    }
}

pub fn extended_image(input: &ImageInput) -> Result<ExtendedImage<'_>, Failure> {
    let (width, height) = pixels(input)?;
    Ok(ExtendedImage {
        prompt: &input.prompt,
        negative_prompt: NEGATIVE,
        width,
        height,
        num_inference_steps: 25,
        guidance_scale: 7.5,
        num_images_per_prompt: Some(1),
        image: None,
        strength: None,
        seed: input.seed,
    })
}

pub fn extended_edit<'a>(
    input: &'a ImageInput,
    pictures: &[Picture],
) -> Result<ExtendedImage<'a>, Failure> {
    let [Picture::Bytes { bytes, .. }] = pictures else {
        return Err(refused("this deployment edits exactly one picture file"));
    };
    Ok(ExtendedImage {
        num_inference_steps: 30,
        num_images_per_prompt: None,
        image: Some(STANDARD.encode(bytes)),
        strength: Some(0.7),
        ..extended_image(input)?
    })
}

/// Width and height: those of HD by shape, halved for `1K`, doubled for `4K`.
fn pixels(input: &ImageInput) -> Result<(u32, u32), Failure> {
    let (width, height) = match input.aspect_ratio.as_deref() {
        None | Some("16:9") => (1920, 1080),
        Some("9:16") => (1080, 1920),
        Some("1:1") => (1080, 1080),
        Some("4:3") => (1440, 1080),
        Some("3:4") => (1080, 1440),
        Some("3:2") => (1620, 1080),
        Some("2:3") => (1080, 1620),
        Some("21:9") => (2560, 1080),
        Some(_) => return Err(refused("this deployment does not have this shape")),
    };
    match input.resolution.as_deref().map(size_word).as_deref() {
        None | Some("2k") => Ok((width, height)),
        Some("hd") => Ok((width / 2, height / 2)),
        Some("4k") => Ok((width * 2, height * 2)),
        Some(_) => Err(refused("this deployment does not have this size")),
    }
}

pub fn standard_video<'a>(input: &'a VideoInput, pictures: &[Picture]) -> StandardVideo<'a> {
    StandardVideo {
        image_url: pictures.first().map(address),
        prompt: &input.prompt,
        duration: input.duration_seconds,
        aspect_ratio: input.aspect_ratio.as_deref(),
        resolution: input.resolution.as_deref(),
        seed: input.seed,
    }
}

pub fn extended_video<'a>(input: &'a VideoInput, pictures: &[Picture]) -> ExtendedVideo<'a> {
    ExtendedVideo {
        image: pictures.first().map(address),
        prompt: &input.prompt,
        motion_strength: 0.6,
        fps: 24,
        duration: input.duration_seconds.unwrap_or(4),
        guidance_scale: 7.5,
        aspect_ratio: input.aspect_ratio.as_deref(),
        resolution: input.resolution.as_deref(),
        seed: input.seed,
    }
}

pub fn standard_speech(input: &TtsInput) -> StandardSpeech<'_> {
    StandardSpeech {
        text: &input.text,
        voice_id: input.voice.as_deref(),
        language: input.language.as_deref(),
        seed: input.seed,
    }
}

pub fn extended_speech(input: &TtsInput) -> ExtendedSpeech<'_> {
    ExtendedSpeech {
        text: &input.text,
        voice: input.voice.as_deref().unwrap_or("default"),
        language: input.language.as_deref().unwrap_or("en-US"),
        output_format: "mp3",
        seed: input.seed,
    }
}

/// The words to sing, unless nobody is to sing them.
fn lyrics(input: &MusicInput) -> Option<&str> {
    let lyrics = input.lyrics.as_deref()?;
    (input.instrumental != Some(true) && !lyrics.trim().is_empty()).then_some(lyrics)
}

fn described(input: &MusicInput) -> String {
    match input.style.as_deref().map(str::trim) {
        None | Some("") => input.prompt.clone(),
        Some(style) if input.prompt.trim().is_empty() => style.to_owned(),
        Some(style) => format!("{}, {style}", input.prompt),
    }
}

pub fn standard_music(input: &MusicInput) -> StandardMusic<'_> {
    let lyrics = lyrics(input);
    StandardMusic {
        prompt: described(input),
        instrumental: input.instrumental.unwrap_or(lyrics.is_none()),
        title: input.title.as_deref(),
        lyrics,
        duration: input.duration_seconds,
        seed: input.seed,
    }
}

pub fn extended_music(input: &MusicInput) -> Result<ExtendedMusic, Failure> {
    if lyrics(input).is_some() {
        return Err(refused("this deployment does not sing"));
    }
    Ok(ExtendedMusic {
        prompt: described(input),
        duration: input.duration_seconds.unwrap_or(30),
        temperature: 1.0,
        top_k: 250,
        top_p: 0.95,
        cfg_coef: 3.0,
        seed: input.seed,
    })
}
