//! Reading a `generateContent` request with the checks that Google makes: unknown names are errors,
//! names may be written in camel or snake case. It must build no answer but a refusal.

use serde_json::Value;

use super::answers;
use crate::reply::Refusal;
use crate::trigger::Trigger;

const TOP: [&str; 9] = [
    "contents",
    "systemInstruction",
    "generationConfig",
    "safetySettings",
    "tools",
    "toolConfig",
    "cachedContent",
    "model",
    "labels",
];
const CONFIG: [&str; 20] = [
    "temperature",
    "topP",
    "topK",
    "candidateCount",
    "maxOutputTokens",
    "stopSequences",
    "seed",
    "responseMimeType",
    "responseSchema",
    "responseJsonSchema",
    "responseModalities",
    "thinkingConfig",
    "imageConfig",
    "speechConfig",
    "presencePenalty",
    "frequencyPenalty",
    "responseLogprobs",
    "logprobs",
    "mediaResolution",
    "enableEnhancedCivicAnswers",
];

/// What was asked.
pub(super) struct Request {
    pub(super) config: Value,
    /// The text of the last turn.
    pub(super) prompt: String,
    /// The text of all turns and of the system instruction.
    pub(super) everything: String,
    /// The parts of the last turn.
    pub(super) parts: Vec<Value>,
    /// How many inline pictures the turns hold.
    pub(super) pictures: u64,
    pub(super) trigger: Option<Trigger>,
}

impl Request {
    pub(super) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let body: Value = serde_json::from_slice(body).map_err(|error| {
            answers::invalid(&format!("Invalid JSON payload received. {error}"))
        })?;
        known_names(&body, "", &TOP)?;
        let config = field(&body, "generationConfig").clone();
        known_names(&config, "generation_config", &CONFIG)?;
        let contents = body["contents"]
            .as_array()
            .filter(|turns| !turns.is_empty());
        let Some(contents) = contents else {
            return Err(answers::invalid(
                "* GenerateContentRequest.contents: contents is not specified\n",
            ));
        };
        let mut everything = text_of(field(&body, "systemInstruction"));
        let mut pictures = 0;
        for (index, turn) in contents.iter().enumerate() {
            if let Some(role) = turn["role"].as_str()
                && !["user", "model", "function"].contains(&role)
            {
                return Err(answers::invalid("Please use a valid role: user, model."));
            }
            let parts = turn["parts"].as_array().filter(|parts| !parts.is_empty());
            let Some(parts) = parts else {
                return Err(answers::invalid(&format!(
                    "* GenerateContentRequest.contents[{index}].parts: contents.parts must not be empty.\n"
                )));
            };
            pictures += parts
                .iter()
                .filter(|part| !field(part, "inlineData").is_null())
                .count() as u64;
            everything.push_str(&text_of(turn));
        }
        let last = &contents[contents.len() - 1];
        let prompt = text_of(last);
        Ok(Self {
            trigger: Trigger::find(&everything),
            parts: last["parts"].as_array().cloned().unwrap_or_default(),
            config,
            prompt,
            everything,
            pictures,
        })
    }

    /// A field of `generationConfig`, null when it is absent.
    pub(super) fn setting(&self, name: &str) -> &Value {
        field(&self.config, name)
    }

    /// The modalities that were asked for, in capitals; empty when none were named.
    pub(super) fn modalities(&self) -> Vec<String> {
        self.setting("responseModalities")
            .as_array()
            .map(|names| {
                names
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_uppercase)
                    .collect()
            })
            .unwrap_or_default()
    }
}

/// `object.name`, in camel case or in snake case; null when it is absent.
pub(super) fn field<'a>(object: &'a Value, name: &str) -> &'a Value {
    match object.get(name) {
        Some(value) => value,
        None => &object[snake(name)],
    }
}

fn snake(name: &str) -> String {
    name.chars().fold(String::new(), |mut snake, letter| {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
        snake
    })
}

fn known_names(object: &Value, at: &str, known: &[&str]) -> Result<(), Refusal> {
    let Some(object) = object.as_object() else {
        return match object {
            Value::Null => Ok(()),
            _ => Err(answers::invalid(
                "Invalid JSON payload received. Expected an object.",
            )),
        };
    };
    for name in object.keys() {
        if !known
            .iter()
            .any(|known| known == name || snake(known) == *name)
        {
            let place = match at {
                "" => String::new(),
                at => format!(" at '{at}'"),
            };
            return Err(answers::invalid_field(
                at,
                &format!(
                    "Invalid JSON payload received. Unknown name \"{name}\"{place}: Cannot find field."
                ),
            ));
        }
    }
    Ok(())
}

fn text_of(turn: &Value) -> String {
    turn["parts"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|part| part["text"].as_str())
        .collect::<Vec<_>>()
        .join("\n")
}
