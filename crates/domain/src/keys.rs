//! What can be said about an API key without the key: its view, whether a typed text looks like a
//! complete key, whether it is a mask typed back, how it fares, what was done to it. The key itself
//! is never kept here.

mod health;
mod history;

pub use health::{HealthChange, KeyHealth};
pub use history::{KeyAction, KeyEvent};

use crate::{ProviderId, Timestamp};
use serde::{Deserialize, Serialize};

/// All that anybody may ever see of a stored key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Key))]
pub struct SecretView {
    /// A key is stored.
    pub configured: bool,
    /// The key's last four characters; `None` for keys shorter than 16.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last4: Option<String>,
    /// When it was stored.
    pub updated_at: Timestamp,
    /// Whether it can be used.
    pub status: SecretStatus,
    /// What its last test found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tested: Option<KeyTested>,
    /// How it last fared at its provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<KeyHealth>,
}

impl SecretView {
    /// Whether the key is there and can be used.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.configured && self.status == SecretStatus::Ready
    }
}

/// What a test found, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyTested {
    /// What it found.
    pub report: KeyReport,
    /// When it was made.
    pub at: Timestamp,
}

/// Whether a stored key can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = KeyStatus))]
#[serde(rename_all = "snake_case")]
pub enum SecretStatus {
    /// It can be opened.
    Ready,
    /// It cannot be opened and needs to be entered again.
    NeedsReentry,
}

/// What a free test of a key found, from the outside in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyReport {
    /// Whether it has the form of a key.
    pub format: Finding,
    /// Whether the provider could be reached.
    pub host: Finding,
    /// Whether the provider accepts it.
    pub auth: Finding,
    /// Whether there is credit or quota, where the provider tells.
    pub quota: Finding,
    /// Whether it may list models.
    pub models: Finding,
}

/// One finding of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = KeyFinding))]
pub struct Finding {
    /// How it went.
    pub result: FindingResult,
    /// What was found and what to do, in one sentence.
    pub message: String,
}

/// How one part of a test went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = KeyFindingResult))]
#[serde(rename_all = "snake_case")]
pub enum FindingResult {
    /// Good.
    Ok,
    /// Not good.
    Failed,
    /// Not tried, because something before it failed.
    Skipped,
    /// The provider does not tell.
    Unknown,
}

impl Finding {
    /// A finding in words.
    #[must_use]
    pub fn new(result: FindingResult, message: impl Into<String>) -> Self {
        Self {
            result,
            message: message.into(),
        }
    }

    /// Not tried.
    #[must_use]
    pub fn skipped() -> Self {
        Self::new(FindingResult::Skipped, "Not tested.")
    }
}

/// The shortest key whose last four characters are shown.
const SHOWN_FROM: usize = 16;
/// The shortest and longest key that is stored.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=512;

/// The last four characters that may be shown of a key, or `None` when it is too short.
#[must_use]
pub fn last4(key: &str) -> Option<String> {
    let characters: Vec<char> = key.chars().collect();
    (characters.len() >= SHOWN_FROM).then(|| characters[characters.len() - 4..].iter().collect())
}

/// Why a typed text is not stored as a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyProblem {
    /// There is nothing.
    Empty,
    /// It is the mask of a stored key, typed or pasted back.
    Mask,
    /// It is too short or too long for any key.
    Length,
    /// It has a space, a line break or a letter that no key has.
    Characters,
}

impl KeyProblem {
    /// What is wrong and what to do.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Empty => "Enter the API key. To remove a stored key, use Remove.",
            Self::Mask => {
                "This is the masked form of a stored key, not a key. The stored key is unchanged. Paste the full key to replace it."
            }
            Self::Length => "This is too short or too long for an API key. Paste the full key.",
            Self::Characters => {
                "An API key has no spaces, line breaks or special letters. Paste the key again, without anything around it."
            }
        }
    }
}

/// Takes away what gets copied along with a key: white space, quotes, and `NAME=` or
/// `export NAME=` in front.
#[must_use]
pub fn clean_key(typed: &str) -> &str {
    let mut text = trim(typed);
    if let Some(rest) = text.strip_prefix("export ") {
        text = trim(rest);
    }
    if let Some((name, value)) = text.split_once('=')
        && !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && !trim(value).is_empty()
    {
        text = trim(value);
    }
    for quote in ['"', '\'', '`'] {
        if text.len() >= 2 && text.starts_with(quote) && text.ends_with(quote) {
            text = trim(&text[1..text.len() - 1]);
        }
    }
    text
}

fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{2060}')
    })
}

/// Checks a cleaned text before it is stored.
///
/// # Errors
/// The [`KeyProblem`] that forbids storing it.
pub fn check_key(key: &str) -> Result<(), KeyProblem> {
    if key.is_empty() {
        return Err(KeyProblem::Empty);
    }
    if is_mask(key) {
        return Err(KeyProblem::Mask);
    }
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(KeyProblem::Characters);
    }
    if !LENGTHS.contains(&key.len()) {
        return Err(KeyProblem::Length);
    }
    Ok(())
}

/// What is wrong with a Modal proxy token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyTokenProblem {
    /// It is a token for the whole account.
    AccountToken,
    /// It does not begin as a half of a proxy token does.
    NotAProxyToken,
}

impl std::fmt::Display for ProxyTokenProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::AccountToken => {
                "is a Modal account token (ak- or as-), which opens the whole account. Make a proxy token at modal.com/settings/proxy-auth-tokens and use its halves wk- and ws-"
            }
            Self::NotAProxyToken => {
                "is not a Modal proxy token. Its key begins with wk-, its secret with ws-"
            }
        })
    }
}

