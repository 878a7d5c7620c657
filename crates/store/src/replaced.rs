//! Keys that were replaced or removed: their sealed rows, out of use, one per slot, kept so that the
//! last change can be undone. Whoever keeps time says until when; [`purge`] deletes what is older.

use crate::{
    Db, StoreError,
    db::Tx,
    row::{FromRow, Row},
    secrets::{self, NewSecret, Owner, SecretRow, Slot},
    statement::{statements, values},
};
use domain::{ProviderId, Timestamp};

statements! {
    FORGET = "
        DELETE FROM replaced_secrets
        WHERE owner_kind = $1 AND owner_id = $2 AND provider = $3
          AND (CAST($4 AS TEXT) IS NULL OR field = $4)";
    KEEP = "
        INSERT INTO replaced_secrets (id, owner_kind, owner_id, provider, field, audience_origin,
            version, kid, salt, dek_nonce, wrapped_dek, nonce, ciphertext, last4, fingerprint,
            created_by, created_at, last_used_at, revoked_at, replaced_at)
        SELECT id, owner_kind, owner_id, provider, field, audience_origin, version, kid, salt,
               dek_nonce, wrapped_dek, nonce, ciphertext, last4, fingerprint, created_by,
               created_at, last_used_at, revoked_at, $5
        FROM secrets
        WHERE owner_kind = $1 AND owner_id = $2 AND provider = $3
          AND (CAST($4 AS TEXT) IS NULL OR field = $4)";
    TAKE = "
        DELETE FROM replaced_secrets
        WHERE owner_kind = $1 AND owner_id = $2 AND provider = $3 AND field = $4
          AND replaced_at > $5
        RETURNING id, owner_kind, owner_id, provider, field, audience_origin, version, kid, salt,
                  dek_nonce, wrapped_dek, nonce, ciphertext, last4, fingerprint, created_by,
                  created_at, last_used_at, revoked_at";
    OF_OWNER = "
        SELECT id, owner_kind, owner_id, provider, field, audience_origin, version, kid, salt,
               dek_nonce, wrapped_dek, nonce, ciphertext, last4, fingerprint, created_by,
               created_at, last_used_at, revoked_at, replaced_at
        FROM replaced_secrets
        WHERE owner_kind = $1 AND owner_id = $2 AND replaced_at > $3
        ORDER BY provider, field";
    PURGE = "DELETE FROM replaced_secrets WHERE replaced_at <= $1";
}

/// A key that is out of use, as it was, and since when it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// The sealed key with all that it is bound to.
    pub secret: SecretRow,
    /// When it was replaced or removed.
    pub replaced_at: Timestamp,
}

impl FromRow for Replaced {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            secret: SecretRow::from_row(row)?,
            replaced_at: row.get("replaced_at")?,
        })
    }
}

/// Keeps what stands in a slot, or in all slots of a provider, in place of what was kept before: the
/// change that follows in the same transaction takes it out of use. Where nothing stands, nothing is
/// kept.
pub(crate) async fn keep(
    tx: &mut Tx,
    owner: &Owner,
    provider: ProviderId,
    field: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (kind, id, provider) = (owner.kind(), owner.id(), provider.as_str());
    tx.execute(&FORGET, values![kind, id, provider, field])
        .await?;
    tx.execute(&KEEP, values![kind, id, provider, field, now])
        .await?;
    Ok(())
}

/// What came of bringing a key back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restored<E> {
    /// It stands in its slot again; what stood there is gone.
    Done,
    /// None is kept, or only since before the asked moment. Nothing has changed.
    Nothing,
    /// It was not sealed again. Nothing has changed.
    Refused(E),
}

/// Brings back the key that was replaced in this slot after `since`. `build` seals it again for the
/// version that it will have, inside the transaction: of several at the same moment one finds it.
///
/// # Errors
/// The database failed, or the id was used before.
pub async fn restore<E>(
    db: &Db,
    slot: Slot<'_>,
    since: Timestamp,
    build: impl FnOnce(&SecretRow, i64) -> Result<NewSecret, E>,
) -> Result<Restored<E>, StoreError> {
    let mut tx = db.begin().await?;
    let (kind, owner, provider) = (slot.owner.kind(), slot.owner.id(), slot.provider.as_str());
    secrets::lock(&mut tx, slot.owner).await?;
    let kept = tx
        .one::<SecretRow>(&TAKE, values![kind, owner, provider, slot.field, since])
        .await?;
    let Some(kept) = kept else {
        tx.rollback().await?;
        return Ok(Restored::Nothing);
    };
    let version = secrets::next_version(&mut tx, slot).await?;
    match build(&kept, version) {
        Ok(secret) => {
            secrets::put(&mut tx, slot, version, &secret).await?;
            tx.commit().await?;
            Ok(Restored::Done)
        }
        Err(refused) => {
            tx.rollback().await?;
            Ok(Restored::Refused(refused))
        }
    }
}

/// The keys of an owner that were replaced after `since`.
///
/// # Errors
/// The database failed.
pub async fn of_owner(
    db: &Db,
    owner: &Owner,
    since: Timestamp,
) -> Result<Vec<Replaced>, StoreError> {
    db.all(&OF_OWNER, values![owner.kind(), owner.id(), since])
        .await
}

/// Deletes what was replaced at this moment or before; how many keys.
///
/// # Errors
/// The database failed.
pub async fn purge(db: &Db, until: Timestamp) -> Result<u64, StoreError> {
    db.write(&PURGE, values![until]).await
}
