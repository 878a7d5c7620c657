//! The second factor: a sealed secret for each person who has one, the last step of time whose code was
//! taken, and the hashes of the recovery codes that are left.

use crate::{
    Db, StoreError,
    audit::{self, NewEvent},
    db::Tx,
    row::row,
    secrets::must_be_live,
    statement::{statements, values},
};
use domain::{SecretId, Timestamp, UserId};

statements! {
    PREPARE = "
        INSERT INTO totp_secrets (owner_id, owner_kind, id, provider, field, audience_origin,
            version, kid, salt, dek_nonce, wrapped_dek, nonce, ciphertext, created_at, last_step)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, -1)
        ON CONFLICT (owner_id) DO UPDATE SET
            id = excluded.id, version = excluded.version, kid = excluded.kid,
            salt = excluded.salt, dek_nonce = excluded.dek_nonce,
            wrapped_dek = excluded.wrapped_dek, nonce = excluded.nonce,
            ciphertext = excluded.ciphertext, created_at = excluded.created_at
        WHERE totp_secrets.confirmed_at IS NULL";
    OF_USER = "
        SELECT id, owner_kind, owner_id, provider, field, audience_origin, version, kid, salt,
               dek_nonce, wrapped_dek, nonce, ciphertext, created_at, confirmed_at, last_step
        FROM totp_secrets WHERE owner_id = $1";
    TURN_ON = "
        UPDATE totp_secrets SET confirmed_at = $4, last_step = $3
        WHERE owner_id = $1 AND id = $2 AND confirmed_at IS NULL";
    USE_STEP = "
        UPDATE totp_secrets SET last_step = $2
        WHERE owner_id = $1 AND confirmed_at IS NOT NULL AND last_step < $2";
    LOCK_ON = "
        UPDATE totp_secrets SET last_step = last_step
        WHERE owner_id = $1 AND confirmed_at IS NOT NULL";
    TURN_OFF = "DELETE FROM totp_secrets WHERE owner_id = $1";
    ADD_CODE = "INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1, $2)";
    USE_CODE = "DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2";
    REMOVE_CODES = "DELETE FROM recovery_codes WHERE user_id = $1";
    COUNT_CODES = "SELECT COUNT(*) AS number FROM recovery_codes WHERE user_id = $1";
}

/// A sealed secret to keep: what the vault made of it, and what it is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTotp {
    /// Its id, new with each secret.
    pub id: SecretId,
    /// What kind of owner it is bound to.
    pub owner_kind: &'static str,
    /// Whose.
    pub owner_id: UserId,
    /// What it is for, in the place of a provider.
    pub provider: &'static str,
    /// Which part of it.
    pub field: &'static str,
    /// Where it may be sent: nowhere.
    pub audience_origin: &'static str,
    /// Which sealing of it this is.
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
    /// The sealed secret.
    pub ciphertext: Vec<u8>,
    /// Now.
    pub created_at: Timestamp,
}

row! {
    /// A sealed secret as it is stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct TotpRow {
        /// Its id.
        pub id: SecretId,
        /// What kind of owner it is bound to.
        pub owner_kind: String,
        /// Whose.
        pub owner_id: UserId,
        /// What it is for, in the place of a provider.
        pub provider: String,
        /// Which part of it.
        pub field: String,
        /// Where it may be sent: nowhere.
        pub audience_origin: String,
        /// Which sealing of it this is.
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
        /// The sealed secret.
        pub ciphertext: Vec<u8>,
        /// When it was made.
        pub created_at: Timestamp,
        /// Since when codes are asked for; `None` until the first one was entered.
        pub confirmed_at: Option<Timestamp>,
        /// The step of time whose code was taken last; -1 before the first.
        pub last_step: i64,
    }
}

row! {
    struct Count {
        number: i64,
    }
}

/// Keeps a secret that does not count yet, in place of another that does not; false where one counts.
///
/// # Errors
/// The database failed.
pub async fn prepare(db: &Db, new: &NewTotp) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    must_be_live(&mut tx, &new.kid).await?;
    let changed = tx
        .execute(
            &PREPARE,
            values![
                &new.owner_id,
                new.owner_kind,
                &new.id,
                new.provider,
                new.field,
                new.audience_origin,
                new.version,
                &new.kid,
                &new.salt,
                &new.dek_nonce,
                &new.wrapped_dek,
                &new.nonce,
                &new.ciphertext,
                new.created_at
            ],
        )
        .await?;
    tx.commit().await?;
    Ok(changed == 1)
}

/// A person's secret, whether it counts yet or not.
///
/// # Errors
/// The database failed.
pub async fn of_user(db: &Db, user: &UserId) -> Result<Option<TotpRow>, StoreError> {
    db.one(&OF_USER, values![user]).await
}

/// Lets a secret count from now on, whose code of this step was entered, with these recovery codes;
/// false where it is another one meanwhile or counts already.
///
/// # Errors
/// The database failed.
pub async fn turn_on(
    db: &Db,
    user: &UserId,
    id: &SecretId,
    step: i64,
    now: Timestamp,
    codes: &[[u8; 32]],
) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    if tx.execute(&TURN_ON, values![user, id, step, now]).await? == 0 {
        tx.rollback().await?;
        return Ok(false);
    }
    put_codes(&mut tx, user, codes).await?;
    tx.commit().await?;
    Ok(true)
}

/// Takes the code of a step; false where that one, or a later one, was taken before.
///
/// # Errors
/// The database failed.
pub async fn use_step(db: &Db, user: &UserId, step: i64) -> Result<bool, StoreError> {
    Ok(db.write(&USE_STEP, values![user, step]).await? == 1)
}

/// Takes a recovery code; false where there is none like it.
///
/// # Errors
/// The database failed.
pub async fn use_recovery_code(
    db: &Db,
    user: &UserId,
    code_hash: &[u8],
) -> Result<bool, StoreError> {
    Ok(db.write(&USE_CODE, values![user, code_hash]).await? == 1)
}

/// Replaces all recovery codes; false where no secret counts.
///
/// # Errors
/// The database failed.
pub async fn replace_recovery_codes(
    db: &Db,
    user: &UserId,
    codes: &[[u8; 32]],
) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    if tx.execute(&LOCK_ON, values![user]).await? == 0 {
        tx.rollback().await?;
        return Ok(false);
    }
    put_codes(&mut tx, user, codes).await?;
    tx.commit().await?;
    Ok(true)
}

/// Removes the secret and all recovery codes, and writes the event down with it; false where there was
/// none.
///
/// # Errors
/// The database failed.
pub async fn turn_off(db: &Db, user: &UserId, event: &NewEvent) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    if tx.execute(&TURN_OFF, values![user]).await? == 0 {
        tx.rollback().await?;
        return Ok(false);
    }
    tx.execute(&REMOVE_CODES, values![user]).await?;
    audit::append_in(&mut tx, event).await?;
    tx.commit().await?;
    Ok(true)
}

/// How many recovery codes are left.
///
/// # Errors
/// The database failed.
pub async fn recovery_codes_left(db: &Db, user: &UserId) -> Result<i64, StoreError> {
    let count = db.one::<Count>(&COUNT_CODES, values![user]).await?;
    Ok(count.map_or(0, |count| count.number))
}

async fn put_codes(tx: &mut Tx, user: &UserId, codes: &[[u8; 32]]) -> Result<(), StoreError> {
    tx.execute(&REMOVE_CODES, values![user]).await?;
    for code in codes {
        tx.execute(&ADD_CODE, values![user, code.as_slice()])
            .await?;
    }
    Ok(())
}
