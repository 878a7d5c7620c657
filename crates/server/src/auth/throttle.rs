//! The brake on guessing passwords: growing pauses for an account from one address, a budget for
//! each address and for each account. It counts an attempt before it is judged, so a thousand at
//! once are no way around it; it never locks an account, and its memory is bounded.

use domain::{ApiError, ErrorCode, Timestamp, UserId};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Failures without a pause.
const FREE_FAILURES: u32 = 5;
/// The longest pause in seconds.
const LONGEST_PAUSE: u64 = 60;
/// Attempts from one address: at once, and then each minute.
const PER_ADDRESS: Budget = Budget {
    burst: 20,
    per_minute: 20,
};
/// New accounts from one address, which a whole class may share.
const SIGN_UPS: Budget = Budget {
    burst: 60,
    per_minute: 60,
};
/// Attempts on one account from addresses that never signed in to it.
const PER_ACCOUNT: Budget = Budget {
    burst: 100,
    per_minute: 10,
};
/// Tests of keys and fetches of lists by one person: each asks a provider.
const ASKS: Budget = Budget {
    burst: 30,
    per_minute: 20,
};
/// After this long without an attempt an entry is forgotten.
const FORGOTTEN_AFTER_MILLIS: i64 = 60 * 60 * 1000;
/// The most entries that each table holds.
const ENTRIES: usize = 10_000;

#[derive(Debug, Clone, Copy)]
struct Budget {
    burst: u32,
    per_minute: u32,
}

/// The counts of this process.
#[derive(Debug, Clone, Default)]
pub struct Throttle(Arc<Mutex<Tables>>);

#[derive(Debug, Default)]
struct Tables {
    pairs: Bounded<(Account, Network), Pair>,
    networks: Bounded<Network, Bucket>,
    sign_ups: Bounded<Network, Bucket>,
    accounts: Bounded<Account, Bucket>,
    asks: Bounded<Account, Bucket>,
}

/// An account by the hash of its address or id, so that no table holds an address.
type Account = [u8; 16];
/// An address; of IPv6 the first 64 bits, which one customer has at will.
type Network = IpAddr;

/// How one address fares with one account.
#[derive(Debug, Clone, Copy, Default)]
struct Pair {
    failures: u32,
    not_before: i64,
    has_signed_in: bool,
    touched: i64,
}

/// A budget that fills up with time. Counted in thousandths of an attempt.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    thousandths: i64,
    touched: i64,
}

impl Throttle {
    /// No attempts so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts an attempt to sign in, as a failure until [`Throttle::succeeded`] says otherwise.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the seconds to wait; the attempt must not be judged then.
    pub(super) fn attempt(
        &self,
        email: &str,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let (account, network, now) = (account(email), network(address), now.0);
        let mut tables = self.tables();
        let mut pair = tables.pairs.get(&(account, network)).unwrap_or_default();
        if now < pair.not_before {
            return Err(too_many(seconds(pair.not_before - now)));
        }
        tables.networks.take(network, PER_ADDRESS, now)?;
        if !pair.has_signed_in {
            tables.accounts.take(account, PER_ACCOUNT, now)?;
        }
        pair.failures = pair.failures.saturating_add(1);
        pair.touched = now;
        if let Some(over) = pair.failures.checked_sub(FREE_FAILURES) {
            let pause = LONGEST_PAUSE.min(1 << over.min(6));
            pair.not_before = now + i64::try_from(pause * 1000).unwrap_or(i64::MAX);
        }
        tables.pairs.insert((account, network), pair, now);
        Ok(())
    }

    /// The password of the last attempt was right: the attempt did not count.
    pub(super) fn succeeded(&self, email: &str, address: IpAddr, now: Timestamp) {
        let pair = Pair {
            has_signed_in: true,
            touched: now.0,
            ..Pair::default()
        };
        let (account, network) = (account(email), network(address));
        let mut tables = self.tables();
        tables.pairs.insert((account, network), pair, now.0);
        tables.networks.give_back(&network, PER_ADDRESS);
    }

    /// Counts an attempt to make an account.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the seconds to wait.
    pub(super) fn sign_up(&self, address: IpAddr, now: Timestamp) -> Result<(), ApiError> {
        self.tables()
            .sign_ups
            .take(network(address), SIGN_UPS, now.0)
    }

