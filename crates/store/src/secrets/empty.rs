//! Stores a key only where its slot is empty: what is there stays.

use super::{NewSecret, SecretRow, Slot};
use crate::{
    Db, StoreError, replaced,
    statement::{statements, values},
};

statements! {
    IN_SLOT = "
        SELECT id, owner_kind, owner_id, provider, field, audience_origin, version, kid, salt,
               dek_nonce, wrapped_dek, nonce, ciphertext, last4, fingerprint, created_by,
               created_at, last_used_at, revoked_at
        FROM secrets WHERE owner_kind = $1 AND owner_id = $2 AND provider = $3 AND field = $4";
}

/// What came of storing a key in an empty slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inserted {
    /// It is stored.
    Stored,
    /// The slot was not empty and holds this, as before.
    Present(Box<SecretRow>),
    /// The owner does not exist.
    NoOwner,
}

/// Stores a key in its slot if that is empty. `build` seals it for the version that it will have,
/// inside the transaction: of several at the same moment one is stored and the others find it.
///
/// # Errors
/// The database failed, or the id was used before.
pub async fn insert_if_empty(
    db: &Db,
    slot: Slot<'_>,
    build: impl FnOnce(i64) -> NewSecret,
) -> Result<Inserted, StoreError> {
    let (kind, owner, provider) = (slot.owner.kind(), slot.owner.id(), slot.provider.as_str());
    let mut tx = db.begin().await?;
    if !super::lock(&mut tx, slot.owner).await? {
        tx.rollback().await?;
        return Ok(Inserted::NoOwner);
    }
    let present = tx
        .one::<SecretRow>(&IN_SLOT, values![kind, owner, provider, slot.field])
        .await?;
    if let Some(row) = present {
        tx.rollback().await?;
        return Ok(Inserted::Present(Box::new(row)));
    }
    let version = super::next_version(&mut tx, slot).await?;
    let secret = build(version);
    // A key that was removed from the slot before does not come back over this one.
    let field = Some(slot.field);
    replaced::keep(&mut tx, slot.owner, slot.provider, field, secret.created_at).await?;
    super::put(&mut tx, slot, version, &secret).await?;
    tx.commit().await?;
    Ok(Inserted::Stored)
}
