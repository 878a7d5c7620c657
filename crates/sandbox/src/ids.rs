//! Ids and seeds: names that no two answers share, and numbers that the same text always gives.
//! Nothing here may be used as a secret.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

/// Makes ids that differ between calls and between runs of the program.
pub(crate) struct Ids {
    started: u128,
    next: AtomicU64,
}

impl Ids {
    pub(crate) fn new() -> Self {
        Self {
            started: since_epoch_nanos(),
            next: AtomicU64::new(0),
        }
    }

    /// 32 hexadecimal digits.
    pub(crate) fn hex(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let digest = Sha256::digest(format!("{}/{}/{number}", self.started, std::process::id()));
        hex::encode(&digest[..16])
    }

    /// An id in the form of a UUID.
    pub(crate) fn uuid(&self) -> String {
        let hex = self.hex();
        format!(
            "{}-{}-{}-{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..]
        )
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a simulated provider stamps its answers with its own clock"
)]
fn since_epoch_nanos() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |age| age.as_nanos())
}

/// Milliseconds since 1970, as the providers write times.
pub(crate) fn unix_millis() -> u64 {
    u64::try_from(since_epoch_nanos() / 1_000_000).unwrap_or(u64::MAX)
}

/// Seconds since 1970, as the providers write times.
pub(crate) fn unix_seconds() -> u64 {
    unix_millis() / 1000
}

/// The number that `text` always gives.
pub(crate) fn seed(text: &str) -> u64 {
    let digest = Sha256::digest(text);
    digest[..8]
        .iter()
        .fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

/// A small repeatable sequence (SplitMix64), for content that only has to look varied.
pub(crate) struct Sequence(u64);

impl Sequence {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 when the bound is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.number().checked_rem(bound).unwrap_or(0)
    }

    /// One of `choices`, which must not be empty.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let index = self.below(choices.len() as u64);
        &choices[usize::try_from(index).unwrap_or(0)]
    }
}
