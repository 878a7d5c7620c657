//! The secret of a second factor, in the same envelope as keys and bound to its owner in the same way;
//! it goes to no provider and nowhere else.

#[cfg(test)]
mod tests;

use super::{
    Unreadable, Vault,
    envelope::{self, Binding, Sealed},
};
use domain::{SecretId, Timestamp, UserId};
use store::totp::{NewTotp, TotpRow};
use zeroize::Zeroizing;

const OWNER_KIND: &str = "user";
/// In the place of a provider.
const PURPOSE: &str = "totp";
const FIELD: &str = "secret";
/// Each secret has an id of its own, so it is never sealed a second time for its slot.
const VERSION: i64 = 1;

impl Vault {
    /// Encrypts the secret of a person's second factor for its row.
    #[must_use]
    pub fn seal_totp(
        &self,
        id: SecretId,
        owner: &UserId,
        secret: &[u8],
        now: Timestamp,
    ) -> NewTotp {
        let ring = self.fresh();
        let key = ring.current();
        let binding = Binding {
            id: id.as_str(),
            owner_kind: OWNER_KIND,
            owner_id: owner.as_str(),
            provider: PURPOSE,
            field: FIELD,
            audience_origin: "",
            version: VERSION,
        };
        let sealed = envelope::seal(key, &binding, secret);
        NewTotp {
            owner_kind: OWNER_KIND,
            owner_id: owner.clone(),
            provider: PURPOSE,
            field: FIELD,
            audience_origin: "",
            version: VERSION,
            kid: key.kid.clone(),
            salt: sealed.salt,
            dek_nonce: sealed.dek_nonce,
            wrapped_dek: sealed.wrapped_dek,
            nonce: sealed.nonce,
            ciphertext: sealed.ciphertext,
            created_at: now,
            id,
        }
    }

    /// Decrypts the secret of a second factor.
    ///
    /// # Errors
    /// [`Unreadable`]; no code can be judged then.
    pub fn open_totp(&self, row: &TotpRow) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
        let binding = Binding {
            id: row.id.as_str(),
            owner_kind: &row.owner_kind,
            owner_id: row.owner_id.as_str(),
            provider: &row.provider,
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
        self.opened(&row.kid, &binding, &sealed)
    }
}
