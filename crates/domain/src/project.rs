//! A film project, as its people see it.

use crate::{OrganizationId, ProjectId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// The longest name in characters.
pub const MAX_NAME: usize = 120;

/// A film project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    /// The part of who looks at it.
    pub role: ProjectRole,
}

/// Somebody's part in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProjectRole {
    /// Sees it.
    Viewer,
    /// Works in it.
    Editor,
    /// Decides who works in it, what may be spent, and whether it stays.
    Owner,
}

impl ProjectRole {
    /// Every role, the lowest first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Editor, Self::Owner];

    /// The id that is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Owner => "owner",
        }
    }

    /// The role with this id, or `None`.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == id)
    }

    /// Whether it includes a right.
    #[must_use]
    pub const fn may(self, right: Right) -> bool {
        match right {
            Right::View => true,
            Right::Edit => matches!(self, Self::Editor | Self::Owner),
            Right::Own => matches!(self, Self::Owner),
        }
    }
}

/// What somebody wants to do with a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Look at it, its settings, its plan and what was made in it.
    View,
    /// Change it, generate in it, start its batches.
    Edit,
    /// Delete it, set its budgets, decide who works in it.
    Own,
}

/// Somebody who works in a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectMember {
    /// Their account.
    pub user_id: UserId,
    /// What to call them.
    pub name: String,
    /// Their part in it.
    pub role: ProjectRole,
    /// Whether it is who looks.
    pub is_me: bool,
}

/// The six steps of making a film, each with its operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ProjectStep))]
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
