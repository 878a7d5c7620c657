//! What somebody pasted into a key field: whose key it is by its shape or by the name in front of
//! it, and what a whole `.env` file would set. Nothing is stored here, and no `Debug` shows a value.

use crate::{
    ProviderId,
    keys::{check_key, check_proxy_token, clean_key},
    provider::{CredentialKind, EndpointKind},
};

/// The provider that a key certainly belongs to by its shape; `None` where several could be meant.
#[must_use]
pub fn recognise(typed: &str) -> Option<ProviderId> {
    let key = clean_key(typed);
    if check_key(key).is_err() {
        return None;
    }
    let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| key.starts_with(prefix));
    if begins(&["sk-or-"]) {
        Some(ProviderId::OpenRouter)
    } else if begins(&["sk-ant-"]) {
        Some(ProviderId::Claude)
    } else if begins(&["sk-proj-", "sk-svcacct-", "sk-admin-"]) {
        Some(ProviderId::OpenAi)
    } else if begins(&["AIza", "AQ."]) {
        Some(ProviderId::Gemini)
    } else if begins(&["sk_"]) {
        Some(ProviderId::ElevenLabs)
    } else if begins(&["wk-", "ws-"]) {
        Some(ProviderId::Modal)
    } else {
        None
    }
}

/// The provider that a text typed for `field` belongs to, if that is certainly another one: by the
/// name in front of the value, or else by the key's shape.
#[must_use]
pub fn belongs_to_another(field: ProviderId, typed: &str) -> Option<ProviderId> {
    let line = typed.trim();
    let named = line.split_once('=').and_then(|(name, _)| {
        match target(name.trim().trim_start_matches("export ").trim()) {
            Some(Target::Key(provider)) => Some(provider),
            Some(Target::ProxyKey | Target::ProxySecret) => Some(ProviderId::Modal),
            _ => None,
        }
    });
    let owner = named.or_else(|| recognise(typed))?;
    let opens_field = owner == field || field.fallback_key() == Some(owner);
    (!opens_field).then_some(owner)
}

/// What a name in an `.env` file sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The API key of a provider.
    Key(ProviderId),
    /// The first half of a Modal proxy token.
    ProxyKey,
    /// The second half of a Modal proxy token.
    ProxySecret,
    /// The address of a server of one's own.
    Endpoint(EndpointKind),
}

impl Target {
    /// The field that it fills, by its name in the interface.
    #[must_use]
    pub fn label(self) -> String {
        match self {
            Self::Key(provider) => format!("{} API key", provider.label()),
            Self::ProxyKey => "Modal proxy token, key".to_owned(),
            Self::ProxySecret => "Modal proxy token, secret".to_owned(),
            Self::Endpoint(kind) => kind.field_label().to_owned(),
        }
    }
}

fn target(name: &str) -> Option<Target> {
    match name {
        "CLAUDE_API_KEY" => return Some(Target::Key(ProviderId::Claude)),
        "GOOGLE_API_KEY" => return Some(Target::Key(ProviderId::Gemini)),
        "ELEVEN_API_KEY" => return Some(Target::Key(ProviderId::ElevenLabs)),
        "MODAL_KEY" => return Some(Target::ProxyKey),
        "MODAL_SECRET" => return Some(Target::ProxySecret),
        _ => {}
    }
    let slot = ProviderId::ALL.into_iter().find(|slot| {
        slot.credential_kind() == CredentialKind::ApiKey && slot.variable() == Some(name)
    });
    slot.map(Target::Key).or_else(|| {
        EndpointKind::ALL
            .into_iter()
            .find(|kind| kind.variable() == name)
            .map(Target::Endpoint)
    })
}

/// One line of an `.env` file that means something here.
#[derive(Clone, PartialEq, Eq)]
pub struct Planned {
    /// What it sets.
    pub target: Target,
    /// To what; a secret.
    pub value: String,
    /// Why it will not be stored.
    pub problem: Option<String>,
}

impl std::fmt::Debug for Planned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Planned")
            .field("target", &self.target)
            .field("problem", &self.problem)
            .finish_non_exhaustive()
    }
}

/// What an `.env` file would set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// What means something here, in the order of the file; of a name that comes twice the last.
    pub entries: Vec<Planned>,
    /// How many names mean nothing here.
    pub ignored: usize,
}

impl Plan {
    /// How many entries can be stored.
    #[must_use]
    pub fn storable(&self) -> usize {
        self.entries.iter().filter(|e| e.problem.is_none()).count()
    }
}

/// Whether a text is several assignments, as in an `.env` file, rather than one key.
#[must_use]
pub fn is_env(text: &str) -> bool {
    text.lines().filter_map(assignment).count() > 1
}

fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end();
    let is_name = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_name.then_some((name, value.trim()))
}

/// The value without its quotes, or without the comment behind it.
fn unquoted(value: &str) -> &str {
    for quote in ['"', '\'', '`'] {
        if let Some(rest) = value.strip_prefix(quote)
            && let Some(end) = rest.find(quote)
        {
            return &rest[..end];
        }
    }
    value.split(" #").next().unwrap_or(value).trim_end()
}

/// Reads an `.env` file. Nothing is stored before somebody has agreed to the plan.
#[must_use]
pub fn plan(text: &str) -> Plan {
    let mut plan = Plan::default();
    for (name, value) in text.lines().filter_map(assignment) {
        let value = unquoted(value);
        match target(name) {
            Some(_) if value.is_empty() => {}
            Some(target) => {
                plan.entries.retain(|entry| entry.target != target);
                plan.entries.push(Planned {
                    target,
                    problem: problem(target, value),
                    value: value.to_owned(),
                });
            }
            None => plan.ignored += 1,
        }
    }
    pair_up(&mut plan.entries);
    plan
}

