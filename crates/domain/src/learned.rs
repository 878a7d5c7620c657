//! What past generations tell about the price of the next one. Only what a provider reported is
//! evidence: a cost that was worked out from the price list would only repeat the price list.

use crate::{
    catalog::{Model, Unit},
    input::GenerationInput,
    money::MicroUsd,
    pricing::{Estimate, Usage, measure},
};
use serde::{Deserialize, Serialize};

/// The fewest past generations from which something is learned.
pub const FEWEST: usize = 3;

/// What such generations usually cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Learned {
    /// The least.
    pub low_micro_usd: MicroUsd,
    /// The most.
    pub high_micro_usd: MicroUsd,
    /// How many past generations say so.
    pub based_on: u32,
}

/// What one past generation has cost, as its provider reported it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// The cost.
    pub actual: MicroUsd,
    /// How many characters went in, where the price depends on that: [`quantity`].
    pub quantity: Option<u64>,
}

/// Whether a cost is the provider's own word: it stated the cost, or it counted everything that
/// was priced.
#[must_use]
pub fn is_reported(usage: &Usage, actual: &Estimate) -> bool {
    let counted = |unit| match unit {
        Unit::MillionInputTokens => usage.input_tokens.is_some(),
        Unit::MillionOutputTokens => usage.output_tokens.is_some(),
        Unit::MillionAudioTokens => usage.audio_tokens.is_some(),
        Unit::ThousandCredits => usage.credits.is_some(),
        Unit::ThousandCharacters | Unit::Image | Unit::Second | Unit::Clip | Unit::Track => false,
    };
    let by_count = !actual.lines.is_empty() && actual.lines.iter().all(|line| counted(line.unit));
    usage.cost.is_some() || (actual.micro_usd.is_some() && by_count)
}

