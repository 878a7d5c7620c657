//! Walks the chain from its beginning and finds the first event that is not as it was written.

use super::{
    HeadRow, NewEvent,
    chain::{self, Hash},
};
use crate::{
    Db, StoreError,
    row::{FromRow, Row, row},
    statement::{statements, values},
};
use std::fmt;

statements! {
    HEAD = "SELECT count, hash FROM audit_head WHERE id = 1";
    AFTER = "
        SELECT id, at, actor_id, action, target, detail, organization_id, address, sequence,
               previous_hash, hash
        FROM audit_events WHERE sequence > $1
        ORDER BY sequence LIMIT $2";
    FIRST_NOT_CHAINED = "
        SELECT id FROM audit_events WHERE sequence IS NULL OR sequence < 1 LIMIT 1";
}

/// How many events are read at once.
const AT_A_TIME: i64 = 500;

/// What an intact chain ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// How many events there are.
    pub count: i64,
    /// The hash of the last; it stands for all of them.
    pub hash: Hash,
    /// Whether a hash that was asked for is among them.
    pub is_expected: bool,
}

/// The first thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// The place at which it is, counted from 1.
    pub sequence: i64,
    /// The id of the event there, if there is one.
    pub id: Option<String>,
    /// What is wrong.
    pub why: Why,
}

/// What is wrong with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// None stands at this place.
    Missing,
    /// Its hash is not that of its columns.
    Changed,
    /// It does not hold the hash of the one before it.
    OutOfPlace,
    /// The head does not count it.
    NotCounted,
    /// It stands outside of the chain.
    NotChained,
    /// It is the last, and the head names another hash.
    OtherHead,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let says = match self.why {
            Why::Missing => "is missing",
            Why::Changed => "was changed",
            Why::OutOfPlace => "does not follow the one before it",
            Why::NotCounted => "was slipped in at the end, or the head was set back",
            Why::NotChained => "stands outside of the chain",
            Why::OtherHead => "is not the one that the head names",
        };
        match &self.id {
            Some(id) => write!(f, "event {} ({id}) {says}", self.sequence),
            None => write!(f, "event {} {says}", self.sequence),
        }
    }
}

struct Stored {
    event: NewEvent,
    sequence: i64,
    previous: Option<Vec<u8>>,
    hash: Option<Vec<u8>>,
}

impl FromRow for Stored {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            event: NewEvent::from_row(row)?,
            sequence: row.get("sequence")?,
            previous: row.get("previous_hash")?,
            hash: row.get("hash")?,
        })
    }
}

row! {
    struct IdRow {
        id: String,
    }
}

/// Walks the whole chain, also while others append; `expected` is the hash of an earlier head that
/// has to be on the way.
///
/// # Errors
/// The database failed. What is wrong with the chain is no error here.
pub async fn verify(db: &Db, expected: Option<Hash>) -> Result<Result<Head, Break>, StoreError> {
    let mut at = Head {
        count: 0,
        hash: Hash::NONE,
        is_expected: expected.is_none_or(|hash| hash == Hash::NONE),
    };
    if let Some(IdRow { id }) = db.one(&FIRST_NOT_CHAINED, &[]).await? {
        return Ok(Err(Break {
            sequence: 0,
            id: Some(id),
            why: Why::NotChained,
        }));
    }
    let mut counted = head(db).await?;
    loop {
        let rows: Vec<Stored> = db.all(&AFTER, values![at.count, AT_A_TIME]).await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            if at.count == counted.0 {
                // Others may have appended since the head was read.
                let now = head(db).await?;
                if at.hash != counted.1 || now.0 <= counted.0 {
                    return Ok(Err(if at.hash == counted.1 {
                        broken(row.sequence, Some(row), Why::NotCounted)
                    } else {
                        broken(at.count, None, Why::OtherHead)
                    }));
                }
                counted = now;
            }
            if let Err(why) = check(row, &at) {
                let is_gap = why == Why::Missing;
                let found = (!is_gap).then_some(row);
                return Ok(Err(broken(at.count + 1, found, why)));
            }
            at.count = row.sequence;
            at.hash = chain::hash(at.hash, row.sequence, &row.event);
            at.is_expected |= expected == Some(at.hash);
        }
    }
    if at.count < counted.0 {
        return Ok(Err(broken(at.count + 1, None, Why::Missing)));
    }
    if at.hash != counted.1 {
        return Ok(Err(broken(at.count, None, Why::OtherHead)));
    }
    Ok(Ok(at))
}

/// How many events the head counts, and the hash of the last.
///
/// # Errors
/// The database failed.
pub async fn head(db: &Db) -> Result<(i64, Hash), StoreError> {
    let head: Option<HeadRow> = db.one(&HEAD, &[]).await?;
    // A head that is gone counts nothing.
    Ok(head.map_or((0, Hash::NONE), |head| {
        (head.count, Hash::read(&head.hash).unwrap_or(Hash::NONE))
    }))
}

fn check(row: &Stored, before: &Head) -> Result<(), Why> {
    if row.sequence != before.count + 1 {
        return Err(Why::Missing);
    }
    let is = |stored: &Option<Vec<u8>>, hash: Hash| stored.as_deref() == Some(&hash.0[..]);
    if !is(&row.previous, before.hash) {
        return Err(Why::OutOfPlace);
    }
    if !is(
        &row.hash,
        chain::hash(before.hash, row.sequence, &row.event),
    ) {
        return Err(Why::Changed);
    }
    Ok(())
}

fn broken(sequence: i64, row: Option<&Stored>, why: Why) -> Break {
    Break {
        sequence,
        id: row.map(|row| row.event.id.clone()),
        why,
    }
}
