//! What a request costs. One function prices the estimate before and the actual after; an unknown
//! price stays unknown and is never zero.

use crate::{
    ProviderId,
    catalog::{Model, Price, Unit},
    input::{GenerationInput, THINKING_TOKENS},
    money::MicroUsd,
};
use serde::{Deserialize, Serialize};

/// From the least to the most that is expected; equal where it is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Span<T> {
    /// The least.
    pub low: T,
    /// The most.
    pub high: T,
}

impl<T: Copy> Span<T> {
    /// An exact value.
    #[must_use]
    pub const fn exact(value: T) -> Self {
        Self {
            low: value,
            high: value,
        }
    }
}

/// How much of what is asked for, in the things that prices count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Measure {
    /// Tokens of prompt.
    pub input_tokens: Option<Span<u64>>,
    /// Tokens of answer, thinking included.
    pub output_tokens: Option<Span<u64>>,
    /// Tokens of spoken sound.
    pub audio_tokens: Option<Span<u64>>,
    /// Characters to speak.
    pub characters: Option<u64>,
    /// Pictures.
    pub images: Option<u64>,
    /// Seconds of clip or music; one clip or track is made.
    pub seconds: Option<u32>,
    /// Requests for music.
    pub tracks: Option<u64>,
    /// The provider's own credits, known only afterwards.
    pub credits: Option<u64>,
    /// Size.
    pub resolution: Option<String>,
    /// With sound.
    pub audio: Option<bool>,
}

/// What the provider reported after the work.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Tokens of answer, thinking included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// Tokens of spoken sound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_tokens: Option<u64>,
    /// The provider's own credits for characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credits: Option<u64>,
    /// The cost as the provider states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<MicroUsd>,
}

/// Whether a price is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PriceStatus {
    /// It is known; zero means free.
    Known,
    /// Nobody knows; it is certainly not shown as zero.
    Unknown,
}

/// What a request costs, and how that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Estimate {
    /// Whether the price is known.
    pub status: PriceStatus,
    /// The range in credits; `None` when unknown.
    pub credits: Option<Span<f64>>,
    /// The range in micro-USD; `None` when unknown.
    pub micro_usd: Option<Span<MicroUsd>>,
    /// What was counted, at which price, from which source.
    pub lines: Vec<Line>,
}

/// One counted thing with its price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = EstimateLine))]
pub struct Line {
    /// What is counted.
    pub unit: Unit,
    /// How many of the counted things (tokens, characters, seconds), not of units.
    pub quantity: Span<u64>,
    /// The price row used.
    pub price: Price,
}

impl Estimate {
    /// Nobody knows.
    #[must_use]
    pub const fn unknown() -> Self {
        Self {
            status: PriceStatus::Unknown,
            credits: None,
            micro_usd: None,
            lines: Vec::new(),
        }
    }

    fn known(total: Span<MicroUsd>, lines: Vec<Line>) -> Self {
        Self {
            status: PriceStatus::Known,
            credits: Some(Span {
                low: total.low.credits(),
                high: total.high.credits(),
            }),
            micro_usd: Some(total),
            lines,
        }
    }

    /// The price in words: `6.5 credits`, `1–4 credits`, `free`, `unknown`.
    #[must_use]
    pub fn words(&self) -> String {
        use crate::money::format_credits;
        match self.micro_usd {
            None => "unknown".to_owned(),
            Some(Span {
                high: MicroUsd(0), ..
            }) => "free".to_owned(),
            Some(total) => {
                let (low, high) = (format_credits(total.low), format_credits(total.high));
                let noun = if low == high && high == "1" {
                    "credit"
                } else {
                    "credits"
                };
                if low == high {
                    format!("{low} {noun}")
                } else {
                    format!("{low}–{high} {noun}")
                }
            }
        }
    }
}

/// Characters of one token, at the fewest and at the most, in ordinary prose.
const CHARACTERS_PER_TOKEN: (u64, u64) = (3, 4);
/// Tokens of an answer whose length was not limited: a short one and a whole scene list.
const ANSWER_TOKENS: (u64, u64) = (300, 4_000);
/// Tokens of a second of spoken sound (Gemini speech guide).
const AUDIO_TOKENS_PER_SECOND: u64 = 25;
/// Characters spoken in a second, by a slow and by a fast voice.
const CHARACTERS_PER_SECOND: (u64, u64) = (12, 18);

/// How much a request asks for, before it is made.
#[must_use]
pub fn measure(input: &GenerationInput, model: &Model) -> Measure {
    let first = |list: &Vec<String>| list.first().cloned();
    let mut measure = Measure::default();
    let tokens = |characters: u64| Span {
        low: characters.div_ceil(CHARACTERS_PER_TOKEN.1),
        high: characters.div_ceil(CHARACTERS_PER_TOKEN.0),
    };
    match input {
        GenerationInput::Llm(llm) => {
            let extra = [llm.system.as_deref(), llm.json_schema.as_deref()];
            let characters: u64 = std::iter::once(llm.prompt.as_str())
                .chain(extra.into_iter().flatten())
                .map(count)
                .sum();
            measure.input_tokens = Some(tokens(characters));
            let thinking = match model.provider {
                ProviderId::Claude => THINKING_TOKENS,
                _ => 0,
            };
            let most = llm.max_output_tokens.map_or(ANSWER_TOKENS.1, |wish| {
                u64::from(wish) + u64::from(thinking)
            });
            measure.output_tokens = Some(Span {
                low: ANSWER_TOKENS.0.min(most),
                high: most,
            });
        }
        GenerationInput::Image(image) => {
            measure.images = Some(1);
            measure.resolution = image
                .resolution
                .clone()
                .or_else(|| first(&model.can.resolutions));
        }
        GenerationInput::Video(video) => {
            measure.seconds = Some(
                video
                    .duration_seconds
                    .or(model.can.durations.first().copied())
                    .unwrap_or(6),
            );
            measure.resolution = video
                .resolution
                .clone()
                .or_else(|| first(&model.can.resolutions));
            measure.audio = model.can.audio.then_some(video.audio.unwrap_or(false));
        }
        GenerationInput::Tts(tts) => {
            let characters = count(&tts.text);
            let spoken =
                |per_second: u64| (characters * AUDIO_TOKENS_PER_SECOND).div_ceil(per_second);
            measure.characters = Some(characters);
            measure.input_tokens = Some(tokens(characters + tts.style.as_deref().map_or(0, count)));
            measure.audio_tokens = Some(Span {
                low: spoken(CHARACTERS_PER_SECOND.1),
                high: spoken(CHARACTERS_PER_SECOND.0),
            });
        }
        GenerationInput::Music(music) => {
            measure.tracks = Some(1);
            measure.seconds = music
                .duration_seconds
                .or(model.can.durations.first().copied());
        }
    }
    measure
}

