//! What a project still has to generate: its items, what they come to and what stands in their way,
//! and the batch that makes them one after the other. It reads no clock and sends nothing.

mod batch;
mod totals;

pub use batch::{BatchState, BatchView, Counts, Feed, Standing, feed};
pub use totals::{Consent, Sum, Totals};

use crate::money::MicroUsd;
use crate::{
    ApiError, ErrorCode, GenerationId, Map, Operation, OutputId, PlannedItemId, ProjectId,
    ProviderId, Timestamp,
    generation::{Agreed, Status},
    input::GenerationInput,
    parameter::Parameter,
    pricing::{Estimate, Span},
    project::Step,
    resolution::Payer,
};
use serde::{Deserialize, Serialize};

/// The most items of one project.
pub const MAX_ITEMS: usize = 500;
/// The most items that are added at once.
pub const MAX_ADDED: usize = 100;

/// How an input names the picture of another item.
const ITEM: &str = "item:";

/// The item whose picture this is to be, if that is what a picture's name says.
#[must_use]
pub fn named_item(picture: &str) -> Option<PlannedItemId> {
    picture
        .strip_prefix(ITEM)
        .map(|id| PlannedItemId(id.to_owned()))
}

/// How an input names the picture of this item.
#[must_use]
pub fn name_of(item: &PlannedItemId) -> String {
    format!("{ITEM}{item}")
}

/// The items whose pictures an input needs.
#[must_use]
pub fn needs(input: &GenerationInput) -> Vec<PlannedItemId> {
    input.images().into_iter().filter_map(named_item).collect()
}

/// Puts pictures in the place of the items that an input names.
pub fn fill_in(input: &mut GenerationInput, picture: impl Fn(&PlannedItemId) -> Option<OutputId>) {
    let names: Vec<&mut String> = match input {
        GenerationInput::Image(image) => image.reference_images.iter_mut().collect(),
        GenerationInput::Video(video) => video.image.iter_mut().collect(),
        _ => Vec::new(),
    };
    for name in names {
        if let Some(found) = named_item(name).and_then(|item| picture(&item)) {
            *name = found.0;
        }
    }
}

/// How far an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PlannedItemState))]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// Written down; nothing has been asked for.
    Planned,
    /// In a batch that has not come to it yet.
    Waiting,
    /// Being made.
    Running,
    /// Made.
    Done,
    /// It did not work, or could not be asked for.
    Failed,
    /// Its generation was cancelled.
    Cancelled,
    /// Sent, and the answer was lost: it may have been made and charged.
    Unknown,
}

impl ItemState {
    /// The state of an item that was started, by its generation.
    #[must_use]
    pub const fn of(status: Status) -> Self {
        match status {
            Status::Queued | Status::Submitting | Status::Running | Status::Cancelling => {
                Self::Running
            }
            Status::Succeeded => Self::Done,
            Status::Failed => Self::Failed,
            Status::Cancelled => Self::Cancelled,
            Status::Unknown => Self::Unknown,
        }
    }

    /// Whether it has yet to be made and nothing is known to be on its way: what a dry run prices.
    /// What may have been made already is not asked for again by itself.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Planned | Self::Waiting | Self::Failed | Self::Cancelled
        )
    }

    /// What it means, for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Planned => "Planned",
            Self::Waiting => "Waiting for its turn",
            Self::Running => "Being made",
            Self::Done => "Done",
            Self::Failed => "Did not work",
            Self::Cancelled => "Cancelled",
            Self::Unknown => "Sent, but the answer was lost",
        }
    }
}

/// What stands in the way, and what helps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PlanBlocker))]
pub struct Blocker {
    /// What is wrong, with what to do about it in words.
    pub problem: ApiError,
    /// Where that is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cure: Option<Cure>,
}

/// The way to what helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PlanCure))]
pub struct Cure {
    /// What a link there says.
    pub words: String,
    /// The address on this server.
    pub href: String,
}

