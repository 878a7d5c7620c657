//! How many requests a minute are answered, by what they do.

use super::{ConfigError, list};
use std::num::NonZeroU32;

const VARIABLE: &str = "FILM_RATE_LIMITS";

/// Requests a minute; `None` for as many as come. They stop a program that runs in circles: a person
/// who clicks, or a script that works, is far below them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimits {
    /// What only reads, for each person.
    pub reads: Option<NonZeroU32>,
    /// What changes something, for each person.
    pub writes: Option<NonZeroU32>,
    /// What generates or asks for a price, for each person.
    pub generations: Option<NonZeroU32>,
    /// What tests a key at its provider, for each person.
    pub key_tests: Option<NonZeroU32>,
    /// Everything from an address at which nobody is signed in.
    pub anonymous: Option<NonZeroU32>,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            reads: NonZeroU32::new(12_000),
            writes: NonZeroU32::new(12_000),
            generations: NonZeroU32::new(12_000),
            key_tests: NonZeroU32::new(60),
            anonymous: NonZeroU32::new(6_000),
        }
    }
}

impl RateLimits {
    /// The default ones with what an option says of some: `reads=600, anonymous=0`, where `0` is for
    /// no limit.
    pub(super) fn read(option: Option<&str>) -> Result<Self, ConfigError> {
        let mut limits = Self::default();
        for item in list(option) {
            let (name, number) = item.split_once('=').ok_or_else(wrong)?;
            let limit = match name {
                "reads" => &mut limits.reads,
                "writes" => &mut limits.writes,
                "generations" => &mut limits.generations,
                "key-tests" => &mut limits.key_tests,
                "anonymous" => &mut limits.anonymous,
                _ => return Err(wrong()),
            };
            *limit = NonZeroU32::new(number.parse().map_err(|_| wrong())?);
        }
        Ok(limits)
    }
}

fn wrong() -> ConfigError {
    ConfigError::new(
        VARIABLE,
        "must say how many requests a minute are answered, such as `reads=600, anonymous=60`, of reads, writes, generations, key-tests and anonymous; 0 is for no limit",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_mentioned_stays_as_it_is() {
        let limits = RateLimits::read(Some("reads=600, anonymous=0")).unwrap();
        assert_eq!(limits.reads, NonZeroU32::new(600));
        assert_eq!(limits.anonymous, None);
        assert_eq!(limits.writes, RateLimits::default().writes);
        assert_eq!(RateLimits::read(None).unwrap(), RateLimits::default());
    }

    #[test]
    fn what_is_no_limit_is_told_by_the_variable() {
        for text in ["reads", "reads=many", "reads=-1", "other=5"] {
            let error = RateLimits::read(Some(text)).unwrap_err().to_string();
            assert!(error.starts_with("FILM_RATE_LIMITS must say"), "{error}");
        }
    }
}
