//! One request to generate something, from the click to its result, as its owner sees it.

mod agreement;
mod compared;

pub(crate) use agreement::who;
pub use agreement::{Agreed, payer_changes};
pub use compared::{Compared, Typical, rank};

use crate::Map;
use crate::{
    ApiError, GenerationId, Operation, OutputId, ProjectId, ProviderId, Timestamp,
    input::GenerationInput,
    learned::Learned,
    parameter::Parameter,
    pricing::Estimate,
    project::Step,
    resolution::{Payer, Resolution},
};
use serde::{Deserialize, Serialize};

/// How far a generation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = GenerationStatus))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Written down, not yet sent.
    Queued,
    /// Being sent; the provider may have it.
    Submitting,
    /// The provider works on it.
    Running,
    /// Done; the result is stored.
    Succeeded,
    /// Did not work; the error says why.
    Failed,
    /// Being cancelled.
    Cancelling,
    /// Cancelled.
    Cancelled,
    /// Sent, and the answer was lost: it may have been made and charged. Never sent again.
    Unknown,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Submitting,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelling,
        Self::Cancelled,
        Self::Unknown,
    ];

    /// The id that is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Submitting => "submitting",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelling => "cancelling",
            Self::Cancelled => "cancelled",
            Self::Unknown => "unknown",
        }
    }

    /// The status with this id, or `None`.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == id)
    }

    /// Whether nothing more will happen by itself.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Succeeded | Self::Failed | Self::Cancelled | Self::Unknown
        )
    }

    /// What is happening, for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Queued => "Waiting to start",
            Self::Submitting => "Sending to the provider",
            Self::Running => "The provider is working on it",
            Self::Succeeded => "Done",
            Self::Failed => "Did not work",
            Self::Cancelling => "Cancelling",
            Self::Cancelled => "Cancelled",
            Self::Unknown => "Sent, but the answer was lost",
        }
    }
}

/// One stored media file of a generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Output {
    /// Its id.
    pub id: OutputId,
    /// Its type as found in its first bytes, such as `image/png`.
    pub media_type: String,
    /// Its size.
    pub bytes: u64,
    /// Where it is served.
    pub url: String,
    /// Whether it is served no more: it was kept as long as this server keeps media.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}

/// A generation as its owner sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Generation {
    /// Its id.
    pub id: GenerationId,
    /// The project it belongs to, if any.
    pub project_id: Option<ProjectId>,
    /// The step of the project it was made in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Step>,
    /// How far it is.
    pub status: Status,
    /// What was asked for, with the model's defaults filled in and data URLs left out.
    pub input: GenerationInput,
    /// Who generates, with which model, who pays, and why.
    pub resolution: Resolution,
    /// What it was expected to cost.
    pub estimate: Estimate,
    /// What it has cost, once it is known.
    pub actual: Option<Estimate>,
    /// The stored media.
    pub outputs: Vec<Output>,
    /// The written text.
    pub text: Option<String>,
    /// What went wrong.
    pub error: Option<ApiError>,
    /// Whether the provider can be asked again how it ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_look_again: bool,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it came to its end.
    pub finished_at: Option<Timestamp>,
}

/// A question about who would generate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ResolveRequest, example = json!({ "operation": "image" })))]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What is to be generated.
    pub operation: Operation,
    /// In which project, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// By this provider, whatever the settings say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<ProviderId>,
    /// With this model, whatever the settings say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

/// A wish to generate something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// In which project, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// In which step of the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Step>,
    /// By this provider, whatever the settings say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<ProviderId>,
    /// With this model, whatever the settings say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What it should be.
    pub input: GenerationInput,
}

impl Generation {
    /// What is generated.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        self.input.operation()
    }
}

/// What a confirmation dialog shows before anything is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// Who would generate, with which model, who would pay, and why.
    pub resolution: Resolution,
    /// What it would cost.
    pub estimate: Estimate,
    /// Who paid for the person's last generation of this kind; `None` before the first.
    pub last_payer: Option<Payer>,
    /// How long the person's own ones of this provider and model took.
    pub typical: Option<Typical>,
    /// What such ones have cost by the providers' own word, where there are enough of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learned: Option<Learned>,
    /// What the budgets say: that one would refuse it, or that one is nearly used up with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<String>,
    /// The defaults of the settings that hold for what the request leaves open.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub defaults: Map<Parameter, String>,
}
