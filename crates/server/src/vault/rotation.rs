//! Sealing everything anew with the current master key, in small transactions: it can be cut off at
//! any moment, goes on where it was, and nobody waits for it. A row that somebody changes meanwhile is
//! theirs; it was sealed with the current key then.

use super::{
    Vault,
    envelope::{self, Binding, Sealed},
};
use domain::SecretId;
use std::time::Duration;
use store::{
    Db, StoreError,
    sealed::{self, Resealed, SealedRow, Table},
};

/// How many rows are sealed anew in one transaction.
const AT_A_TIME: u32 = 100;
/// How often all rows are gone through before what is left counts as left: whoever saves meanwhile
/// with a key that was current a moment ago is met the next time.
const ROUNDS: u32 = 10;

/// How often one transaction is tried while others write without a pause, and how long it waits before
/// it tries again.
const PATIENCE: u32 = 20;
const BREATH: Duration = Duration::from_millis(200);

/// What a rotation has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rotated {
    /// How many rows it sealed anew.
    pub resealed: u64,
    /// How many rows it could not open; they stay as they are.
    pub unreadable: u64,
}

/// Seals all rows of other keys anew with the current one. `tell` hears of each transaction.
///
/// # Errors
/// The database failed; the next call goes on.
pub async fn rotate(
    vault: &Vault,
    db: &Db,
    mut tell: impl FnMut(&Rotated),
) -> Result<Rotated, StoreError> {
    let mut rotated = Rotated::default();
    for _ in 0..ROUNDS {
        rotated.unreadable = 0;
        for (table, kid, _) in others(vault, db).await? {
            let mut after = SecretId(String::new());
            let mut tries = 0;
            loop {
                let seal = |row: &SealedRow| vault.resealed(row);
                let batch = match sealed::reseal(db, table, &kid, &after, AT_A_TIME, seal).await {
                    Err(StoreError::Busy { .. }) if tries < PATIENCE => {
                        tries += 1;
                        tokio::time::sleep(BREATH).await;
                        continue;
                    }
                    batch => batch?,
                };
                tries = 0;
                rotated.resealed += batch.resealed;
                rotated.unreadable += batch.refused;
                tell(&rotated);
                match batch.last {
                    Some(last) => after = last,
                    None => break,
                }
            }
        }
        let left: i64 = others(vault, db)
            .await?
            .iter()
            .map(|(_, _, rows)| rows)
            .sum();
        if u64::try_from(left).is_ok_and(|left| left <= rotated.unreadable) {
            break;
        }
    }
    Ok(rotated)
}

/// What other keys than the current one have sealed: in which table, which key, how many rows.
async fn others(vault: &Vault, db: &Db) -> Result<Vec<(Table, String, i64)>, StoreError> {
    let current = vault.current_kid();
    let mut found = Vec::new();
    for table in Table::ALL {
        let kids = sealed::kids(db, table).await?.into_iter();
        let kids = kids.filter(|kid| kid.kid != current);
        found.extend(kids.map(|kid| (table, kid.kid, kid.number)));
    }
    Ok(found)
}

impl Vault {
    /// The row's secret sealed anew for the same row with the current key; `None` where it cannot be
    /// opened.
    fn resealed(&self, row: &SealedRow) -> Option<Resealed> {
        let binding = Binding {
            id: row.id.as_str(),
            owner_kind: &row.owner_kind,
            owner_id: &row.owner_id,
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
        let secret = self.opened(&row.kid, &binding, &sealed).ok()?;
        let ring = self.ring();
        let key = ring.current();
        let sealed = envelope::seal(key, &binding, &secret);
        Some(Resealed {
            kid: key.kid.clone(),
            salt: sealed.salt,
            dek_nonce: sealed.dek_nonce,
            wrapped_dek: sealed.wrapped_dek,
            nonce: sealed.nonce,
            ciphertext: sealed.ciphertext,
            fingerprint: key.fingerprint(&secret),
        })
    }
}
