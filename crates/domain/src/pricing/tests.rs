//! Prices by their conditions, and the laws that hold for any table and any request.

use super::*;
use crate::{
    Operation, ProviderId,
    catalog::Capabilities,
    input::{ImageInput, LlmInput, MusicInput, TtsInput, VideoInput},
};
use proptest::prelude::*;

const TODAY: &str = "2026-11-22";

fn row(unit: Unit, micros: i64) -> Price {
    Price {
        unit,
        micro_usd: MicroUsd(micros),
        resolution: None,
        audio: None,
        seconds: None,
        above_input_tokens: None,
        from: None,
        until: None,
        source: "price list".to_owned(),
        as_of: "2026-11-12".to_owned(),
    }
}

fn model(operation: Operation, prices: Vec<Price>) -> Model {
    Model {
        provider: ProviderId::Kie,
        operation,
        id: "m".to_owned(),
        sends: None,
        name: "M".to_owned(),
        recommended: false,
        retires_on: None,
        notice: None,
        can: Capabilities {
            resolutions: vec!["2K".into(), "4K".into()],
            durations: vec![6, 10],
            audio: true,
            ..Capabilities::default()
        },
        prices,
    }
}

fn image(resolution: Option<&str>) -> GenerationInput {
    GenerationInput::Image(ImageInput {
        prompt: "A harbour".into(),
        resolution: resolution.map(Into::into),
        ..ImageInput::default()
    })
}

fn video(seconds: u32, audio: bool) -> GenerationInput {
    GenerationInput::Video(VideoInput {
        prompt: "A harbour".into(),
        duration_seconds: Some(seconds),
        audio: Some(audio),
        ..VideoInput::default()
    })
}

fn micros(estimate: &Estimate) -> Option<(i64, i64)> {
    estimate.micro_usd.map(|span| (span.low.0, span.high.0))
}

#[test]
fn a_picture_is_priced_by_its_size() {
    let at = |size: &str, price| Price {
        resolution: Some(size.into()),
        ..row(Unit::Image, price)
    };
    let model = model(Operation::Image, vec![at("2K", 134_000), at("4K", 240_000)]);
    let price = |size| micros(&estimate(&image(size), Some(&model), TODAY));
    assert_eq!(price(None), Some((134_000, 134_000)));
    assert_eq!(price(Some("4K")), Some((240_000, 240_000)));
    assert_eq!(price(Some("8K")), None);
}

#[test]
fn a_clip_is_priced_by_seconds_and_sound() {
    let sound = |on, price| Price {
        audio: Some(on),
        ..row(Unit::Second, price)
    };
    let model = model(
        Operation::Video,
        vec![sound(false, 70_000), sound(true, 100_000)],
    );
    let price = |seconds, on| micros(&estimate(&video(seconds, on), Some(&model), TODAY));
    assert_eq!(price(6, false), Some((420_000, 420_000)));
    assert_eq!(price(10, true), Some((1_000_000, 1_000_000)));
}

#[test]
fn the_day_decides_between_two_prices() {
    let model = model(
        Operation::Llm,
        vec![
            Price {
                until: Some("2027-01-01".into()),
                ..row(Unit::MillionOutputTokens, 3_750_000)
            },
            Price {
                from: Some("2027-01-01".into()),
                ..row(Unit::MillionOutputTokens, 7_500_000)
            },
        ],
    );
    let input = GenerationInput::Llm(LlmInput {
        prompt: "x".into(),
        max_output_tokens: Some(1_000),
        ..LlmInput::default()
    });
    let most = |day| {
        estimate(&input, Some(&model), day)
            .micro_usd
            .unwrap()
            .high
            .0
    };
    assert_eq!(most("2026-12-31"), 3_750);
    assert_eq!(most("2027-01-01"), 7_500);
}

