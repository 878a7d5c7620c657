//! What the data files must hold: nothing is forgotten, priced in the wrong unit, switched off, or
//! offered beyond what the provider takes. No test asks a provider.

use super::*;
use domain::{
    input::{GenerationInput, ImageInput, LlmInput, MusicInput, TtsInput, VideoInput},
    pricing::estimate,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The day on which the data was last read.
const TODAY: &str = "2026-11-22";

/// The input schemas of KIE's whole market, kept for the sandbox.
const MARKET: &str = include_str!("../../../sandbox/src/kie/models.json");
const NOT_OFFERED: &str = include_str!("../../../../catalog/kie-not-offered.toml");
const PAGE: &str = include_str!("../../../../docs/providers.md");

/// The providers whose prices are published, with what each recommends a model for.
const RECOMMENDING: [(ProviderId, &[Operation]); 8] = [
    (ProviderId::OpenRouter, &[Operation::Llm]),
    (ProviderId::Claude, &[Operation::Llm]),
    (
        ProviderId::Gemini,
        &[Operation::Llm, Operation::Image, Operation::Tts],
    ),
    (ProviderId::NanoBanana, &[Operation::Image]),
    (ProviderId::Kie, &Operation::ALL),
    (ProviderId::ElevenLabs, &[Operation::Tts]),
    (ProviderId::OpenAi, &[Operation::Tts]),
    (ProviderId::PiApi, &[Operation::Music]),
];

#[derive(Deserialize)]
struct NotOffered {
    reasons: BTreeMap<String, String>,
}

fn not_offered() -> BTreeMap<String, String> {
    toml::from_str::<NotOffered>(NOT_OFFERED).unwrap().reasons
}

/// The models of KIE's market: not its text, its Suno, its Veo, nor the ids that stand for others.
fn market_models(catalog: &Catalog) -> Vec<&Model> {
    [Operation::Image, Operation::Video, Operation::Tts]
        .into_iter()
        .flat_map(|operation| catalog.models_of(operation, ProviderId::Kie))
        .filter(|model| model.sends.is_none() && !model.id.starts_with("veo3"))
        .collect()
}

#[test]
fn the_data_files_hold_together() {
    let catalog = load().unwrap();
    assert_eq!(catalog.providers.len(), ProviderId::ALL.len());
    let mut ids: Vec<_> = catalog
        .models
        .iter()
        .map(|m| (m.operation, m.provider, &m.id))
        .collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count, "a model is listed twice");
}

#[test]
fn no_data_file_is_left_out() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalog/models");
    let there: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let read: BTreeSet<String> = MODELS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(there, read);
}

#[test]
fn every_pair_of_provider_and_operation_can_be_chosen_and_has_a_model() {
    let catalog = load().unwrap();
    let mut pairs = 0;
    for operation in Operation::ALL {
        for provider in ProviderId::serving(operation) {
            assert!(
                catalog.offers(operation, *provider),
                "{provider} {operation}"
            );
            assert!(
                catalog.models_of(operation, *provider).next().is_some(),
                "{provider} {operation}"
            );
            pairs += 1;
        }
    }
    assert_eq!(pairs, 22);
}

#[test]
fn every_model_has_a_price_or_says_that_nobody_knows() {
    let catalog = load().unwrap();
    for model in &catalog.models {
        let says = model
            .notice
            .as_deref()
            .is_some_and(|n| n.contains("not publish a price"));
        assert!(!model.prices.is_empty() || says, "{}", model.id);
        assert!(
            model
                .prices
                .iter()
                .all(|p| p.as_of.len() == 10 && !p.source.is_empty())
        );
    }
}

#[test]
fn only_the_operators_own_installation_is_free() {
    let catalog = load().unwrap();
    for model in &catalog.models {
        let free = model.prices.iter().any(|p| p.micro_usd == MicroUsd::ZERO);
        assert_eq!(
            free,
            model.provider == ProviderId::ClaudeCli,
            "{}",
            model.id
        );
    }
}

