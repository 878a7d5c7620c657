//! Recovery codes: the way in for whoever has lost their authenticator. Each is 80 random bits, shown
//! once, stored as a hash that belongs to its account, and good for one time.

use data_encoding::BASE32_NOPAD;
use domain::{ApiError, UserId};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// How many a person has at once.
const NUMBER: usize = 10;
const BYTES: usize = 10;
/// The length in Base32, without what stands between the groups.
const LENGTH: usize = 16;
const GROUP: usize = 4;

/// Fresh codes, as they are shown.
pub(super) fn fresh() -> Result<Vec<String>, ApiError> {
    (0..NUMBER).map(|_| one()).collect()
}

fn one() -> Result<String, ApiError> {
    let mut bytes = Zeroizing::new([0; BYTES]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| ApiError::internal())?;
    let text = Zeroizing::new(BASE32_NOPAD.encode(bytes.as_slice()));
    let groups: Vec<&str> = (0..LENGTH / GROUP)
        .map(|group| &text[group * GROUP..(group + 1) * GROUP])
        .collect();
    Ok(groups.join("-"))
}

/// The hash under which this person's code is stored, however it was typed; `None` for what cannot be a
/// recovery code.
pub(super) fn hash(user: &UserId, typed: &str) -> Option<[u8; 32]> {
    let code: Zeroizing<String> = Zeroizing::new(
        typed
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect(),
    );
    let bytes = Zeroizing::new(BASE32_NOPAD.decode(code.as_bytes()).ok()?);
    (code.len() == LENGTH).then(|| {
        let mut hash = Sha256::new();
        hash.update((user.as_str().len() as u64).to_be_bytes());
        hash.update(user.as_str().as_bytes());
        hash.update(bytes.as_slice());
        hash.finalize().into()
    })
}

/// The hashes of codes.
pub(super) fn hashes(user: &UserId, codes: &[String]) -> Vec<[u8; 32]> {
    codes.iter().filter_map(|code| hash(user, code)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_ten_all_different_and_read_again_however_they_are_typed() {
        let (ada, bob) = (UserId("ada".to_owned()), UserId("bob".to_owned()));
        let codes = fresh().unwrap();
        let mut all = hashes(&ada, &codes);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 10);
        let code = &codes[0];
        assert_eq!(code.len(), 19, "{code}");
        let typed = format!(" {} ", code.replace('-', " ").to_lowercase());
        assert_eq!(hash(&ada, &typed), hash(&ada, code));
        assert_ne!(hash(&bob, code), hash(&ada, code));
    }

    #[test]
    fn what_cannot_be_a_code_has_no_hash() {
        let ada = UserId("ada".to_owned());
        for text in [
            "",
            "null",
            "123456",
            "AAAA-AAAA-AAAA-AAA",
            "AAAA-AAAA-AAAA-AAA1",
            "é",
        ] {
            assert_eq!(hash(&ada, text), None, "{text}");
        }
        assert!(hash(&ada, "AAAA-AAAA-AAAA-AAAA").is_some());
        assert_eq!(hash(&ada, "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA"), None);
    }
}
