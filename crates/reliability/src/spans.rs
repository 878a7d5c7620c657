//! Measured times, told as the middle one, the ninety-ninth of a hundred and the longest.

use std::{fmt, time::Duration};

/// Times that were measured.
#[derive(Debug, Clone, Default)]
pub struct Spans(Vec<Duration>);

impl Spans {
    /// Adds one.
    pub fn add(&mut self, span: Duration) {
        self.0.push(span);
    }

    /// Adds those of another.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The one below which this many of a thousand lie; zero if there are none.
    #[must_use]
    pub fn at(&self, thousandth: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let last = sorted.len().saturating_sub(1);
        let index = (sorted.len() * thousandth / 1000).min(last);
        sorted.get(index).copied().unwrap_or_default()
    }
}

impl fmt::Display for Spans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |thousandth| self.at(thousandth).as_secs_f64() * 1000.0;
        write!(
            f,
            "p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms of {}",
            ms(500),
            ms(990),
            ms(1000),
            self.count()
        )
    }
}
