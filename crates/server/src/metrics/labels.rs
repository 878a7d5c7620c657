//! The labels of the figures. Each has a few fixed values; a route is its template.

use prometheus_client::encoding::EncodeLabelSet;
use providers::{Purpose, SendError};

macro_rules! labels {
    ($($(#[$about:meta])* $name:ident { $($label:ident: $kind:ty),+ $(,)? })+) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
        pub(super) struct $name {
            $(pub(super) $label: $kind,)+
        }
    )+};
}

labels! {
    /// A request with its answer.
    Asked { method: &'static str, route: String, status: u16 }
    /// A route.
    Route { method: &'static str, route: String }
    /// A call to a provider with what became of it.
    Call { provider: &'static str, purpose: &'static str, outcome: &'static str }
    /// A kind of call to a provider.
    Called { provider: &'static str, purpose: &'static str }
    /// A generation at its end.
    Ended { operation: &'static str, provider: &'static str, status: &'static str }
    /// A kind of generation.
    Made { operation: &'static str, provider: &'static str }
    /// Who paid for what.
    Paid { operation: &'static str, provider: &'static str, payer: &'static str }
    /// A provider.
    Provider { provider: &'static str }
}

/// What a call is for.
pub(crate) const fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Prepare => "prepare",
        Purpose::Submit => "submit",
        Purpose::Poll => "poll",
        Purpose::Check => "check",
        Purpose::Cancel => "cancel",
    }
}

/// What became of a call.
pub(crate) const fn outcome(outcome: Result<u16, &SendError>) -> &'static str {
    match outcome {
        Ok(200..=299) => "ok",
        Ok(429) => "rate_limited",
        Ok(400..=499) => "refused",
        Ok(_) => "failed",
        Err(SendError::NotSent(_)) => "not_sent",
        Err(SendError::Ambiguous(_)) => "lost",
    }
}
