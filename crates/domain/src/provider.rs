//! The providers that can be configured, what each one serves and what it needs. Ids are permanent.

use crate::Operation;
use serde::{Deserialize, Serialize};

/// Somebody who generates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ProviderId {
    /// OpenRouter, a router to many text models.
    #[serde(rename = "openrouter")]
    OpenRouter,
    /// The Anthropic Messages API.
    Claude,
    /// The operator's own Claude installation.
    ClaudeCli,
    /// The Google Gemini API.
    Gemini,
    /// Gemini's image model under its own key slot.
    NanoBanana,
    /// Self-hosted models on Modal.
    Modal,
    /// A self-hosted image editing model on Modal.
    ModalEdit,
    /// KIE.ai.
    Kie,
    /// ElevenLabs.
    #[serde(rename = "elevenlabs")]
    ElevenLabs,
    /// OpenAI.
    #[serde(rename = "openai")]
    OpenAi,
    /// PiAPI.
    #[serde(rename = "piapi")]
    PiApi,
    /// Suno.
    Suno,
}

/// What a provider needs before it can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// An API key.
    ApiKey,
    /// An endpoint URL per operation and, optionally, a proxy token pair.
    Endpoint,
    /// Nothing but the operator's permission.
    Operator,
}

impl ProviderId {
    /// Every provider.
    pub const ALL: [Self; 12] = [
        Self::OpenRouter,
        Self::Claude,
        Self::ClaudeCli,
        Self::Gemini,
        Self::NanoBanana,
        Self::Modal,
        Self::ModalEdit,
        Self::Kie,
        Self::ElevenLabs,
        Self::OpenAi,
        Self::PiApi,
        Self::Suno,
    ];

    /// The id that is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenRouter => "openrouter",
            Self::Claude => "claude",
            Self::ClaudeCli => "claude-cli",
            Self::Gemini => "gemini",
            Self::NanoBanana => "nano-banana",
            Self::Modal => "modal",
            Self::ModalEdit => "modal-edit",
            Self::Kie => "kie",
            Self::ElevenLabs => "elevenlabs",
            Self::OpenAi => "openai",
            Self::PiApi => "piapi",
            Self::Suno => "suno",
        }
    }

    /// The name that people know, as in `OpenRouter API key`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::OpenRouter => "OpenRouter",
            Self::Claude => "Claude",
            Self::ClaudeCli => "Claude CLI",
            Self::Gemini => "Google Gemini",
            Self::NanoBanana => "Nano Banana Pro",
            Self::Modal => "Modal",
            Self::ModalEdit => "Modal Edit",
            Self::Kie => "KIE.ai",
            Self::ElevenLabs => "ElevenLabs",
            Self::OpenAi => "OpenAI",
            Self::PiApi => "PiAPI",
            Self::Suno => "Suno",
        }
    }

    /// The variable in which an operator gives the server a key for this slot. That of a Modal proxy
    /// token is the first half's.
    #[must_use]
    pub const fn variable(self) -> Option<&'static str> {
        match self {
            Self::OpenRouter => Some("OPENROUTER_API_KEY"),
            Self::Claude => Some("ANTHROPIC_API_KEY"),
            Self::Gemini => Some("GEMINI_API_KEY"),
            Self::NanoBanana => Some("NANO_BANANA_API_KEY"),
            Self::Kie => Some("KIE_API_KEY"),
            Self::ElevenLabs => Some("ELEVENLABS_API_KEY"),
            Self::OpenAi => Some("OPENAI_API_KEY"),
            Self::PiApi => Some("PIAPI_API_KEY"),
            Self::Suno => Some("SUNO_API_KEY"),
            Self::Modal => Some("MODAL_KEY"),
            Self::ClaudeCli => Some("FILM_CLAUDE_CLI"),
            Self::ModalEdit => None,
        }
    }

    /// The provider with this id, or `None`.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|provider| provider.as_str() == id)
    }

    /// Who serves this operation, in the order in which they are offered.
    #[must_use]
    pub const fn serving(operation: Operation) -> &'static [Self] {
        match operation {
            Operation::Llm => &[
                Self::OpenRouter,
                Self::Claude,
                Self::ClaudeCli,
                Self::Gemini,
                Self::Modal,
                Self::Kie,
            ],
            Operation::Image => &[
                Self::Gemini,
                Self::NanoBanana,
                Self::Kie,
                Self::Modal,
                Self::ModalEdit,
            ],
            Operation::Video => &[Self::Kie, Self::Modal],
            Operation::Tts => &[
                Self::Gemini,
                Self::ElevenLabs,
                Self::OpenAi,
                Self::Kie,
                Self::Modal,
            ],
            Operation::Music => &[Self::PiApi, Self::Suno, Self::Kie, Self::Modal],
        }
    }

    /// Whether this provider serves the operation.
    #[must_use]
    pub fn serves(self, operation: Operation) -> bool {
        Self::serving(operation).contains(&self)
    }

    /// What the provider needs.
    #[must_use]
    pub const fn credential_kind(self) -> CredentialKind {
        match self {
            Self::Modal | Self::ModalEdit => CredentialKind::Endpoint,
            Self::ClaudeCli => CredentialKind::Operator,
            _ => CredentialKind::ApiKey,
        }
    }

    /// What this model of the provider needs: that of the provider, but an endpoint for a model
    /// that runs on a server of one's own.
    #[must_use]
    pub fn credential_for(self, model: &str) -> CredentialKind {
        if self == Self::Suno && model.starts_with(SELF_HOSTED_SUNO) {
            CredentialKind::Endpoint
        } else {
            self.credential_kind()
        }
    }

    /// The key slot that serves in place of this provider's own when that one is empty at the same
    /// level: Nano Banana is a Gemini model, so a Gemini key opens it.
    #[must_use]
    pub const fn fallback_key(self) -> Option<Self> {
        match self {
            Self::NanoBanana => Some(Self::Gemini),
            _ => None,
        }
    }

    /// The slot in which this provider's secret is stored. Both Modal providers share one proxy
    /// token pair.
    #[must_use]
    pub const fn key_slot(self) -> Self {
        match self {
            Self::ModalEdit => Self::Modal,
            other => other,
        }
    }
}