#[test]
fn each_operation_is_priced_in_its_own_units() {
    let catalog = load().unwrap();
    for model in &catalog.models {
        let allowed: &[Unit] = match model.operation {
            Operation::Llm => &[Unit::MillionInputTokens, Unit::MillionOutputTokens],
            Operation::Tts => &[
                Unit::ThousandCharacters,
                Unit::ThousandCredits,
                Unit::MillionInputTokens,
                Unit::MillionAudioTokens,
            ],
            Operation::Image => &[Unit::Image],
            Operation::Video => &[Unit::Second, Unit::Clip],
            Operation::Music => &[Unit::Track, Unit::Second],
        };
        for row in &model.prices {
            assert!(allowed.contains(&row.unit), "{}: {:?}", model.id, row.unit);
        }
        let both = |a, b| {
            let has = |unit| model.prices.iter().any(|row| row.unit == unit);
            has(a) && has(b)
        };
        assert!(!both(Unit::Second, Unit::Clip), "{}", model.id);
        assert!(!both(Unit::Second, Unit::Track), "{}", model.id);
        if model.operation == Operation::Llm && !model.prices.is_empty() {
            assert!(
                both(Unit::MillionInputTokens, Unit::MillionOutputTokens),
                "{}",
                model.id
            );
        }
    }
}

#[test]
fn prices_name_only_what_the_model_offers() {
    let catalog = load().unwrap();
    for model in &catalog.models {
        for row in &model.prices {
            let known = |size: &String| model.can.resolutions.contains(size);
            assert!(row.resolution.as_ref().is_none_or(known), "{}", model.id);
            let known = |seconds: &u32| model.can.durations.contains(seconds);
            assert!(row.seconds.as_ref().is_none_or(known), "{}", model.id);
            assert!(row.audio.is_none() || model.can.audio, "{}", model.id);
        }
    }
}

/// A typical job of each operation, as the table of cost ranges means it.
fn typical(operation: Operation) -> GenerationInput {
    match operation {
        Operation::Llm => GenerationInput::Llm(LlmInput {
            prompt: "Write the scenes of a short film. ".repeat(60),
            ..LlmInput::default()
        }),
        Operation::Image => GenerationInput::Image(ImageInput {
            prompt: "A harbour".into(),
            resolution: Some("2K".into()),
            ..ImageInput::default()
        }),
        Operation::Video => clip(None, None),
        Operation::Tts => GenerationInput::Tts(TtsInput {
            text: "x".repeat(600),
            ..TtsInput::default()
        }),
        Operation::Music => GenerationInput::Music(MusicInput {
            prompt: "calm".into(),
            ..MusicInput::default()
        }),
    }
}

fn clip(resolution: Option<&str>, audio: Option<bool>) -> GenerationInput {
    GenerationInput::Video(VideoInput {
        prompt: "A harbour".into(),
        duration_seconds: Some(6),
        resolution: resolution.map(str::to_owned),
        audio,
        ..VideoInput::default()
    })
}

#[test]
fn recommended_models_cost_what_the_published_table_says() {
    let catalog = load().unwrap();
    for model in catalog.models.iter().filter(|model| model.recommended) {
        let (low, high) = match model.operation {
            Operation::Llm => (1.0, 20.0),
            Operation::Image => (5.0, 100.0),
            Operation::Video => (10.0, 50.0),
            Operation::Tts => (2.0, 40.0),
            Operation::Music => (5.0, 20.0),
        };
        let price = estimate(&typical(model.operation), Some(model), TODAY);
        let credits = price
            .credits
            .unwrap_or_else(|| panic!("{} has no price", model.id));
        assert!(
            credits.high >= low && credits.high <= high,
            "{}: {}–{} credits, not within {low}–{high}",
            model.id,
            credits.low,
            credits.high
        );
    }
}

#[test]
fn each_provider_with_published_prices_recommends_its_default_model() {
    let catalog = load().unwrap();
    for (id, operations) in RECOMMENDING {
        let provider = catalog.provider(id).unwrap();
        for operation in Operation::ALL {
            let recommended: Vec<&str> = catalog
                .models_of(operation, id)
                .filter(|model| model.recommended)
                .map(|model| model.id.as_str())
                .collect();
            let default = provider.default_models.get(&operation).map(String::as_str);
            let expected: Vec<&str> = default
                .filter(|_| operations.contains(&operation))
                .into_iter()
                .collect();
            assert_eq!(recommended, expected, "{id} {operation}");
            assert_eq!(recommended.is_empty(), !operations.contains(&operation));
        }
    }
}

