//! Gemini's picture models: a PNG as inline data, beside a line of text when text was asked for too
//! (Gemini API reference, image generation). Size and ratio are checked as the models do.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::answers;
use super::generate::{chunk, prompt_tokens, usage};
use super::models::Model;
use super::request::{Request, field};
use crate::media;
use crate::reply::Refusal;
use crate::trigger::{Trigger, without_triggers};

const RATIOS: [&str; 10] = [
    "1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9",
];
const WIDE_RATIOS: [&str; 4] = ["1:4", "4:1", "1:8", "8:1"];

/// The answer of a picture model, as its only chunk.
pub(super) fn draw(
    model: &Model,
    request: &Request,
    sized: bool,
    id: &str,
) -> Result<Vec<Value>, Refusal> {
    let modalities = request.modalities();
    if let Some(other) = modalities
        .iter()
        .find(|name| !["TEXT", "IMAGE"].contains(&name.as_str()))
    {
        return Err(answers::invalid(&format!(
            "The requested combination of response modalities ({other}) is not supported by the \
             model. models/{} accepts the following combination of response modalities:\n\
             * IMAGE, TEXT\n* IMAGE\n",
            model.id
        )));
    }
    let config = request.setting("imageConfig");
    let flash = model.id == "gemini-3.1-flash-image";
    let ratio = read_ratio(config, flash)?;
    let resolution = read_size(config, sized, flash)?;
    let (width, height) = media::picture::size(ratio, resolution);
    let file = media::picture::png(&without_triggers(&request.prompt), width, height);
    let picture = json!({"inlineData": {"mimeType": "image/png", "data": STANDARD.encode(file)}});
    let parts = if modalities.iter().any(|name| name == "TEXT") || modalities.is_empty() {
        json!([{"text": "Here is the picture."}, picture])
    } else {
        json!([picture])
    };
    let finish = match request.trigger {
        Some(Trigger::Truncated) => "MAX_TOKENS",
        _ => "STOP",
    };
    let tokens = match (sized, resolution) {
        (false, _) => 1290,
        (_, "512") => 747,
        (_, "2K") if flash => 1680,
        (_, "4K") if flash => 2520,
        (_, "4K") => 2000,
        _ => 1120,
    };
    let mut chunk = chunk(model, id, parts, Some(finish));
    chunk["usageMetadata"] = usage(prompt_tokens(request), tokens, "IMAGE", 0);
    Ok(vec![chunk])
}

fn read_ratio(config: &Value, flash: bool) -> Result<&str, Refusal> {
    match field(config, "aspectRatio") {
        Value::Null => Ok("1:1"),
        value => value
            .as_str()
            .filter(|ratio| RATIOS.contains(ratio) || (flash && WIDE_RATIOS.contains(ratio)))
            .ok_or_else(|| {
                answers::invalid_field(
                    "generation_config.image_config.aspect_ratio",
                    &format!("aspect_ratio {value} is not supported by this model."),
                )
            }),
    }
}

fn read_size(config: &Value, sized: bool, flash: bool) -> Result<&str, Refusal> {
    let field = field(config, "imageSize");
    let refused = |message: &str| {
        Err(answers::invalid_field(
            "generation_config.image_config.image_size",
            message,
        ))
    };
    match field.as_str() {
        None if field.is_null() => Ok("1K"),
        _ if !sized => refused("image_size is not supported by this model."),
        Some(size @ ("1K" | "2K" | "4K")) => Ok(size),
        Some(size @ "512") if flash => Ok(size),
        _ => refused("image_size must be one of 1K, 2K, 4K."),
    }
}