/// The settings on which a price depends, in words, such as `6s 720p sound`: generations are alike
/// where these are equal.
#[must_use]
pub fn settings(input: &GenerationInput, model: Option<&Model>) -> String {
    let measure = model.map(|model| measure(input, model)).unwrap_or_default();
    let longest = match input {
        GenerationInput::Llm(llm) => llm.max_output_tokens,
        _ => None,
    };
    let words = [
        longest.map(|tokens| format!("{tokens} tokens")),
        measure.seconds.map(|seconds| format!("{seconds}s")),
        measure.resolution,
        measure
            .audio
            .map(|sound| if sound { "sound" } else { "silent" }.to_owned()),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The characters that go in, where the price grows with them: text to read and text to speak.
#[must_use]
pub fn quantity(input: &GenerationInput) -> Option<u64> {
    let count = |text: &str| text.chars().count() as u64;
    match input {
        GenerationInput::Llm(llm) => Some(
            count(&llm.prompt)
                + llm.system.as_deref().map_or(0, count)
                + llm.json_schema.as_deref().map_or(0, count),
        ),
        GenerationInput::Tts(tts) => Some(count(&tts.text)),
        GenerationInput::Image(_) | GenerationInput::Video(_) | GenerationInput::Music(_) => None,
    }
}

/// What something would cost by the past ones with the same settings. With a quantity, by their
/// cost per character, and only by those of half to double the length: the price of an answer does
/// not grow with the question. Of ten or more the outermost tenths are left out.
#[must_use]
pub fn learn(past: &[Evidence], quantity: Option<u64>) -> Option<Learned> {
    let mut costs: Vec<MicroUsd> = past
        .iter()
        .filter_map(|one| match (quantity, one.quantity) {
            (None, None) => Some(one.actual),
            (Some(now), Some(then)) if is_similar(now, then) => Some(one.actual.times(now, then)),
            _ => None,
        })
        .collect();
    if costs.len() < FEWEST {
        return None;
    }
    costs.sort_unstable();
    let outermost = costs.len() / 10;
    Some(Learned {
        low_micro_usd: costs[outermost],
        high_micro_usd: costs[costs.len() - 1 - outermost],
        based_on: u32::try_from(costs.len()).unwrap_or(u32::MAX),
    })
}

const fn is_similar(now: u64, then: u64) -> bool {
    then > 0 && now <= then.saturating_mul(2) && then <= now.saturating_mul(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Operation, ProviderId,
        catalog::{Capabilities, Price},
        input::{ImageInput, LlmInput, TtsInput, VideoInput},
        pricing::actual,
    };
    use proptest::prelude::*;

    fn flat(costs: &[i64]) -> Vec<Evidence> {
        let one = |cost: &i64| Evidence {
            actual: MicroUsd(*cost),
            quantity: None,
        };
        costs.iter().map(one).collect()
    }

    fn model(units: &[Unit]) -> Model {
        Model {
            provider: ProviderId::Gemini,
            operation: Operation::Llm,
            id: "m".into(),
            sends: None,
            name: "M".into(),
            recommended: false,
            retires_on: None,
            notice: None,
            can: Capabilities {
                resolutions: vec!["720p".into(), "1080p".into()],
                durations: vec![6, 10],
                audio: true,
                ..Capabilities::default()
            },
            prices: units
                .iter()
                .map(|unit| Price {
                    unit: *unit,
                    micro_usd: MicroUsd(1_000_000),
                    resolution: None,
                    audio: None,
                    seconds: None,
                    above_input_tokens: None,
                    from: None,
                    until: None,
                    source: "s".into(),
                    as_of: "2026-11-01".into(),
                })
                .collect(),
        }
    }

    #[test]
    fn two_are_not_enough_and_three_are() {
        assert_eq!(learn(&flat(&[5, 5]), None), None);
        let learned = learn(&flat(&[7, 5, 6]), None).unwrap();
        assert_eq!((learned.low_micro_usd.0, learned.high_micro_usd.0), (5, 7));
        assert_eq!(learned.based_on, 3);
    }

    #[test]
    fn one_odd_price_among_many_does_not_widen_the_range() {
        let mut costs = vec![100; 18];
        costs.extend([1, 9_000]);
        let learned = learn(&flat(&costs), None).unwrap();
        assert_eq!(
            (learned.low_micro_usd.0, learned.high_micro_usd.0),
            (100, 100)
        );
        assert_eq!(learned.based_on, 20);
    }

    #[test]
    fn texts_are_compared_by_the_character_and_only_with_those_of_a_similar_length() {
        let spoken = |characters, cost| Evidence {
            actual: MicroUsd(cost),
            quantity: Some(characters),
        };
        let past = [spoken(100, 1_000), spoken(150, 1_500), spoken(200, 2_200)];
        let learned = learn(&past, Some(120)).unwrap();
        assert_eq!(
            (learned.low_micro_usd.0, learned.high_micro_usd.0),
            (1_200, 1_320)
        );
        assert_eq!(learn(&past, Some(50)), None, "two are more than double");
        assert_eq!(learn(&past, Some(0)), None);
        assert_eq!(learn(&past, None), None);
    }

    #[test]
    fn settings_are_alike_with_and_without_their_defaults_written_out() {
        let clip = |resolution: Option<&str>, seconds, audio| {
            GenerationInput::Video(VideoInput {
                resolution: resolution.map(str::to_owned),
                duration_seconds: seconds,
                audio,
                ..VideoInput::default()
            })
        };
        let model = model(&[Unit::Clip]);
        let of = |input: &GenerationInput| settings(input, Some(&model));
        assert_eq!(of(&clip(None, None, None)), "6s 720p silent");
        assert_eq!(
            of(&clip(Some("720p"), Some(6), Some(false))),
            "6s 720p silent"
        );
        assert_eq!(
            of(&clip(Some("1080p"), Some(10), Some(true))),
            "10s 1080p sound"
        );
        let text = GenerationInput::Llm(LlmInput {
            max_output_tokens: Some(500),
            ..LlmInput::default()
        });
        assert_eq!(settings(&text, None), "500 tokens");
    }

    #[test]
    fn only_the_providers_word_is_evidence() {
        let text = GenerationInput::Llm(LlmInput {
            prompt: "a fox".into(),
            ..LlmInput::default()
        });
        let tokens = model(&[Unit::MillionInputTokens, Unit::MillionOutputTokens]);
        let reported = |input: &GenerationInput, model: &Model, usage: Usage| {
            is_reported(&usage, &actual(input, Some(model), &usage, "2026-11-29"))
        };
        let counted = Usage {
            input_tokens: Some(10),
            output_tokens: Some(20),
            ..Usage::default()
        };
        assert!(reported(&text, &tokens, counted.clone()));
        let half = Usage {
            output_tokens: None,
            ..counted
        };
        assert!(!reported(&text, &tokens, half));
        let picture = GenerationInput::Image(ImageInput::default());
        let by_list = model(&[Unit::Image]);
        assert!(!reported(&picture, &by_list, Usage::default()));
        let stated = Usage {
            cost: Some(MicroUsd(7)),
            ..Usage::default()
        };
        assert!(reported(&picture, &by_list, stated));
        let spoken = GenerationInput::Tts(TtsInput {
            text: "Come home.".into(),
            ..TtsInput::default()
        });
        let by_credit = model(&[Unit::ThousandCredits]);
        let credits = Usage {
            credits: Some(11),
            ..Usage::default()
        };
        assert!(reported(&spoken, &by_credit, credits));
        assert!(!reported(&spoken, &by_credit, Usage::default()));
    }

    proptest! {
        #[test]
        fn what_is_learned_lies_within_what_was_seen(
            costs in proptest::collection::vec(0..1_000_000_i64, 3..60)
        ) {
            let learned = learn(&flat(&costs), None).unwrap();
            prop_assert!(learned.low_micro_usd <= learned.high_micro_usd);
            prop_assert!(costs.contains(&learned.low_micro_usd.0));
            prop_assert!(costs.contains(&learned.high_micro_usd.0));
        }
    }
}
