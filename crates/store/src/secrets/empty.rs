//! Stores a key only where its slot is empty: what is there stays.

use super::{NewSecret, Owner, SecretRow, Slot};
use crate::{
    Db, StoreError,
    statement::{statements, values},
};

statements! {
    IN_SLOT = "
        SELECT id, owner_kind, owner_id, provider, field, audience_origin, version, kid, salt,
               dek_nonce, wrapped_dek, nonce, ciphertext, last4, fingerprint, created_by,
               created_at, last_used_at, revoked_at
        FROM secrets WHERE owner_kind = $1 AND owner_id = $2 AND provider = $3 AND field = $4";
    INSERT = "
        INSERT INTO secrets (owner_kind, owner_id, provider, field, version, id, audience_origin,
            kid, salt, dek_nonce, wrapped_dek, nonce, ciphertext, last4, fingerprint, created_by,
            created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
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
    const FIRST: i64 = 1;
    let (kind, owner, provider) = (slot.owner.kind(), slot.owner.id(), slot.provider.as_str());
    let lock = match slot.owner {
        Owner::User(_) => &super::LOCK_USER,
        Owner::Organization(_) => &super::LOCK_ORGANIZATION,
    };
    let mut tx = db.begin().await?;
    if tx.execute(lock, values![owner]).await? == 0 {
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
    let secret = build(FIRST);
    tx.execute(
        &INSERT,
        values![
            kind,
            owner,
            provider,
            slot.field,
            FIRST,
            &secret.id,
            &secret.audience_origin,
            &secret.kid,
            &secret.salt,
            &secret.dek_nonce,
            &secret.wrapped_dek,
            &secret.nonce,
            &secret.ciphertext,
            secret.last4.as_deref(),
            &secret.fingerprint,
            &secret.created_by,
            secret.created_at,
        ],
    )
    .await?;
    tx.commit().await?;
    Ok(Inserted::Stored)
}
