//! Every servable model of the market: whatever it offers ends up in its input, and the input fits
//! the model's own schema.

use super::*;
use crate::{Job, test_support::job};
use domain::{
    ProviderFault,
    input::{GenerationInput, ImageInput, MAX_REFERENCE_IMAGES, TtsInput, VideoInput},
};
use serde_json::Map;

const ADDRESS: &str = "https://example.com/a.png";

/// What is chosen, as text; nothing but the prompt by default.
type Chosen<'a> = Option<(Parameter, &'a str)>;

fn wish(model: &str, operation: Operation, chosen: Chosen) -> Job {
    let text = |parameter| {
        chosen
            .filter(|(one, _)| *one == parameter)
            .map(|(_, value)| value.to_owned())
    };
    let number = |parameter| text(parameter).map(|value| value.parse().unwrap());
    let prompt = "Waves".to_owned();
    let input = match operation {
        Operation::Image => GenerationInput::Image(ImageInput {
            prompt,
            aspect_ratio: text(Parameter::AspectRatio),
            resolution: text(Parameter::Resolution),
            seed: number(Parameter::Seed),
            ..ImageInput::default()
        }),
        Operation::Video => GenerationInput::Video(VideoInput {
            prompt,
            aspect_ratio: text(Parameter::AspectRatio),
            resolution: text(Parameter::Resolution),
            duration_seconds: number(Parameter::Duration),
            audio: text(Parameter::Audio).map(|value| value == "true"),
            seed: number(Parameter::Seed),
            ..VideoInput::default()
        }),
        _ => GenerationInput::Tts(TtsInput {
            text: prompt,
            voice: text(Parameter::Voice),
            language: text(Parameter::Language),
            seed: number(Parameter::Seed),
            ..TtsInput::default()
        }),
    };
    job(model, input)
}

/// How a value misses a field, if it does.
fn misfit(field: &Field, value: &Value) -> Option<String> {
    let fits = match field.kind {
        Kind::Text => value.is_string(),
        Kind::Number => value.is_number(),
        Kind::Integer => value.is_u64() || value.is_i64(),
        Kind::Boolean => value.is_boolean(),
        Kind::List => value
            .as_array()
            .is_some_and(|all| all.iter().all(Value::is_string)),
        Kind::Objects | Kind::Lists => value.is_array(),
    };
    if !fits {
        return Some(format!("{value} is no {:?}", field.kind));
    }
    if !field.values.is_empty() && !field.values.contains(value) {
        return Some(format!("{value} is not allowed"));
    }
    let length = value.as_str().map(|text| text.chars().count());
    if length.is_some_and(|length| field.longest.is_some_and(|most| length > most)) {
        return Some("too long".to_owned());
    }
    let end = |end: &Option<Number>| end.as_ref().and_then(Number::as_f64);
    if let Some(number) = value.as_f64()
        && (end(&field.min).is_some_and(|least| number < least)
            || end(&field.max).is_some_and(|most| number > most))
    {
        return Some(format!("{number} is out of range"));
    }
    let entries = value.as_array().map_or(&[][..], Vec::as_slice);
    if field.most.is_some_and(|most| entries.len() > most) {
        return Some("too many".to_owned());
    }
    entries
        .iter()
        .filter_map(Value::as_object)
        .find_map(|entry| misfits(&field.of, entry))
}

fn misfits(fields: &BTreeMap<String, Field>, body: &Map<String, Value>) -> Option<String> {
    let missing = fields
        .iter()
        .find(|(name, field)| field.required && !body.contains_key(*name))
        .map(|(name, _)| format!("{name} is missing"));
    missing.or_else(|| {
        body.iter().find_map(|(name, value)| {
            let Some(field) = fields.get(name) else {
                return Some(format!("{name} is unknown"));
            };
            misfit(field, value).map(|why| format!("{name}: {why}"))
        })
    })
}

fn servable() -> impl Iterator<Item = (&'static str, &'static Entry, Operation)> {
    entries()
        .iter()
        .filter_map(|(id, entry)| Some((id.as_str(), entry, entry.operation?)))
}

