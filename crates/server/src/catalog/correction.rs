//! What the operator says of a model in place of what was shipped: another price, an end date, a
//! word of warning. Pure; it is stored and laid over elsewhere.

use super::micro_usd;
use domain::{
    ApiError, FieldError, Operation, Timestamp,
    catalog::{Model, Price, Unit},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who says a corrected price.
const SOURCE: &str = "Corrected by the operator";
/// What is said of a model that the operator switched off without a word.
const SWITCHED_OFF: &str = "The operator has switched this model off.";
/// The longest notice in characters.
const MAX_NOTICE: usize = 500;
/// The most prices of one model.
const MAX_PRICES: usize = 64;

/// A correction as it is stored. What is `None` stays as it was shipped.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// The prices, all of them; empty says that nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices: Option<Vec<Price>>,
    /// The day on which it is switched off, `YYYY-MM-DD`; empty for no such day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retires_on: Option<String>,
    /// What a person should know before choosing it; empty for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// Whether it is offered at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<bool>,
}

/// A correction as it is sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "model": "veo3_fast", "notice": "Slow at the moment." }))]
pub struct CorrectionInput {
    /// The model's id.
    pub model: String,
    /// As in [`Correction`].
    #[serde(default)]
    pub prices: Option<Vec<PriceInput>>,
    /// As in [`Correction`].
    #[serde(default)]
    pub retires_on: Option<String>,
    /// As in [`Correction`].
    #[serde(default)]
    pub notice: Option<String>,
    /// As in [`Correction`].
    #[serde(default)]
    pub available: Option<bool>,
}

/// A price as it is sent: dollars as an exact decimal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceInput {
    unit: Unit,
    usd: String,
    #[serde(default)]
    resolution: Option<String>,
    #[serde(default)]
    audio: Option<bool>,
    #[serde(default)]
    seconds: Option<u32>,
    #[serde(default)]
    above_input_tokens: Option<u64>,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    until: Option<String>,
}

impl Correction {
    /// The correction that was sent today (`YYYY-MM-DD`) for a model of this operation.
    ///
    /// # Errors
    /// `INVALID_INPUT` with the fields that are wrong.
    pub fn read(
        input: CorrectionInput,
        operation: Operation,
        today: &str,
    ) -> Result<Self, ApiError> {
        let mut wrong = Vec::new();
        let mut refuse = |field: String, message: &str| {
            wrong.push(FieldError {
                field,
                message: message.to_owned(),
            });
        };
        let prices = input.prices.map(|rows| {
            if rows.len() > MAX_PRICES {
                refuse("prices".to_owned(), "These are too many prices.");
            }
            let rows = rows.into_iter().enumerate();
            rows.filter_map(|(at, row)| {
                if !fits(row.unit, operation) {
                    refuse(
                        format!("prices[{at}].unit"),
                        "Nothing of this kind is counted for this operation.",
                    );
                }
                price(at, row, today, &mut refuse)
            })
            .collect()
        });
        if let Some(day) = input.retires_on.as_deref()
            && !day.is_empty()
            && !is_day(day)
        {
            refuse(
                "retires_on".to_owned(),
                "Write the day as YYYY-MM-DD, such as 2027-01-06.",
            );
        }
        if let Some(notice) = input.notice.as_deref()
            && (notice.chars().count() > MAX_NOTICE || notice.chars().any(char::is_control))
        {
            refuse(
                "notice".to_owned(),
                "Keep the notice to 500 characters on one line.",
            );
        }
        let correction = Self {
            prices,
            retires_on: input.retires_on,
            notice: input.notice.map(|notice| notice.trim().to_owned()),
            available: input.available,
        };
        if wrong.is_empty() && correction == Self::default() {
            wrong.push(FieldError {
                field: "prices".to_owned(),
                message: "Say what to correct: prices, retires_on, notice or available.".to_owned(),
            });
        }
        if wrong.is_empty() {
            Ok(correction)
        } else {
            Err(ApiError::invalid(wrong))
        }
    }

    /// Puts what was corrected on `day` (`YYYY-MM-DD`) in place of what was shipped.
    pub fn lay_over(&self, model: &mut Model, day: &str) {
        match self.available {
            Some(true) if model.retires_on.is_some() => {
                model.retires_on = None;
                model.notice = None;
            }
            Some(false) => {
                model.retires_on = Some(day.to_owned());
                model.notice = Some(SWITCHED_OFF.to_owned());
            }
            _ => {}
        }
        let worded = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        if let Some(prices) = &self.prices {
            model.prices.clone_from(prices);
        }
        if let Some(day) = &self.retires_on {
            model.retires_on = worded(day);
        }
        if let Some(notice) = &self.notice {
            model.notice = worded(notice);
        }
    }
}

/// A correction with who made it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Corrected {
    /// What it says.
    #[serde(flatten)]
    pub correction: Correction,
    /// Who made it; `None` where the account is unknown.
    pub by: Option<domain::UserId>,
    /// When.
    pub at: Timestamp,
}

/// Whether this is counted at all for an operation: a price in anything else would never be used.
const fn fits(unit: Unit, operation: Operation) -> bool {
    use Unit::{
        Clip, Image, MillionAudioTokens, MillionInputTokens, MillionOutputTokens, Second,
        ThousandCharacters, ThousandCredits, Track,
    };
    match operation {
        Operation::Llm => matches!(unit, MillionInputTokens | MillionOutputTokens),
        Operation::Image => matches!(unit, Image | MillionInputTokens | MillionOutputTokens),
        Operation::Video => matches!(unit, Second | Clip),
        Operation::Tts => matches!(
            unit,
            ThousandCharacters
                | ThousandCredits
                | MillionInputTokens
                | MillionOutputTokens
                | MillionAudioTokens
        ),
        Operation::Music => matches!(unit, Track | Second),
    }
}

