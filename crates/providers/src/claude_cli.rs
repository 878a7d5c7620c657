//! The operator's own Claude installation as a program: its fixed arguments and the meaning of its
//! lines (Claude Code docs, headless mode). Pure: somebody else starts the program, hands it the
//! prompt on standard input and counts its time.

use crate::{
    Failure, Job, Produced,
    failure::fault_by_status,
    json::{number, text},
};
use domain::{ProviderFault, input::GenerationInput, pricing::Usage};
use serde_json::Value;

/// What the program is told to be when nobody says otherwise; its own words are those of a
/// programmer.
const SYSTEM: &str = "You write for film makers. Answer with the text that is asked for.";

/// What is handed to the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The arguments. Nothing that a person typed is among them but the JSON schema, as one value.
    pub arguments: Vec<String>,
    /// The content of the file that the arguments name.
    pub system: String,
    /// What is written to standard input.
    pub prompt: String,
}

/// The order for a job; `system_file` is where [`Order::system`] will lie.
///
/// # Errors
/// A [`Failure`] for a job that is not text or whose schema is not an object.
pub fn order(job: &Job, system_file: &str) -> Result<Order, Failure> {
    let refused = |why| Failure::ours(ProviderFault::BadRequest, why);
    let GenerationInput::Llm(input) = &job.input else {
        return Err(refused("the Claude installation writes text only"));
    };
    if input.prompt.contains('\0') {
        return Err(refused("the prompt has a NUL in it"));
    }
    let schema = input
        .json_schema
        .as_deref()
        .map(crate::json::schema)
        .transpose()?;
    // An answer in a schema takes a turn more.
    let turns = if schema.is_some() { "3" } else { "1" };
    let mut arguments: Vec<String> = [
        "-p",
        "--safe-mode",
        "--output-format",
        "stream-json",
        "--verbose",
        "--include-partial-messages",
        "--tools",
        "",
        "--disallowedTools",
        "mcp__*",
        "--strict-mcp-config",
        "--setting-sources=",
        "--no-session-persistence",
        "--max-turns",
        turns,
        "--model",
        &job.model,
        "--system-prompt-file",
        system_file,
    ]
    .map(str::to_owned)
    .into();
    if let Some(schema) = schema {
        arguments.extend(["--json-schema".to_owned(), schema.to_string()]);
    }
    Ok(Order {
        arguments,
        system: input.system.clone().unwrap_or_else(|| SYSTEM.to_owned()),
        prompt: input.prompt.clone(),
    })
}

/// The text that one line of standard output adds.
#[must_use]
pub fn delta(line: &[u8]) -> Option<String> {
    let line: Value = serde_json::from_slice(line).ok()?;
    if text(&line, "/type")? != "stream_event" || text(&line, "/event/delta/type")? != "text_delta"
    {
        return None;
    }
    text(&line, "/event/delta/text").map(str::to_owned)
}

/// What the whole of standard output means, with whether the program ended well.
///
/// # Errors
/// A classified [`Failure`]; without a result line it is `uncertain`. A success of a program that
/// did not end well is none.
pub fn read(stdout: &[u8], ended_well: bool) -> Result<Produced, Failure> {
    let result = stdout
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
        .rfind(|line| text(line, "/type") == Some("result"));
    let Some(result) = result else {
        let failure = Failure::ours(
            ProviderFault::Upstream,
            "the program ended without a result",
        );
        return Err(if ended_well {
            failure.uncertain()
        } else {
            failure
        });
    };
    let is_error = result.pointer("/is_error").and_then(Value::as_bool) == Some(true);
    if is_error || text(&result, "/subtype") != Some("success") {
        return Err(told(&result));
    }
    if !ended_well {
        let why = "the program failed after its result";
        return Err(Failure::ours(ProviderFault::Upstream, why));
    }
    let written = match result.pointer("/structured_output") {
        Some(structured) if !structured.is_null() => structured.to_string(),
        _ => text(&result, "/result").unwrap_or_default().to_owned(),
    };
    if text(&result, "/stop_reason") == Some("refusal") {
        return Err(Failure::ours(ProviderFault::ContentBlocked, written));
    }
    if written.is_empty() {
        let why = "the program wrote nothing";
        return Err(Failure::ours(ProviderFault::Upstream, why));
    }
    Ok(Produced {
        text: Some(written),
        usage: usage(&result),
        request_id: text(&result, "/session_id").map(str::to_owned),
        ..Produced::default()
    })
}

