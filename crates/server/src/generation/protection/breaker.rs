//! A circuit breaker as a pure state machine; time is passed in. It opens after some failures in a
//! row within a short time, lets one probe through now and then, and closes after a good one.

use domain::Timestamp;
use std::collections::VecDeque;

/// When it opens, and how often it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// So many failures without a success between them open it,
    pub failures: usize,
    /// if they come within so many milliseconds.
    pub within: i64,
    /// How many milliseconds lie between two probes.
    pub between_probes: i64,
}

/// The breaker of one lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breaker {
    rule: Rule,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Closed {
        failures: VecDeque<Timestamp>,
    },
    Open {
        since: Timestamp,
        probe_at: Timestamp,
    },
}

/// Whether a call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It may.
    Go,
    /// It may, and what becomes of it decides for all others.
    Probe,
    /// Not before this moment.
    Wait(Timestamp),
}

impl Breaker {
    /// A closed one.
    #[must_use]
    pub const fn new(rule: Rule) -> Self {
        Self {
            rule,
            state: State::Closed {
                failures: VecDeque::new(),
            },
        }
    }

    /// Asks for a call. A probe is given once; the next one may go after the time between probes.
    pub fn ask(&mut self, now: Timestamp) -> Answer {
        if let Some(at) = self.waits_until(now) {
            return Answer::Wait(at);
        }
        match &mut self.state {
            State::Closed { .. } => Answer::Go,
            State::Open { probe_at, .. } => {
                *probe_at = now.plus_millis(self.rule.between_probes);
                Answer::Probe
            }
        }
    }

    /// Until when no call may be made; `None` where one may now. A clock that was put back does not
    /// make the wait longer.
    #[must_use]
    pub fn waits_until(&self, now: Timestamp) -> Option<Timestamp> {
        match self.state {
            State::Open { probe_at, .. } => {
                let wait = probe_at.0.saturating_sub(now.0);
                (wait > 0 && wait <= self.rule.between_probes).then_some(probe_at)
            }
            State::Closed { .. } => None,
        }
    }

    /// Since when it has been open.
    #[must_use]
    pub const fn open_since(&self) -> Option<Timestamp> {
        match self.state {
            State::Open { since, .. } => Some(since),
            State::Closed { .. } => None,
        }
    }

    /// Whether nothing would be lost with it.
    #[must_use]
    pub fn is_untroubled(&self) -> bool {
        matches!(&self.state, State::Closed { failures } if failures.is_empty())
    }

    /// Hears that the provider answered. While it is open, only a probe's word counts.
    pub fn succeeded(&mut self, is_probe: bool) {
        if is_probe || self.open_since().is_none() {
            self.state = State::Closed {
                failures: VecDeque::new(),
            };
        }
    }

    /// Hears of a failure that waiting may mend.
    pub fn failed(&mut self, is_probe: bool, now: Timestamp) {
        match &mut self.state {
            State::Closed { failures } => {
                failures.retain(|at| now.0.abs_diff(at.0) < self.rule.within.unsigned_abs());
                failures.push_back(now);
                if failures.len() >= self.rule.failures {
                    self.state = State::Open {
                        since: now,
                        probe_at: now.plus_millis(self.rule.between_probes),
                    };
                }
            }
            State::Open { probe_at, .. } if is_probe => {
                *probe_at = now.plus_millis(self.rule.between_probes);
            }
            State::Open { .. } => {}
        }
    }