fn problem(target: Target, value: &str) -> Option<String> {
    match target {
        Target::Key(provider) => match check_key(value) {
            Err(problem) => Some(problem.message().to_owned()),
            Ok(()) => belongs_to_another(provider, value)
                .map(|owner| format!("This looks like a key of {}.", owner.label())),
        },
        Target::Endpoint(_) => (!value.starts_with("https://") && !value.starts_with("http://"))
            .then(|| "This is not an address.".to_owned()),
        Target::ProxyKey | Target::ProxySecret => None,
    }
}

/// The halves of a proxy token are stored together or not at all.
fn pair_up(entries: &mut [Planned]) {
    let value = |of: Target| {
        entries
            .iter()
            .find(|entry| entry.target == of)
            .map(|entry| entry.value.clone())
    };
    let problem = match (value(Target::ProxyKey), value(Target::ProxySecret)) {
        (Some(key), Some(secret)) => check_proxy_token(&key, &secret)
            .err()
            .map(|(_, problem)| format!("This {problem}.")),
        (None, None) => None,
        _ => Some("MODAL_KEY and MODAL_SECRET are needed together.".to_owned()),
    };
    for entry in entries {
        if matches!(entry.target, Target::ProxyKey | Target::ProxySecret) {
            entry.problem.clone_from(&problem);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_are_known_by_their_shape_where_it_is_certain() {
        for (key, provider) in [
            ("sk-or-v1-0123456789", Some(ProviderId::OpenRouter)),
            ("'sk-ant-api03-0123456789'", Some(ProviderId::Claude)),
            ("sk-proj-0123456789", Some(ProviderId::OpenAi)),
            ("AIzaSy0123456789", Some(ProviderId::Gemini)),
            ("sk_0123456789abcdef", Some(ProviderId::ElevenLabs)),
            ("wk-0123456789", Some(ProviderId::Modal)),
            ("0123456789abcdef0123456789abcdef", None),
            ("sk-or-v1-…", None),
        ] {
            assert_eq!(recognise(key), provider, "{key}");
        }
    }

    #[test]
    fn a_key_in_the_wrong_field_is_noticed() {
        let other = belongs_to_another;
        assert_eq!(
            other(ProviderId::Gemini, "sk-or-v1-0123456789"),
            Some(ProviderId::OpenRouter)
        );
        assert_eq!(other(ProviderId::Gemini, "AIzaSy0123456789"), None);
        assert_eq!(other(ProviderId::NanoBanana, "AIzaSy0123456789"), None);
        let hex = "0123456789abcdef0123456789abcdef";
        assert_eq!(other(ProviderId::Suno, hex), None);
        assert_eq!(
            other(ProviderId::Suno, &format!("export KIE_API_KEY='{hex}'")),
            Some(ProviderId::Kie)
        );
    }

    const FILE: &str = "\
# Providers
OPENROUTER_API_KEY=sk-or-v1-0123456789abcdef   # mine
export GEMINI_API_KEY=\"AIzaSy0123456789\"
GOOGLE_API_KEY='AIzaSy9999999999'
KIE_API_KEY=
ELEVENLABS_API_KEY=sk-ant-api03-0123456789
MODAL_KEY=wk-0123456789
MODAL_IMAGE_ENDPOINT=https://me--app.modal.run/
DATABASE_URL=postgres://u:p@h/d
not an assignment
";

    #[test]
    fn a_whole_env_file_becomes_a_plan() {
        assert!(is_env(FILE) && !is_env("KIE_API_KEY=abc") && !is_env("sk-or-v1-a=="));
        let plan = plan(FILE);
        let shown: Vec<(String, bool)> = plan
            .entries
            .iter()
            .map(|entry| (entry.target.label(), entry.problem.is_none()))
            .collect();
        assert_eq!(
            shown,
            [
                ("OpenRouter API key".to_owned(), true),
                ("Google Gemini API key".to_owned(), true),
                ("ElevenLabs API key".to_owned(), false),
                ("Modal proxy token, key".to_owned(), false),
                ("Modal image endpoint".to_owned(), true),
            ]
        );
        assert_eq!(plan.entries[0].value, "sk-or-v1-0123456789abcdef");
        assert_eq!(plan.entries[1].value, "AIzaSy9999999999");
        assert_eq!((plan.ignored, plan.storable()), (1, 3));
        assert!(!format!("{plan:?}").contains("0123456789"));
    }

    #[test]
    fn both_halves_of_a_proxy_token_go_together() {
        let both = plan("MODAL_KEY=wk-0123456789\nMODAL_SECRET=ws-0123456789");
        assert_eq!(both.storable(), 2);
        let account = plan("MODAL_KEY=ak-0123456789\nMODAL_SECRET=as-0123456789");
        assert_eq!(account.storable(), 0);
    }

    proptest! {
        #[test]
        fn any_text_makes_a_plan(text in "(\\PC{0,30}\n?){0,12}|([A-Z_]{0,12}=['\"`]?\\PC{0,20}\n){0,8}") {
            let plan = plan(&text);
            prop_assert!(plan.storable() <= plan.entries.len());
            let _ = is_env(&text);
        }
    }
}
