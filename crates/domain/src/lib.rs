//! The rules of provider configuration: what an operation, a provider and a price are, how a
//! request is resolved to a provider, model, credential and payer, and how an edit is saved.
//!
//! Nothing here may wait, read a clock, draw a random number or do I/O: the same code runs in the
//! server and in the browser, and the property tests rely on it.

pub mod account;
pub mod autosave;
pub mod budget;
pub mod catalog;
pub mod error;
pub mod fallback;
pub mod generation;
pub mod history;
pub mod ids;
pub mod input;
pub mod invitation;
pub mod keys;
pub mod learned;
pub mod listing;
pub mod map;
pub mod model_list;
pub mod money;
pub mod old_settings;
#[cfg(feature = "openapi")]
mod openapi;
pub mod operation;
pub mod organization;
pub mod parameter;
pub mod pasted;
pub mod plan;
pub mod pricing;
pub mod project;
pub mod provider;
pub mod reach;
pub mod redact;
pub mod resolution;
pub mod scope;
pub mod settings;
pub mod timestamp;
pub mod transfer;
pub mod usage;

pub use error::{ApiError, ErrorCode, FieldError, ProviderFault};
pub use ids::{
    BatchId, GenerationId, InvitationId, OrganizationId, OutputId, PlannedItemId, ProjectId,
    SecretId, UserId,
};
pub use map::Map;
pub use operation::Operation;
pub use provider::ProviderId;
pub use timestamp::Timestamp;