    /// Hears that a probe was given up before it could tell: the next one may go at once.
    pub fn probe_given_up(&mut self, now: Timestamp) {
        if let State::Open { probe_at, .. } = &mut self.state {
            *probe_at = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RULE: Rule = Rule {
        failures: 5,
        within: 10_000,
        between_probes: 10_000,
    };

    fn at(millis: i64) -> Timestamp {
        Timestamp(1_795_000_000_000 + millis)
    }

    fn opened() -> Breaker {
        let mut breaker = Breaker::new(RULE);
        for n in 0..5 {
            assert_eq!(breaker.ask(at(n)), Answer::Go);
            breaker.failed(false, at(n));
        }
        breaker
    }

    #[test]
    fn five_failures_in_ten_seconds_open_it() {
        let mut breaker = opened();
        assert_eq!(breaker.ask(at(5)), Answer::Wait(at(10_004)));
        assert_eq!(breaker.open_since(), Some(at(4)));
        let mut slow = Breaker::new(RULE);
        for n in 0..20 {
            slow.failed(false, at(n * 2_500));
            assert_eq!(slow.ask(at(n * 2_500)), Answer::Go, "{n}");
        }
    }

    #[test]
    fn a_success_between_them_starts_the_count_again() {
        let mut breaker = Breaker::new(RULE);
        for n in 0..40 {
            if n % 4 == 3 {
                breaker.succeeded(false);
            } else {
                breaker.failed(false, at(n));
            }
            assert_eq!(breaker.ask(at(n)), Answer::Go);
        }
    }

    #[test]
    fn one_probe_goes_every_ten_seconds_and_a_good_one_closes_it() {
        let mut breaker = opened();
        assert_eq!(breaker.ask(at(10_004)), Answer::Probe);
        assert_eq!(breaker.ask(at(10_005)), Answer::Wait(at(20_004)));
        breaker.failed(true, at(12_000));
        assert_eq!(breaker.ask(at(21_999)), Answer::Wait(at(22_000)));
        assert_eq!(breaker.ask(at(22_000)), Answer::Probe);
        breaker.succeeded(false);
        assert_eq!(breaker.ask(at(22_001)), Answer::Wait(at(32_000)));
        assert_eq!(breaker.open_since(), Some(at(4)), "open all the time");
        breaker.succeeded(true);
        assert_eq!(breaker.ask(at(22_002)), Answer::Go);
        assert!(breaker.is_untroubled());
    }

    #[test]
    fn a_probe_that_is_given_up_makes_place_for_the_next() {
        let mut breaker = opened();
        assert_eq!(breaker.ask(at(11_000)), Answer::Probe);
        breaker.probe_given_up(at(11_500));
        assert_eq!(breaker.ask(at(11_500)), Answer::Probe);
    }

    #[derive(Debug, Clone, Copy)]
    enum Move {
        Ask,
        Succeed,
        Fail,
        Wait(i64),
    }

    fn moves() -> impl Strategy<Value = Vec<Move>> {
        let one = prop_oneof![
            3 => Just(Move::Ask),
            1 => Just(Move::Succeed),
            3 => Just(Move::Fail),
            2 => (0..15_000_i64).prop_map(Move::Wait),
        ];
        proptest::collection::vec(one, 0..200)
    }

    proptest! {
        /// Against the promise itself, told over the whole history.
        #[test]
        fn it_keeps_its_promise(moves in moves()) {
            let mut breaker = Breaker::new(RULE);
            let mut now = 0;
            let mut in_a_row: Vec<i64> = Vec::new();
            let mut probes: Vec<i64> = Vec::new();
            let mut probing = false;
            for step in moves {
                let was_open = breaker.open_since().is_some();
                match step {
                    Move::Wait(millis) => now += millis,
                    Move::Ask => match breaker.ask(at(now)) {
                        Answer::Go => prop_assert!(!was_open),
                        Answer::Probe => {
                            prop_assert!(was_open);
                            prop_assert!(probes.last().is_none_or(|last| now - last >= 10_000));
                            probes.push(now);
                            probing = true;
                        }
                        Answer::Wait(until) => {
                            prop_assert!(was_open);
                            prop_assert!(until > at(now) && until <= at(now + 10_000));
                        }
                    },
                    Move::Succeed => {
                        breaker.succeeded(probing);
                        prop_assert_eq!(breaker.open_since().is_some(), was_open && !probing);
                        if !was_open || probing {
                            in_a_row.clear();
                            probes.clear();
                        }
                        probing = false;
                    }
                    Move::Fail => {
                        breaker.failed(probing, at(now));
                        if !was_open {
                            in_a_row.push(now);
                            let recent = in_a_row.iter().filter(|then| now - **then < 10_000).count();
                            prop_assert_eq!(breaker.open_since().is_some(), recent >= 5);
                        } else {
                            prop_assert!(breaker.open_since().is_some());
                        }
                        probing = false;
                    }
                }
            }
        }

        #[test]
        fn a_clock_that_is_put_back_never_locks_it(back in 0..100_000_000_i64) {
            let mut breaker = opened();
            let now = at(20_000 - back);
            let wait = match breaker.ask(now) {
                Answer::Wait(until) => until.0 - now.0,
                Answer::Go | Answer::Probe => 0,
            };
            prop_assert!(wait <= 10_000);
        }
    }
}
