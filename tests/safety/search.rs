//! Looks for secrets in bytes, in every form in which they could have got there.

use aho_corasick::AhoCorasick;
use base64::{Engine, engine::general_purpose::STANDARD};
use std::collections::{BTreeMap, BTreeSet};

/// How much of a secret may be seen: its last four characters, and a few more by chance.
const WINDOW: usize = 12;

/// Something that must not be found.
#[derive(Clone)]
pub struct Canary {
    /// What it is, for the report.
    pub name: String,
    /// The part of it that is not to be guessed.
    pub mark: Vec<u8>,
}

/// Bytes that were received or stored, and where.
pub struct Place {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Where a secret was found: the canary, the form, the place.
pub type Finding = String;

/// Looks for many secrets at once.
pub struct Search {
    automaton: AhoCorasick,
    names: Vec<String>,
}

impl Search {
    pub fn new(canaries: &[Canary]) -> Self {
        let mut forms: BTreeMap<Vec<u8>, String> = BTreeMap::new();
        for canary in canaries {
            let mark = canary.mark.as_slice();
            let part = WINDOW.min(mark.len());
            assert!(part >= 8, "{} is too short", canary.name);
            // Its beginning and its end alone, so that a secret that was cut is found too.
            for part in [&mark[..part], &mark[mark.len() - part..]] {
                for (form, bytes) in spellings(part) {
                    forms.insert(bytes, format!("{} ({form})", canary.name));
                }
            }
        }
        let (bytes, names): (Vec<_>, Vec<_>) = forms.into_iter().unzip();
        Self {
            automaton: AhoCorasick::new(bytes).expect("the forms are few and short"),
            names,
        }
    }

    /// What is found, each once for a place.
    pub fn find(&self, places: &[Place]) -> BTreeSet<Finding> {
        let mut found = BTreeSet::new();
        for place in places {
            for at in self.automaton.find_overlapping_iter(&place.bytes) {
                let what = &self.names[at.pattern().as_usize()];
                found.insert(format!("{what} in {}", place.name));
            }
        }
        found
    }
}

/// A text as it is, escaped for addresses and for JSON, in base64 at each place within a group of
/// three, in hexadecimal digits, backwards, as numbers, in UTF-16.
fn spellings(text: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let each = |write: fn(&u8) -> String| text.iter().map(write).collect::<String>();
    let numbers: Vec<String> = text.iter().map(ToString::to_string).collect();
    let hexadecimal = hex::encode(text);
    let mut spellings = vec![
        ("as it is", text.to_vec()),
        ("upper case", text.to_ascii_uppercase()),
        ("backwards", text.iter().rev().copied().collect()),
        ("percent", each(|byte| format!("%{byte:02x}")).into()),
        ("PERCENT", each(|byte| format!("%{byte:02X}")).into()),
        ("JSON escapes", each(|byte| format!("\\u{byte:04x}")).into()),
        ("HTML escapes", each(|byte| format!("&#{byte};")).into()),
        ("HEX", hexadecimal.to_uppercase().into()),
        ("hex", hexadecimal.into()),
        ("numbers", numbers.join(",").into()),
        ("numbers with spaces", numbers.join(", ").into()),
        ("UTF-16", text.iter().flat_map(|byte| [*byte, 0]).collect()),
    ];
    for offset in 0..3 {
        let shifted: Vec<u8> = std::iter::repeat_n(0, offset)
            .chain(text.iter().copied())
            .collect();
        let whole = STANDARD.encode(&shifted);
        // The characters that hold bits of the text alone.
        let own = (offset * 8).div_ceil(6)..shifted.len() * 8 / 6;
        let standard = whole[own].to_owned();
        let for_urls = standard.replace('+', "-").replace('/', "_");
        spellings.push(("base64", standard.into()));
        spellings.push(("base64 for addresses", for_urls.into()));
    }
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: &str = "3f9a~c07?e51/b2d84+6ea91c7d05f8a";

    fn search() -> Search {
        Search::new(&[Canary {
            name: "a secret".to_owned(),
            mark: MARK.into(),
        }])
    }

    fn is_found(bytes: impl Into<Vec<u8>>) -> bool {
        let name = "somewhere".to_owned();
        let place = Place {
            name,
            bytes: bytes.into(),
        };
        !search().find(&[place]).is_empty()
    }

    #[test]
    fn each_spelling_is_found_in_the_middle_of_anything() {
        for (form, bytes) in spellings(MARK.as_bytes()) {
            let around = [b"x\xff\0".as_slice(), &bytes, b"y"].concat();
            assert!(is_found(around), "{form}");
        }
    }

    #[test]
    fn base64_is_found_wherever_the_secret_stands_in_it() {
        for before in 0..9 {
            for after in 0..4 {
                let text = format!("{}sk-{MARK}{}", "a".repeat(before), "z".repeat(after));
                for alphabet in [
                    base64::engine::general_purpose::STANDARD.encode(&text),
                    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&text),
                ] {
                    assert!(is_found(alphabet), "{before} {after}");
                }
            }
        }
    }

    #[test]
    fn a_part_is_found_and_the_last_four_are_not() {
        assert!(is_found(&MARK[..20]));
        assert!(is_found(&MARK[MARK.len() - 13..]));
        assert!(is_found(format!("{}…", &MARK[..WINDOW])));
        assert!(!is_found(format!("····{}", &MARK[MARK.len() - 4..])));
        assert!(!is_found("another text altogether, of some length"));
    }

    #[test]
    fn what_is_found_is_told_with_its_place() {
        let name = "the log".to_owned();
        let bytes = format!("key={MARK}").into_bytes();
        let found = search().find(&[Place { name, bytes }]);
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            ["a secret (as it is) in the log"]
        );
    }
}
