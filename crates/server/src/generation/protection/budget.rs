//! How often calls may be made again: a share of how often they are made at all, so that trying again
//! never becomes the load that keeps a provider down. Pure; time is passed in.

use domain::Timestamp;
use std::collections::VecDeque;

/// One retry for so many requests.
const REQUESTS_PER_RETRY: u32 = 5;
/// So many are allowed however little is asked for: a quiet instance has no share to speak of.
const ALWAYS: u32 = 3;
/// How long requests and retries count.
const WINDOW: i64 = 60_000;
/// They are counted together for so long.
const SLOT: i64 = 5_000;

/// The retries of one provider.
#[derive(Debug, Clone, Default)]
pub struct Budget {
    slots: VecDeque<Slot>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    number: i64,
    requests: u32,
    retries: u32,
}

impl Budget {
    /// Counts a request that is made for the first time.
    pub fn requested(&mut self, now: Timestamp) {
        self.slot(now).requests += 1;
    }

    /// Takes one retry, if there is one left.
    pub fn take_retry(&mut self, now: Timestamp) -> bool {
        self.slot(now);
        let sum = |part: fn(&Slot) -> u32| self.slots.iter().map(part).sum::<u32>();
        let allowed = (sum(|slot| slot.requests) / REQUESTS_PER_RETRY).max(ALWAYS);
        let may = sum(|slot| slot.retries) < allowed;
        if may {
            self.slot(now).retries += 1;
        }
        may
    }

    fn slot(&mut self, now: Timestamp) -> &mut Slot {
        let number = now.0.div_euclid(SLOT);
        // Also what lies in the future, after the clock was put back.
        self.slots
            .retain(|slot| (0..WINDOW / SLOT).contains(&(number - slot.number)));
        if self.slots.back().is_none_or(|last| last.number != number) {
            self.slots.push_back(Slot {
                number,
                requests: 0,
                retries: 0,
            });
        }
        let last = self.slots.len() - 1;
        &mut self.slots[last]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn where_everything_fails_a_fifth_is_tried_again() {
        let mut budget = Budget::default();
        let mut calls = 0;
        for request in 0..1_000 {
            let now = Timestamp(request * 10);
            budget.requested(now);
            calls += 1;
            for _ in 0..3 {
                if budget.take_retry(now) {
                    calls += 1;
                }
            }
        }
        assert_eq!(calls, 1_200);
    }

    #[test]
    fn a_quiet_instance_has_a_few_and_again_after_a_minute() {
        let mut budget = Budget::default();
        let mut take = |now| {
            budget.requested(Timestamp(now));
            (0..9).filter(|_| budget.take_retry(Timestamp(now))).count()
        };
        assert_eq!((take(0), take(30_000), take(65_000)), (3, 0, 3));
    }

    proptest! {
        #[test]
        fn retries_never_exceed_their_share(
            steps in proptest::collection::vec((0..3_000_i64, proptest::bool::ANY), 1..400)
        ) {
            let mut budget = Budget::default();
            let (mut now, mut requests, mut retries) = (0, Vec::new(), Vec::new());
            for (pause, is_request) in steps {
                now += pause;
                if is_request {
                    budget.requested(Timestamp(now));
                    requests.push(now);
                } else if budget.take_retry(Timestamp(now)) {
                    retries.push(now);
                    let from = (now / SLOT - WINDOW / SLOT + 1) * SLOT;
                    let count = |all: &[i64]| all.iter().filter(|at| **at >= from).count();
                    prop_assert!(count(&retries) <= (count(&requests) / 5).max(3));
                }
            }
        }
    }
}
