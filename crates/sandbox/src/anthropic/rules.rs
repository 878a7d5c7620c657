//! What a model or a version of the API refuses although the request is well formed (Anthropic
//! documentation, migration guides): sampling, kinds of thinking, forced tools, prefill.

use serde_json::Value;

use super::Version;
use super::answers;
use super::request::Request;
use crate::reply::Refusal;

const SAMPLING: [&str; 3] = ["temperature", "top_p", "top_k"];
const EFFORTS: [&str; 5] = ["low", "medium", "high", "xhigh", "max"];

/// Refuses what the model or the version does not take.
pub(super) fn check(body: &Value, request: &Request, version: Version) -> Result<(), Refusal> {
    let complaint = sampling(body, request, version)
        .or_else(|| limit(request))
        .or_else(|| thinking(body, request))
        .or_else(|| tools(body, request))
        .or_else(|| turns(body, request, version));
    match complaint {
        Some(complaint) => Err(answers::invalid(&complaint)),
        None => Ok(()),
    }
}

fn sampling(body: &Value, request: &Request, version: Version) -> Option<String> {
    SAMPLING.into_iter().find_map(|name| {
        let value = body.get(name)?;
        match version {
            Version::Second => Some(format!("{name}: Extra inputs are not permitted")),
            Version::First if value.is_null() || request.model.takes_sampling() => None,
            Version::First if name != "top_k" && value.as_f64() == Some(1.0) => None,
            Version::First => Some(format!("{name}: this model takes no value but the default")),
        }
    })
}

fn limit(request: &Request) -> Option<String> {
    let (_, most) = request.model.window();
    let asked = request.max_tokens;
    (asked > most).then(|| {
        format!(
            "max_tokens: {asked} > {most}, which is the maximum allowed number of output tokens \
             for {}",
            request.model.id
        )
    })
}

fn thinking(body: &Value, request: &Request) -> Option<String> {
    let model = request.model;
    if !EFFORTS.contains(&request.effort.as_str()) {
        return Some(
            "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'"
                .to_owned(),
        );
    }
    let thinking = &body["thinking"];
    let kind = thinking["type"].as_str();
    let taken = match kind {
        None if thinking.is_null() => true,
        Some("adaptive") => model.thinks_adaptively(),
        Some("between_tools") => model.thinks_by_default(),
        Some("disabled") => {
            let heavy =
                model.thinks_by_default() && ["xhigh", "max"].contains(&request.effort.as_str());
            model.can_stop_thinking() && !heavy
        }
        Some("enabled") => {
            let budget = thinking["budget_tokens"].as_u64();
            if model.takes_thinking_budget()
                && !budget.is_some_and(|budget| (1_024..request.max_tokens).contains(&budget))
            {
                return Some(
                    "thinking.enabled.budget_tokens: must be at least 1024 and less than \
                     max_tokens"
                        .to_owned(),
                );
            }
            model.takes_thinking_budget()
        }
        _ => {
            return Some("thinking: Input tag does not match any of the expected tags".to_owned());
        }
    };
    (!taken).then(|| {
        format!(
            "thinking.type: '{}' is not supported on {}",
            kind.unwrap_or_default(),
            model.id
        )
    })
}

fn tools(body: &Value, request: &Request) -> Option<String> {
    let forced = matches!(body["tool_choice"]["type"].as_str(), Some("any" | "tool"));
    (forced && !request.model.takes_forced_tool()).then(|| {
        format!(
            "tool_choice: forcing the use of a tool is not supported on {}",
            request.model.id
        )
    })
}

fn turns(body: &Value, request: &Request, version: Version) -> Option<String> {
    let messages = body["messages"].as_array()?;
    if messages
        .last()
        .is_some_and(|last| last["role"] == "assistant")
        && !request.model.takes_prefill()
    {
        return Some(
            "messages: the final message must be from the user; this model does not support \
             assistant message prefill"
                .to_owned(),
        );
    }
    if version == Version::First {
        return None;
    }
    messages.iter().enumerate().find_map(|(index, message)| {
        let blocks = message["content"].as_array()?;
        blocks.iter().find_map(|block| {
            if message["role"] == "assistant" && block["type"] == "document" {
                return Some(format!(
                    "messages.{index}: document blocks are not permitted in assistant messages"
                ));
            }
            (block["type"] == "text" && !block["citations"].is_null())
                .then(|| format!("messages.{index}: citations: Extra inputs are not permitted"))
        })
    })
}
