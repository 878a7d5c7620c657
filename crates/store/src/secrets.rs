//! Sealed keys and the checks of the master keys that sealed them. Everything here is ciphertext;
//! this module can open none of it.

pub(crate) mod empty;

pub use empty::{Inserted, insert_if_empty};

use crate::{
    Db, StoreError,
    db::Tx,
    replaced,
    row::row,
    statement::{statements, values},
};
use domain::{OrganizationId, ProviderId, SecretId, Timestamp, UserId};

statements! {
    // Changes nothing; on PostgreSQL it makes the changes of one owner's keys wait for each other.
    LOCK_USER = "UPDATE users SET name = name WHERE id = $1";
    LOCK_ORGANIZATION = "
        UPDATE organizations SET name = name WHERE id = $1 AND deleted_at IS NULL";
    VERSION = "
        SELECT version FROM secrets
        WHERE owner_kind = $1 AND owner_id = $2 AND provider = $3 AND field = $4";
    UPSERT = "
        INSERT INTO secrets (owner_kind, owner_id, provider, field, version, id, audience_origin,
            kid, salt, dek_nonce, wrapped_dek, nonce, ciphertext, last4, fingerprint, created_by,
            created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
        ON CONFLICT (owner_kind, owner_id, provider, field) DO UPDATE SET
            version = excluded.version, id = excluded.id,
            audience_origin = excluded.audience_origin, kid = excluded.kid, salt = excluded.salt,
            dek_nonce = excluded.dek_nonce, wrapped_dek = excluded.wrapped_dek,
            nonce = excluded.nonce, ciphertext = excluded.ciphertext, last4 = excluded.last4,
            fingerprint = excluded.fingerprint, created_by = excluded.created_by,
            created_at = excluded.created_at, last_used_at = NULL, revoked_at = NULL";
    BY_ID = "
        SELECT id, owner_kind, owner_id, provider, field, audience_origin, version, kid, salt,
               dek_nonce, wrapped_dek, nonce, ciphertext, last4, fingerprint, created_by,
               created_at, last_used_at, revoked_at
        FROM secrets WHERE id = $3 AND owner_kind = $1 AND owner_id = $2";
    OF_OWNER = "
        SELECT id, owner_kind, owner_id, provider, field, audience_origin, version, kid, salt,
               dek_nonce, wrapped_dek, nonce, ciphertext, last4, fingerprint, created_by,
               created_at, last_used_at, revoked_at
        FROM secrets WHERE owner_kind = $1 AND owner_id = $2
        ORDER BY provider, field";
    OF_OWNER_AND_PROVIDER = "
        SELECT id, owner_kind, owner_id, provider, field, audience_origin, version, kid, salt,
               dek_nonce, wrapped_dek, nonce, ciphertext, last4, fingerprint, created_by,
               created_at, last_used_at, revoked_at
        FROM secrets WHERE owner_kind = $1 AND owner_id = $2 AND provider = $3
        ORDER BY field";
    DELETE = "DELETE FROM secrets WHERE owner_kind = $1 AND owner_id = $2 AND provider = $3";
    TOUCH = "
        UPDATE secrets SET last_used_at = $4
        WHERE id = $3 AND owner_kind = $1 AND owner_id = $2";
    // On PostgreSQL a key that seals something is not retired before that is written.
    CHECK_HOLD = "SELECT kid, value, created_at, retired_at FROM key_checks WHERE kid = $1",
    postgres: "
        SELECT kid, value, created_at, retired_at FROM key_checks WHERE kid = $1 FOR SHARE";
    CHECK_INSERT = "
        INSERT INTO key_checks (kid, value, created_at) VALUES ($1, $2, $3)
        ON CONFLICT (kid) DO NOTHING";
    CHECK_LIST = "
        SELECT kid, value, created_at, retired_at FROM key_checks ORDER BY created_at, kid";
}

/// Whose key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A person's.
    User(UserId),
    /// An organization's.
    Organization(OrganizationId),
}

impl Owner {
    /// How the kind is stored: `user` or `organization`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Organization(_) => "organization",
        }
    }

    /// The id of the person or organization.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::User(id) => id.as_str(),
            Self::Organization(id) => id.as_str(),
        }
    }
}

/// The place of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot<'a> {
    /// Whose.
    pub owner: &'a Owner,
    /// For which provider.
    pub provider: ProviderId,
    /// Which part of its credential.
    pub field: &'a str,
}

