//! The master keys: read from text, judged, and kept where nothing prints them. No message of
//! this file holds a byte of a key.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// The length of a master key in bytes.
pub const KEY_LENGTH: usize = 32;
/// A random key of 32 bytes has fewer distinct bytes than this in none of 10^18 draws.
const LEAST_DISTINCT: usize = 14;
/// Values that stand in manuals and tutorials.
const EXAMPLES: [&str; 4] = [
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
    "f34481ec3cc627bacd5dc3fb08f273e6f34481ec3cc627bacd5dc3fb08f273e6",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
];

/// One key of 32 bytes.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; KEY_LENGTH]>);

impl MasterKey {
    /// The bytes, for deriving keys inside the vault.
    pub(super) fn bytes(&self) -> &[u8; KEY_LENGTH] {
        &self.0
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey([redacted])")
    }
}

/// The current master key and the older ones that rows may still be wrapped with.
#[derive(Debug, Clone)]
pub struct MasterKeys {
    /// Wraps everything that is written.
    pub(super) current: MasterKey,
    /// Open what was written before a rotation.
    pub(super) older: Vec<MasterKey>,
}

/// Why a text is not taken as master keys. The sentence goes after the name of the variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeyProblem {
    /// There is none.
    #[error("holds no key")]
    Empty,
    /// Neither hexadecimal digits nor base64.
    #[error("is neither 64 hexadecimal digits nor base64")]
    Encoding,
    /// Another length.
    #[error("is not 32 bytes long")]
    Length,
    /// All zero, a repeated byte, a pattern.
    #[error("is a pattern, not random bytes")]
    Pattern,
    /// Printed in a manual.
    #[error("is an example that is known to everybody")]
    Example,
    /// The same key twice.
    #[error("holds the same key twice")]
    Repeated,
}

