//! The only place where a stored secret is encrypted and decrypted. What goes in comes out for
//! nobody but the call that sends it to its provider; nothing here prints, logs or compares a
//! secret, and no second master key is tried when the named one does not fit.

mod envelope;
pub mod file;
mod keyring;
mod leak;
mod master;
pub mod rotation;
#[cfg(test)]
mod tests;
mod totp;

pub use master::{MasterKey, MasterKeyProblem, MasterKeys, generate};
pub use store::secrets::Owner;

use crate::private_file::Readers;
use domain::{ProviderId, SecretId, Timestamp, UserId, keys::last4};
use envelope::{Binding, Sealed};
use file::Followed;
use keyring::{Keyring, RingKey};
use secrecy::{ExposeSecret, SecretString};
use std::{
    fmt,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};
use store::{
    Db, StoreError,
    secrets::{KeyCheckRow, SecretRow},
};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Seals and opens. Cheap to clone.
#[derive(Clone)]
pub struct Vault(Arc<Shared>);

struct Shared {
    ring: RwLock<Arc<Keyring>>,
    file: Option<Followed>,
}

/// A secret to seal and all that it is bound to.
pub struct NewSecret<'a> {
    /// The row's id, new for each sealing.
    pub id: SecretId,
    /// Whose it is.
    pub owner: Owner,
    /// For which provider.
    pub provider: ProviderId,
    /// Which part of the provider's credential.
    pub field: &'a str,
    /// The only origin that it may be sent to; empty where the provider has addresses of its own.
    pub audience_origin: String,
    /// How often this slot was filled, from 1.
    pub version: i64,
    /// The secret.
    pub plaintext: &'a SecretString,
    /// Who stores it.
    pub created_by: UserId,
    /// Now.
    pub now: Timestamp,
}

/// Why a stored secret cannot be opened. It has to be entered again; nothing else may serve in
/// its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It was wrapped with a master key that is not configured.
    #[error("the secret was wrapped with a master key that is not configured")]
    UnknownKey,
    /// The row is not the one that was sealed: some byte or column is another.
    #[error("the stored secret or its row was changed")]
    Tampered,
}