impl std::fmt::Display for ProviderId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which Modal deployment an address belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EndpointKind {
    /// Text.
    Llm,
    /// Pictures.
    Image,
    /// Pictures from reference pictures.
    ImageEdit,
    /// Clips.
    Video,
    /// Voiceover.
    Tts,
    /// Music.
    Music,
    /// A self-hosted suno-api server.
    Suno,
}

/// How the ids of Suno models on a server of one's own begin.
pub const SELF_HOSTED_SUNO: &str = "suno-api/";

impl EndpointKind {
    /// Every kind, in the order in which the fields are shown.
    pub const ALL: [Self; 7] = [
        Self::Llm,
        Self::Image,
        Self::ImageEdit,
        Self::Video,
        Self::Tts,
        Self::Music,
        Self::Suno,
    ];

    /// The id that is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Llm => "llm",
            Self::Image => "image",
            Self::ImageEdit => "image_edit",
            Self::Video => "video",
            Self::Tts => "tts",
            Self::Music => "music",
            Self::Suno => "suno",
        }
    }

    /// The field's accessible name.
    #[must_use]
    pub const fn field_label(self) -> &'static str {
        match self {
            Self::Llm => "Modal LLM endpoint",
            Self::Image => "Modal image endpoint",
            Self::ImageEdit => "Modal image edit endpoint",
            Self::Video => "Modal video endpoint",
            Self::Tts => "Modal TTS endpoint",
            Self::Music => "Modal music endpoint",
            Self::Suno => "Self-hosted Suno endpoint",
        }
    }

    /// The variable in which an operator gives the server this address.
    #[must_use]
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Llm => "MODAL_LLM_ENDPOINT",
            Self::Image => "MODAL_IMAGE_ENDPOINT",
            Self::ImageEdit => "MODAL_IMAGE_EDIT_ENDPOINT",
            Self::Video => "MODAL_VIDEO_ENDPOINT",
            Self::Tts => "MODAL_TTS_ENDPOINT",
            Self::Music => "MODAL_MUSIC_ENDPOINT",
            Self::Suno => "FILM_SUNO_ENDPOINT",
        }
    }

    /// The kind with this id, or `None`.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == id)
    }

    /// The endpoint that this provider calls for this operation and model; `None` for providers
    /// with an address of their own.
    #[must_use]
    pub fn needed_by(provider: ProviderId, operation: Operation, model: &str) -> Option<Self> {
        match (provider, operation) {
            (ProviderId::Suno, _) => model.starts_with(SELF_HOSTED_SUNO).then_some(Self::Suno),
            (ProviderId::ModalEdit, _) => Some(Self::ImageEdit),
            (ProviderId::Modal, Operation::Llm) => Some(Self::Llm),
            (ProviderId::Modal, Operation::Image) => Some(Self::Image),
            (ProviderId::Modal, Operation::Video) => Some(Self::Video),
            (ProviderId::Modal, Operation::Tts) => Some(Self::Tts),
            (ProviderId::Modal, Operation::Music) => Some(Self::Music),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serialized_ids_are_the_permanent_ones() {
        for provider in ProviderId::ALL {
            let json = serde_json::to_value(provider).unwrap();
            assert_eq!(json, provider.as_str());
            assert_eq!(ProviderId::parse(provider.as_str()), Some(provider));
        }
        for kind in EndpointKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        for operation in Operation::ALL {
            assert_eq!(serde_json::to_value(operation).unwrap(), operation.as_str());
        }
    }

    #[test]
    fn twenty_two_pairs_of_operation_and_provider_exist() {
        let pairs: usize = Operation::ALL
            .map(|o| ProviderId::serving(o).len())
            .iter()
            .sum();
        assert_eq!(pairs, 22);
    }

    #[test]
    fn editing_never_takes_the_plain_image_endpoint() {
        assert_eq!(
            EndpointKind::needed_by(ProviderId::ModalEdit, Operation::Image, "standard"),
            Some(EndpointKind::ImageEdit)
        );
    }

    #[test]
    fn only_suno_models_of_ones_own_server_need_its_address() {
        let kind = |model| EndpointKind::needed_by(ProviderId::Suno, Operation::Music, model);
        assert_eq!(kind("V5"), None);
        assert_eq!(kind("suno-api/chirp-v3-5"), Some(EndpointKind::Suno));
        let needs = |model| ProviderId::Suno.credential_for(model);
        assert_eq!(needs("V5"), CredentialKind::ApiKey);
        assert_eq!(needs("suno-api/chirp-v3-5"), CredentialKind::Endpoint);
    }
}
