//! Passwords: what may be one, and how it is hashed. A password is never printed, and what is
//! stored of it is an Argon2id string.

use super::guessable::is_easy_to_guess;
use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::phc::PasswordHash,
};
use domain::{ApiError, ErrorCode};
use serde::Deserialize;
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// The lengths that are accepted, in bytes.
const LENGTHS: std::ops::RangeInclusive<usize> = 12..=1024;
/// Memory in KiB, passes and lanes: the least that OWASP's cheat sheet on password storage allows.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// How many hashes are computed at once; each takes 19 MiB and a thread.
const AT_ONCE: usize = 2;
/// How many more may wait for their turn.
const WAITING: usize = 64;

/// A typed password.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Password(Zeroizing<String>);

impl Password {
    fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Whether it is longer than any accepted password.
    pub(super) fn is_too_long(&self) -> bool {
        self.0.len() > *LENGTHS.end()
    }

    /// Why it is not accepted for a new account, as a sentence that says what to do.
    pub(super) fn problem(&self, context: &[&str]) -> Option<&'static str> {
        if self.0.len() < *LENGTHS.start() {
            return Some("Use a password of at least 12 characters.");
        }
        if self.is_too_long() {
            return Some("Use a password of at most 1,024 bytes.");
        }
        is_easy_to_guess(&self.0, context).then_some(
            "This password is among the first that are tried. Use several unrelated words, or what a password manager suggests.",
        )
    }
}

impl From<String> for Password {
    fn from(typed: String) -> Self {
        Self(Zeroizing::new(typed))
    }
}

impl From<&str> for Password {
    fn from(typed: &str) -> Self {
        Self::from(typed.to_owned())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password([redacted])")
    }
}

/// Computes and compares hashes off the async threads, a few at a time.
#[derive(Clone)]
pub struct PasswordHasher(Arc<Inner>);

struct Inner {
    argon2: Argon2<'static>,
    turns: Semaphore,
    waiting: AtomicUsize,
    /// A hash that no password has; compared when there is no account, for the same work.
    nobody: String,
}

impl Default for PasswordHasher {
    fn default() -> Self {
        Self::new()
    }
}

impl PasswordHasher {
    /// The hasher of this process.
    #[must_use]
    pub fn new() -> Self {
        let (memory, passes, lanes) = COST;
        let params =
            Params::new(memory, passes, lanes, None).expect("the cost is within Argon2's bounds");
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = argon2
            .hash_password_with_salt(b"no account has this", b"no account's salt")
            .expect("the salt is within Argon2's bounds")
            .to_string();
        Self(Arc::new(Inner {
            argon2,
            turns: Semaphore::new(AT_ONCE),
            waiting: AtomicUsize::new(0),
            nobody,
        }))
    }

    /// The string to store for a password.
    ///
    /// # Errors
    /// `RATE_LIMITED` when too many wait already, `INTERNAL` without random bytes.
    pub async fn hash(&self, password: Password) -> Result<String, ApiError> {
        self.in_turn(move |inner| {
            inner
                .argon2
                .hash_password(password.bytes())
                .map(|hash| hash.to_string())
                .map_err(|_| ApiError::internal())
        })
        .await?
    }

    /// Whether the password belongs to the stored string. Without one the same work is done and
    /// the answer is no.
    ///
    /// # Errors
    /// `RATE_LIMITED` when too many wait already.
    pub async fn verify(
        &self,
        password: Password,
        stored: Option<String>,
    ) -> Result<bool, ApiError> {
        self.in_turn(move |inner| {
            let known = stored.is_some();
            let stored = stored.unwrap_or_else(|| inner.nobody.clone());
            let fits = PasswordHash::new(&stored).is_ok_and(|hash| {
                inner
                    .argon2
                    .verify_password(password.bytes(), &hash)
                    .is_ok()
            });
            known && fits
        })
        .await
    }

    /// Whether the stored string was made with another cost than today's.
    #[must_use]
    pub fn is_outdated(&self, stored: &str) -> bool {
        let (memory, passes, lanes) = COST;
        !stored.starts_with(&format!("$argon2id$v=19$m={memory},t={passes},p={lanes}$"))
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let _place = Place::take(&self.0.waiting)?;
        let inner = Arc::clone(&self.0);
        let turn = self
            .0
            .turns
            .acquire()
            .await
            .map_err(|_| ApiError::internal())?;
        let done = tokio::task::spawn_blocking(move || work(&inner)).await;
        drop(turn);
        done.map_err(|_| ApiError::internal())
    }
}

/// A place in the queue, given back when dropped.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Result<Self, ApiError> {
        let place = Self(waiting);
        if waiting.fetch_add(1, Ordering::Relaxed) < AT_ONCE + WAITING {
            return Ok(place);
        }
        let mut error = ApiError::new(
            ErrorCode::RateLimited,
            "Too many people are signing in at this moment. Try again in a few seconds.",
        );
        error.retry_after = Some(2);
        Err(error)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_is_argon2id_of_at_least_the_recommended_cost() {
        let hasher = PasswordHasher::new();
        let stored = hasher.hash("three blue horses".into()).await.unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert!(!hasher.is_outdated(&stored));
        assert!(hasher.is_outdated("$argon2id$v=19$m=4096,t=2,p=1$abc$def"));
        let again = hasher.hash("three blue horses".into()).await.unwrap();
        assert_ne!(stored, again);
    }

    #[tokio::test]
    async fn only_the_password_itself_fits() {
        let hasher = PasswordHasher::new();
        let stored = hasher.hash("three blue horses".into()).await.unwrap();
        let fits = async |typed: &str, stored: &str| {
            hasher
                .verify(typed.into(), Some(stored.to_owned()))
                .await
                .unwrap()
        };
        assert!(fits("three blue horses", &stored).await);
        assert!(!fits("three blue horse", &stored).await);
        assert!(
            !fits(&stored, &stored).await,
            "the stored string is no password"
        );
        assert!(!fits("three blue horses", "not a hash").await);
        let nobody = hasher
            .verify("no account has this".into(), None)
            .await
            .unwrap();
        assert!(!nobody, "without an account nothing fits");
    }

    #[tokio::test]
    async fn a_queue_that_is_full_says_when_to_come_back() {
        let hasher = PasswordHasher::new();
        hasher.0.waiting.store(AT_ONCE + WAITING, Ordering::Relaxed);
        let error = hasher
            .verify("three blue horses".into(), None)
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::RateLimited);
        assert_eq!(error.retry_after, Some(2));
        assert_eq!(hasher.0.waiting.load(Ordering::Relaxed), AT_ONCE + WAITING);
    }

    #[test]
    fn debug_shows_nothing_of_a_password() {
        let shown = format!("{:?}", Password::from("three blue horses"));
        assert!(!shown.contains("blue"));
    }
}