    /// Counts a test of a key or a fetch of a list.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the seconds to wait.
    pub fn ask(&self, user: &UserId, now: Timestamp) -> Result<(), ApiError> {
        self.tables().asks.take(account(user.as_str()), ASKS, now.0)
    }

    /// The counts stay usable after a panic elsewhere: each change of them is complete.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn account(email: &str) -> Account {
    let mut account = [0; 16];
    account.copy_from_slice(&Sha256::digest(email.as_bytes())[..16]);
    account
}

fn network(address: IpAddr) -> Network {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let prefix = u128::from(address) & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from(prefix))
        }
    }
}

fn seconds(millis: i64) -> u64 {
    u64::try_from(millis).unwrap_or(0).div_ceil(1000).max(1)
}

fn too_many(seconds: u64) -> ApiError {
    let mut error = ApiError::new(
        ErrorCode::RateLimited,
        "Too many attempts. Wait a moment before the next one.",
    );
    error.retry_after = Some(seconds);
    error
}

/// A table that forgets its oldest entries rather than grow.
#[derive(Debug)]
struct Bounded<K, V>(HashMap<K, V>);

impl<K, V> Default for Bounded<K, V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

trait Touched {
    fn touched(&self) -> i64;
}

impl Touched for Pair {
    fn touched(&self) -> i64 {
        self.touched
    }
}

impl Touched for Bucket {
    fn touched(&self) -> i64 {
        self.touched
    }
}

impl<K: Hash + Eq + Copy, V: Touched + Copy> Bounded<K, V> {
    fn get(&self, key: &K) -> Option<V> {
        self.0.get(key).copied()
    }

    fn insert(&mut self, key: K, value: V, now: i64) {
        if self.0.len() >= ENTRIES && !self.0.contains_key(&key) {
            self.forget(now);
        }
        self.0.insert(key, value);
    }

    /// Drops what is old, and if that is not enough, the older half.
    fn forget(&mut self, now: i64) {
        self.0
            .retain(|_, value| now - value.touched() < FORGOTTEN_AFTER_MILLIS);
        if self.0.len() >= ENTRIES {
            let mut touched: Vec<i64> = self.0.values().map(Touched::touched).collect();
            let (_, median, _) = touched.select_nth_unstable(ENTRIES / 2);
            let median = *median;
            let mut spare = ENTRIES / 2;
            self.0.retain(|_, value| {
                let keep = value.touched() >= median && spare > 0;
                spare -= usize::from(keep);
                keep
            });
        }
    }
}

impl<K: Hash + Eq + Copy> Bounded<K, Bucket> {
    fn give_back(&mut self, key: &K, budget: Budget) {
        if let Some(bucket) = self.0.get_mut(key) {
            bucket.thousandths = (bucket.thousandths + 1000).min(i64::from(budget.burst) * 1000);
        }
    }