#[test]
fn no_default_model_is_switched_off() {
    let catalog = load().unwrap();
    for provider in &catalog.providers {
        for (operation, id) in &provider.default_models {
            let model = catalog.model(*operation, provider.id, id).unwrap();
            assert!(!model.is_retired(TODAY), "{} {id}", provider.id);
            assert!(model.sends.is_none(), "{} {id}", provider.id);
        }
    }
}

#[test]
fn a_model_with_an_end_says_when_it_ends() {
    let catalog = load().unwrap();
    for model in &catalog.models {
        let Some(end) = &model.retires_on else {
            continue;
        };
        let notice = model.notice.as_deref().unwrap_or_default();
        let stopped = notice.contains("has stopped");
        assert!(notice.contains(end.as_str()) || stopped, "{}", model.id);
    }
}

#[test]
fn an_id_that_stands_for_another_names_it_and_can_do_no_more() {
    let catalog = load().unwrap();
    let mut seen = BTreeSet::new();
    for model in &catalog.models {
        let Some(target) = &model.sends else { continue };
        let notice = model.notice.as_deref().unwrap_or_default();
        let meant = catalog
            .model(model.operation, model.provider, target)
            .unwrap_or_else(|| panic!("{} sends {target}, which is not listed", model.id));
        assert!(meant.sends.is_none(), "{}", model.id);
        assert!(
            notice.contains(target.as_str()) || notice.contains(&meant.name),
            "{}: {notice}",
            model.id
        );
        assert_eq!(model.retires_on, meant.retires_on, "{}", model.id);
        let offered = |size| meant.can.resolutions.contains(size);
        assert!(model.can.resolutions.iter().all(offered), "{}", model.id);
        assert_eq!(model.can.aspect_ratios, meant.can.aspect_ratios);
        assert_eq!(model.can.durations, meant.can.durations);
        assert!(model.prices.iter().all(|row| meant.prices.contains(row)));
        seen.insert(model.id.as_str());
    }
    for id in [
        "seedream/4-5-text-to-image",
        "kungfu/african-ring-tailed-mamba-v1",
        "eleven_multilingual_v2",
        "suno/bark",
        "anthropic/claude-sonnet-4",
        "anthropic/claude-3.5-sonnet",
        "google/gemini-2.0-flash-exp",
    ] {
        assert!(seen.contains(id), "{id}");
    }
}

#[test]
fn all_of_kies_market_is_offered_or_refused_with_a_reason() {
    let catalog = load().unwrap();
    let market: BTreeMap<String, Value> = serde_json::from_str(MARKET).unwrap();
    let refused = not_offered();
    let offered: BTreeSet<&str> = market_models(&catalog)
        .iter()
        .map(|model| model.id.as_str())
        .collect();
    assert_eq!(market.len(), 109);
    assert_eq!(offered.len() + refused.len(), market.len());
    for id in market.keys() {
        assert_ne!(
            offered.contains(id.as_str()),
            refused.contains_key(id),
            "{id}"
        );
    }
    for (id, reason) in &refused {
        assert!(reason.len() > 10, "{id}");
        assert!(PAGE.contains(&format!("`{id}`")), "{id} is not on the page");
    }
}

/// The values of the first of these fields, as people choose them.
fn choices(input: &Value, fields: &[&str]) -> Vec<String> {
    let words = |word: &str| {
        match word {
            "square_hd" => "1:1",
            "portrait_4_3" => "3:4",
            "portrait_3_2" => "2:3",
            "portrait_16_9" | "portrait" => "9:16",
            "landscape_4_3" => "4:3",
            "landscape_3_2" => "3:2",
            "landscape_16_9" | "landscape" => "16:9",
            "landscape_21_9" => "21:9",
            "basic" => "2K",
            other => other,
        }
        .to_owned()
    };
    let Some(values) = fields
        .iter()
        .find_map(|field| input[*field]["enum"].as_array())
    else {
        return Vec::new();
    };
    let mut chosen: Vec<String> = values.iter().filter_map(Value::as_str).map(words).collect();
    if chosen.contains(&"2K".to_owned()) && chosen.contains(&"high".to_owned()) {
        chosen = vec!["2K".to_owned(), "4K".to_owned()];
    }
    chosen
}

