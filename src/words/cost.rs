//! Costs in words. An unknown price is never shown as nothing.

use domain::{
    Operation,
    catalog::{Model, Unit},
    input::{GenerationInput, ImageInput, LlmInput, MusicInput, TtsInput, VideoInput},
    learned::Learned,
    money::{MicroUsd, format_credits},
    pricing::{Estimate, Line, Span, estimate},
};

/// An amount in US dollars, with as many digits as it needs: `$1.20`, `$0.039`, `<$0.0001`.
#[must_use]
pub fn usd(amount: MicroUsd) -> String {
    let micros = amount.0;
    if micros == 0 {
        return "$0".to_owned();
    }
    if micros < 100 {
        return "<$0.0001".to_owned();
    }
    let (whole, rest) = (micros / 1_000_000, micros % 1_000_000);
    let digits = format!("{:04}", rest / 100);
    let shown = digits.trim_end_matches('0');
    format!("${whole}.{shown:0<2}")
}

/// The whole price: `6.5 credits ($0.0325)`, `free`, or that nobody knows it.
#[must_use]
pub fn estimate_words(estimate: &Estimate) -> String {
    let Some(total) = estimate.micro_usd else {
        return "unknown — no price is known for this model".to_owned();
    };
    if total.high == MicroUsd::ZERO {
        return "free".to_owned();
    }
    format!("{} ({})", estimate.words(), usd_span(total))
}

fn usd_span(total: Span<MicroUsd>) -> String {
    if total.low == total.high {
        usd(total.high)
    } else {
        format!("{}–{}", usd(total.low), usd(total.high))
    }
}

/// What past ones have cost, by the provider's own word: `Your last 5 like this: 6–8 credits`.
#[must_use]
pub fn learned_words(learned: Learned) -> String {
    let (low, high) = (
        format_credits(learned.low_micro_usd),
        format_credits(learned.high_micro_usd),
    );
    let count = learned.based_on;
    if low == high {
        format!("The last {count} like this have cost {high} credits each.")
    } else {
        format!("The last {count} like this have cost {low} to {high} credits each.")
    }
}

/// What was counted, at which price, from which source: one sentence per counted thing.
#[must_use]
pub fn estimate_lines(estimate: &Estimate) -> Vec<String> {
    estimate.lines.iter().map(line).collect()
}

fn line(line: &Line) -> String {
    let Span { low, high } = line.quantity;
    let quantity = if low == high {
        thousands(high)
    } else {
        format!("{}–{}", thousands(low), thousands(high))
    };
    let mut counted = line.unit.counted().to_owned();
    if high != 1 && matches!(line.unit, Unit::Image | Unit::Clip | Unit::Track) {
        counted.push('s');
    }
    format!(
        "{quantity} {counted} at {} {} · {}, {}",
        usd(line.price.micro_usd),
        line.unit.per(),
        line.price.source,
        line.price.as_of,
    )
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A job as people mostly ask for it, to show a price before anything is written.
#[must_use]
pub fn typical_input(operation: Operation) -> GenerationInput {
    match operation {
        Operation::Llm => GenerationInput::Llm(LlmInput {
            prompt: "x".repeat(2_000),
            ..LlmInput::default()
        }),
        Operation::Image => GenerationInput::Image(ImageInput::default()),
        Operation::Video => GenerationInput::Video(VideoInput::default()),
        Operation::Tts => GenerationInput::Tts(TtsInput {
            text: "x".repeat(500),
            ..TtsInput::default()
        }),
        Operation::Music => GenerationInput::Music(MusicInput::default()),
    }
}

/// What a typical job is called.
#[must_use]
pub const fn typical_job(operation: Operation) -> &'static str {
    match operation {
        Operation::Llm => "scene list",
        Operation::Image => "image",
        Operation::Video => "clip",
        Operation::Tts => "500 characters",
        Operation::Music => "track",
    }
}

/// The price of a typical job in credits, or `None` where nobody knows it.
#[must_use]
pub fn typical_price(model: Option<&Model>, operation: Operation, today: &str) -> Option<String> {
    let estimate = estimate(&typical_input(operation), model, today);
    estimate.micro_usd.map(|_| estimate.words())
}

/// The price of a typical job: `about 13 credits per image`, or that it is unknown.
#[must_use]
pub fn price_hint(model: Option<&Model>, operation: Operation, today: &str) -> String {
    match typical_price(model, operation, today) {
        Some(price) => format!("{price} per {}", typical_job(operation)),
        None => "price unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{ProviderId, catalog::Price, pricing::PriceStatus};

    fn priced(micro_usd: i64) -> Model {
        Model {
            provider: ProviderId::Gemini,
            operation: Operation::Image,
            id: "m".into(),
            sends: None,
            name: "M".into(),
            recommended: false,
            retires_on: None,
            notice: None,
            can: Default::default(),
            prices: vec![Price {
                unit: Unit::Image,
                micro_usd: MicroUsd(micro_usd),
                resolution: None,
                audio: None,
                seconds: None,
                above_input_tokens: None,
                from: None,
                until: None,
                source: "price page".into(),
                as_of: "2026-11-20".into(),
            }],
        }
    }

    #[test]
    fn what_past_ones_have_cost_says_how_many_there_were() {
        let words = |low, high| {
            learned_words(Learned {
                low_micro_usd: MicroUsd(low),
                high_micro_usd: MicroUsd(high),
                based_on: 5,
            })
        };
        assert_eq!(
            words(30_000, 40_000),
            "The last 5 like this have cost 6 to 8 credits each."
        );
        assert_eq!(
            words(10_000, 10_000),
            "The last 5 like this have cost 2 credits each."
        );
    }

    #[test]
    fn dollars_keep_the_digits_that_matter() {
        for (micros, words) in [
            (0, "$0"),
            (50, "<$0.0001"),
            (100, "$0.0001"),
            (39_000, "$0.039"),
            (200_000, "$0.20"),
            (1_000_000, "$1.00"),
            (12_345_600, "$12.3456"),
        ] {
            assert_eq!(usd(MicroUsd(micros)), words);
        }
    }

    #[test]
    fn an_estimate_names_unit_quantity_source_and_date() {
        let estimate = estimate(
            &typical_input(Operation::Image),
            Some(&priced(39_000)),
            "2026-11-22",
        );
        assert_eq!(estimate_words(&estimate), "7.8 credits ($0.039)");
        assert_eq!(
            estimate_lines(&estimate),
            ["1 image at $0.039 per image · price page, 2026-11-20"]
        );
    }

    #[test]
    fn an_unknown_price_is_said_and_a_free_one_is_free() {
        assert!(estimate_words(&Estimate::unknown()).starts_with("unknown"));
        assert_eq!(Estimate::unknown().status, PriceStatus::Unknown);
        let free = estimate(
            &typical_input(Operation::Image),
            Some(&priced(0)),
            "2026-11-22",
        );
        assert_eq!(estimate_words(&free), "free");
        assert_eq!(
            price_hint(None, Operation::Image, "2026-11-22"),
            "price unknown"
        );
    }

    #[test]
    fn large_quantities_are_grouped() {
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(200), "200");
    }
}
