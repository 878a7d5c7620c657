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
/// Codes of a second factor that do not fit, for one account: six digits are few.
const CODES: Budget = Budget {
    burst: 10,
    per_minute: 1,
};
/// Tests of keys and fetches of lists by one person: each asks a provider.
const ASKS: Budget = Budget {
    burst: 30,
    per_minute: 20,
};
/// Links of invitations that one person makes or tries.
const LINKS: Budget = Budget {
    burst: 20,
    per_minute: 10,
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
    codes: Bounded<Account, Bucket>,
    asks: Bounded<Account, Bucket>,
    links: Bounded<Account, Bucket>,
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

    /// Counts a code of a person's second factor, as one that does not fit until
    /// [`Throttle::code_fitted`] says otherwise. Wherever it comes from: it takes the password to send
    /// one.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the seconds to wait; the code must not be judged then.
    pub(super) fn code(&self, user: &UserId, now: Timestamp) -> Result<(), ApiError> {
        let account = account(user.as_str());
        self.tables().codes.take(account, CODES, now.0)
    }

    /// The last code did fit: it did not count.
    pub(super) fn code_fitted(&self, user: &UserId) {
        let account = account(user.as_str());
        self.tables().codes.give_back(&account, CODES);
    }

    /// Counts a test of a key or a fetch of a list.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the seconds to wait.
    pub fn ask(&self, user: &UserId, now: Timestamp) -> Result<(), ApiError> {
        self.tables().asks.take(account(user.as_str()), ASKS, now.0)
    }

    /// Counts a link of an invitation that somebody makes or tries.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the seconds to wait.
    pub fn link(&self, user: &UserId, now: Timestamp) -> Result<(), ApiError> {
        self.tables()
            .links
            .take(account(user.as_str()), LINKS, now.0)
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

/// What is counted as one address.
pub(crate) fn network(address: IpAddr) -> IpAddr {
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
mod tests;
