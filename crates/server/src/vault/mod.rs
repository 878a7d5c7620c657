//! The only place where a stored secret is encrypted and decrypted. What goes in comes out for
//! nobody but the call that sends it to its provider; nothing here prints, logs or compares a
//! secret, and no second master key is tried when the named one does not fit.

mod envelope;
mod keyring;
mod master;
#[cfg(test)]
mod tests;
mod totp;

pub use master::{MasterKey, MasterKeyProblem, MasterKeys, generate};
pub use store::secrets::Owner;

use domain::{ProviderId, SecretId, Timestamp, UserId, keys::last4};
use envelope::{Binding, Sealed};
use keyring::Keyring;
use secrecy::{ExposeSecret, SecretString};
use std::{fmt, sync::Arc};
use store::{Db, StoreError, secrets::SecretRow};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Seals and opens. Cheap to clone.
#[derive(Clone)]
pub struct Vault(Arc<Keyring>);

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
        variable: &'static str,
        /// The id of the key that was used last.
        expected: String,
        /// The id of the configured key.
        found: String,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Vault {
    /// A vault over these keys that has not looked at any database.
    #[must_use]
    pub fn new(keys: MasterKeys) -> Self {
        Self(Arc::new(Keyring::new(keys)))
    }

    /// A vault for this database. The first start leaves a check value; every later one must come
    /// with a key that the database knows, as the current one or, for a rotation, as an older one.
    ///
    /// # Errors
    /// [`StartError::WrongMasterKey`] for any other key: nothing is written then.
    pub async fn start(
        keys: MasterKeys,
        variable: &'static str,
        db: &Db,
        now: Timestamp,
    ) -> Result<Self, StartError> {
        let vault = Self::new(keys);
        let checks = store::secrets::key_checks(db).await?;
        let wrong = |expected: &str| StartError::WrongMasterKey {
            variable,
            expected: expected.to_owned(),
            found: vault.0.current().kid.clone(),
        };
        let mut knows_one = checks.is_empty();
        for check in &checks {
            if let Some(key) = vault.0.get(&check.kid) {
                if !bool::from(key.check_value().ct_eq(&check.value)) {
                    return Err(wrong(&check.kid));
                }
                knows_one = true;
            }
        }
        if let (false, Some(newest)) = (knows_one, checks.last()) {
            return Err(wrong(&newest.kid));
        }
        let current = vault.0.current();
        if !checks.iter().any(|check| check.kid == current.kid) {
            store::secrets::insert_key_check(db, &current.kid, &current.check_value(), now).await?;
        }
        Ok(vault)
    }

    /// The id of the key that everything is written with.
    #[must_use]
    pub fn current_kid(&self) -> &str {
        &self.0.current().kid
    }

    /// Encrypts a secret for its row.
    #[must_use]
    pub fn seal(&self, new: NewSecret<'_>) -> store::secrets::NewSecret {
        let key = self.0.current();
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
        store::secrets::NewSecret {
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
        }
    }

    /// Decrypts a row.
    ///
    /// # Errors
    /// [`Unreadable`]; the resolution stops there.
    pub fn open(&self, row: &SecretRow) -> Result<SecretString, Unreadable> {
        let key = self.0.get(&row.kid).ok_or(Unreadable::UnknownKey)?;
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
        let bytes = envelope::open(key, &binding, &sealed)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Unreadable::Tampered)?;
        Ok(SecretString::from(text))
    }

    /// Twelve hexadecimal digits that are equal for equal secrets under one master key.
    #[must_use]
    pub fn fingerprint(&self, secret: &SecretString) -> String {
        self.0
            .current()
            .fingerprint(secret.expose_secret().as_bytes())
    }

    /// Whether a row holds this secret, by the fingerprint under the master key of the row.
    #[must_use]
    pub fn is_of(&self, row: &SecretRow, secret: &SecretString) -> bool {
        self.0.get(&row.kid).is_some_and(|key| {
            let wanted = key.fingerprint(secret.expose_secret().as_bytes());
            wanted.as_bytes().ct_eq(row.fingerprint.as_bytes()).into()
        })
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
        let kids: Vec<&str> = self.0.iter().map(|key| key.kid.as_str()).collect();
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