/// The input, checked against the schema of the model that it is for.
#[track_caller]
fn checked(
    model: &str,
    operation: Operation,
    chosen: Chosen,
    pictures: usize,
) -> (&'static str, Map<String, Value>) {
    let job = wish(model, operation, chosen);
    let addresses = vec![ADDRESS.to_owned(); pictures];
    let (sent, body) = input(&job, &addresses)
        .unwrap_or_else(|failure| panic!("{model} {chosen:?}: {}", failure.detail(&[])));
    let schema = entry(sent).unwrap().1;
    assert_eq!(misfits(&schema.input, &body), None, "{model} {chosen:?}");
    (sent, body)
}

#[test]
fn the_market_has_109_models_and_81_of_them_can_serve() {
    let count = |operation| {
        entries()
            .values()
            .filter(|entry| entry.operation == operation)
            .count()
    };
    assert_eq!(entries().len(), 109);
    assert_eq!(count(Some(Operation::Video)), 42);
    assert_eq!(count(Some(Operation::Image)), 36);
    assert_eq!(count(Some(Operation::Tts)), 3);
    assert_eq!(count(None), 28);
}

#[test]
fn every_choice_of_every_model_ends_up_in_an_input_that_fits_its_schema() {
    let mut seen = 0;
    for (model, entry, operation) in servable() {
        let pictures = usize::from(pictures::needed(entry));
        for parameter in [
            Parameter::AspectRatio,
            Parameter::Resolution,
            Parameter::Duration,
            Parameter::Voice,
            Parameter::Language,
        ] {
            let Some((name, field)) = field(entry, parameter) else {
                continue;
            };
            for (offered, sent) in choices(parameter, field) {
                let (used, body) = checked(model, operation, Some((parameter, &offered)), pictures);
                assert_eq!((used, &body[name]), (model, &sent), "{offered}");
                seen += 1;
            }
        }
    }
    assert!(seen > 700, "{seen}");
}

#[test]
fn sound_is_always_said_as_chosen_and_off_otherwise() {
    let mut models = Vec::new();
    for (model, entry, operation) in servable() {
        let Some((name, _)) = field(entry, Parameter::Audio) else {
            continue;
        };
        let pictures = usize::from(pictures::needed(entry));
        for (chosen, expected) in [(Some("true"), true), (Some("false"), false), (None, false)] {
            let chosen = chosen.map(|value| (Parameter::Audio, value));
            let (_, body) = checked(model, operation, chosen, pictures);
            assert_eq!(body[name], expected, "{model}");
        }
        models.push(model);
    }
    assert_eq!(
        models,
        [
            "bytedance/seedance-1.5-pro",
            "bytedance/seedance-2",
            "bytedance/seedance-2-fast",
            "kling-2.6/image-to-video",
            "kling-2.6/text-to-video",
            "kling-3.0/video",
            "wan/2-6-flash-image-to-video",
        ]
    );
}

#[test]
fn a_seed_is_sent_in_the_type_of_its_field_or_refused() {
    let mut with = 0;
    for (model, entry, operation) in servable() {
        let pictures = usize::from(pictures::needed(entry));
        let chosen = Some((Parameter::Seed, "2147483647"));
        if field(entry, Parameter::Seed).is_some() {
            let (_, body) = checked(model, operation, chosen, pictures);
            let seed = &body["seed"];
            assert!(seed == "2147483647" || seed == 2_147_483_647_u32, "{model}");
            with += 1;
        } else {
            let addresses = vec![ADDRESS.to_owned(); pictures];
            let failure = input(&wish(model, operation, chosen), &addresses).unwrap_err();
            assert_eq!(failure.fault, ProviderFault::BadRequest, "{model}");
        }
    }
    assert_eq!(with, 31);
}

#[test]
fn a_prompt_alone_fits_every_model_and_so_does_a_picture_more() {
    for (model, entry, operation) in servable() {
        let (used, body) = checked(model, operation, None, usize::from(pictures::needed(entry)));
        assert_eq!(used, model);
        let (name, _) = field(entry, Parameter::Text).unwrap();
        if name == "dialogue" {
            assert_eq!(body[name][0]["text"], "Waves");
        } else {
            assert_eq!(body[name], "Waves", "{model}");
        }
        if !pictures::fields(entry).is_empty() {
            let (_, body) = checked(model, operation, None, 1);
            let sent = serde_json::to_string(&body).unwrap();
            assert!(sent.contains(ADDRESS), "{model} loses the picture");
        }
    }
}