    fn take(&mut self, key: K, budget: Budget, now: i64) -> Result<(), ApiError> {
        let full = i64::from(budget.burst) * 1000;
        let before = self.get(&key).unwrap_or(Bucket {
            thousandths: full,
            touched: now,
        });
        let gained = (now - before.touched).max(0) * i64::from(budget.per_minute) / 60;
        let thousandths = (before.thousandths + gained).min(full);
        if thousandths < 1000 {
            let missing = 1000 - thousandths;
            return Err(too_many(seconds(
                missing * 60 / i64::from(budget.per_minute),
            )));
        }
        let left = Bucket {
            thousandths: thousandths - 1000,
            touched: now,
        };
        self.insert(key, left, now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_can_ask_providers_often_but_not_without_end() {
        let throttle = Throttle::new();
        let (ada, bob) = (UserId("ada".into()), UserId("bob".into()));
        let allowed = (0..100)
            .filter(|_| throttle.ask(&ada, START).is_ok())
            .count();
        assert_eq!(allowed, 30);
        assert!(throttle.ask(&bob, START).is_ok());
        let later = START.plus_millis(60_000);
        let again = (0..100)
            .filter(|_| throttle.ask(&ada, later).is_ok())
            .count();
        assert_eq!(again, 20);
    }

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 9));
    const AWAY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 7));
    const START: Timestamp = Timestamp(1_795_341_600_000);

    fn wait(result: Result<(), ApiError>) -> u64 {
        let error = result.expect_err("must be held back");
        assert_eq!(error.code, ErrorCode::RateLimited);
        error.retry_after.unwrap()
    }

    #[test]
    fn pauses_double_after_the_fifth_failure_up_to_a_minute() {
        let throttle = Throttle::new();
        let mut now = START;
        for _ in 0..5 {
            throttle.attempt("ada@example.com", HOME, now).unwrap();
        }
        for pause in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            let asked = wait(throttle.attempt("ada@example.com", HOME, now));
            assert_eq!(asked, pause);
            now = now.plus_millis(i64::try_from(pause * 1000).unwrap());
            throttle.attempt("ada@example.com", HOME, now).unwrap();
        }
    }

    #[test]
    fn a_success_ends_the_pause() {
        let throttle = Throttle::new();
        for _ in 0..4 {
            throttle.attempt("ada@example.com", HOME, START).unwrap();
        }
        throttle.succeeded("ada@example.com", HOME, START);
        for _ in 0..5 {
            throttle.attempt("ada@example.com", HOME, START).unwrap();
        }
    }

    #[test]
    fn another_address_is_not_held_back() {
        let throttle = Throttle::new();
        let judged = (0..1000)
            .filter(|_| throttle.attempt("ada@example.com", HOME, START).is_ok())
            .count();
        assert_eq!(judged, 5);
        throttle.attempt("ada@example.com", AWAY, START).unwrap();
    }

    #[test]
    fn one_address_has_twenty_attempts_a_minute_over_all_accounts() {
        let throttle = Throttle::new();
        let at = |now| {
            (0..100)
                .filter(|n| {
                    throttle
                        .attempt(&format!("{n}@example.com"), HOME, now)
                        .is_ok()
                })
                .count()
        };
        assert_eq!(at(START), 20);
        assert_eq!(at(START.plus_millis(30_000)), 10);
    }

    #[test]
    fn one_address_has_sixty_new_accounts_a_minute_apart_from_its_attempts() {
        let throttle = Throttle::new();
        for n in 0..20 {
            throttle
                .attempt(&format!("{n}@example.com"), HOME, START)
                .unwrap();
        }
        let made = (0..100)
            .filter(|_| throttle.sign_up(HOME, START).is_ok())
            .count();
        assert_eq!(made, 60);
        assert_eq!(wait(throttle.sign_up(HOME, START)), 1);
        throttle.sign_up(AWAY, START).unwrap();
    }

    #[test]
    fn signing_in_with_the_right_password_uses_nothing_up() {
        let throttle = Throttle::new();
        for n in 0..100 {
            let email = format!("{n}@example.com");
            throttle.attempt(&email, HOME, START).unwrap();
            throttle.succeeded(&email, HOME, START);
        }
    }

    #[test]
    fn many_addresses_share_the_budget_of_one_account_but_its_owner_keeps_a_way_in() {
        let throttle = Throttle::new();
        throttle.attempt("ada@example.com", HOME, START).unwrap();
        throttle.succeeded("ada@example.com", HOME, START);
        let judged = (0..2000_u32)
            .filter(|n| {
                let address = IpAddr::from((0x0a00_0000 + n).to_be_bytes());
                throttle.attempt("ada@example.com", address, START).is_ok()
            })
            .count();
        assert_eq!(judged, 99);
        throttle.attempt("ada@example.com", HOME, START).unwrap();
    }

    #[test]
    fn one_customer_of_ipv6_is_one_address() {
        let throttle = Throttle::new();
        let judged = (0..1000_u128)
            .filter(|n| {
                let address = IpAddr::V6(Ipv6Addr::from((0x2001_0db8_u128 << 96) + n));
                throttle.attempt("ada@example.com", address, START).is_ok()
            })
            .count();
        assert_eq!(judged, 5);
        let mapped: IpAddr = "::ffff:203.0.113.9".parse().unwrap();
        assert_eq!(network(mapped), HOME);
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::new();
        for n in 0..40_000_u32 {
            let address = IpAddr::from(n.to_be_bytes());
            let now = START.plus_millis(i64::from(n % 3));
            drop(throttle.attempt(&format!("{n}@example.com"), address, now));
        }
        let tables = throttle.tables();
        let sizes = [
            tables.pairs.0.len(),
            tables.networks.0.len(),
            tables.accounts.0.len(),
        ];
        assert!(
            sizes.iter().all(|size| (1..=ENTRIES).contains(size)),
            "{sizes:?}"
        );
    }
}