/// A sealed key to store in a slot: what the vault made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSecret {
    /// Its id, new with each replacement.
    pub id: SecretId,
    /// The only origin that the key may be sent to.
    pub audience_origin: String,
    /// The master key that wraps its data key.
    pub kid: String,
    /// The salt of the wrapping key.
    pub salt: Vec<u8>,
    /// The nonce of the wrapped data key.
    pub dek_nonce: Vec<u8>,
    /// The wrapped data key.
    pub wrapped_dek: Vec<u8>,
    /// The nonce of the ciphertext.
    pub nonce: Vec<u8>,
    /// The sealed key.
    pub ciphertext: Vec<u8>,
    /// The key's last four characters, where they may be shown.
    pub last4: Option<String>,
    /// A keyed fingerprint, to tell two keys apart.
    pub fingerprint: String,
    /// Who stored it.
    pub created_by: UserId,
    /// Now.
    pub created_at: Timestamp,
}

row! {
    /// A sealed key as it is stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SecretRow {
        /// Its id.
        pub id: SecretId,
        /// `user` or `organization`.
        pub owner_kind: String,
        /// The id of the owner.
        pub owner_id: String,
        /// For which provider.
        pub provider: ProviderId,
        /// Which part of its credential.
        pub field: String,
        /// The only origin that the key may be sent to.
        pub audience_origin: String,
        /// Counts the replacements in this slot, from 1.
        pub version: i64,
        /// The master key that wraps its data key.
        pub kid: String,
        /// The salt of the wrapping key.
        pub salt: Vec<u8>,
        /// The nonce of the wrapped data key.
        pub dek_nonce: Vec<u8>,
        /// The wrapped data key.
        pub wrapped_dek: Vec<u8>,
        /// The nonce of the ciphertext.
        pub nonce: Vec<u8>,
        /// The sealed key.
        pub ciphertext: Vec<u8>,
        /// The key's last four characters, where they may be shown.
        pub last4: Option<String>,
        /// A keyed fingerprint, to tell two keys apart.
        pub fingerprint: String,
        /// Who stored it.
        pub created_by: UserId,
        /// When it was stored.
        pub created_at: Timestamp,
        /// When it was last used.
        pub last_used_at: Option<Timestamp>,
        /// When it was revoked.
        pub revoked_at: Option<Timestamp>,
    }
}

row! {
    /// The check value of a master key.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct KeyCheckRow {
        /// The master key's id.
        pub kid: String,
        /// What the master key must give for its id.
        pub value: Vec<u8>,
        /// When the master key was first used.
        pub created_at: Timestamp,
        /// Since when it seals nothing any more.
        pub retired_at: Option<Timestamp>,
    }
}

row! {
    /// How many keys a master key wraps.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct KidCount {
        /// The master key's id.
        pub kid: String,
        /// How many keys.
        pub number: i64,
    }
}

row! {
    struct Version {
        version: i64,
    }
}

/// Stores a key in its slot, in place of one that is there, which is kept for a while to be brought
/// back. `build` seals it for the version that it will have, inside the transaction: of several at
/// the same moment each has a version of its own. False where the owner does not exist.
///
/// # Errors
/// The database failed, or the id was used before.
pub async fn replace(
    db: &Db,
    slot: Slot<'_>,
    build: impl FnOnce(i64) -> NewSecret,
) -> Result<bool, StoreError> {
    write(db, slot, true, build).await
}

/// Stores the key of a slot sealed anew. It is the same key, so nothing is kept, and what was kept
/// before stays. False where the owner does not exist.
///
/// # Errors
/// The database failed, or the id was used before.
pub async fn reseal(
    db: &Db,
    slot: Slot<'_>,
    build: impl FnOnce(i64) -> NewSecret,
) -> Result<bool, StoreError> {
    write(db, slot, false, build).await
}

async fn write(
    db: &Db,
    slot: Slot<'_>,
    is_other_key: bool,
    build: impl FnOnce(i64) -> NewSecret,
) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    if !lock(&mut tx, slot.owner).await? {
        tx.rollback().await?;
        return Ok(false);
    }
    let version = next_version(&mut tx, slot).await?;
    let secret = build(version);
    if is_other_key {
        let field = Some(slot.field);
        replaced::keep(&mut tx, slot.owner, slot.provider, field, secret.created_at).await?;
    }
    put(&mut tx, slot, version, &secret).await?;
    tx.commit().await?;
    Ok(true)
}