fn count(text: &str) -> u64 {
    text.chars().count() as u64
}

/// What a request would cost with this model on this day (`YYYY-MM-DD`).
#[must_use]
pub fn estimate(input: &GenerationInput, model: Option<&Model>, today: &str) -> Estimate {
    model.map_or_else(Estimate::unknown, |model| {
        price(model, &measure(input, model), today)
    })
}

/// What a request has cost: as the provider states it, or else by what the provider counted.
#[must_use]
pub fn actual(
    input: &GenerationInput,
    model: Option<&Model>,
    usage: &Usage,
    today: &str,
) -> Estimate {
    if let Some(cost) = usage.cost {
        return Estimate::known(Span::exact(cost), Vec::new());
    }
    let Some(model) = model else {
        return Estimate::unknown();
    };
    let mut measure = measure(input, model);
    if usage.credits.is_some()
        && model
            .prices
            .iter()
            .any(|row| row.unit == Unit::ThousandCredits)
    {
        measure = Measure {
            credits: usage.credits,
            ..Measure::default()
        };
    }
    let counted = |count: Option<u64>, guess: Option<Span<u64>>| count.map(Span::exact).or(guess);
    measure.input_tokens = counted(usage.input_tokens, measure.input_tokens);
    measure.output_tokens = counted(usage.output_tokens, measure.output_tokens);
    measure.audio_tokens = counted(usage.audio_tokens, measure.audio_tokens);
    price(model, &measure, today)
}

/// Adds up every counted thing that the model has a price for. One thing without a matching row
/// makes the whole price unknown.
fn price(model: &Model, measure: &Measure, today: &str) -> Estimate {
    let mut units: Vec<Unit> = Vec::new();
    for row in &model.prices {
        if !units.contains(&row.unit) {
            units.push(row.unit);
        }
    }
    let mut lines = Vec::new();
    let mut total = Span::exact(MicroUsd::ZERO);
    for unit in units {
        let Some(quantity) = quantity(unit, measure) else {
            continue;
        };
        let (Some(low), Some(high)) = (
            row(model, unit, measure, quantity.low, today),
            row(model, unit, measure, quantity.high, today),
        ) else {
            return Estimate::unknown();
        };
        total.low = total
            .low
            .plus(low.micro_usd.times(quantity.low, unit.size()));
        total.high = total
            .high
            .plus(high.micro_usd.times(quantity.high, unit.size()));
        lines.push(Line {
            unit,
            quantity,
            price: high.clone(),
        });
    }
    if lines.is_empty() {
        return Estimate::unknown();
    }
    Estimate::known(total, lines)
}

fn quantity(unit: Unit, measure: &Measure) -> Option<Span<u64>> {
    match unit {
        Unit::MillionInputTokens => measure.input_tokens,
        Unit::MillionOutputTokens => measure.output_tokens,
        Unit::MillionAudioTokens => measure.audio_tokens,
        Unit::ThousandCharacters => measure.characters.map(Span::exact),
        Unit::ThousandCredits => measure.credits.map(Span::exact),
        Unit::Image => measure.images.map(Span::exact),
        Unit::Second => measure
            .seconds
            .map(|seconds| Span::exact(u64::from(seconds))),
        Unit::Clip => measure.seconds.map(|_| Span::exact(1)),
        Unit::Track => measure.tracks.map(Span::exact),
    }
}

/// The row with the most conditions among those whose conditions all hold.
fn row<'a>(
    model: &'a Model,
    unit: Unit,
    measure: &Measure,
    quantity: u64,
    today: &str,
) -> Option<&'a Price> {
    let prompt = if unit == Unit::MillionInputTokens {
        quantity
    } else {
        measure.input_tokens.map_or(0, |span| span.high)
    };
    let holds = |row: &&Price| {
        row.unit == unit
            && row
                .resolution
                .as_ref()
                .is_none_or(|size| measure.resolution.as_ref() == Some(size))
            && row
                .audio
                .is_none_or(|sound| measure.audio.unwrap_or(false) == sound)
            && row
                .seconds
                .is_none_or(|seconds| measure.seconds == Some(seconds))
            && row.above_input_tokens.is_none_or(|limit| prompt > limit)
            && row.from.as_deref().is_none_or(|from| from <= today)
            && row.until.as_deref().is_none_or(|until| today < until)
    };
    let conditions = |row: &&Price| {
        usize::from(row.resolution.is_some())
            + usize::from(row.audio.is_some())
            + usize::from(row.seconds.is_some())
            + usize::from(row.above_input_tokens.is_some())
            + usize::from(row.from.is_some())
    };
    model.prices.iter().filter(holds).max_by_key(conditions)
}

#[cfg(test)]
mod tests;
