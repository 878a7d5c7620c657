//! What is on offer: providers with what they need, models with what they can do and what they
//! cost. The figures are data in `catalog/`; these are their shapes and the questions asked of them.

use crate::Map;
use crate::{Operation, ProviderId, money::MicroUsd, provider::CredentialKind};
use serde::{Deserialize, Serialize};

/// Everything on offer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Catalog {
    /// The provider that serves an operation when no level names one.
    pub defaults: Map<Operation, ProviderId>,
    /// Every provider, in the order of [`ProviderId::ALL`].
    pub providers: Vec<Provider>,
    /// Every model.
    pub models: Vec<Model>,
}

/// One provider as people see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Its permanent id.
    pub id: ProviderId,
    /// One line that says what it is.
    pub summary: String,
    /// Whether it can be selected. One that cannot is listed as "not available yet".
    pub available: bool,
    /// The page on which a key is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_page: Option<String>,
    /// What a key looks like or how to get one, in one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_hint: Option<String>,
    /// Name of its logo in `public/logos`, without the ending; a monogram is shown where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// Whether model ids beyond the listed ones are accepted (a router with hundreds of models).
    #[serde(default)]
    pub open_models: bool,
    /// The model used per operation when no level names one.
    #[serde(default)]
    pub default_models: Map<Operation, String>,
}

impl Provider {
    /// What the provider needs.
    #[must_use]
    pub const fn credential(&self) -> CredentialKind {
        self.id.credential_kind()
    }
}

/// One model of one provider for one operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Who runs it.
    pub provider: ProviderId,
    /// What it generates.
    pub operation: Operation,
    /// The id that is stored in settings.
    pub id: String,
    /// The id that the provider accepts, where that differs from `id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sends: Option<String>,
    /// The name shown.
    pub name: String,
    /// Whether it is the one to start with.
    #[serde(default)]
    pub recommended: bool,
    /// The day on which the provider switches it off, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retires_on: Option<String>,
    /// What a person should know before choosing it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// What it can do.
    #[serde(default)]
    pub can: Capabilities,
    /// What it costs; empty means that nobody knows.
    #[serde(default)]
    pub prices: Vec<Price>,
}

impl Model {
    /// The id to send to the provider.
    #[must_use]
    pub fn sent_id(&self) -> &str {
        self.sends.as_deref().unwrap_or(&self.id)
    }

    /// Whether the provider has switched it off by this day (`YYYY-MM-DD`).
    #[must_use]
    pub fn is_retired(&self, today: &str) -> bool {
        self.retires_on.as_deref().is_some_and(|end| end <= today)
    }
}

/// What a model can do. An empty list means that the parameter is not offered.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Capabilities {
    /// Sizes such as `2K` or `720p`; the first one is the default.
    pub resolutions: Vec<String>,
    /// Shapes such as `16:9`; the first one is the default.
    pub aspect_ratios: Vec<String>,
    /// Lengths of a clip or a track in seconds; the first one is the default.
    pub durations: Vec<u32>,
    /// Whether sound can be switched on or off.
    pub audio: bool,
    /// Whether it needs at least one picture: a first frame, or something to edit.
    pub needs_image: bool,
    /// How many reference pictures it takes.
    pub reference_images: u32,
    /// Voices; the first one is the default.
    pub voices: Vec<Voice>,
    /// Whether it takes a style of its own beside the text: how to speak, or a genre.
    pub style: bool,
    /// Whether music takes a title.
    pub title: bool,
    /// Whether music takes words to sing.
    pub lyrics: bool,
    /// Whether the same seed gives a similar result again.
    pub seed: bool,
    /// Languages as ISO 639-1 codes.
    pub languages: Vec<String>,
    /// The longest prompt, text or lyrics in characters; zero means the general limit.
    pub max_characters: u32,
    /// Whether answers can be held to a JSON schema.
    pub json_schema: bool,
}

/// A voice that can speak.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Voice {
    /// The id that the provider accepts.
    pub id: String,
    /// The name shown.
    pub name: String,
}

/// What one unit of something costs, under which conditions, and who says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// What is counted.
    pub unit: Unit,
    /// The price of one unit.
    pub micro_usd: MicroUsd,
    /// Holds only for this size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<String>,
    /// Holds only with (`true`) or without (`false`) sound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<bool>,
    /// Holds only for clips of this many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    /// Holds only for prompts of more than this many tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above_input_tokens: Option<u64>,
    /// Holds from this day on, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Holds until the day before this one, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Who says so.
    pub source: String,
    /// The day on which the source said so, `YYYY-MM-DD`.
    pub as_of: String,
}

