//! Why there is no answer, and how that is said to the acting person.

use super::{Level, Trace};
use crate::{ApiError, ErrorCode, Operation, ProviderId};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    /// The problem.
    pub problem: Problem,
    /// What was to be generated.
    pub operation: Operation,
    /// How it came to this.
    pub trace: Trace,
}

/// What stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The chosen provider does not serve the operation, or not here and now.
    ProviderUnavailable(ProviderId),
    /// The chosen model is not offered by the chosen provider.
    ModelUnavailable(ProviderId, String),
    /// No level holds what the provider needs: `api_key`, `endpoint` or `permission`.
    Missing(ProviderId, &'static str),
    /// A level holds a credential that cannot be used.
    Unavailable(ProviderId, Level),
}

impl From<Unresolved> for ApiError {
    fn from(unresolved: Unresolved) -> Self {
        let thing = unresolved.operation.phrase();
        let (code, provider, detail, missing) = match unresolved.problem {
            Problem::ProviderUnavailable(provider) => (
                ErrorCode::ModelUnavailable,
                provider,
                format!(
                    "{} cannot generate {thing} here yet. Choose another provider.",
                    provider.label()
                ),
                Vec::new(),
            ),
            Problem::ModelUnavailable(provider, model) => (
                ErrorCode::ModelUnavailable,
                provider,
                format!(
                    "{} does not offer the model `{model}`. Choose another model.",
                    provider.label()
                ),
                Vec::new(),
            ),
            Problem::Missing(provider, what) => (
                ErrorCode::ApiKeyRequired,
                provider,
                match what {
                    "endpoint" => format!(
                        "Enter the address of your {} deployment for {thing}, or choose another provider.",
                        provider.label()
                    ),
                    "permission" => format!(
                        "The operator of this server has not switched on {}. Choose another provider.",
                        provider.label()
                    ),
                    _ => format!(
                        "Enter your {} API key to generate {thing}, or choose another provider.",
                        provider.label()
                    ),
                },
                vec![what.to_owned()],
            ),
            Problem::Unavailable(provider, level) => (
                ErrorCode::KeyUnavailable,
                provider,
                match level {
                    Level::User => format!(
                        "Your {} API key can no longer be read and needs to be entered again.",
                        provider.label()
                    ),
                    Level::Organization => format!(
                        "Your organization's {} API key can no longer be read. Ask an admin of the organization to enter it again.",
                        provider.label()
                    ),
                    _ => format!(
                        "This server's {} API key cannot be used. Ask its operator.",
                        provider.label()
                    ),
                },
                Vec::new(),
            ),
        };
        let mut error = Self::new(code, detail);
        error.operation = Some(unresolved.operation);
        error.provider = Some(provider);
        error.missing = missing;
        error.trace = Some(unresolved.trace);
        error
    }
}