#[test]
fn kies_models_offer_what_their_schemas_take() {
    let catalog = load().unwrap();
    let market: BTreeMap<String, Value> = serde_json::from_str(MARKET).unwrap();
    for model in market_models(&catalog) {
        let input = &market[&model.id]["input"];
        let sizes = ["resolution", "image_resolution", "quality", "size", "mode"];
        let sizes = choices(input, &sizes);
        assert!(
            model.can.resolutions.iter().all(|s| sizes.contains(s)),
            "{}: {sizes:?}",
            model.id
        );
        let shapes = choices(input, &["aspect_ratio", "ratio", "image_size"]);
        assert!(
            model.can.aspect_ratios.iter().all(|s| shapes.contains(s)),
            "{}: {shapes:?}",
            model.id
        );
        let lengths = choices(input, &["duration", "n_frames"]);
        assert!(
            lengths.is_empty()
                || model
                    .can
                    .durations
                    .iter()
                    .all(|s| lengths.contains(&s.to_string())),
            "{}: {lengths:?}",
            model.id
        );
        assert_eq!(model.can.seed, !input["seed"].is_null(), "{}", model.id);
        let longest = ["prompt", "text"]
            .iter()
            .find_map(|field| input[*field]["maxLength"].as_u64());
        if let Some(longest) = longest {
            assert!(
                u64::from(model.can.max_characters) <= longest,
                "{}",
                model.id
            );
        }
    }
}

#[test]
fn a_job_with_the_models_own_defaults_has_a_price_where_there_are_prices() {
    let catalog = load().unwrap();
    for model in &catalog.models {
        let mut input = match typical(model.operation) {
            GenerationInput::Image(image) => GenerationInput::Image(ImageInput {
                resolution: None,
                ..image
            }),
            GenerationInput::Video(video) => GenerationInput::Video(VideoInput {
                duration_seconds: None,
                ..video
            }),
            other => other,
        };
        input.fill_defaults(&model.can);
        let price = estimate(&input, Some(model), TODAY);
        assert_eq!(
            price.micro_usd.is_some(),
            !model.prices.is_empty(),
            "{} {}",
            model.provider,
            model.id
        );
    }
}

#[test]
fn a_price_follows_size_sound_and_length() {
    let catalog = load().unwrap();
    let cost = |id: &str, input: &GenerationInput| {
        let model = catalog.model(input.operation(), ProviderId::Kie, id);
        estimate(input, model, TODAY)
            .micro_usd
            .map(|span| span.high)
    };
    let kling = |size, sound| cost("kling-3.0/video", &clip(Some(size), Some(sound)));
    assert_eq!(kling("std", false), Some(MicroUsd(420_000)));
    assert_eq!(kling("pro", true), Some(MicroUsd(810_000)));
    assert_eq!(kling("4K", true), Some(MicroUsd(2_010_000)));
    let veo = cost("veo3_fast", &clip(Some("1080p"), None));
    assert_eq!(veo, Some(MicroUsd(325_000)));
    let song = GenerationInput::Music(MusicInput {
        prompt: "calm".into(),
        duration_seconds: Some(120),
        ..MusicInput::default()
    });
    let model = catalog.model(Operation::Music, ProviderId::PiApi, "Qubico/ace-step");
    let seconds = estimate(&song, model, TODAY).micro_usd;
    assert_eq!(seconds.map(|span| span.high), Some(MicroUsd(60_000)));
    // Ten seconds in the larger size have no published price; it is not guessed from the others.
    let hailuo = GenerationInput::Video(VideoInput {
        prompt: "A harbour".into(),
        duration_seconds: Some(10),
        resolution: Some("1080P".into()),
        ..VideoInput::default()
    });
    assert_eq!(cost("hailuo/2-3-image-to-video-pro", &hailuo), None);
}

#[test]
fn prices_are_exact_decimals() {
    assert_eq!(micro_usd("0.0336"), Some(MicroUsd(33_600)));
    assert_eq!(micro_usd("2"), Some(MicroUsd(2_000_000)));
    for bad in ["", ".5", "-1", "1e3", "0.0000001", "1,5", "99999999999999"] {
        assert_eq!(micro_usd(bad), None, "{bad}");
    }
}
