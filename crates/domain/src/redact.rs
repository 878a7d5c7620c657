//! Takes secrets out of foreign text before it is logged: the exact secrets in use, in the forms
//! that providers echo them, and everything that has the shape of one.

/// What stands in place of a secret.
const REDACTED: &str = "[redacted]";
/// The longest text that is kept, in characters.
const KEPT: usize = 300;
/// The shortest run of a secret's characters that is taken out as a part of it.
const PART: usize = 8;
/// Beginnings of words that are secrets by their shape.
const SHAPES: [&str; 14] = [
    "sk-", "sk_", "rk-", "pk-", "AIza", "AQ.", "ak-", "as-", "wk-", "ws-", "fgp_", "xi-", "eyJ",
    "sandbox-",
];

/// A foreign text that may be logged: secrets replaced, control characters gone, at most 300
/// characters. `secrets` are the ones that went out with the request that the text answers.
#[must_use]
pub fn redact(text: &str, secrets: &[&str]) -> String {
    let mut kept: String = text
        .chars()
        .take(KEPT * 8)
        .map(|c| {
            if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
                ' '
            } else {
                c
            }
        })
        .collect();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        kept = without_secret(&kept, secret);
    }
    let words: Vec<String> = kept.split(' ').map(without_shapes).collect();
    let mut out = String::new();
    for (index, c) in words.join(" ").chars().enumerate() {
        if index == KEPT {
            out.push('…');
            break;
        }
        out.push(c);
    }
    out
}

/// Takes out the secret and every part of it of eight or more characters, also where the
/// provider wrote some of its characters as escapes.
fn without_secret(text: &str, secret: &str) -> String {
    let mut text = text.to_owned();
    for form in forms(secret) {
        text = text.replace(&form, REDACTED);
    }
    let part = PART.min(secret.chars().count());
    let secret: Vec<char> = secret.chars().collect();
    let characters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        let longest = longest_part(&characters[at..], &secret);
        if longest >= part {
            out.push_str(REDACTED);
            at += longest;
        } else {
            out.push(characters[at]);
            at += 1;
        }
    }
    out
}

fn longest_part(text: &[char], secret: &[char]) -> usize {
    (0..secret.len())
        .map(|from| {
            text.iter()
                .zip(&secret[from..])
                .take_while(|(a, b)| a == b)
                .count()
        })
        .max()
        .unwrap_or(0)
}

fn forms(secret: &str) -> Vec<String> {
    let percent: String = secret
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let html = secret
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;");
    let json = secret.replace('\\', "\\\\").replace('"', "\\\"");
    let reversed: String = secret.chars().rev().collect();
    vec![percent, hex.to_uppercase(), hex, html, json, reversed]
}

/// Takes out what looks like a secret inside one word, and values of telling query parameters.
fn without_shapes(word: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.*…".contains(c);
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(c) = rest.chars().next() {
        let token_length: usize = rest
            .chars()
            .take_while(|c| is_part(*c))
            .map(char::len_utf8)
            .sum();
        if token_length == 0 {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let (token, after) = rest.split_at(token_length);
        let named = ["key=", "token=", "secret=", "api_key="]
            .iter()
            .any(|name| out.to_ascii_lowercase().ends_with(name));
        let shaped = SHAPES.iter().any(|shape| token.starts_with(shape)) && token.len() >= 11;
        let masked = token.contains("***") || token.contains('…');
        let random = token.len() >= 28
            && token.bytes().any(|byte| byte.is_ascii_digit())
            && token.bytes().any(|byte| byte.is_ascii_alphabetic());
        if named || shaped || masked || random {
            out.push_str(REDACTED);
        } else {
            out.push_str(token);
        }
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn echoes_seen_from_providers_are_taken_out() {
        let secret = "sk-proj-5ZHQn0aaaabbbbccccpYxy";
        for echo in [
            "Incorrect API key provided: sk-proj-5ZHQn0aaaabbbbccccpYxy.",
            "Incorrect API key provided: sk-proj-5ZHQn****************pYxy.",
            "error sending request for url (https://x.test/v1?key=sk-proj-5ZHQn0aaaabbbbccccpYxy)",
            "header Authorization: Bearer sk-proj-5ZHQn0aaaabbbbccccpYxy",
            "{\"key\":\"sk-proj-5ZHQn0aaaabbbbccccpYxy\"}",
        ] {
            let kept = redact(echo, &[secret]);
            assert!(!kept.contains("5ZHQn"), "{kept}");
            assert!(!kept.contains("pYxy"), "{kept}");
        }
    }

    #[test]
    fn words_stay_readable() {
        assert_eq!(
            redact("Rate limit exceeded, please retry in 20 s", &[]),
            "Rate limit exceeded, please retry in 20 s"
        );
    }

    #[test]
    fn one_text_makes_one_line() {
        let kept = redact("a\r\n{\"level\":\"ERROR\"}\u{2028}\u{1b}[2J", &[]);
        assert!(kept.chars().all(|c| !c.is_control() && c != '\u{2028}'));
    }

    proptest! {
        #[test]
        fn a_secret_in_use_never_survives(
            secret in "[A-Za-z0-9_=+/-]{8,64}", before in "\\PC{0,60}", after in "\\PC{0,60}"
        ) {
            for form in std::iter::once(secret.clone()).chain(forms(&secret)) {
                let kept = redact(&format!("{before}{form}{after}"), &[&secret]);
                prop_assert!(!kept.contains(&form), "{}", kept);
            }
        }

        #[test]
        fn any_text_is_kept_short_and_never_panics(text in "\\PC{0,4000}", secret in "\\PC{0,40}") {
            prop_assert!(redact(&text, &[&secret]).chars().count() <= KEPT + 1);
        }
    }
}
