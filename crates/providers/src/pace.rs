//! How often a task is asked for and how long it may take. Pure: by the count of polls, not by a
//! clock; the caller may divide the waits where the provider is a sandbox.

use crate::{Reply, json::number};
use domain::Operation;
use serde_json::Value;
use std::time::Duration;

/// The wait before the next poll of a KIE market task that was polled so often: 2.5 s first, five
/// times 2 s, then a second more each time up to 10 s (KIE docs, get task detail).
#[must_use]
pub fn market(polls: u32) -> Duration {
    match polls {
        0 => Duration::from_millis(2_500),
        1..=5 => Duration::from_secs(2),
        more => Duration::from_secs(u64::from(more - 3).min(10)),
    }
}

/// The wait before the next poll of a Suno task that was polled so often (KIE docs allow three
/// queries a second; a track takes minutes): 5 s for two minutes, then a second more each time up to
/// 10 s.
#[must_use]
pub fn suno(polls: u32) -> Duration {
    Duration::from_secs(u64::from(polls.saturating_sub(23)).clamp(5, 10))
}

/// The wait after so many polls of a task in a row that failed: 2.5 s, twice as long each time, up
/// to a minute.
#[must_use]
pub fn after_failures(failed: u32) -> Duration {
    let doublings = failed.saturating_sub(1).min(5);
    Duration::from_millis(2_500 << doublings).min(Duration::from_secs(60))
}

/// The wait before the next poll of a PiAPI task that was polled so often: 5 s first, a second more
/// each time up to 15 s (PiAPI documents no pace; its own clients ask oftener).
#[must_use]
pub fn piapi(polls: u32) -> Duration {
    Duration::from_secs(5 + u64::from(polls.min(10)))
}

/// How long after its creation a task may still be unknown.
const UNKNOWN_AT_FIRST: Duration = Duration::from_secs(30);

/// Whether a task that was polled so often, with these waits, may simply not be known yet: a 404 or
/// 422 ("recordInfo is null") soon after its creation (KIE and sunoapi.org docs, task details).
#[must_use]
pub(crate) fn is_early(reply: &Reply, polls: u32, wait: impl Fn(u32) -> Duration) -> bool {
    let body = serde_json::from_slice::<Value>(&reply.body).unwrap_or_default();
    let code = number(body.get("code")).unwrap_or(i64::from(reply.status));
    let waited: Duration = (0..=polls.min(30)).map(wait).sum();
    matches!(code, 404 | 422) && waited <= UNKNOWN_AT_FIRST
}

/// How long a job of this kind may take at a provider before it is given up.
#[must_use]
pub const fn patience(operation: Operation) -> Duration {
    Duration::from_secs(match operation {
        Operation::Llm | Operation::Image | Operation::Music => 10 * 60,
        Operation::Video => 20 * 60,
        Operation::Tts => 7 * 60,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_of_a_market_task_start_fast_and_settle_at_ten_seconds() {
        let seconds: Vec<f32> = (0..14).map(|polls| market(polls).as_secs_f32()).collect();
        assert_eq!(
            seconds,
            [
                2.5, 2.0, 2.0, 2.0, 2.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0
            ]
        );
        assert_eq!(market(u32::MAX), Duration::from_secs(10));
    }

    #[test]
    fn polls_of_a_song_slow_down_after_two_minutes() {
        let seconds: Vec<u64> = [0, 24, 28, 29, 32, 33, u32::MAX]
            .map(|polls| suno(polls).as_secs())
            .to_vec();
        assert_eq!(seconds, [5, 5, 5, 6, 9, 10, 10]);
    }

    #[test]
    fn ten_polls_that_fail_are_spread_over_minutes() {
        let waits: Vec<f32> = (1..10).map(|n| after_failures(n).as_secs_f32()).collect();
        assert_eq!(waits, [2.5, 5.0, 10.0, 20.0, 40.0, 60.0, 60.0, 60.0, 60.0]);
        assert_eq!(after_failures(u32::MAX), Duration::from_secs(60));
        let all: Duration = (1..10).map(after_failures).sum();
        assert!(all < patience(Operation::Tts), "{all:?}");
    }

    #[test]
    fn polls_of_a_piapi_task_start_at_five_seconds_and_settle_at_fifteen() {
        let seconds: Vec<u64> = [0, 1, 10, 11, u32::MAX]
            .map(|polls| piapi(polls).as_secs())
            .to_vec();
        assert_eq!(seconds, [5, 6, 15, 15, 15]);
    }
}