impl MasterKeys {
    /// Reads keys, one a line, the current one first; empty lines and lines with `#` are skipped.
    ///
    /// # Errors
    /// The first [`MasterKeyProblem`] met.
    pub fn parse(text: &str) -> Result<Self, MasterKeyProblem> {
        let mut keys: Vec<MasterKey> = Vec::new();
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let key = parse_key(line)?;
            if keys.iter().any(|other| other.0 == key.0) {
                return Err(MasterKeyProblem::Repeated);
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        let current = keys.next().ok_or(MasterKeyProblem::Empty)?;
        Ok(Self {
            current,
            older: keys.collect(),
        })
    }
}

/// A new random master key as 64 hexadecimal digits, for a key file.
///
/// # Errors
/// The system gave no random bytes.
pub fn generate() -> Result<Zeroizing<String>, getrandom::Error> {
    let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
    getrandom::fill(bytes.as_mut_slice())?;
    Ok(Zeroizing::new(hex::encode(bytes.as_slice())))
}

pub(super) fn parse_key(line: &str) -> Result<MasterKey, MasterKeyProblem> {
    let looks_hexadecimal = line.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut bytes = if looks_hexadecimal {
        hex::decode(line).map_err(|_| MasterKeyProblem::Length)?
    } else {
        [STANDARD, URL_SAFE, STANDARD_NO_PAD, URL_SAFE_NO_PAD]
            .iter()
            .find_map(|engine| engine.decode(line).ok())
            .ok_or(MasterKeyProblem::Encoding)?
    };
    let mut key = Zeroizing::new([0; KEY_LENGTH]);
    let fits = bytes.len() == KEY_LENGTH;
    if fits {
        key.copy_from_slice(&bytes);
    }
    bytes.zeroize();
    if !fits {
        return Err(MasterKeyProblem::Length);
    }
    if EXAMPLES.iter().any(|example| {
        hex::decode(example).is_ok_and(|example| example.as_slice() == key.as_slice())
    }) {
        return Err(MasterKeyProblem::Example);
    }
    let mut seen = [false; 256];
    key.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    let distinct = seen.iter().filter(|seen| **seen).count();
    let step = key[1].wrapping_sub(key[0]);
    let steady = key.windows(2).all(|w| w[1].wrapping_sub(w[0]) == step);
    if distinct < LEAST_DISTINCT || steady {
        return Err(MasterKeyProblem::Pattern);
    }
    Ok(MasterKey(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A key that is in no manual.
    pub(crate) const GOOD: &str =
        "9f0c6a51d2b87e4430f1c59ae8276bd30a94fe1d7c3825b6e04f91a8d36c72e5";

    #[test]
    fn the_four_spellings_of_a_key_are_the_same_key() {
        let bytes = hex::decode(GOOD).unwrap();
        for spelling in [
            GOOD.to_owned(),
            GOOD.to_uppercase(),
            STANDARD.encode(&bytes),
            URL_SAFE_NO_PAD.encode(&bytes),
            format!("# made by hand\n\n  {GOOD}  \r\n"),
        ] {
            let keys = MasterKeys::parse(&spelling).unwrap();
            assert_eq!(keys.current.bytes().as_slice(), bytes, "{spelling}");
            assert!(keys.older.is_empty());
        }
    }

    #[test]
    fn further_lines_are_older_keys() {
        let newer = generate().unwrap();
        let keys = MasterKeys::parse(&format!("{}\n{GOOD}\n", newer.as_str())).unwrap();
        assert_eq!(hex::encode(keys.current.bytes()), *newer);
        assert_eq!(hex::encode(keys.older[0].bytes()), GOOD);
    }

    #[test]
    fn what_is_no_secret_is_refused() {
        use MasterKeyProblem as P;
        for (text, problem) in [
            (String::new(), P::Empty),
            ("# nothing\n".to_owned(), P::Empty),
            ("not a key!".to_owned(), P::Encoding),
            (GOOD[..62].to_owned(), P::Length),
            (GOOD[..63].to_owned(), P::Length),
            (format!("{GOOD}00"), P::Length),
            (STANDARD.encode([7; 16]), P::Length),
            ("0".repeat(64), P::Pattern),
            ("ab".repeat(32), P::Pattern),
            ("deadbeef".repeat(8), P::Pattern),
            (STANDARD.encode([b'a'; 32]), P::Pattern),
            (
                hex::encode((0..32).map(|i| 200 - i * 3).collect::<Vec<u8>>()),
                P::Pattern,
            ),
            (EXAMPLES[0].to_owned(), P::Example),
            (EXAMPLES[3].to_uppercase(), P::Example),
            (format!("{GOOD}\n{GOOD}"), P::Repeated),
        ] {
            assert_eq!(MasterKeys::parse(&text).unwrap_err(), problem, "{text}");
        }
    }

    #[test]
    fn debug_shows_nothing_of_a_key() {
        let shown = format!("{:?}", MasterKeys::parse(GOOD).unwrap());
        assert!(!shown.contains(&GOOD[..4]) && shown.contains("redacted"));
    }

    #[test]
    fn generated_keys_are_accepted() {
        for _ in 0..100 {
            assert!(MasterKeys::parse(&generate().unwrap()).is_ok());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn any_file_is_taken_or_refused_and_never_repeated(
            text in "(\\PC{0,70}\n){0,3}|([0-9a-fA-F]{60,68}|[A-Za-z0-9+/=_-]{40,46}|#.{0,10})(\r?\n.{0,20}){0,2}"
        ) {
            match MasterKeys::parse(&text) {
                Ok(keys) => {
                    let shown = format!("{keys:?}");
                    prop_assert!(!shown.contains(text.trim()));
                }
                Err(problem) => {
                    let told = problem.to_string();
                    let line = text.lines().map(str::trim).find(|line| line.len() > 12);
                    prop_assert!(line.is_none_or(|line| !told.contains(line)), "{}", told);
                }
            }
        }
    }
}
