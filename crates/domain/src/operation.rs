//! The five things that can be generated. Their ids are permanent: they are stored and sent.

use serde::{Deserialize, Serialize};

/// What is generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// Text: stories and scenes.
    Llm,
    /// Pictures of characters and scenes.
    Image,
    /// Clips.
    Video,
    /// Voiceover.
    Tts,
    /// Background music.
    Music,
}

impl Operation {
    /// Every operation, in the order in which people meet them.
    pub const ALL: [Self; 5] = [Self::Llm, Self::Image, Self::Video, Self::Tts, Self::Music];

    /// The id that is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Llm => "llm",
            Self::Image => "image",
            Self::Video => "video",
            Self::Tts => "tts",
            Self::Music => "music",
        }
    }

    /// The name before "provider" and "model" in the interface: `LLM provider`, `TTS model`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Llm => "LLM",
            Self::Image => "Image",
            Self::Video => "Video",
            Self::Tts => "TTS",
            Self::Music => "Music",
        }
    }

    /// What a person calls the thing: `Generate image`, `Generate voiceover`.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Llm => "text",
            Self::Image => "image",
            Self::Video => "video",
            Self::Tts => "voiceover",
            Self::Music => "music",
        }
    }

    /// The thing within a sentence: `to generate an image`.
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Llm => "text",
            Self::Image => "an image",
            Self::Video => "a video",
            Self::Tts => "a voiceover",
            Self::Music => "music",
        }
    }

    /// The operation with this id, or `None`.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.as_str() == id)
    }

    /// Position in [`Operation::ALL`], to index per-operation arrays.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
