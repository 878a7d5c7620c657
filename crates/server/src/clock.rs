//! Time, new ids and chance, handed to whoever needs them. The only place of this crate that asks the
//! system for them; with a fixed clock and seeded ids a test is exact.

use domain::Timestamp;
use sha2::{Digest, Sha256};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use uuid::{Builder, Uuid};

/// What time it is.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The system's time.
    #[must_use]
    pub const fn system() -> Self {
        Self(None)
    }

    /// A time that stands still until it is moved. Clones share it.
    #[must_use]
    pub fn fixed(now: Timestamp) -> Self {
        Self(Some(Arc::new(AtomicI64::new(now.0))))
    }

    /// Moves a fixed clock forward. The system's clock is not moved.
    pub fn advance(&self, by: Duration) {
        if let Some(fixed) = &self.0 {
            let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
            fixed.fetch_add(millis, Ordering::Relaxed);
        }
    }

    /// This moment.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system for the time"
    )]
    pub fn now(&self) -> Timestamp {
        Timestamp(self.0.as_ref().map_or_else(
            || {
                SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .map_or(0, |since| {
                        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
                    })
            },
            |fixed| fixed.load(Ordering::Relaxed),
        ))
    }

    /// The date in UTC as `YYYY-MM-DD`.
    #[must_use]
    pub fn today(&self) -> String {
        self.now().to_rfc3339().chars().take(10).collect()
    }
}

/// How long something has taken, unmoved by changes of the system's time.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// New ids: UUIDs of version 7 as text, so that rows lie in the order of their making.
#[derive(Debug, Clone, Default)]
pub struct Ids(Option<Arc<Seeded>>);

#[derive(Debug)]
struct Seeded {
    seed: u64,
    count: AtomicU64,
}

impl Ids {
    /// Ids that nobody can foresee.
    #[must_use]
    pub const fn random() -> Self {
        Self(None)
    }

    /// The same ids in the same order for the same seed. Clones share the order.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Some(Arc::new(Seeded {
            seed,
            count: AtomicU64::new(0),
        })))
    }

    /// One more id.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that draws ids")]
    pub fn next(&self) -> String {
        self.0
            .as_ref()
            .map_or_else(Uuid::now_v7, |seeded| seeded.next())
            .to_string()
    }
}

impl Seeded {
    fn next(&self) -> Uuid {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let digest = Sha256::new()
            .chain_update(self.seed.to_be_bytes())
            .chain_update(count.to_be_bytes())
            .finalize();
        let mut tail = [0; 10];
        tail.copy_from_slice(&digest[..10]);
        Builder::from_unix_timestamp_millis(1_700_000_000_000 + count, &tail).into_uuid()
    }
}

/// Random numbers for what must not happen to everybody at once.
#[derive(Debug, Clone, Copy, Default)]
pub struct Chance(Option<f64>);

impl Chance {
    /// The same number each time, from 0 to 1.
    #[must_use]
    pub const fn fixed(number: f64) -> Self {
        Self(Some(number))
    }

    /// A number from 0 to 1.
    #[must_use]
    pub fn draw(self) -> f64 {
        self.0.unwrap_or_else(|| {
            let mut bytes = [0; 4];
            getrandom::fill(&mut bytes).expect("the system has random bytes once it runs");
            f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let clock = Clock::fixed(Timestamp(1_795_341_600_000));
        assert_eq!(clock.today(), "2026-11-22");
        clock.clone().advance(Duration::from_secs(86_400));
        assert_eq!(clock.today(), "2026-11-23");
        assert_eq!(clock.now(), clock.now());
    }

    #[test]
    fn seeded_ids_repeat_and_are_in_order() {
        let make = |seed| {
            let ids = Ids::seeded(seed);
            (0..50).map(|_| ids.next()).collect::<Vec<_>>()
        };
        let first = make(1);
        assert_eq!(first, make(1));
        assert_ne!(first, make(2));
        assert!(first.is_sorted());
        assert!(first.iter().all(|id| Uuid::parse_str(id).is_ok()));
    }

    #[test]
    fn chance_is_between_nothing_and_all() {
        let drawn: Vec<f64> = (0..64).map(|_| Chance::default().draw()).collect();
        assert!(drawn.iter().all(|number| (0.0..=1.0).contains(number)));
        assert!(drawn.iter().any(|number| *number != drawn[0]));
    }

    #[test]
    fn random_ids_differ() {
        assert_ne!(Ids::random().next(), Ids::random().next());
    }
}
