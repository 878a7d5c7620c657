//! The hash of one audit event: over all of its columns, its place and the hash before it, each with
//! its length in front, so that two different events never encode equal.

use super::NewEvent;
use sha2::{Digest, Sha256};
use std::fmt;

/// The encoding's name inside of it.
const FORMAT: &str = "film-generator audit 1";

/// A SHA-256 hash; shown as hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// What stands before the first event.
    pub const NONE: Self = Self([0; 32]);

    /// A stored hash; `None` where it has another length.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// A hash as it is shown; `None` for what is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut hash = [0; 32];
        for (at, byte) in hash.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Self(hash))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// The place of an event in the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    /// Counted from 1.
    pub(super) sequence: i64,
    /// The hash of the event before it.
    pub(super) previous: Hash,
    /// Its own.
    pub(super) hash: Hash,
}

impl Link {
    /// The place of the event that follows.
    pub(super) fn next(&self, event: &NewEvent) -> Self {
        let sequence = self.sequence + 1;
        Self {
            sequence,
            previous: self.hash,
            hash: hash(self.hash, sequence, event),
        }
    }
}

/// The hash of an event at its place.
pub(super) fn hash(previous: Hash, sequence: i64, event: &NewEvent) -> Hash {
    let mut hasher = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    part(FORMAT.as_bytes());
    part(&previous.0);
    part(&sequence.to_be_bytes());
    part(event.id.as_bytes());
    part(&event.at.0.to_be_bytes());
    part(event.actor_id.as_str().as_bytes());
    part(event.action.as_bytes());
    part(event.target.as_bytes());
    part(event.detail.as_bytes());
    for optional in [
        event.organization_id.as_ref().map(|id| id.as_str()),
        event.address.as_deref(),
    ] {
        // What is missing differs from what is empty.
        part(&[u8::from(optional.is_some())]);
        part(optional.unwrap_or_default().as_bytes());
    }
    Hash(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{OrganizationId, Timestamp, UserId};

    fn event() -> NewEvent {
        NewEvent {
            id: "1".to_owned(),
            at: Timestamp(1),
            actor_id: UserId("ada".to_owned()),
            action: "key.stored".to_owned(),
            target: "gemini".to_owned(),
            detail: "{}".to_owned(),
            organization_id: None,
            address: None,
        }
    }

    #[test]
    fn every_column_and_the_place_count() {
        let whole = hash(Hash::NONE, 1, &event());
        let edits: [fn(&mut NewEvent); 10] = [
            |event| event.id.push('1'),
            |event| event.at = Timestamp(2),
            |event| event.actor_id = UserId("bob".to_owned()),
            |event| event.action.push('s'),
            |event| event.target = "kie".to_owned(),
            |event| event.detail.push(' '),
            |event| event.organization_id = Some(OrganizationId(String::new())),
            |event| event.organization_id = Some(OrganizationId("studio".to_owned())),
            |event| event.address = Some("192.0.2.1".to_owned()),
            // The same text with the border at another place.
            |event| {
                event.action = "key.store".to_owned();
                event.target = "dgemini".to_owned();
            },
        ];
        for (number, edit) in edits.iter().enumerate() {
            let mut edited = event();
            edit(&mut edited);
            assert_ne!(hash(Hash::NONE, 1, &edited), whole, "edit {number}");
        }
        assert_ne!(hash(Hash::NONE, 2, &event()), whole);
        assert_ne!(hash(Hash([1; 32]), 1, &event()), whole);
        assert_eq!(hash(Hash::NONE, 1, &event()), whole);
    }

    #[test]
    fn the_encoding_never_changes() {
        // Chains that exist were made with it.
        assert_eq!(
            hash(Hash::NONE, 1, &event()).to_string(),
            "347746be4d816dc3262a56b73494f4dda7b66be50f37f5722c4936f0101bc782"
        );
    }

    #[test]
    fn a_hash_is_read_as_it_is_shown() {
        let hash = hash(Hash::NONE, 1, &event());
        assert_eq!(Hash::parse(&hash.to_string()), Some(hash));
        for text in ["", "00", &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(Hash::parse(text), None, "{text}");
        }
    }
}
