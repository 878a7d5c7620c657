//! What was done to keys, settings and people: rows that are only ever appended. Each holds the hash
//! of the one before it, so that a row that was changed, removed or slipped in is found by
//! [`verify`]. Nothing here is ever a secret.

mod chain;
mod note;
pub mod read;
pub mod verify;

pub use chain::Hash;
pub use note::Note;

use crate::{
    Db, StoreError,
    db::Tx,
    row::row,
    statement::{statements, values},
};
use chain::Link;
use domain::{OrganizationId, ProviderId, Timestamp, UserId};

statements! {
    // Changes nothing; on PostgreSQL it makes those who append wait for each other.
    LOCK_HEAD = "UPDATE audit_head SET count = count WHERE id = 1 RETURNING count, hash";
    MOVE_HEAD = "UPDATE audit_head SET count = $1, hash = $2 WHERE id = 1";
    APPEND = "
        INSERT INTO audit_events (id, at, actor_id, action, target, detail, organization_id,
            address, sequence, previous_hash, hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    NOT_CHAINED = "
        SELECT id, at, actor_id, action, target, detail, organization_id, address
        FROM audit_events WHERE sequence IS NULL
        ORDER BY at, id LIMIT $1";
    CHAIN = "
        UPDATE audit_events SET sequence = $2, previous_hash = $3, hash = $4
        WHERE id = $1 AND sequence IS NULL";
    OF_KEY = "
        SELECT at, action FROM audit_events
        WHERE actor_id = $1 AND target = $2 AND action LIKE 'key.%'
        ORDER BY at DESC, id DESC LIMIT $3";
}

/// How many old rows are chained in one transaction.
const AT_A_TIME: i64 = 200;

row! {
    /// One thing that somebody did.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct NewEvent {
        /// Its id, new.
        pub id: String,
        /// When.
        pub at: Timestamp,
        /// Who.
        pub actor_id: UserId,
        /// What, such as `key.replaced`.
        pub action: String,
        /// To which key, setting, project or person.
        pub target: String,
        /// More about it as JSON; never a secret.
        pub detail: String,
        /// The organization whose admins may read of it.
        pub organization_id: Option<OrganizationId>,
        /// The address that the request came from.
        pub address: Option<String>,
    }
}

row! {
    /// When something was done, and what.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct EventRow {
        /// When.
        pub at: Timestamp,
        /// What, such as `key.replaced`.
        pub action: String,
    }
}

row! {
    struct HeadRow {
        count: i64,
        hash: Vec<u8>,
    }
}

/// Writes down what somebody did where no change of the database belongs to it. The event of a change is
/// written in its transaction: see [`Note`].
///
/// # Errors
/// The database failed, or the id was used before.
pub async fn append(db: &Db, event: &NewEvent) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    append_in(&mut tx, event).await?;
    tx.commit().await
}

/// Writes down what somebody did, in the transaction that does it. It comes last in it: from here to
/// the commit nobody else can append.
pub(crate) async fn append_in(tx: &mut Tx, event: &NewEvent) -> Result<(), StoreError> {
    let link = lock_head(tx).await?.next(event);
    tx.execute(
        &APPEND,
        values![
            &event.id,
            event.at,
            &event.actor_id,
            &event.action,
            &event.target,
            &event.detail,
            event.organization_id.as_ref(),
            event.address.as_deref(),
            link.sequence,
            &link.previous.0[..],
            &link.hash.0[..]
        ],
    )
    .await?;
    move_head(tx, &link).await
}

/// Chains what was written down before events were chained; how many. Done once it does nothing, and
/// where it is interrupted the next call goes on.
///
/// # Errors
/// The database failed.
pub async fn chain_old(db: &Db) -> Result<u64, StoreError> {
    let mut chained = 0;
    loop {
        let old: Vec<NewEvent> = db.all(&NOT_CHAINED, values![1_i64]).await?;
        if old.is_empty() {
            return Ok(chained);
        }
        let mut tx = db.begin().await?;
        let mut last = lock_head(&mut tx).await?;
        for event in tx.all::<NewEvent>(&NOT_CHAINED, values![AT_A_TIME]).await? {
            let link = last.next(&event);
            let (previous, hash) = (&link.previous.0[..], &link.hash.0[..]);
            chained += tx
                .execute(&CHAIN, values![&event.id, link.sequence, previous, hash])
                .await?;
            last = link;
        }
        move_head(&mut tx, &last).await?;
        tx.commit().await?;
    }
}

async fn lock_head(tx: &mut Tx) -> Result<Link, StoreError> {
    let head: Option<HeadRow> = tx.one(&LOCK_HEAD, &[]).await?;
    let corrupt = || StoreError::Corrupt { column: "hash" };
    let head = head.ok_or_else(corrupt)?;
    Ok(Link {
        sequence: head.count,
        previous: Hash::NONE,
        hash: Hash::read(&head.hash).ok_or_else(corrupt)?,
    })
}

async fn move_head(tx: &mut Tx, last: &Link) -> Result<(), StoreError> {
    let values = values![last.sequence, &last.hash.0[..]];
    tx.execute(&MOVE_HEAD, values).await.map(drop)
}

/// What somebody did to their key of a slot, newest first.
///
/// # Errors
/// The database failed.
pub async fn of_key(
    db: &Db,
    actor: &UserId,
    slot: ProviderId,
    limit: u32,
) -> Result<Vec<EventRow>, StoreError> {
    let limit = i64::from(limit);
    db.all(&OF_KEY, values![actor, slot.as_str(), limit]).await
}
