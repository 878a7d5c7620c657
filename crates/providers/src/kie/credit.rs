//! The free test of a key: how many credits are left. It spends nothing and changes nothing.

use super::error::{Asked, open};
use crate::{Auth, Call, Failure, Host, KeyFindings, Purpose, Reply, json::part};
use domain::{ProviderId, keys::Finding};

/// The question.
pub fn call() -> Call {
    let path = &["api", "v1", "chat", "credit"];
    Call::get(Purpose::Check, Host::Kie, Auth::Bearer, path)
}

/// Reads the credit that is left. KIE counts it with decimals. An answer without a code is none of
/// KIE's and proves nothing.
pub fn read(reply: &Reply) -> KeyFindings {
    match open(reply, Asked::Other) {
        Err(failure) => KeyFindings::failed(ProviderId::Kie, &failure),
        Ok(envelope) if envelope.code.is_none() => {
            let failure = Failure::unreadable(reply, "no code");
            KeyFindings::failed(ProviderId::Kie, &failure)
        }
        Ok(envelope) => {
            let quota = match part::<f64>(&envelope.data) {
                Some(left) if left > 0.0 => {
                    KeyFindings::good(&format!("{left:.0} credits are left at KIE.ai."))
                }
                Some(_) => KeyFindings::bad("No credits are left at KIE.ai."),
                None => KeyFindings::untold("KIE.ai did not say how many credits are left."),
            };
            KeyFindings::accepted(quota, Finding::skipped())
        }
    }
}