fn price(
    at: usize,
    row: PriceInput,
    today: &str,
    refuse: &mut impl FnMut(String, &str),
) -> Option<Price> {
    let micro_usd = micro_usd(&row.usd);
    if micro_usd.is_none() {
        refuse(
            format!("prices[{at}].usd"),
            "Write the price in dollars with at most six digits after the point, such as 0.0336.",
        );
    }
    for (name, day) in [("from", &row.from), ("until", &row.until)] {
        if day.as_deref().is_some_and(|day| !is_day(day)) {
            refuse(
                format!("prices[{at}].{name}"),
                "Write the day as YYYY-MM-DD, such as 2027-01-06.",
            );
        }
    }
    let size = row.resolution.as_deref().unwrap_or("1K");
    if size.is_empty() || size.len() > 32 || size.chars().any(char::is_control) {
        refuse(
            format!("prices[{at}].resolution"),
            "Write the size as the model's capabilities have it, such as 2K.",
        );
    }
    Some(Price {
        unit: row.unit,
        micro_usd: micro_usd?,
        resolution: row.resolution,
        audio: row.audio,
        seconds: row.seconds,
        above_input_tokens: row.above_input_tokens,
        from: row.from,
        until: row.until,
        source: SOURCE.to_owned(),
        as_of: today.to_owned(),
    })
}

/// Whether this is a day of the calendar, `YYYY-MM-DD`.
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return false;
    };
    let number = |text: &str, digits: usize| {
        (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse::<u16>().ok())
            .flatten()
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2))
    else {
        return false;
    };
    let month = u8::try_from(month).map(time::Month::try_from);
    let (Ok(Ok(month)), Ok(day)) = (month, u8::try_from(day)) else {
        return false;
    };
    time::Date::from_calendar_date(i32::from(year), month, day).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: serde_json::Value) -> Result<Correction, ApiError> {
        let input = serde_json::from_value(json).unwrap();
        Correction::read(input, Operation::Image, "2026-11-22")
    }

    fn model() -> Model {
        serde_json::from_value(serde_json::json!({
            "provider": "kie", "operation": "image", "id": "maker/a", "name": "A",
            "notice": "Slow.", "retires_on": "2027-01-01",
            "prices": [{ "unit": "image", "micro_usd": 10, "source": "shipped", "as_of": "2026-01-01" }],
        }))
        .unwrap()
    }

    #[test]
    fn what_is_not_corrected_stays_as_it_was_shipped() {
        let said = serde_json::json!({ "model": "maker/a", "prices": [
            { "unit": "image", "usd": "0.05", "resolution": "2K" }] });
        let mut corrected = model();
        read(said).unwrap().lay_over(&mut corrected, "2026-11-22");
        assert_eq!(corrected.notice.as_deref(), Some("Slow."));
        assert_eq!(corrected.retires_on.as_deref(), Some("2027-01-01"));
        let price = &corrected.prices[0];
        assert_eq!(
            (price.micro_usd.0, price.as_of.as_str()),
            (50_000, "2026-11-22")
        );
        assert_eq!(price.source, SOURCE);
        assert_eq!(corrected.prices[0].source, SOURCE);
    }

    #[test]
    fn empty_texts_take_away_and_a_model_can_be_switched_off_and_on() {
        let mut corrected = model();
        let none = serde_json::json!({ "model": "a", "retires_on": "", "notice": "" });
        read(none).unwrap().lay_over(&mut corrected, "2026-11-22");
        assert_eq!((corrected.retires_on, corrected.notice), (None, None));
        let mut off = model();
        let switch = serde_json::json!({ "model": "a", "available": false });
        read(switch).unwrap().lay_over(&mut off, "2026-11-22");
        assert!(off.is_retired("2026-11-22"));
        assert_eq!(off.notice.as_deref(), Some(SWITCHED_OFF));
        let on = serde_json::json!({ "model": "a", "available": true });
        read(on).unwrap().lay_over(&mut off, "2026-11-23");
        assert!(!off.is_retired("2026-11-23"));
    }

    #[test]
    fn every_price_of_the_catalogue_could_be_a_correction() {
        for model in crate::catalog::load().unwrap().models {
            for price in &model.prices {
                let place = (&model.id, price.unit);
                assert!(fits(price.unit, model.operation), "{place:?}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_its_field() {
        for (said, field) in [
            (serde_json::json!({ "model": "a" }), "prices"),
            (
                serde_json::json!({ "model": "a", "prices": [{ "unit": "track", "usd": "1" }] }),
                "prices[0].unit",
            ),
            (
                serde_json::json!({ "model": "a", "prices": [{ "unit": "image", "usd": "1,5" }] }),
                "prices[0].usd",
            ),
            (
                serde_json::json!({ "model": "a", "prices": [
                    { "unit": "image", "usd": "1", "until": "soon" }] }),
                "prices[0].until",
            ),
            (
                serde_json::json!({ "model": "a", "retires_on": "2027-02-30" }),
                "retires_on",
            ),
            (
                serde_json::json!({ "model": "a", "notice": "a\nb" }),
                "notice",
            ),
        ] {
            let error = read(said).unwrap_err();
            assert_eq!(error.fields[0].field, field);
        }
    }
}