/// Lets the changes of one owner's keys wait for each other; false where the owner does not exist.
pub(crate) async fn lock(tx: &mut Tx, owner: &Owner) -> Result<bool, StoreError> {
    let lock = match owner {
        Owner::User(_) => &LOCK_USER,
        Owner::Organization(_) => &LOCK_ORGANIZATION,
    };
    Ok(tx.execute(lock, values![owner.id()]).await? == 1)
}

/// The version that the next key in a slot will have.
pub(crate) async fn next_version(tx: &mut Tx, slot: Slot<'_>) -> Result<i64, StoreError> {
    let (kind, owner, provider) = (slot.owner.kind(), slot.owner.id(), slot.provider.as_str());
    let standing = tx
        .one::<Version>(&VERSION, values![kind, owner, provider, slot.field])
        .await?;
    Ok(standing.map_or(0, |row| row.version) + 1)
}

/// Refuses what is sealed with a master key that is retired, or that this database does not know
/// although it knows others: nobody could open it after the next start. Whoever writes a sealed row
/// asks in the same transaction.
pub(crate) async fn must_be_live(tx: &mut Tx, kid: &str) -> Result<(), StoreError> {
    let check: Option<KeyCheckRow> = tx.one(&CHECK_HOLD, values![kid]).await?;
    let is_live = match check {
        Some(check) => check.retired_at.is_none(),
        None => tx.all::<KeyCheckRow>(&CHECK_LIST, &[]).await?.is_empty(),
    };
    if is_live {
        return Ok(());
    }
    Err(StoreError::Constraint {
        statement: CHECK_HOLD.name,
        rule: "a master key that is live",
    })
}

/// Writes a sealed key into its slot.
pub(crate) async fn put(
    tx: &mut Tx,
    slot: Slot<'_>,
    version: i64,
    secret: &NewSecret,
) -> Result<(), StoreError> {
    must_be_live(tx, &secret.kid).await?;
    tx.execute(
        &UPSERT,
        values![
            slot.owner.kind(),
            slot.owner.id(),
            slot.provider.as_str(),
            slot.field,
            version,
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
    .await
    .map(drop)
}

/// The key with this id, if it is this owner's.
///
/// # Errors
/// The database failed.
pub async fn by_id(db: &Db, owner: &Owner, id: &SecretId) -> Result<Option<SecretRow>, StoreError> {
    db.one(&BY_ID, values![owner.kind(), owner.id(), id]).await
}

/// All keys of an owner.
///
/// # Errors
/// The database failed.
pub async fn of_owner(db: &Db, owner: &Owner) -> Result<Vec<SecretRow>, StoreError> {
    db.all(&OF_OWNER, values![owner.kind(), owner.id()]).await
}

/// All parts of an owner's credential for a provider.
///
/// # Errors
/// The database failed.
pub async fn of_owner_and_provider(
    db: &Db,
    owner: &Owner,
    provider: ProviderId,
) -> Result<Vec<SecretRow>, StoreError> {
    db.all(
        &OF_OWNER_AND_PROVIDER,
        values![owner.kind(), owner.id(), provider.as_str()],
    )
    .await
}

/// Removes all parts of an owner's credential for a provider; they are out of use at once and kept
/// for a while to be brought back. False where there were none.
///
/// # Errors
/// The database failed.
pub async fn delete(
    db: &Db,
    owner: &Owner,
    provider: ProviderId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    lock(&mut tx, owner).await?;
    replaced::keep(&mut tx, owner, provider, None, now).await?;
    let removed = tx
        .execute(
            &DELETE,
            values![owner.kind(), owner.id(), provider.as_str()],
        )
        .await?;
    if removed == 0 {
        // What was kept before can still be brought back.
        tx.rollback().await?;
        return Ok(false);
    }
    tx.commit().await?;
    Ok(true)
}

/// Notes that a key is used; false where it is gone.
///
/// # Errors
/// The database failed.
pub async fn touch_last_used(
    db: &Db,
    owner: &Owner,
    id: &SecretId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(db
        .write(&TOUCH, values![owner.kind(), owner.id(), id, now])
        .await?
        == 1)
}

/// Stores the check value of a new master key; false where it has one, which is kept.
///
/// # Errors
/// The database failed.
pub async fn insert_key_check(
    db: &Db,
    kid: &str,
    value: &[u8],
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(db.write(&CHECK_INSERT, values![kid, value, now]).await? == 1)
}

/// The check values of all master keys, oldest first.
///
/// # Errors
/// The database failed.
pub async fn key_checks(db: &Db) -> Result<Vec<KeyCheckRow>, StoreError> {
    db.all(&CHECK_LIST, &[]).await
}
