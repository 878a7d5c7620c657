//! A film project, as its people see it.

use crate::{OrganizationId, ProjectId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// The longest name in characters.
pub const MAX_NAME: usize = 120;

/// A film project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub owner_id: UserId,
    /// The organization it belongs to, if any.
    pub organization_id: Option<OrganizationId>,
    /// Since when it exists.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// The six steps of making a film, each with its operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// The story in words.
    Story,
    /// Pictures of the characters.
    Characters,
    /// Pictures of the scenes.
    Scenes,
    /// Clips of the scenes.
    Videos,
    /// What is spoken.
    Voiceover,
    /// What is heard under it.
    Music,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 6] = [
        Self::Story,
        Self::Characters,
        Self::Scenes,
        Self::Videos,
        Self::Voiceover,
        Self::Music,
    ];

    /// The id in addresses and rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Story => "story",
            Self::Characters => "characters",
            Self::Scenes => "scenes",
            Self::Videos => "videos",
            Self::Voiceover => "voiceover",
            Self::Music => "music",
        }
    }

    /// The name of the tab.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Story => "Story",
            Self::Characters => "Characters",
            Self::Scenes => "Scenes",
            Self::Videos => "Videos",
            Self::Voiceover => "Voiceover",
            Self::Music => "Music",
        }
    }

    /// What the step generates.
    #[must_use]
    pub const fn operation(self) -> crate::Operation {
        match self {
            Self::Story => crate::Operation::Llm,
            Self::Characters | Self::Scenes => crate::Operation::Image,
            Self::Videos => crate::Operation::Video,
            Self::Voiceover => crate::Operation::Tts,
            Self::Music => crate::Operation::Music,
        }
    }

    /// The step with this id, or `None`.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == id)
    }
}
