//! What to do after something went wrong.

use domain::{
    ApiError, ErrorCode, Operation, ProviderFault,
    generation::{Generation, Status},
};

/// Something that a person can do next with one click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// Open the dialog with providers and keys.
    Configure,
    /// Go to Settings.
    OpenSettings,
    /// Ask again for the same.
    TryAgain,
    /// Sign in.
    SignIn,
    /// See the budgets.
    Budgets,
}

/// What helps against an error, the most helpful first.
#[must_use]
pub fn next_steps(error: &ApiError) -> Vec<NextStep> {
    use NextStep::{Budgets, Configure, OpenSettings, SignIn, TryAgain};
    match error.code {
        ErrorCode::Unauthenticated => vec![SignIn],
        ErrorCode::ApiKeyRequired
        | ErrorCode::KeyUnavailable
        | ErrorCode::ModelUnavailable
        | ErrorCode::EndpointNotAllowed => vec![Configure, OpenSettings],
        ErrorCode::RateLimited | ErrorCode::Internal | ErrorCode::Conflict => vec![TryAgain],
        ErrorCode::BudgetExceeded => vec![Budgets, Configure],
        ErrorCode::ProviderError => match error.reason {
            Some(ProviderFault::BadKey) => vec![Configure, TryAgain],
            Some(
                ProviderFault::Forbidden
                | ProviderFault::NoCredit
                | ProviderFault::SpendLimit
                | ProviderFault::ModelGone,
            ) => vec![Configure, TryAgain],
            Some(
                ProviderFault::RateLimited
                | ProviderFault::Overloaded
                | ProviderFault::Timeout
                | ProviderFault::Upstream,
            )
            | None => vec![TryAgain, Configure],
            Some(
                ProviderFault::BadRequest | ProviderFault::ContentBlocked | ProviderFault::TooLarge,
            ) => Vec::new(),
        },
        ErrorCode::Forbidden
        | ErrorCode::NotFound
        | ErrorCode::InvalidInput
        | ErrorCode::PayloadTooLarge => Vec::new(),
    }
}

/// The tab of the configuration dialog that an error belongs to, where it is about a provider or
/// its key; `None` where the dialog would not help.
#[must_use]
pub fn tab_for(error: &ApiError, asked: Operation) -> Option<Operation> {
    matches!(
        error.code,
        ErrorCode::ApiKeyRequired
            | ErrorCode::KeyUnavailable
            | ErrorCode::ModelUnavailable
            | ErrorCode::EndpointNotAllowed
    )
    .then(|| error.operation.unwrap_or(asked))
}

/// What became of a generation, in a sentence; empty while it goes on or when the result speaks.
#[must_use]
pub fn result_sentence(generation: &Generation) -> String {
    match (generation.status, &generation.error) {
        (_, Some(error)) => error.detail.clone(),
        (Status::Failed, None) => "It did not work, and no reason is known. Try again.".to_owned(),
        (Status::Unknown, None) => format!(
            "It was sent to {}, but the answer was lost. It may have been made and charged: look there before you ask again.",
            generation.resolution.provider.label()
        ),
        (Status::Cancelled, None) => "It was cancelled.".to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ProviderId;

    #[test]
    fn a_missing_key_opens_the_dialog_at_its_operation() {
        let mut error = ApiError::new(ErrorCode::ApiKeyRequired, "");
        assert_eq!(tab_for(&error, Operation::Video), Some(Operation::Video));
        error.operation = Some(Operation::Tts);
        assert_eq!(tab_for(&error, Operation::Video), Some(Operation::Tts));
        assert_eq!(tab_for(&ApiError::internal(), Operation::Video), None);
    }

    #[test]
    fn every_fault_of_a_provider_that_is_not_about_the_content_offers_a_way_on() {
        for fault in ProviderFault::ALL {
            let steps = next_steps(&ApiError::provider(ProviderId::Kie, fault, None));
            let about_content = matches!(
                fault,
                ProviderFault::BadRequest | ProviderFault::ContentBlocked | ProviderFault::TooLarge
            );
            assert_eq!(steps.is_empty(), about_content, "{fault:?}");
        }
    }
}
