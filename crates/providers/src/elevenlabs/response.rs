//! ElevenLabs' answer → a sound file with its credits, or a classified failure. Pure.

use super::{
    request::MODELS,
    wire::{ErrorReply, Subscription},
};
use crate::{
    CheckStep, Failure, KeyFindings, Media, Produced, Reply, Step, failure::fault_by_status,
    json::text,
};
use domain::{ProviderFault, ProviderId, pricing::Usage};
use serde_json::Value;

/// Reads a spoken text: raw bytes, credits in `character-cost`.
pub fn speech(reply: &Reply) -> Result<Step, Failure> {
    if !reply.is_success() {
        return Err(failure(reply));
    }
    let media_type = reply.header("content-type").map(str::to_owned);
    let is_text = media_type
        .as_deref()
        .is_some_and(|kind| kind.starts_with("text/") || kind.contains("json"));
    if is_text {
        return Err(failure(reply));
    }
    if reply.body.is_empty() {
        return Err(Failure::told(
            ProviderFault::Upstream,
            reply,
            "an empty sound file",
        ));
    }
    let credits = reply
        .header("character-cost")
        .and_then(|cost| cost.trim().parse().ok());
    Ok(Step::Done(Box::new(Produced {
        text: None,
        media: vec![Media::Bytes {
            bytes: reply.body.clone(),
            media_type,
        }],
        usage: Usage {
            credits,
            ..Usage::default()
        },
        request_id: reply.header("request-id").map(str::to_owned),
    })))
}

/// The word for an error (`code`, older answers `status`) and its sentence.
fn words(detail: &Value) -> (&str, &str) {
    match detail {
        Value::String(sentence) => ("", sentence),
        Value::Array(fields) => {
            let first = fields.first().and_then(|field| text(field, "/msg"));
            ("validation", first.unwrap_or_default())
        }
        other => {
            let code = text(other, "/code").or_else(|| text(other, "/status"));
            (
                code.unwrap_or_default(),
                text(other, "/message").unwrap_or_default(),
            )
        }
    }
}

/// What an error answer says.
pub fn failure(reply: &Reply) -> Failure {
    let parsed = serde_json::from_slice::<ErrorReply>(&reply.body).ok();
    let Some(detail) = parsed.and_then(|parsed| parsed.detail) else {
        return Failure::unreadable(reply, "not an answer of the API");
    };
    let (code, message) = words(&detail);
    let fault = by_code(code).unwrap_or_else(|| fault_by_status(reply.status));
    Failure::told(fault, reply, format!("{code}: {message}"))
}

fn by_code(code: &str) -> Option<ProviderFault> {
    Some(match code {
        "invalid_api_key" | "missing_api_key" => ProviderFault::BadKey,
        "quota_exceeded" | "insufficient_credits" | "payment_required" => ProviderFault::NoCredit,
        "missing_permissions"
        | "detected_unusual_activity"
        | "output_format_not_allowed"
        | "feature_not_available"
        | "subscription_required"
        | "paid_plan_required"
        | "voice_access_denied"
        | "model_access_denied" => ProviderFault::Forbidden,
        "text_too_long" | "max_character_limit_exceeded" => ProviderFault::TooLarge,
        "unsupported_model" | "model_not_found" => ProviderFault::ModelGone,
        "invalid_request" | "invalid_voice_settings" | "voice_not_found" | "validation" => {
            ProviderFault::BadRequest
        }
        "content_policy_violation" | "content_moderated" => ProviderFault::ContentBlocked,
        "rate_limit_exceeded"
        | "concurrent_limit_exceeded"
        | "too_many_concurrent_requests"
        | "system_busy" => ProviderFault::RateLimited,
        "internal_error" => ProviderFault::Upstream,
        "service_unavailable" => ProviderFault::Overloaded,
        _ => return None,
    })
}

/// Reads the subscription. A key that may not see it is good and is asked for the models instead.
pub fn subscription(reply: &Reply) -> CheckStep {
    if !reply.is_success() {
        let failure = failure(reply);
        return if failure.fault == ProviderFault::Forbidden {
            CheckStep::Next(MODELS)
        } else {
            CheckStep::Done(KeyFindings::failed(ProviderId::ElevenLabs, &failure))
        };
    }
    let Ok(plan) = serde_json::from_slice::<Subscription>(&reply.body) else {
        let failure = Failure::unreadable(reply, "not a subscription");
        return CheckStep::Done(KeyFindings::failed(ProviderId::ElevenLabs, &failure));
    };
    let more = match &plan.max_credit_limit_extension {
        Some(Value::Number(number)) => number.as_f64().is_some_and(|number| number > 0.0),
        Some(Value::String(word)) => word == "unlimited",
        _ => false,
    };
    let quota = match (plan.character_count, plan.character_limit) {
        (Some(used), Some(limit)) if used >= limit && !more => {
            KeyFindings::bad("The credits of this period are used up.")
        }
        (Some(used), Some(limit)) => KeyFindings::good(&format!(
            "{} of {limit} credits are left in this period.",
            limit.saturating_sub(used)
        )),
        _ => KeyFindings::untold("ElevenLabs did not say how many credits are left."),
    };
    CheckStep::Done(KeyFindings::accepted(
        quota,
        domain::keys::Finding::skipped(),
    ))
}

/// Reads the list of models, the fallback for keys that may not see the subscription.
pub fn models(reply: &Reply) -> KeyFindings {
    let quota = KeyFindings::untold("This key may not see how many credits are left.");
    if reply.is_success() {
        return match serde_json::from_slice::<Vec<Value>>(&reply.body) {
            Ok(_) => KeyFindings::accepted(quota, KeyFindings::good("The key may list models.")),
            Err(_) => {
                let failure = Failure::unreadable(reply, "not a list of models");
                KeyFindings::failed(ProviderId::ElevenLabs, &failure)
            }
        };
    }
    let failure = failure(reply);
    if failure.fault == ProviderFault::Forbidden {
        return KeyFindings::accepted(quota, KeyFindings::bad("The key may not list models."));
    }
    KeyFindings::failed(ProviderId::ElevenLabs, &failure)
}
