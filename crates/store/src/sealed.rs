//! All rows that a master key has sealed, in whatever table: how many there are of each key, sealed
//! anew with another, and a key retired once nothing needs it.

use crate::{
    Db, StoreError,
    audit::{self, NewEvent},
    row::row,
    secrets::{KidCount, must_be_live},
    statement::{Statement, statements, values},
};
use domain::{SecretId, Timestamp};

statements! {
    SECRETS_COUNT_BY_KID = "SELECT kid, COUNT(*) AS number FROM secrets GROUP BY kid ORDER BY kid";
    REPLACED_COUNT_BY_KID = "
        SELECT kid, COUNT(*) AS number FROM replaced_secrets GROUP BY kid ORDER BY kid";
    // What somebody changes at this moment is left to them, so that nobody waits for somebody who
    // waits for them.
    NEXT_SECRETS = "
        SELECT id, owner_kind, owner_id, provider, field, audience_origin, version, kid, salt,
               dek_nonce, wrapped_dek, nonce, ciphertext
        FROM secrets WHERE kid = $1 AND id > $2
        ORDER BY id LIMIT $3",
    postgres: "
        SELECT id, owner_kind, owner_id, provider, field, audience_origin, version, kid, salt,
               dek_nonce, wrapped_dek, nonce, ciphertext
        FROM secrets WHERE kid = $1 AND id > $2
        ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED";
    NEXT_REPLACED = "
        SELECT id, owner_kind, owner_id, provider, field, audience_origin, version, kid, salt,
               dek_nonce, wrapped_dek, nonce, ciphertext
        FROM replaced_secrets WHERE kid = $1 AND id > $2
        ORDER BY id LIMIT $3",
    postgres: "
        SELECT id, owner_kind, owner_id, provider, field, audience_origin, version, kid, salt,
               dek_nonce, wrapped_dek, nonce, ciphertext
        FROM replaced_secrets WHERE kid = $1 AND id > $2
        ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED";
    RESEAL_SECRET = "
        UPDATE secrets
        SET kid = $4, salt = $5, dek_nonce = $6, wrapped_dek = $7, nonce = $8, ciphertext = $9,
            fingerprint = $10
        WHERE id = $1 AND version = $2 AND kid = $3";
    RESEAL_REPLACED = "
        UPDATE replaced_secrets
        SET kid = $4, salt = $5, dek_nonce = $6, wrapped_dek = $7, nonce = $8, ciphertext = $9,
            fingerprint = $10
        WHERE id = $1 AND version = $2 AND kid = $3";
    TOTP_COUNT_BY_KID = "
        SELECT kid, COUNT(*) AS number FROM totp_secrets GROUP BY kid ORDER BY kid";
    NEXT_TOTP = "
        SELECT id, owner_kind, owner_id, provider, field, audience_origin, version, kid, salt,
               dek_nonce, wrapped_dek, nonce, ciphertext
        FROM totp_secrets WHERE kid = $1 AND id > $2
        ORDER BY id LIMIT $3",
    postgres: "
        SELECT id, owner_kind, owner_id, provider, field, audience_origin, version, kid, salt,
               dek_nonce, wrapped_dek, nonce, ciphertext
        FROM totp_secrets WHERE kid = $1 AND id > $2
        ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED";
    // No fingerprint is kept of it: nobody types one in a second time.
    RESEAL_TOTP = "
        UPDATE totp_secrets
        SET kid = $4, salt = $5, dek_nonce = $6, wrapped_dek = $7, nonce = $8, ciphertext = $9
        WHERE id = $1 AND version = $2 AND kid = $3";
    // On PostgreSQL it waits for those who are sealing with the key.
    RETIRE = "UPDATE key_checks SET retired_at = COALESCE(retired_at, $2) WHERE kid = $1";
    USES = "
        SELECT (SELECT COUNT(*) FROM secrets WHERE kid = $1)
             + (SELECT COUNT(*) FROM replaced_secrets WHERE kid = $1)
             + (SELECT COUNT(*) FROM totp_secrets WHERE kid = $1) AS number";
}

