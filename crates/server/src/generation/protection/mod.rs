//! Keeps what goes wrong at one provider, or with one key, from slowing anybody else: places and a
//! circuit breaker per lane, places per provider, a budget of retries. It decides; it waits for
//! nothing and knows no secret.
//!
//! A lane is what `store::jobs::lane` says: a provider, a stored key, an address.

mod breaker;
mod budget;
mod outcome;

pub use outcome::Outcome;

use breaker::{Answer, Breaker, Rule};
use budget::Budget;
use domain::{ProviderId, Timestamp};
use providers::retry;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How many jobs of one lane are worked on at a time.
const PER_LANE: usize = 10;
/// How many jobs of one provider are worked on at a time, of the places that the worker has.
const PER_PROVIDER: usize = 20;
/// A lane whose provider was not to be reached for so long gives its waiting jobs up.
const GIVEN_UP_AFTER: i64 = 15 * 60_000;
/// How many jobs of such a lane are taken at a time, to be told so.
const GIVEN_UP_AT_A_TIME: usize = 50;
/// From so many lanes on, those that have nothing to remember are forgotten.
const MANY: usize = 1_000;

/// The breaker of providers that take as long as they take; a sandbox is asked sooner.
const RULE: Rule = Rule {
    failures: 5,
    within: 10_000,
    between_probes: 10_000,
};

/// The state of all lanes of this process.
#[derive(Debug)]
pub struct Protection {
    /// The factor by which waits are shortened.
    pace: f64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    lanes: HashMap<String, Lane>,
    running: HashMap<ProviderId, usize>,
    budgets: HashMap<ProviderId, Budget>,
}

#[derive(Debug)]
struct Lane {
    breaker: Breaker,
    running: usize,
    /// Until when the provider wants to be left alone.
    not_before: Option<Timestamp>,
}

/// Why a job is not worked on now.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    /// The name to hold it under: that of its lane, or of its provider where that has no place left.
    pub name: String,
    /// Whether the others of the lane would be refused as well.
    pub is_for_lane: bool,
    /// Whether the provider was not to be reached for so long that waiting makes no sense.
    pub is_given_up: bool,
}

impl Protection {
    /// Nothing has happened yet. `pace` shortens what is waited for.
    #[must_use]
    pub fn new(pace: f64) -> Self {
        Self {
            pace,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rule(&self) -> Rule {
        Rule {
            between_probes: self.shortened(RULE.between_probes),
            ..RULE
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "milliseconds of a few minutes"
    )]
    fn shortened(&self, millis: i64) -> i64 {
        (millis as f64 * self.pace) as i64
    }

    /// How many lanes of each provider are not asked at the moment, of those that are known.
    #[must_use]
    pub fn open_lanes(&self) -> BTreeMap<ProviderId, i64> {
        let mut open = BTreeMap::new();
        for (name, lane) in &self.state().lanes {
            let provider = name.split('/').next().and_then(ProviderId::parse);
            if let Some(provider) = provider {
                let count: &mut i64 = open.entry(provider).or_default();
                *count += i64::from(lane.breaker.open_since().is_some());
            }
        }
        open
    }

    /// A place to work on a job of this lane, until it is dropped.
    ///
    /// # Errors
    /// [`Refused`]: there is none, or the provider is not asked at the moment.
    pub fn enter(
        &self,
        lane: &str,
        provider: ProviderId,
        now: Timestamp,
    ) -> Result<Pass<'_>, Refused> {
        let mut state = self.state();
        state.forget_quiet_lanes(now);
        let elsewhere = *state.running.entry(provider).or_default();
        let rule = self.rule();
        let found = state.lanes.entry(lane.to_owned()).or_insert_with(|| Lane {
            breaker: Breaker::new(rule),
            running: 0,
            not_before: None,
        });
        let refused = |is_given_up| Refused {
            name: lane.to_owned(),
            is_for_lane: true,
            is_given_up,
        };
        if found.is_given_up(now) && found.breaker.waits_until(now).is_some() {
            return Err(refused(true));
        }
        if found.running >= PER_LANE || found.is_left_alone(now) {
            return Err(refused(false));
        }
        if elsewhere >= PER_PROVIDER {
            return Err(Refused {
                name: provider.as_str().to_owned(),
                is_for_lane: false,
                is_given_up: false,
            });
        }
        let is_probe = match found.breaker.ask(now) {
            Answer::Wait(_) => return Err(refused(false)),
            Answer::Go => false,
            Answer::Probe => true,
        };
        found.running += 1;
        state.running.insert(provider, elsewhere + 1);
        Ok(Pass {
            protection: self,
            lane: lane.to_owned(),
            provider,
            is_probe,
            told: Mutex::new(None),
        })
    }

    /// How many jobs that are held under this name can be woken now.
    #[must_use]
    pub fn room(&self, name: &str, now: Timestamp) -> usize {
        let state = self.state();
        let slug = name.split('/').next().unwrap_or_default();
        let elsewhere = ProviderId::parse(slug)
            .and_then(|provider| state.running.get(&provider).copied())
            .unwrap_or_default();
        let of_provider = PER_PROVIDER.saturating_sub(elsewhere);
        let Some(lane) = state.lanes.get(name) else {
            return of_provider.min(PER_LANE);
        };
        if lane.is_given_up(now) {
            return GIVEN_UP_AT_A_TIME;
        }
        if lane.is_left_alone(now) || lane.breaker.waits_until(now).is_some() {
            return 0;
        }
        let of_lane = if lane.breaker.open_since().is_some() {
            1
        } else {
            PER_LANE.saturating_sub(lane.running)
        };
        of_lane.min(of_provider)
    }

    /// The next moment at which time alone makes room somewhere.
    #[must_use]
    pub fn next_room(&self, now: Timestamp) -> Option<Timestamp> {
        let state = self.state();
        let until = |lane: &Lane| {
            let alone = lane.not_before.filter(|until| *until > now);
            alone.max(lane.breaker.waits_until(now))
        };
        state.lanes.values().filter_map(until).min()
    }

    /// Counts a request at this provider that is made for the first time.
    pub fn requested(&self, provider: ProviderId, now: Timestamp) {
        let mut state = self.state();
        state.budgets.entry(provider).or_default().requested(now);
    }

    /// Whether a call that was not sent may be made again; each yes is counted.
    pub fn may_retry(&self, provider: ProviderId, now: Timestamp) -> bool {
        let mut state = self.state();
        state.budgets.entry(provider).or_default().take_retry(now)
    }
}

impl State {
    fn forget_quiet_lanes(&mut self, now: Timestamp) {
        if self.lanes.len() >= MANY {
            self.lanes.retain(|_, lane| {
                lane.running > 0 || lane.is_left_alone(now) || !lane.breaker.is_untroubled()
            });
        }
    }
}

impl Lane {
    fn is_left_alone(&self, now: Timestamp) -> bool {
        let longest = i64::try_from(retry::LONGEST_ASKED.as_millis()).unwrap_or(i64::MAX) * 11 / 10;
        self.not_before
            .is_some_and(|until| until > now && until.0 - now.0 <= longest)
    }