impl Blocker {
    /// A blocker with the place where it is dealt with.
    #[must_use]
    pub fn of(problem: ApiError, operation: Operation, project: &ProjectId) -> Self {
        let cure = |words: String, href: String| Some(Cure { words, href });
        let about = problem.operation.unwrap_or(operation);
        let settings = format!("/settings#{}", about.as_str());
        let cure = match problem.code {
            ErrorCode::ApiKeyRequired => {
                let whose = problem.provider.map_or("a provider", ProviderId::label);
                cure(format!("Give a key for {whose}"), settings)
            }
            ErrorCode::KeyUnavailable => cure("Enter the key again".to_owned(), settings),
            ErrorCode::EndpointNotAllowed => cure("Correct the address".to_owned(), settings),
            ErrorCode::BudgetExceeded => cure(
                "Look at the budgets".to_owned(),
                "/usage#budgets".to_owned(),
            ),
            ErrorCode::ModelUnavailable | ErrorCode::InvalidInput => cure(
                "Choose another model for this project".to_owned(),
                format!("/projects/{project}/settings#{}", about.as_str()),
            ),
            _ => None,
        };
        Self { problem, cure }
    }
}

/// Who would make an item, and what it would cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PlanOffer))]
pub struct Offer {
    /// Who generates.
    pub provider: ProviderId,
    /// With which model.
    pub model: String,
    /// What people call the model.
    pub model_name: String,
    /// Who pays; `None` where it cannot be made yet.
    pub payer: Option<Payer>,
    /// What it would cost.
    pub estimate: Estimate,
    /// The defaults of the settings that hold for what the input leaves open.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub defaults: Map<Parameter, String>,
}

impl Offer {
    /// From the least to the most that it would cost; `None` where nobody knows.
    #[must_use]
    pub const fn price(&self) -> Option<Span<MicroUsd>> {
        self.estimate.micro_usd
    }

    /// What somebody agrees to who says yes to this; `None` where it cannot be made yet.
    #[must_use]
    pub fn agreed(&self) -> Option<Agreed> {
        Some(Agreed {
            provider: self.provider,
            model: self.model.clone(),
            payer: self.payer?,
            most_micro_usd: self.price().map(|price| price.high),
        })
    }
}

/// An item as the people of its project see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemView {
    /// Its id.
    pub id: PlannedItemId,
    /// In which step of the project.
    pub step: Step,
    /// By this provider, whatever the settings say.
    pub provider: Option<ProviderId>,
    /// With this model, whatever the settings say.
    pub model: Option<String>,
    /// What it should be.
    pub input: GenerationInput,
    /// How far it is.
    pub state: ItemState,
    /// The items whose pictures it needs.
    pub needs: Vec<PlannedItemId>,
    /// Its generation, once it was started.
    pub generation_id: Option<GenerationId>,
    /// Why it did not work.
    pub error: Option<ApiError>,
    /// Who would make it and for how much, as long as it is open.
    pub offer: Option<Offer>,
    /// What stands in its way.
    pub blockers: Vec<Blocker>,
    /// When it was added.
    pub created_at: Timestamp,
}

impl ItemView {
    /// What is generated.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        self.input.operation()
    }

    /// Whether it could be started now.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.state.is_open() && self.blockers.is_empty() && self.offer.is_some()
    }
}

/// The plan of a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanView {
    /// What is to be made, in its order.
    pub items: Vec<ItemView>,
    /// What everything that could be started now comes to.
    pub totals: Totals,
    /// How many items have something in their way.
    pub blocked: usize,
    /// What stands in the way of all of it together: budgets.
    pub blockers: Vec<Blocker>,
    /// The newest batch.
    pub batch: Option<BatchView>,
    /// What those items of the newest batch come to that did not work and could be tried again.
    pub again: Totals,
}

#[cfg(test)]
mod tests;
