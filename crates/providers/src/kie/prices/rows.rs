//! One row of KIE's price list → whose price it is, for which choices. A row that holds a word
//! nobody expects is left out.

use super::super::{
    market::{self, Parameter},
    wire::PriceRow,
};
use super::offered;
use crate::decimal;
use domain::{
    Operation,
    catalog::Unit,
    money::{MICRO_USD_PER_CREDIT, MicroUsd},
};
use serde_json::value::to_raw_value;
use url::Url;

/// What a row says about one of our models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    pub operation: Operation,
    pub id: String,
    pub unit: Unit,
    pub micro_usd: MicroUsd,
    pub resolution: Option<String>,
    pub audio: Option<bool>,
    pub seconds: Option<u32>,
}

/// Text models of the list (KIE docs, chat models); the list writes their versions with dots or
/// without.
const TEXT_MODELS: [&str; 13] = [
    "claude-haiku-4-5",
    "claude-opus-4-5",
    "claude-opus-4-6",
    "claude-sonnet-4-5",
    "claude-sonnet-4-6",
    "gemini-2.5-flash",
    "gemini-2.5-pro",
    "gemini-3-flash",
    "gemini-3-pro",
    "gemini-3.1-pro",
    "gpt-5-2",
    "gpt-5-4",
    "gpt-5-5",
];

/// One price for all of Suno's versions.
const SUNO_MODELS: [&str; 6] = ["V4", "V4_5", "V4_5ALL", "V4_5PLUS", "V5", "V5_5"];

/// Pages of the list that name no model in their address, with the kind of work that tells it.
const PAGES: [(&str, &str, &str); 13] = [
    (
        "/elevenlabs/text-to-dialogue-v3",
        "",
        "elevenlabs/text-to-dialogue-v3",
    ),
    ("/kling-2-6", "image-to-video", "kling-2.6/image-to-video"),
    ("/kling-2-6", "text-to-video", "kling-2.6/text-to-video"),
    ("/kling-3-0", "", "kling-3.0/video"),
    ("/nano-banana", "text-to-image", "google/nano-banana"),
    ("/nano-banana", "image-to-image", "google/nano-banana-edit"),
    ("/nano-banana-2", "", "nano-banana-2"),
    ("/nano-banana-pro", "", "nano-banana-pro"),
    ("/qwen-image", "image-to-image", "qwen/image-to-image"),
    ("/qwen-image", "text-to-image", "qwen/text-to-image"),
    ("/qwen-image-2", "image-to-image", "qwen2/image-edit"),
    ("/qwen-image-2", "text-to-image", "qwen2/text-to-image"),
    ("/z-image", "", "z-image"),
];

const KINDS: [&str; 5] = [
    "text-to-image",
    "image-to-image",
    "text-to-video",
    "image-to-video",
    "video-to-video",
];

/// What this row says; nothing where it is about none of our models, or not surely.
pub fn priced(row: &PriceRow) -> Vec<Priced> {
    find(row).unwrap_or_default()
}

fn find(row: &PriceRow) -> Option<Vec<Priced>> {
    let description = row
        .model_description
        .as_deref()?
        .trim()
        .to_ascii_lowercase();
    let unit = row.credit_unit.as_deref()?.trim().to_ascii_lowercase();
    let price = price(row)?;
    let interface = row.interface_type.as_deref()?;
    let plain = |operation, id: &str, unit| Priced {
        operation,
        id: id.to_owned(),
        unit,
        micro_usd: price,
        resolution: None,
        audio: None,
        seconds: None,
    };
    if interface == "chat" {
        let (id, unit) = text_model(&description, &unit)?;
        return Some(vec![plain(Operation::Llm, id, unit)]);
    }
    if description == "suno, generate music" && unit == "per request" {
        let rows = SUNO_MODELS.map(|id| plain(Operation::Music, id, Unit::Track));
        return Some(rows.to_vec());
    }
    // Grok makes several pictures for one price, and its rows name the wrong models.
    let grok = [
        (
            "grok-imagine, text-to-image",
            "per 6 images",
            "grok-imagine/text-to-image",
        ),
        (
            "grok-imagine, image-to-image",
            "per 2 images",
            "grok-imagine/image-to-image",
        ),
    ];
    if let Some((.., id)) = grok
        .iter()
        .find(|(words, counted, _)| (*words, *counted) == (&*description, &*unit))
    {
        return Some(vec![plain(Operation::Image, id, Unit::Image)]);
    }
    let (operation, unit) = match (interface, unit.as_str()) {
        ("image", "per image" | "per request") => (Operation::Image, Unit::Image),
        ("video", "per video") => (Operation::Video, Unit::Clip),
        ("video", "per second") => (Operation::Video, Unit::Second),
        ("music", "per 1000 characters") => (Operation::Tts, Unit::ThousandCharacters),
        _ => return None,
    };
    let id = if description.starts_with("google veo 3.1,") {
        veo(&description)?.to_owned()
    } else {
        market_model(row.anchor.as_deref()?, &description, operation)?
    };
    choices(&description, &plain(operation, &id, unit))
}

/// The price in credits; some rows write the word behind the number.
fn price(row: &PriceRow) -> Option<MicroUsd> {
    let price = row.credit_price.as_ref()?;
    let text = price
        .as_str()
        .map_or_else(|| price.to_string(), str::to_owned);
    let first = text.split_whitespace().next()?.to_owned();
    let raw = to_raw_value(&first).ok()?;
    decimal::micros(&raw, MICRO_USD_PER_CREDIT.unsigned_abs())
}