/// A failure of the service is a successful result with `is_error` and the status; one of the
/// program has a subtype and a list of errors.
fn told(result: &Value) -> Failure {
    let said = text(result, "/result")
        .or_else(|| text(result, "/errors/0"))
        .unwrap_or("a failure without words");
    let status = number(result.pointer("/api_error_status")).and_then(|s| u16::try_from(s).ok());
    let fault = match status {
        Some(status) => fault_by_status(status),
        None if said.contains("/login") || said.contains("authenticate") => ProviderFault::BadKey,
        None => ProviderFault::Upstream,
    };
    let mut failure = Failure::ours(fault, said);
    failure.status = status;
    failure
}

/// Tokens of all models that took part; the program's own dollars are an estimate and nobody's
/// bill.
fn usage(result: &Value) -> Usage {
    let models = result.pointer("/modelUsage").and_then(Value::as_object);
    let sum = |names: &[&str]| {
        let all = models?.values().flat_map(|model| {
            names
                .iter()
                .filter_map(|name| model.get(*name).and_then(Value::as_u64))
        });
        Some(all.sum())
    };
    Usage {
        input_tokens: sum(&[
            "inputTokens",
            "cacheReadInputTokens",
            "cacheCreationInputTokens",
        ]),
        output_tokens: sum(&["outputTokens"]),
        ..Usage::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{job, llm, tts};
    use domain::input::LlmInput;
    use proptest::prelude::*;

    fn asked(prompt: &str) -> Order {
        let input = GenerationInput::Llm(LlmInput {
            prompt: prompt.to_owned(),
            ..LlmInput::default()
        });
        order(&job("sonnet", input), "/tmp/system").unwrap()
    }

    #[test]
    fn nothing_that_is_typed_becomes_an_argument() {
        let plain = asked("A storm").arguments;
        for prompt in [
            "--dangerously-skip-permissions",
            "-p",
            "$(id)",
            "@/etc/passwd",
        ] {
            let order = asked(prompt);
            assert_eq!(order.arguments, plain);
            assert_eq!(order.prompt, prompt);
        }
        assert!(plain.iter().any(|argument| argument == "--safe-mode"));
    }

    #[test]
    fn what_is_not_text_is_refused() {
        assert!(order(&job("sonnet", tts()), "/s").is_err());
        let mut wrong = job("sonnet", llm());
        wrong.input = GenerationInput::Llm(LlmInput {
            prompt: "a\0b".to_owned(),
            ..LlmInput::default()
        });
        assert!(order(&wrong, "/s").is_err());
    }

    const DONE: &str = concat!(
        "{\"type\":\"system\",\"subtype\":\"init\"}\n",
        "{\"type\":\"stream_event\",\"event\":{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"Rain\"}}}\n",
        "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"Rain.\",\"stop_reason\":\"end_turn\",",
        "\"session_id\":\"s1\",\"total_cost_usd\":0.5,\"modelUsage\":{\"claude-sonnet-5-5\":{\"inputTokens\":12,\"cacheReadInputTokens\":3,\"outputTokens\":40}}}\n"
    );

    #[test]
    fn the_last_line_is_the_result() {
        let produced = read(DONE.as_bytes(), true).unwrap();
        assert_eq!(produced.text.as_deref(), Some("Rain."));
        assert_eq!(produced.usage.input_tokens, Some(15));
        assert_eq!(produced.usage.output_tokens, Some(40));
        assert_eq!(produced.usage.cost, None);
        let added: Vec<String> = DONE.lines().filter_map(|l| delta(l.as_bytes())).collect();
        assert_eq!(added, ["Rain"]);
    }

    #[test]
    fn a_failure_hides_in_a_success() {
        for (line, fault) in [
            (
                r#"{"type":"result","subtype":"success","is_error":true,"api_error_status":429,"result":"slow"}"#,
                ProviderFault::RateLimited,
            ),
            (
                r#"{"type":"result","subtype":"success","is_error":true,"result":"Not logged in · Please run /login"}"#,
                ProviderFault::BadKey,
            ),
            (
                r#"{"type":"result","subtype":"error_max_turns","errors":["turns"]}"#,
                ProviderFault::Upstream,
            ),
            (
                r#"{"type":"result","subtype":"success","stop_reason":"refusal","result":"no"}"#,
                ProviderFault::ContentBlocked,
            ),
        ] {
            let failure = read(line.as_bytes(), true).unwrap_err();
            assert_eq!(failure.fault, fault, "{line}");
        }
        let broken = read(DONE.as_bytes(), false).unwrap_err();
        assert_eq!(broken.fault, ProviderFault::Upstream, "it did not end well");
        assert!(read(b"", true).unwrap_err().uncertain);
        assert!(!read(b"error: unknown option", false).unwrap_err().uncertain);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(output in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(read(&output, true).is_err());
            prop_assert_eq!(delta(&output), None);
        }
    }
}
