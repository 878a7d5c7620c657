//! A moment in time: milliseconds since 1970 inside, RFC 3339 in JSON. It is always passed in;
//! nothing in this crate asks a clock.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This moment moved by `millis` (may be negative).
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// The beginning of a day in UTC, `YYYY-MM-DD`; `None` for what is no day.
    #[must_use]
    pub fn of_day(day: &str) -> Option<Self> {
        read(&format!("{day}T00:00:00Z"))
    }

    /// How many days of the calendar lie between two moments, in UTC; negative where `later` is the
    /// earlier one.
    #[must_use]
    pub const fn days_until(self, later: Self) -> i64 {
        const DAY: i64 = 86_400_000;
        later.0.div_euclid(DAY) - self.0.div_euclid(DAY)
    }

    /// The moment as RFC 3339 in UTC, such as `2026-11-22T10:00:00.5Z`. A value outside of the
    /// years that RFC 3339 can write is shown as the epoch.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .ok()
            .and_then(|moment| moment.format(&Rfc3339).ok())
            .unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
    }
}

/// Day and minute, for people: `2026-11-22 10:00 UTC`.
impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.to_rfc3339();
        let (day, time) = text.split_once('T').unwrap_or((&text, ""));
        write!(formatter, "{day} {} UTC", time.get(..5).unwrap_or(time))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_rfc3339())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        read(&text).ok_or_else(|| D::Error::custom("this is no moment"))
    }
}

fn read(text: &str) -> Option<Timestamp> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000)
        .map(Timestamp)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_round_trip_keeps_milliseconds() {
        let moment = Timestamp(1_795_341_600_123);
        let json = serde_json::to_string(&moment).unwrap();
        assert_eq!(json, "\"2026-11-22T10:00:00.123Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), moment);
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        let midnight = Timestamp::of_day("2026-11-22").unwrap();
        assert_eq!(midnight.to_rfc3339(), "2026-11-22T00:00:00Z");
        for (millis, days) in [(0, 0), (-1, 1), (86_399_999, 0), (86_400_000, -1)] {
            let moment = midnight.plus_millis(millis);
            assert_eq!(moment.days_until(midnight), days, "{millis}");
        }
        for text in ["", "2026-11-31", "2026-11-22T10:00"] {
            assert_eq!(Timestamp::of_day(text), None, "{text}");
        }
    }

    #[test]
    fn a_moment_that_cannot_be_written_does_not_panic() {
        assert_eq!(Timestamp(i64::MAX).to_rfc3339(), "1970-01-01T00:00:00Z");
    }
}