/// Checks the two cleaned halves of a Modal proxy token.
///
/// # Errors
/// The field (`key` or `secret`) and the [`ProxyTokenProblem`].
pub fn check_proxy_token(key: &str, secret: &str) -> Result<(), (&'static str, ProxyTokenProblem)> {
    for (field, text, prefix) in [("key", key, "wk-"), ("secret", secret, "ws-")] {
        if text.starts_with("ak-") || text.starts_with("as-") {
            return Err((field, ProxyTokenProblem::AccountToken));
        }
        if !text.starts_with(prefix) || check_key(text).is_err() {
            return Err((field, ProxyTokenProblem::NotAProxyToken));
        }
    }
    Ok(())
}

/// Whether a text is a masked key rather than a key: it has a run of mask characters.
#[must_use]
pub fn is_mask(text: &str) -> bool {
    const MASKS: [char; 6] = ['•', '·', '●', '*', '…', '∙'];
    text.contains("Configured")
        || text.contains("...")
        || text
            .chars()
            .any(|c| matches!(c, '•' | '·' | '●' | '…' | '∙'))
        || text
            .chars()
            .zip(text.chars().skip(1))
            .any(|(a, b)| a == b && MASKS.contains(&a))
}

/// Whether a typed text looks like a whole key of this provider, so that it may be saved while the
/// field still has the focus. The answer errs towards no: an unusual key is saved on Enter or blur.
#[must_use]
pub fn looks_complete(provider: ProviderId, typed: &str) -> bool {
    let key = clean_key(typed);
    if check_key(key).is_err() {
        return false;
    }
    if key.starts_with("sandbox-") {
        return key.len() >= 12;
    }
    let (prefixes, shortest): (&[&str], usize) = match provider {
        ProviderId::OpenRouter => (&["sk-or-"], 40),
        ProviderId::Claude => (&["sk-ant-"], 40),
        ProviderId::OpenAi => (&["sk-"], 40),
        ProviderId::Gemini | ProviderId::NanoBanana => (&["AIza", "AQ."], 39),
        ProviderId::ElevenLabs => (&["sk_"], 40),
        ProviderId::Modal | ProviderId::ModalEdit => (&["wk-", "ws-"], 20),
        ProviderId::Kie | ProviderId::PiApi | ProviderId::Suno => (&[""], 32),
        ProviderId::ClaudeCli => return false,
    };
    key.len() >= shortest && prefixes.iter().any(|prefix| key.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_copied_along_is_taken_away() {
        for typed in [
            "sk-or-v1-abc",
            "  sk-or-v1-abc\r\n",
            "\"sk-or-v1-abc\"",
            "OPENROUTER_API_KEY=sk-or-v1-abc",
            "export OPENROUTER_API_KEY='sk-or-v1-abc'",
            "\u{200b}sk-or-v1-abc\u{feff}",
        ] {
            assert_eq!(clean_key(typed), "sk-or-v1-abc", "{typed:?}");
        }
    }

    #[test]
    fn an_equals_sign_inside_a_key_stays() {
        assert_eq!(clean_key("abcDEF123456=="), "abcDEF123456==");
    }

    #[test]
    fn masks_and_halves_are_refused() {
        for (typed, problem) in [
            ("", KeyProblem::Empty),
            ("····1c96", KeyProblem::Mask),
            ("Configured ····1c96", KeyProblem::Mask),
            ("••••••••1c96", KeyProblem::Mask),
            ("sk-****************1c96", KeyProblem::Mask),
            ("sk-or-v1-abc…", KeyProblem::Mask),
            ("sk-or-v1-abc...", KeyProblem::Mask),
            ("short", KeyProblem::Length),
            ("sk or v1 abcdefgh", KeyProblem::Characters),
            ("sk-or-v1-абвгдежз", KeyProblem::Characters),
        ] {
            assert_eq!(check_key(clean_key(typed)), Err(problem), "{typed:?}");
        }
    }

    #[test]
    fn a_half_typed_key_does_not_look_complete() {
        let whole = format!("sk-or-v1-{}", "a1".repeat(32));
        assert!(looks_complete(ProviderId::OpenRouter, &whole));
        for end in 0..40 {
            assert!(!looks_complete(ProviderId::OpenRouter, &whole[..end]));
        }
        assert!(!looks_complete(ProviderId::Gemini, &whole));
        assert!(looks_complete(ProviderId::Gemini, "sandbox-gemini-1234"));
    }

    #[test]
    fn only_the_two_halves_of_a_proxy_token_are_taken() {
        use ProxyTokenProblem::{AccountToken, NotAProxyToken};
        assert_eq!(check_proxy_token("wk-0123456789", "ws-0123456789"), Ok(()));
        for (key, secret, problem) in [
            ("ak-0123456789", "as-0123456789", ("key", AccountToken)),
            ("wk-0123456789", "as-0123456789", ("secret", AccountToken)),
            ("ws-0123456789", "wk-0123456789", ("key", NotAProxyToken)),
            ("wk-0123456789", "ws-1", ("secret", NotAProxyToken)),
            ("wk-01234\n6789", "ws-0123456789", ("key", NotAProxyToken)),
        ] {
            assert_eq!(
                check_proxy_token(key, secret),
                Err(problem),
                "{key} {secret}"
            );
        }
    }

    proptest! {
        #[test]
        fn nothing_longer_than_four_characters_is_shown(key in "\\PC{0,200}") {
            if let Some(shown) = last4(&key) {
                prop_assert!(key.chars().count() >= 16);
                prop_assert_eq!(shown.chars().count(), 4);
            }
        }

        #[test]
        fn cleaning_is_done_once(typed in "\\PC{0,80}") {
            let cleaned = clean_key(&typed).to_owned();
            prop_assert!(cleaned.len() <= typed.len());
        }
    }
}