#[test]
fn a_sibling_takes_over_with_every_choice_of_the_model_that_was_chosen() {
    for (model, sibling) in fill::siblings() {
        let (_, chosen) = entry(model).unwrap();
        let operation = chosen.operation.unwrap();
        assert!(!pictures::needed(chosen), "{model}");
        let pictures = 1;
        for parameter in [Parameter::AspectRatio, Parameter::Resolution] {
            let offered = field(chosen, parameter)
                .map(|(_, field)| choices(parameter, field))
                .unwrap_or_default();
            for (offered, _) in offered {
                let (used, body) = checked(model, operation, Some((parameter, &offered)), pictures);
                assert_eq!(used, sibling);
                let (_, takes) = entry(sibling).unwrap();
                if let Some((name, field)) = field(takes, parameter) {
                    let sent = choices(parameter, field).into_iter();
                    let mut sent = sent.filter(|(word, _)| *word == offered);
                    assert_eq!(sent.next().unwrap().1, body[name], "{model} {offered}");
                }
            }
        }
        let (used, _) = checked(model, operation, None, pictures);
        assert_eq!(used, sibling);
        assert!(super::field(chosen, Parameter::Text).is_some());
    }
}

#[test]
fn the_catalogue_offers_the_pictures_that_a_sibling_takes() {
    const CATALOGUE: &str = include_str!("../../../../../catalog/models/kie-image.toml");
    let mut seen = 0;
    for (model, sibling) in fill::siblings() {
        let (_, takes) = entry(sibling).unwrap();
        let fields = pictures::fields(takes);
        let most = match fields[..] {
            [(_, field)] if field.kind == Kind::List => field.most.unwrap(),
            _ => fields.len(),
        };
        let most = most.min(MAX_REFERENCE_IMAGES);
        let offered = format!("reference_images = {most}");
        let ids = ["id", "sends"].map(|name| format!("\n{name} = \"{model}\"\n"));
        for offer in CATALOGUE.split("[[models]]") {
            if ids.iter().any(|id| offer.contains(id)) {
                assert!(offer.contains(&offered), "{offered}: {offer}");
                assert!(!offer.contains("needs_image"), "{offer}");
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 15, "twelve models, and three other ids of theirs");
}

#[test]
fn choices_are_in_our_words_and_none_is_there_twice() {
    let words = |model: &str, parameter| -> Vec<String> {
        let (_, field) = field(entry(model).unwrap().1, parameter).unwrap();
        choices(parameter, field)
            .into_iter()
            .map(|(offered, _)| offered)
            .collect()
    };
    let size = Parameter::Resolution;
    let shape = Parameter::AspectRatio;
    assert_eq!(words("seedream/4.5-edit", size), ["2K", "4K"]);
    assert_eq!(
        words("gpt-image/1.5-text-to-image", size),
        ["medium", "high"]
    );
    assert_eq!(words("kling-3.0/video", size), ["std", "pro", "4K"]);
    assert_eq!(
        words("sora-2-pro-text-to-video", size),
        ["standard", "high"]
    );
    assert_eq!(words("sora-2-text-to-video", shape), ["9:16", "16:9"]);
    assert_eq!(
        words("qwen/text-to-image", shape),
        ["1:1", "3:4", "9:16", "4:3", "16:9"]
    );
    assert_eq!(
        words("sora-2-text-to-video", Parameter::Duration),
        ["10", "15"]
    );
    let long = words("bytedance/seedance-2", Parameter::Duration);
    assert_eq!((long.len(), &*long[0], &*long[11]), (12, "4", "15"));
    assert_eq!(
        words("grok-imagine/image-to-video", Parameter::Duration).len(),
        25
    );
    for (model, entry, _) in servable() {
        for parameter in [shape, size, Parameter::Duration, Parameter::Voice] {
            let Some((_, field)) = field(entry, parameter) else {
                continue;
            };
            let mut all = words(model, parameter);
            assert!(
                !all.is_empty() || field.values.is_empty(),
                "{model} {parameter:?}"
            );
            let count = all.len();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), count, "{model} {parameter:?}");
        }
    }
}

#[test]
fn what_is_always_the_same_is_in_the_words_of_its_field() {
    for (model, entry) in entries() {
        for (name, field) in &entry.input {
            for value in field.fixed.iter().chain(&field.default) {
                assert_eq!(misfit(field, value), None, "{model} {name}");
            }
            assert_eq!(name.trim(), name, "{model}");
        }
    }
}
