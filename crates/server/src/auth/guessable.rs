//! Passwords that are among the first to be tried: common words, words about the account's owner,
//! walks and repetitions. There are no rules about which characters a password must have.

/// The words that common long passwords are made of.
const COMMON: [&str; 56] = [
    "abc",
    "access",
    "admin",
    "administrator",
    "asdf",
    "asdfgh",
    "asdfghjkl",
    "azerty",
    "baseball",
    "batman",
    "changeme",
    "charlie",
    "computer",
    "default",
    "donald",
    "dragon",
    "film",
    "filmgenerator",
    "flower",
    "football",
    "freedom",
    "generator",
    "guest",
    "hello",
    "iloveyou",
    "internet",
    "letmein",
    "login",
    "love",
    "master",
    "michael",
    "monkey",
    "passwd",
    "password",
    "passwort",
    "please",
    "princess",
    "qazwsx",
    "qwer",
    "qwert",
    "qwerty",
    "qwertyuiop",
    "qwertz",
    "root",
    "secret",
    "shadow",
    "starwars",
    "sunshine",
    "superman",
    "test",
    "trustno",
    "user",
    "welcome",
    "whatever",
    "zxcvbn",
    "zxcvbnm",
];

/// Whether a password is nothing but common words and words about its owner, with digits and
/// signs between them, or a pattern without any word.
pub(super) fn is_easy_to_guess(password: &str, context: &[&str]) -> bool {
    let lower = password.to_lowercase();
    let plain: String = lower
        .trim_matches(|c: char| !c.is_alphabetic())
        .chars()
        .map(|c| match c {
            '@' | '4' => 'a',
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '5' | '$' => 's',
            other => other,
        })
        .collect();
    let only_letters =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphabetic()).collect() };
    let context: Vec<String> = context
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .map(|word| only_letters(&word.to_lowercase()))
        .filter(|word| word.chars().count() >= 3)
        .collect();
    let words: Vec<&str> = COMMON
        .into_iter()
        .chain(context.iter().map(String::as_str))
        .collect();
    let without_digits = only_letters(&lower);
    is_made_of(&without_digits, &words)
        || is_made_of(&only_letters(&plain), &words)
        || is_pattern(&lower)
}

/// Whether the text can be cut into these words; an empty text can.
fn is_made_of(text: &str, words: &[&str]) -> bool {
    let mut reachable = vec![false; text.len() + 1];
    reachable[0] = true;
    for at in 0..text.len() {
        if reachable[at] {
            for word in words.iter().filter(|word| text[at..].starts_with(**word)) {
                reachable[at + word.len()] = true;
            }
        }
    }
    reachable[text.len()] && !text.is_empty()
}

/// Whether a text repeats a short piece or walks along the alphabet or the digits.
fn is_pattern(text: &str) -> bool {
    let characters: Vec<u32> = text.chars().map(u32::from).collect();
    let repeats = (1..=4).any(|period| {
        characters
            .iter()
            .zip(&characters[period.min(characters.len())..])
            .all(|(a, b)| a == b)
    });
    let walks = |step: u32| {
        let strays = characters
            .windows(2)
            .filter(|pair| pair[0].abs_diff(pair[1]) != step && pair[0].abs_diff(pair[1]) != 9)
            .count();
        strays <= 1
    };
    repeats || walks(1)
}

#[cfg(test)]
mod tests {
    use crate::auth::Password;

    #[test]
    fn short_long_and_common_passwords_are_refused() {
        for typed in [
            "",
            "elevenchars",
            "Password1234",
            "password12345!",
            "P@ssw0rd2026!",
            "PASSWORDPASSWORD",
            "qwertyuiop12",
            "welcome12345",
            "iloveyou1234!",
            "aaaaaaaaaaaa",
            "abababababab",
            "123456789012",
            "abcdefghijklm",
            "111111111111",
            "987654321098",
            "adminadmin123",
            "ada.lovelace1815",
            "lovelace-ada-1",
            "filmgenerator1",
            "123412341234",
        ] {
            let problem =
                Password::from(typed).problem(&["ada.lovelace@example.com", "Ada Lovelace"]);
            assert!(problem.is_some(), "{typed}");
        }
        assert!(Password::from("x7".repeat(513)).problem(&[]).is_some());
    }

    #[test]
    fn there_are_no_rules_of_composition() {
        for typed in [
            "three blue horses",
            "correct horse battery",
            "xkwmzpqrtvbn",
            "842019573610",
            "žluťoučký kůň",
            "welcome to the jungle gym",
            "Kd93-kfLs-02ld",
            "        a b c d e f",
        ] {
            assert_eq!(
                Password::from(typed).problem(&["ada@example.com"]),
                None,
                "{typed}"
            );
        }
        assert_eq!(Password::from("kZ3!aw9 ".repeat(128)).problem(&[]), None);
    }
}