fn dashed(text: &str) -> String {
    text.trim().replace(['.', ' '], "-")
}

fn text_model(description: &str, unit: &str) -> Option<(&'static str, Unit)> {
    let parts: Vec<&str> = description.split(',').map(str::trim).collect();
    let [name, "chat", way] = parts[..] else {
        return None;
    };
    let unit = match (way, unit) {
        ("input", "per million tokens") => Unit::MillionInputTokens,
        ("output", "per million tokens") => Unit::MillionOutputTokens,
        _ => return None,
    };
    let id = TEXT_MODELS
        .into_iter()
        .find(|id| dashed(id) == dashed(name))?;
    Some((id, unit))
}

fn veo(description: &str) -> Option<&'static str> {
    let has = |word: &str| words(description).any(|one| one == word);
    match (has("fast"), has("quality"), has("lite")) {
        (true, false, false) => Some("veo3_fast"),
        (false, true, false) => Some("veo3"),
        (false, false, true) => Some("veo3_lite"),
        _ => None,
    }
}

/// The kind of work that a text names.
fn kind(text: &str) -> Option<&'static str> {
    let text = text.replace(' ', "-");
    KINDS.into_iter().find(|kind| text.contains(kind))
}

/// The model that the row's address names, if its words do not say something else.
fn market_model(anchor: &str, description: &str, operation: Operation) -> Option<String> {
    let url = Url::parse(anchor).ok()?;
    let told = kind(description);
    let named = url
        .query_pairs()
        .find(|(name, _)| name == "model")
        .map(|(_, id)| id.into_owned());
    let id = named.or_else(|| {
        PAGES
            .iter()
            .find(|(path, kind, _)| *path == url.path() && (kind.is_empty() || Some(*kind) == told))
            .map(|(.., id)| (*id).to_owned())
    })?;
    let (_, entry) = market::entry(&id)?;
    let agrees = told.is_none() || kind(&id).is_none() || told == kind(&id);
    (agrees && entry.operation == Some(operation)).then_some(id)
}

/// The words behind the name of the model, without the kind of work.
fn words(description: &str) -> impl Iterator<Item = &str> {
    let behind = description.split_once(',').map_or("", |(_, behind)| behind);
    behind
        .split([',', ' ', '-'])
        .filter(|word| !word.is_empty() && !matches!(*word, "to" | "text" | "image" | "video"))
}

/// The rows for the choices that the words name.
fn choices(description: &str, plain: &Priced) -> Option<Vec<Priced>> {
    let mut row = plain.clone();
    let mut sizes: Vec<String> = Vec::new();
    let resolutions = offered(&row.id, Parameter::Resolution);
    let durations = offered(&row.id, Parameter::Duration);
    for word in words(description) {
        match word {
            "with" => row.audio = Some(true),
            "without" => row.audio = Some(false),
            "audio" if row.audio.is_some() => {}
            // Ideogram's speeds: ours is always the balanced one.
            "balanced" => {}
            "turbo" | "quality" if row.id.starts_with("ideogram/") => return None,
            _ => {
                if let Some(seconds) = seconds(word) {
                    row.seconds = Some(seconds);
                } else if is_size(word) {
                    sizes.extend(size(word, &row.id, &resolutions)?);
                } else if let Some(one) = named(&resolutions, word) {
                    sizes.push(one);
                } else if !is_of_name(word, &row.id) {
                    return None;
                }
            }
        }
    }
    if row.unit != Unit::Clip || durations.is_empty() {
        row.seconds = None;
    } else if let Some(seconds) = row.seconds
        && !durations.contains(&seconds.to_string())
    {
        return None;
    }
    if sizes.is_empty() {
        return Some(vec![row]);
    }
    let of_size = |resolution| Priced {
        resolution: Some(resolution),
        ..row.clone()
    };
    Some(sizes.into_iter().map(of_size).collect())
}

fn named(offered: &[String], word: &str) -> Option<String> {
    offered
        .iter()
        .find(|one| one.eq_ignore_ascii_case(word))
        .cloned()
}

/// `10s` or `10.0s`.
fn seconds(word: &str) -> Option<u32> {
    let number = word.strip_suffix('s')?;
    number.strip_suffix(".0").unwrap_or(number).parse().ok()
}

/// `720p`, `4k`, `1/2k`.
fn is_size(word: &str) -> bool {
    word.strip_suffix(['p', 'k'])
        .is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()))
}

/// The sizes that a word names, in the words of the model. Empty where it has but one size; `None`
/// where it has others. Kling 3 names its sizes by quality.
fn size(word: &str, id: &str, offered: &[String]) -> Option<Vec<String>> {
    if offered.is_empty() {
        return Some(Vec::new());
    }
    let (numbers, unit) = word.split_at(word.len() - 1);
    numbers
        .split('/')
        .map(|number| {
            let word = format!("{number}{unit}");
            let word = match (id, word.as_str()) {
                ("kling-3.0/video", "720p") => "std",
                ("kling-3.0/video", "1080p") => "pro",
                (_, word) => word,
            };
            named(offered, word)
        })
        .collect()
}

/// Whether a word only repeats the model's name.
fn is_of_name(word: &str, id: &str) -> bool {
    const NAMES_NOTHING: [&str; 2] = ["default", "generation"];
    let id_words = dashed(id).replace(['/', '_'], "-").to_ascii_lowercase();
    let is_of_veo = id.starts_with("veo3") && matches!(word, "fast" | "quality" | "lite");
    is_of_veo
        || NAMES_NOTHING.contains(&word)
        || dashed(word)
            .split('-')
            .all(|part| id_words.split('-').any(|one| one == part))
}
