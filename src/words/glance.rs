//! Whether an operation has what it needs, at a glance.

use super::tab;
use crate::seed::Glances;
use domain::{
    ApiError, ErrorCode, ProviderId,
    provider::CredentialKind,
    resolution::{Level, Resolution},
};

/// Whether an operation has the key that it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStanding {
    /// It has one, from this level.
    From(Level),
    /// It needs none.
    NotNeeded,
    /// It has none.
    Missing,
    /// It has one that cannot be used.
    Unusable,
    /// It has the person's own, which its provider did not take the last time.
    Failing,
    /// The provider or model is not on offer.
    Unavailable,
    /// Nobody knows yet.
    Unknown,
}

/// How an operation stands.
#[must_use]
pub fn key_standing(answer: Option<&Result<Resolution, ApiError>>) -> KeyStanding {
    match answer {
        None => KeyStanding::Unknown,
        Some(Ok(resolution)) => resolution
            .credential
            .as_ref()
            .map_or(KeyStanding::NotNeeded, |credential| {
                KeyStanding::From(credential.level)
            }),
        Some(Err(error)) => match error.code {
            ErrorCode::ApiKeyRequired => KeyStanding::Missing,
            ErrorCode::KeyUnavailable => KeyStanding::Unusable,
            ErrorCode::ModelUnavailable => KeyStanding::Unavailable,
            _ => KeyStanding::Unknown,
        },
    }
}

impl KeyStanding {
    /// The standing of an own key whose provider did not take it the last time, where `failing`.
    #[must_use]
    pub fn or_failing(self, failing: bool) -> Self {
        if failing && self == Self::From(Level::User) {
            Self::Failing
        } else {
            self
        }
    }

    /// The class that colours it.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::From(_) | Self::NotNeeded => "badge good",
            Self::Missing | Self::Unavailable => "badge warn",
            Self::Unusable | Self::Failing => "badge bad",
            Self::Unknown => "badge",
        }
    }
}

/// The standing in two or three words.
#[must_use]
pub const fn key_words(standing: KeyStanding, provider: ProviderId) -> &'static str {
    match standing {
        KeyStanding::From(Level::Organization) => "Organization key",
        KeyStanding::From(Level::Environment | Level::Default) => "Server key",
        KeyStanding::From(_) => "Your key",
        KeyStanding::NotNeeded => "Ready",
        KeyStanding::Missing => match provider.credential_kind() {
            CredentialKind::Endpoint => "Endpoint missing",
            CredentialKind::Operator => "Not switched on",
            CredentialKind::ApiKey => "Key missing",
        },
        KeyStanding::Unusable => "Enter key again",
        KeyStanding::Failing => "Key failing",
        KeyStanding::Unavailable => "Not available",
        KeyStanding::Unknown => "Checking",
    }
}

/// What is missing for which operations, in a sentence; nothing where nothing is.
#[must_use]
pub fn missing_words(glances: &Glances) -> Option<String> {
    let mut said: Vec<(String, Vec<&str>)> = Vec::new();
    for (operation, answer) in glances {
        let Err(error) = answer else { continue };
        let Some(provider) = error
            .provider
            .filter(|_| error.code == ErrorCode::ApiKeyRequired)
        else {
            continue;
        };
        let what = match provider.credential_kind() {
            CredentialKind::ApiKey => format!("a {} API key", provider.label()),
            CredentialKind::Endpoint => format!("an endpoint for {}", provider.label()),
            CredentialKind::Operator => continue,
        };
        match said.iter_mut().find(|(known, _)| *known == what) {
            Some((_, operations)) => operations.push(tab(*operation)),
            None => said.push((what, vec![tab(*operation)])),
        }
    }
    let parts: Vec<String> = said
        .iter()
        .map(|(what, operations)| format!("{what} ({})", operations.join(", ")))
        .collect();
    (!parts.is_empty()).then(|| format!("Still missing: {}.", parts.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Operation;

    #[test]
    fn what_is_missing_is_named_once_with_all_that_need_it() {
        let needs = |provider| {
            let mut error = ApiError::new(ErrorCode::ApiKeyRequired, "");
            error.provider = Some(provider);
            Err(error)
        };
        let glances = Glances::from([
            (Operation::Llm, needs(ProviderId::Gemini)),
            (Operation::Image, needs(ProviderId::Gemini)),
            (Operation::Video, needs(ProviderId::Modal)),
            (Operation::Tts, Err(ApiError::internal())),
        ]);
        assert_eq!(
            missing_words(&glances).as_deref(),
            Some(
                "Still missing: a Google Gemini API key (LLM, Image); an endpoint for Modal (Video)."
            )
        );
        assert_eq!(missing_words(&Glances::new()), None);
    }

    #[test]
    fn a_missing_key_and_an_unusable_one_look_different() {
        let missing = Err(ApiError::new(ErrorCode::ApiKeyRequired, ""));
        let unusable = Err(ApiError::new(ErrorCode::KeyUnavailable, ""));
        let (missing, unusable) = (key_standing(Some(&missing)), key_standing(Some(&unusable)));
        assert_eq!(missing, KeyStanding::Missing);
        assert_eq!(unusable, KeyStanding::Unusable);
        assert_ne!(missing.class(), unusable.class());
        assert_eq!(key_words(missing, ProviderId::Modal), "Endpoint missing");
        assert_eq!(key_words(missing, ProviderId::Kie), "Key missing");
    }

    #[test]
    fn only_an_own_key_is_called_failing() {
        let own = KeyStanding::From(Level::User);
        assert_eq!(own.or_failing(true), KeyStanding::Failing);
        for other in [
            KeyStanding::From(Level::Environment),
            KeyStanding::Missing,
            KeyStanding::Unknown,
        ] {
            assert_eq!(other.or_failing(true), other);
        }
        assert_eq!(own.or_failing(false), own);
    }

    #[test]
    fn what_is_not_loaded_is_not_called_missing() {
        assert_eq!(key_standing(None), KeyStanding::Unknown);
    }
}
