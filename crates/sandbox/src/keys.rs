//! Which keys the sandbox accepts and how each behaves. A key is looked at and forgotten: only its
//! digest is kept, and no log line, journal entry or answer may contain it, but the `echo` that a test
//! asks for.

use std::time::Duration;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};

use crate::reply::Refusal;
use crate::shared::State;

/// What every valid key begins with.
pub(crate) const PREFIX: &str = "sandbox-";

/// How a valid key behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behaviour {
    Normal,
    NoCredit,
    RateLimited,
    Slow,
    Down,
}

impl Behaviour {
    fn of(key: &str) -> Option<Self> {
        let rest = key.strip_prefix(PREFIX)?;
        Some(if rest.starts_with("no-credit") {
            Self::NoCredit
        } else if rest.starts_with("rate-limited") {
            Self::RateLimited
        } else if rest.starts_with("slow") {
            Self::Slow
        } else if rest.starts_with("down") {
            Self::Down
        } else {
            Self::Normal
        })
    }
}

/// The digest by which a key is recognised later.
pub(crate) type KeyDigest = [u8; 32];

/// The digest of `key`.
pub(crate) fn digest(key: &str) -> KeyDigest {
    Sha256::digest(key).into()
}

/// A key that was let in.
pub(crate) struct Key {
    behaviour: Behaviour,
    /// Whose things these are.
    pub(crate) owner: KeyDigest,
}

impl Key {
    /// Whether the account behind the key has money.
    pub(crate) fn has_credit(&self) -> bool {
        self.behaviour != Behaviour::NoCredit
    }

    /// Refuses in the provider's own form when the account has no money.
    pub(crate) fn pays(&self, refusals: &impl Refusals) -> Result<(), Refusal> {
        if self.has_credit() {
            Ok(())
        } else {
            Err(refusals.no_credit())
        }
    }
}

/// A provider's own answers to keys.
pub(crate) trait Refusals {
    /// No key was sent.
    fn missing_key(&self) -> Refusal;
    /// The key is not one of this provider's.
    fn bad_key(&self) -> Refusal;
    /// The account has no money.
    fn no_credit(&self) -> Refusal;
    /// Too many requests.
    fn rate_limited(&self) -> Refusal;
    /// The provider is not available.
    fn down(&self) -> Refusal;
}

/// Lets the presented key in, after the wait of a slow key, or refuses in the provider's own form.
pub(crate) async fn admit(
    state: &State,
    presented: Option<&str>,
    refusals: &impl Refusals,
) -> Result<Key, Refusal> {
    let Some(key) = presented.filter(|key| !key.is_empty()) else {
        return Err(refusals.missing_key());
    };
    match Behaviour::of(key) {
        None => Err(refusals.bad_key()),
        Some(Behaviour::RateLimited) => Err(refusals.rate_limited()),
        Some(Behaviour::Down) => Err(refusals.down()),
        Some(behaviour) => {
            let owner = digest(key);
            if behaviour == Behaviour::Slow {
                wait(state.config.slow_delay).await;
            }
            Ok(Key { behaviour, owner })
        }
    }
}

async fn wait(delay: Duration) {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
}

/// The value of the header `name`, when it is text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// The token of `Authorization: Bearer …`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