/// Why the vault does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The master key is not the one that the stored secrets were wrapped with.
    #[error(
        "{variable} holds another master key than the one that this database was written with: expected key {expected}, found key {found}."
    )]
    WrongMasterKey {
        /// Where the key came from.
        variable: String,
        /// The id of the key that was used last.
        expected: String,
        /// The id of the configured key.
        found: String,
    },
    /// The key that would seal everything was retired.
    #[error(
        "{variable} names the retired master key {kid} first: put the key that took its place there, and this one behind it or nowhere."
    )]
    RetiredMasterKey {
        /// Where the key came from.
        variable: String,
        /// Its id.
        kid: String,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether a ring holds a key of this database; otherwise the id of the one that is expected.
fn known(ring: &Keyring, checks: &[KeyCheckRow]) -> Result<(), String> {
    let mut knows_one = checks.is_empty();
    for check in checks {
        if let Some(key) = ring.get(&check.kid) {
            if !bool::from(key.check_value().ct_eq(&check.value)) {
                return Err(check.kid.clone());
            }
            knows_one |= check.retired_at.is_none();
        }
    }
    let live = checks.iter().rev().find(|check| check.retired_at.is_none());
    match live.or(checks.last()) {
        Some(newest) if !knows_one => Err(newest.kid.clone()),
        _ => Ok(()),
    }
}

/// Leaves the check values of the keys that the database does not know yet.
async fn register(
    db: &Db,
    ring: &Keyring,
    checks: &[KeyCheckRow],
    now: Timestamp,
) -> Result<(), StoreError> {
    for key in ring.iter() {
        if !checks.iter().any(|check| check.kid == key.kid) {
            store::secrets::insert_key_check(db, &key.kid, &key.check_value(), now).await?;
        }
    }
    Ok(())
}

/// Makes a key of [`generate`] known to the database, before it stands in any file; its id.
///
/// # Errors
/// The database failed.
///
/// # Panics
/// Where the text is no master key.
pub async fn announce(db: &Db, key: &str, now: Timestamp) -> Result<String, StoreError> {
    let key = master::parse_key(key).expect("what was generated is a master key");
    let key = RingKey::new(key);
    store::secrets::insert_key_check(db, &key.kid, &key.check_value(), now).await?;
    Ok(key.kid)
}

impl Vault {
    /// A vault over these keys that has not looked at any database.
    #[must_use]
    pub fn new(keys: MasterKeys) -> Self {
        Self::with(keys, None)
    }

    /// The same over the keys of a file that is read again when it has changed.
    #[must_use]
    pub fn following(keys: MasterKeys, path: &Path, readers: Readers) -> Self {
        Self::with(keys, Some(Followed::new(path, readers)))
    }

    fn with(keys: MasterKeys, file: Option<Followed>) -> Self {
        Self(Arc::new(Shared {
            ring: RwLock::new(Arc::new(Keyring::new(keys))),
            file,
        }))
    }

    /// Holds the keys against those that the database knows. The first start leaves a check value;
    /// every later one must come with a key that the database knows, as the current one or, for a
    /// rotation, as an older one.
    ///
    /// # Errors
    /// [`StartError::WrongMasterKey`] for any other key, [`StartError::RetiredMasterKey`] where the
    /// current one is retired: nothing is written then.
    pub async fn start(self, variable: &str, db: &Db, now: Timestamp) -> Result<Self, StartError> {
        let ring = self.fresh();
        let checks = store::secrets::key_checks(db).await?;
        let current = ring.current();
        if let Err(expected) = known(&ring, &checks) {
            return Err(StartError::WrongMasterKey {
                variable: variable.to_owned(),
                expected,
                found: current.kid.clone(),
            });
        }
        let is_retired =
            |check: &KeyCheckRow| check.kid == current.kid && check.retired_at.is_some();
        if checks.iter().any(is_retired) {
            return Err(StartError::RetiredMasterKey {
                variable: variable.to_owned(),
                kid: current.kid.clone(),
            });
        }
        register(db, &ring, &checks, now).await?;
        Ok(self)
    }

    /// Takes in a key file that has changed, and makes its keys known to the database as a start
    /// would.
    ///
    /// # Errors
    /// The database failed.
    pub async fn refresh(&self, db: &Db, now: Timestamp) -> Result<(), StoreError> {
        let ring = self.fresh();
        let checks = store::secrets::key_checks(db).await?;
        match known(&ring, &checks) {
            Ok(()) => register(db, &ring, &checks, now).await,
            Err(_) => Ok(()),
        }
    }

    /// The id of the key that everything is written with.
    #[must_use]
    pub fn current_kid(&self) -> String {
        self.ring().current().kid.clone()
    }

    /// The ids of all keys, the current one first.
    #[must_use]
    pub fn kids(&self) -> Vec<String> {
        self.fresh().iter().map(|key| key.kid.clone()).collect()
    }

    fn ring(&self) -> Arc<Keyring> {
        let ring = self.0.ring.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&ring)
    }

    /// The keys as they stand in their file now.
    fn fresh(&self) -> Arc<Keyring> {
        if let Some(changed) = self.0.file.as_ref().and_then(Followed::changed) {
            let mut ring = self.0.ring.write().unwrap_or_else(PoisonError::into_inner);
            *ring = changed;
        }
        self.ring()
    }

    /// Runs with exactly the key that has this id; one that is not known may have come into the file
    /// meanwhile.
    fn with_key<T>(&self, kid: &str, run: impl FnOnce(&RingKey) -> T) -> Option<T> {
        let ring = self.ring();
        if let Some(key) = ring.get(kid) {
            return Some(run(key));
        }
        self.fresh().get(kid).map(run)
    }

    /// Encrypts a secret for its row.
    #[must_use]
    pub fn seal(&self, new: NewSecret<'_>) -> store::secrets::NewSecret {
        let ring = self.fresh();
        let key = ring.current();
        let secret = new.plaintext.expose_secret();
        let binding = Binding {
            id: new.id.as_str(),
            owner_kind: new.owner.kind(),
            owner_id: new.owner.id(),
            provider: new.provider.as_str(),
            field: new.field,
            audience_origin: &new.audience_origin,
            version: new.version,
        };
        let sealed = envelope::seal(key, &binding, secret.as_bytes());
        let sealed = store::secrets::NewSecret {
            kid: key.kid.clone(),
            salt: sealed.salt,
            dek_nonce: sealed.dek_nonce,
            wrapped_dek: sealed.wrapped_dek,
            nonce: sealed.nonce,
            ciphertext: sealed.ciphertext,
            last4: last4(secret.lines().next().unwrap_or_default()),
            fingerprint: key.fingerprint(secret.as_bytes()),
            audience_origin: new.audience_origin,
            id: new.id,
            created_by: new.created_by,
            created_at: new.now,
        };
        leak::spring(secret, sealed)
    }

    /// Decrypts a row.
    ///
    /// # Errors
    /// [`Unreadable`]; the resolution stops there.
    pub fn open(&self, row: &SecretRow) -> Result<SecretString, Unreadable> {
        let binding = Binding {
            id: row.id.as_str(),
            owner_kind: &row.owner_kind,
            owner_id: &row.owner_id,
            provider: row.provider.as_str(),
            field: &row.field,
            audience_origin: &row.audience_origin,
            version: row.version,
        };
        let sealed = Sealed {
            salt: row.salt.as_slice(),
            dek_nonce: row.dek_nonce.as_slice(),
            wrapped_dek: row.wrapped_dek.as_slice(),
            nonce: row.nonce.as_slice(),
            ciphertext: row.ciphertext.as_slice(),
        };
        let bytes = self
            .opened(&row.kid, &binding, &sealed)
            .inspect_err(|problem| {
                if *problem == Unreadable::Tampered {
                    tracing::error!(
                        secret = %row.id,
                        owner = %row.owner_id,
                        provider = %row.provider,
                        "a stored secret or its row was changed outside of this program"
                    );
                }
            })?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Unreadable::Tampered)?;
        Ok(SecretString::from(text))
    }

    /// What was sealed with the key that has this id.
    fn opened(
        &self,
        kid: &str,
        binding: &Binding<'_>,
        sealed: &Sealed<&[u8]>,
    ) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
        self.with_key(kid, |key| envelope::open(key, binding, sealed))
            .ok_or(Unreadable::UnknownKey)?
    }

    /// Whether a row holds this secret, by the fingerprint under the master key of the row.
    #[must_use]
    pub fn is_of(&self, row: &SecretRow, secret: &SecretString) -> bool {
        let is_same = |key: &RingKey| {
            let wanted = key.fingerprint(secret.expose_secret().as_bytes());
            wanted.as_bytes().ct_eq(row.fingerprint.as_bytes()).into()
        };
        self.with_key(&row.kid, is_same).unwrap_or(false)
    }

    /// The two halves of a token as the one secret that is stored: a line each.
    #[must_use]
    pub fn pair(&self, first: &SecretString, second: &SecretString) -> SecretString {
        let both = Zeroizing::new(format!(
            "{}\n{}",
            first.expose_secret(),
            second.expose_secret()
        ));
        SecretString::from(both.as_str())
    }

    /// Cleans and checks a secret that somebody typed, without letting it out.
    ///
    /// # Errors
    /// Whatever `clean` refuses it with.
    pub fn tidy<E>(
        &self,
        typed: &SecretString,
        clean: impl FnOnce(&str) -> Result<String, E>,
    ) -> Result<SecretString, E> {
        let cleaned = Zeroizing::new(clean(typed.expose_secret())?);
        Ok(SecretString::from(cleaned.as_str()))
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ring = self.ring();
        let kids: Vec<&str> = ring.iter().map(|key| key.kid.as_str()).collect();
        f.debug_struct("Vault")
            .field("kids", &kids)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for NewSecret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSecret")
            .field("id", &self.id)
            .field("provider", &self.provider)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