    fn is_given_up(&self, now: Timestamp) -> bool {
        let since = self.breaker.open_since();
        since.is_some_and(|since| now.0 - since.0 > GIVEN_UP_AFTER)
    }
}

/// A place at a provider.
#[derive(Debug)]
pub struct Pass<'a> {
    protection: &'a Protection,
    lane: String,
    provider: ProviderId,
    is_probe: bool,
    /// The last moment at which it told anything.
    told: Mutex<Option<Timestamp>>,
}

impl Pass<'_> {
    /// Tells what became of a call; `chance` is a random number from 0 to 1.
    pub fn tell(&self, outcome: Outcome, now: Timestamp, chance: f64) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        let mut state = self.protection.state();
        let Some(lane) = state.lanes.get_mut(&self.lane) else {
            return;
        };
        match outcome {
            Outcome::Answered => {
                lane.not_before = None;
                lane.breaker.succeeded(self.is_probe);
            }
            Outcome::Trouble { asked } => {
                let was_open = lane.breaker.open_since().is_some();
                lane.breaker.failed(self.is_probe, now);
                if !was_open && lane.breaker.open_since().is_some() {
                    tracing::warn!(provider = %self.provider, "a provider does not answer well; its jobs wait");
                }
                if let Some(asked) = asked {
                    let wait = retry::asked_for(asked, chance).as_millis();
                    let wait = i64::try_from(wait).unwrap_or(i64::MAX);
                    let until = now.plus_millis(self.protection.shortened(wait));
                    lane.not_before = lane.not_before.max(Some(until));
                }
            }
        }
    }

    /// What the probe that was never made leaves behind.
    fn give_up(&self, lane: &mut Lane) {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_probe
            && told.is_none()
            && let Some(since) = lane.breaker.open_since()
        {
            // Any moment that is over does: the next probe may go at once.
            lane.breaker.probe_given_up(since);
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut state = self.protection.state();
        if let Some(lane) = state.lanes.get_mut(&self.lane) {
            lane.running = lane.running.saturating_sub(1);
            self.give_up(lane);
        }
        if let Some(running) = state.running.get_mut(&self.provider) {
            *running = running.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests;