/// A table with sealed rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// The keys of people and organizations.
    Secrets,
    /// Keys that were replaced, kept for a while.
    ReplacedSecrets,
    /// The secrets of second factors.
    TotpSecrets,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 3] = [Self::Secrets, Self::ReplacedSecrets, Self::TotpSecrets];

    /// What its rows are, for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Secrets => "stored keys",
            Self::ReplacedSecrets => "replaced keys",
            Self::TotpSecrets => "second factors",
        }
    }

    const fn count(self) -> &'static Statement {
        match self {
            Self::Secrets => &SECRETS_COUNT_BY_KID,
            Self::ReplacedSecrets => &REPLACED_COUNT_BY_KID,
            Self::TotpSecrets => &TOTP_COUNT_BY_KID,
        }
    }

    const fn next(self) -> &'static Statement {
        match self {
            Self::Secrets => &NEXT_SECRETS,
            Self::ReplacedSecrets => &NEXT_REPLACED,
            Self::TotpSecrets => &NEXT_TOTP,
        }
    }

    const fn reseal(self) -> &'static Statement {
        match self {
            Self::Secrets => &RESEAL_SECRET,
            Self::ReplacedSecrets => &RESEAL_REPLACED,
            Self::TotpSecrets => &RESEAL_TOTP,
        }
    }

    const fn has_fingerprint(self) -> bool {
        !matches!(self, Self::TotpSecrets)
    }
}

row! {
    /// What is bound and sealed of a row, in whatever table.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SealedRow {
        /// Its id.
        pub id: SecretId,
        /// What kind of owner it has.
        pub owner_kind: String,
        /// The id of the owner.
        pub owner_id: String,
        /// What it is for.
        pub provider: String,
        /// Which part of that.
        pub field: String,
        /// The only origin that it may be sent to.
        pub audience_origin: String,
        /// Counts the replacements in its slot.
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
        /// What is sealed.
        pub ciphertext: Vec<u8>,
    }
}

/// What of a row is another once it is sealed anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resealed {
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
    /// A keyed fingerprint.
    pub fingerprint: String,
}

/// What became of some rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The last row that was looked at; `None` where there was none.
    pub last: Option<SecretId>,
    /// How many were sealed anew.
    pub resealed: u64,
    /// How many could not be.
    pub refused: u64,
}

/// How many rows of a table each master key has sealed.
///
/// # Errors
/// The database failed.
pub async fn kids(db: &Db, table: Table) -> Result<Vec<KidCount>, StoreError> {
    db.all(table.count(), &[]).await
}

/// Seals the next rows of a master key anew, by their ids, in one transaction.
///
/// # Errors
/// The database failed; nothing was changed.
pub async fn reseal(
    db: &Db,
    table: Table,
    kid: &str,
    after: &SecretId,
    limit: u32,
    build: impl Fn(&SealedRow) -> Option<Resealed>,
) -> Result<Batch, StoreError> {
    let mut tx = db.begin().await?;
    let limit = i64::from(limit);
    let rows: Vec<SealedRow> = tx.all(table.next(), values![kid, after, limit]).await?;
    let mut batch = Batch {
        last: rows.last().map(|row| row.id.clone()),
        resealed: 0,
        refused: 0,
    };
    let mut live = None;
    for row in &rows {
        let Some(new) = build(row) else {
            batch.refused += 1;
            continue;
        };
        if live.as_ref() != Some(&new.kid) {
            must_be_live(&mut tx, &new.kid).await?;
            live = Some(new.kid.clone());
        }
        let values = values![
            &row.id,
            row.version,
            kid,
            &new.kid,
            &new.salt,
            &new.dek_nonce,
            &new.wrapped_dek,
            &new.nonce,
            &new.ciphertext,
            &new.fingerprint
        ];
        let values = if table.has_fingerprint() {
            &values[..]
        } else {
            &values[..values.len() - 1]
        };
        batch.resealed += tx.execute(table.reseal(), values).await?;
    }
    tx.commit().await?;
    Ok(batch)
}

/// What came of retiring a master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retired {
    /// Nothing can be sealed with it any more.
    Done,
    /// So many rows need it. Nothing was changed.
    InUse(i64),
    /// The database does not know it.
    Unknown,
}

row! {
    struct Count {
        number: i64,
    }
}

/// Retires a master key that no row needs: from then on the database takes nothing that is sealed
/// with it.
///
/// # Errors
/// The database failed.
pub async fn retire(
    db: &Db,
    kid: &str,
    now: Timestamp,
    event: &NewEvent,
) -> Result<Retired, StoreError> {
    let mut tx = db.begin().await?;
    if tx.execute(&RETIRE, values![kid, now]).await? == 0 {
        tx.rollback().await?;
        return Ok(Retired::Unknown);
    }
    let uses: Option<Count> = tx.one(&USES, values![kid]).await?;
    match uses.map_or(0, |count| count.number) {
        0 => {
            audit::append_in(&mut tx, event).await?;
            tx.commit().await?;
            Ok(Retired::Done)
        }
        uses => {
            tx.rollback().await?;
            Ok(Retired::InUse(uses))
        }
    }
}