#[test]
fn a_long_prompt_takes_the_higher_rate_as_a_whole() {
    let model = model(
        Operation::Llm,
        vec![
            row(Unit::MillionInputTokens, 100_000),
            Price {
                above_input_tokens: Some(1_000),
                ..row(Unit::MillionInputTokens, 500_000)
            },
        ],
    );
    let usage = |tokens| Usage {
        input_tokens: Some(tokens),
        ..Usage::default()
    };
    let input = GenerationInput::Llm(LlmInput {
        prompt: "x".into(),
        ..LlmInput::default()
    });
    let cost = |tokens| {
        micros(&actual(&input, Some(&model), &usage(tokens), TODAY))
            .unwrap()
            .1
    };
    assert_eq!(cost(1_000), 100);
    assert_eq!(cost(2_000), 1_000);
}

#[test]
fn what_the_provider_states_is_the_actual_cost() {
    let usage = Usage {
        cost: Some(MicroUsd(136)),
        ..Usage::default()
    };
    assert_eq!(
        micros(&actual(&image(None), None, &usage, TODAY)),
        Some((136, 136))
    );
}

#[test]
fn the_providers_own_credits_take_precedence_over_characters() {
    let model = model(
        Operation::Tts,
        vec![
            row(Unit::ThousandCharacters, 40_000),
            row(Unit::ThousandCredits, 80_000),
        ],
    );
    let input = GenerationInput::Tts(TtsInput {
        text: "x".repeat(1_000),
        ..TtsInput::default()
    });
    assert_eq!(
        micros(&estimate(&input, Some(&model), TODAY)),
        Some((40_000, 40_000))
    );
    let usage = Usage {
        credits: Some(450),
        ..Usage::default()
    };
    assert_eq!(
        micros(&actual(&input, Some(&model), &usage, TODAY)),
        Some((36_000, 36_000))
    );
}

#[test]
fn free_is_known_and_unknown_is_not_free() {
    let music = GenerationInput::Music(MusicInput {
        prompt: "x".into(),
        ..MusicInput::default()
    });
    let free = model(Operation::Music, vec![row(Unit::Track, 0)]);
    let nobody_knows = model(Operation::Music, vec![]);
    assert_eq!(estimate(&music, Some(&free), TODAY).words(), "free");
    assert_eq!(
        estimate(&music, Some(&nobody_knows), TODAY).words(),
        "unknown"
    );
    assert_eq!(estimate(&music, None, TODAY), Estimate::unknown());
}

proptest! {
    #[test]
    fn an_estimate_is_in_order_never_negative_and_zero_only_for_free(
        prices in prop::collection::vec((0..9usize, 0..i64::MAX), 0..5),
        text in "\\PC{0,200}", seconds in 0..u32::MAX, which in 0..5usize,
    ) {
        const UNITS: [Unit; 9] = [
            Unit::MillionInputTokens, Unit::MillionOutputTokens, Unit::MillionAudioTokens,
            Unit::ThousandCharacters, Unit::ThousandCredits, Unit::Image, Unit::Second,
            Unit::Clip, Unit::Track,
        ];
        let rows: Vec<Price> = prices.iter().map(|(unit, price)| row(UNITS[*unit], *price)).collect();
        let input = match which {
            0 => GenerationInput::Llm(LlmInput { prompt: text, ..LlmInput::default() }),
            1 => image(None),
            2 => video(seconds, false),
            3 => GenerationInput::Tts(TtsInput { text, ..TtsInput::default() }),
            _ => GenerationInput::Music(MusicInput { prompt: text, ..MusicInput::default() }),
        };
        let priced = model(input.operation(), rows);
        let answer = estimate(&input, Some(&priced), TODAY);
        if let Some(span) = answer.micro_usd {
            prop_assert!(0 <= span.low.0 && span.low <= span.high);
            let quantity: u64 = answer.lines.iter().map(|line| line.quantity.high).sum();
            let paid = answer.lines.iter().any(|l| l.price.micro_usd.0 > 0 && l.quantity.high > 0);
            prop_assert!(!paid || span.high.0 > 0, "{quantity} counted things for nothing");
        } else {
            prop_assert_eq!(answer.status, PriceStatus::Unknown);
        }
    }
}