/// What a price counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PriceUnit))]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A million tokens of prompt.
    MillionInputTokens,
    /// A million tokens of answer, thinking included.
    MillionOutputTokens,
    /// A million tokens of spoken sound.
    MillionAudioTokens,
    /// A thousand characters of spoken text.
    ThousandCharacters,
    /// A thousand of the provider's own credits; counted only after the work.
    ThousandCredits,
    /// One picture.
    Image,
    /// One second of clip.
    Second,
    /// One clip.
    Clip,
    /// One request for music.
    Track,
}

impl Unit {
    /// How many of the counted things make one unit.
    #[must_use]
    pub const fn size(self) -> u64 {
        match self {
            Self::MillionInputTokens | Self::MillionOutputTokens | Self::MillionAudioTokens => {
                1_000_000
            }
            Self::ThousandCharacters | Self::ThousandCredits => 1_000,
            Self::Image | Self::Second | Self::Clip | Self::Track => 1,
        }
    }

    /// What is counted, in words for a quantity: `1,200 prompt tokens`.
    #[must_use]
    pub const fn counted(self) -> &'static str {
        match self {
            Self::MillionInputTokens => "prompt tokens",
            Self::MillionOutputTokens => "answer tokens",
            Self::MillionAudioTokens => "audio tokens",
            Self::ThousandCharacters => "characters",
            Self::ThousandCredits => "credits of the provider",
            Self::Image => "image",
            Self::Second => "seconds",
            Self::Clip => "clip",
            Self::Track => "track",
        }
    }

    /// The unit of a price in words: `per image`.
    #[must_use]
    pub const fn per(self) -> &'static str {
        match self {
            Self::MillionInputTokens => "per million prompt tokens",
            Self::MillionOutputTokens => "per million answer tokens",
            Self::MillionAudioTokens => "per million audio tokens",
            Self::ThousandCharacters => "per 1,000 characters",
            Self::ThousandCredits => "per 1,000 credits of the provider",
            Self::Image => "per image",
            Self::Second => "per second",
            Self::Clip => "per clip",
            Self::Track => "per track",
        }
    }
}

impl Catalog {
    /// The provider with this id.
    #[must_use]
    pub fn provider(&self, id: ProviderId) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.id == id)
    }

    /// The listed model, or `None` for one that is not listed.
    #[must_use]
    pub fn model(&self, operation: Operation, provider: ProviderId, id: &str) -> Option<&Model> {
        self.models_of(operation, provider)
            .find(|model| model.id == id)
    }

    /// The listed models of a provider for an operation, recommended ones first as in the data.
    pub fn models_of(
        &self,
        operation: Operation,
        provider: ProviderId,
    ) -> impl Iterator<Item = &Model> {
        self.models
            .iter()
            .filter(move |model| model.operation == operation && model.provider == provider)
    }

    /// Whether a model may be chosen: listed, or well formed at a provider that takes any.
    #[must_use]
    pub fn accepts_model(&self, operation: Operation, provider: ProviderId, id: &str) -> bool {
        self.model(operation, provider, id).is_some()
            || (self
                .provider(provider)
                .is_some_and(|entry| entry.open_models)
                && is_model_id(id))
    }

    /// Whether the provider serves the operation and can be selected.
    #[must_use]
    pub fn offers(&self, operation: Operation, provider: ProviderId) -> bool {
        provider.serves(operation) && self.provider(provider).is_some_and(|entry| entry.available)
    }
}

/// Whether a text may be sent as a model id: 1 to 128 letters, digits and `. _ : / ~ -`.
#[must_use]
pub fn is_model_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._:/~-".contains(&byte))
        && !text.contains("..")
        && !text.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_ids_cannot_leave_their_place_in_a_path() {
        assert!(is_model_id("anthropic/claude-sonnet-5.5"));
        assert!(is_model_id("~anthropic/claude-sonnet-latest"));
        for bad in [
            "",
            "../../v1/files",
            "/etc",
            "a b",
            "a?b",
            "a#b",
            "a%2e",
            "a\n",
            "é",
        ] {
            assert!(!is_model_id(bad), "{bad:?}");
        }
        assert!(!is_model_id(&"a".repeat(129)));
    }
}
