//! The answer of a text model in one piece → its text and what was counted. Pure; fields of the
//! wrong shape are missing fields.

use super::{Form, Whole};
use crate::{Produced, Step, decimal, json::text};
use domain::{money::MICRO_USD_PER_CREDIT, pricing::Usage};
use serde_json::{Value, value::to_raw_value};

/// What this answer says.
pub fn whole(form: Form, body: &Value) -> Whole {
    let mut whole = Whole {
        id: text(body, "/id").map(str::to_owned),
        ..Whole::default()
    };
    counted(&mut whole, body);
    match form {
        Form::Chat => {
            let message = body.pointer("/choices/0/message").unwrap_or(&Value::Null);
            whole.text = match message.get("content") {
                Some(Value::String(text)) => text.clone(),
                Some(parts) => texts(parts, "text"),
                None => String::new(),
            };
            whole.refusal = text(message, "/refusal").unwrap_or_default().to_owned();
            whole.stopped = text(body, "/choices/0/finish_reason").map(str::to_owned);
        }
        Form::Messages => {
            whole.text = body
                .get("content")
                .map(|parts| texts(parts, "text"))
                .unwrap_or_default();
            whole.stopped = text(body, "/stop_reason").map(str::to_owned);
        }
        Form::Responses => responses(&mut whole, body),
    }
    whole
}

/// The messages among the outputs; thoughts are outputs too.
pub fn responses(whole: &mut Whole, body: &Value) {
    let outputs = body.get("output").and_then(Value::as_array);
    for content in outputs
        .into_iter()
        .flatten()
        .filter(|output| text(output, "/type") == Some("message"))
        .filter_map(|output| output.get("content"))
    {
        whole.text.push_str(&texts(content, "output_text"));
        for part in content.as_array().into_iter().flatten() {
            whole
                .refusal
                .push_str(text(part, "/refusal").unwrap_or_default());
        }
    }
    whole.stopped = text(body, "/incomplete_details/reason")
        .or(text(body, "/status"))
        .map(str::to_owned);
}

/// The text of the parts of this type.
fn texts(parts: &Value, kind: &str) -> String {
    parts
        .as_array()
        .into_iter()
        .flatten()
        .filter(|part| text(part, "/type") == Some(kind))
        .filter_map(|part| text(part, "/text"))
        .collect()
}

/// Takes over what this object counts; a later one counts more.
pub fn counted(whole: &mut Whole, body: &Value) {
    let count = |names: [&str; 2]| {
        names
            .iter()
            .find_map(|name| body.pointer(&format!("/usage/{name}"))?.as_u64())
    };
    whole.input_tokens = count(["prompt_tokens", "input_tokens"]).or(whole.input_tokens);
    whole.output_tokens = count(["completion_tokens", "output_tokens"]).or(whole.output_tokens);
    if let Some(credits) = body.get("credits_consumed").filter(|one| !one.is_null()) {
        whole.credits = Some(credits.clone());
    }
}

/// The finished job.
pub fn step(whole: Whole) -> Step {
    let credits = whole
        .credits
        .and_then(|credits| to_raw_value(&credits).ok());
    let cost =
        credits.and_then(|credits| decimal::micros(&credits, MICRO_USD_PER_CREDIT.unsigned_abs()));
    Step::Done(Box::new(Produced {
        text: Some(whole.text),
        media: Vec::new(),
        usage: Usage {
            input_tokens: whole.input_tokens,
            output_tokens: whole.output_tokens,
            cost,
            ..Usage::default()
        },
        request_id: whole.id,
    }))
}
