//! Decimal numbers of the wire as millionths, exactly: no float on the way, nothing negative,
//! nothing that overflows.

use domain::money::MicroUsd;
use serde_json::value::RawValue;

/// `number` (a JSON number, or one written as text) times `scale` millionths, rounded up to whole
/// ones. `None` for anything that is not a number from zero to about nine trillion.
pub fn micros(raw: &RawValue, scale: u64) -> Option<MicroUsd> {
    parse(raw.get().trim().trim_matches('"'), scale).map(MicroUsd)
}

fn parse(text: &str, scale: u64) -> Option<i64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    if digits.is_empty() || digits.len() > 400 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    if digits.iter().all(|digit| *digit == b'0') {
        return Some(0);
    }
    let point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
    if !(-400..=400).contains(&point) {
        return (point < 0).then_some(1);
    }
    // The first 30 digits decide; what is cut off rounds up.
    let kept = digits.len().min(30);
    let cut = digits[kept..].iter().any(|digit| *digit != b'0');
    let value = digits[..kept]
        .iter()
        .fold(0_u128, |sum, digit| sum * 10 + u128::from(digit - b'0'));
    let places = i32::try_from(kept).ok()? - point;
    let scaled = value.checked_mul(u128::from(scale))?;
    let (amount, inexact) = if places <= 0 {
        (
            scaled.checked_mul(10_u128.checked_pow(places.unsigned_abs())?)?,
            cut,
        )
    } else {
        match 10_u128.checked_pow(places.unsigned_abs()) {
            Some(divisor) => (scaled / divisor, cut || scaled % divisor != 0),
            None => (0, true),
        }
    };
    i64::try_from(amount + u128::from(inexact)).ok()
}

#[cfg(test)]
mod tests {
    use super::parse;
    use proptest::prelude::*;

    #[test]
    fn dollars_become_micro_dollars_without_drift() {
        for (text, micros) in [
            ("0", Some(0)),
            ("0.0", Some(0)),
            ("0.000136", Some(136)),
            ("1.36e-4", Some(136)),
            ("0.1", Some(100_000)),
            ("0.30000000000000004", Some(300_001)),
            ("0.0000001", Some(1)),
            ("1e-400", Some(1)),
            ("12", Some(12_000_000)),
            ("1.5E+2", Some(150_000_000)),
            ("1e400", None),
            ("99999999999999999999", None),
            ("-0.1", None),
            ("-1", None),
            ("null", None),
            ("NaN", None),
            ("", None),
            (".", None),
            ("1e", None),
        ] {
            assert_eq!(parse(text, 1_000_000), micros, "{text}");
        }
    }

    #[test]
    fn a_credit_is_half_a_cent() {
        assert_eq!(parse("12.5", 5_000), Some(62_500));
    }

    proptest! {
        #[test]
        fn any_six_digit_price_is_exact(whole in 0_u32..1_000_000, micros in 0_u32..1_000_000) {
            let expected = i64::from(whole) * 1_000_000 + i64::from(micros);
            prop_assert_eq!(parse(&format!("{whole}.{micros:06}"), 1_000_000), Some(expected));
        }

        #[test]
        fn no_text_panics_and_no_result_is_negative(text in "\\PC{0,60}", digits in "[0-9.eE+-]{0,60}") {
            prop_assert!(parse(&text, 1_000_000).is_none_or(|amount| amount >= 0));
            prop_assert!(parse(&digits, u64::MAX).is_none_or(|amount| amount >= 0));
        }
    }
}
