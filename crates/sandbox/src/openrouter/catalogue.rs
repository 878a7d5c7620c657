//! The models that the simulated OpenRouter serves, with the list prices of November 2026. The rows
//! serve the model list and the chat route, so that what is listed can be called.

/// A model that the sandbox serves.
pub(super) struct Model {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    /// Who runs it, as `provider` names them in answers.
    pub(super) provider: &'static str,
    pub(super) context: u64,
    pub(super) output: u64,
    /// USD for a million tokens of prompt and of completion.
    pub(super) prompt: f64,
    pub(super) completion: f64,
}

const fn model(
    id: &'static str,
    name: &'static str,
    provider: &'static str,
    (context, output): (u64, u64),
    (prompt, completion): (f64, f64),
) -> Model {
    Model {
        id,
        name,
        provider,
        context,
        output,
        prompt,
        completion,
    }
}

const LARGE: (u64, u64) = (1_000_000, 128_000);
const GEMINI: (u64, u64) = (1_048_576, 65_536);
const MEDIUM: (u64, u64) = (200_000, 64_000);
const OPEN: (u64, u64) = (131_072, 16_384);
const FREE: (f64, f64) = (0.0, 0.0);

pub(super) const MODELS: [Model; 40] = [
    model(
        "anthropic/claude-fable-5.2",
        "Anthropic: Claude Fable 5.2",
        "Anthropic",
        LARGE,
        (8.0, 40.0),
    ),
    model(
        "anthropic/claude-fable-5.1",
        "Anthropic: Claude Fable 5.1",
        "Anthropic",
        LARGE,
        (10.0, 50.0),
    ),
    model(
        "anthropic/claude-opus-5.5",
        "Anthropic: Claude Opus 5.5",
        "Anthropic",
        LARGE,
        (4.0, 20.0),
    ),
    model(
        "anthropic/claude-sonnet-5.5",
        "Anthropic: Claude Sonnet 5.5",
        "Anthropic",
        LARGE,
        (2.0, 10.0),
    ),
    model(
        "anthropic/claude-haiku-5.5",
        "Anthropic: Claude Haiku 5.5",
        "Anthropic",
        LARGE,
        (0.1, 0.5),
    ),
    model(
        "anthropic/claude-opus-5",
        "Anthropic: Claude Opus 5",
        "Anthropic",
        LARGE,
        (5.0, 25.0),
    ),
    model(
        "anthropic/claude-sonnet-5",
        "Anthropic: Claude Sonnet 5",
        "Anthropic",
        LARGE,
        (2.0, 10.0),
    ),
    model(
        "anthropic/claude-sonnet-4.6",
        "Anthropic: Claude Sonnet 4.6",
        "Anthropic",
        LARGE,
        (3.0, 15.0),
    ),
    model(
        "anthropic/claude-opus-4.5",
        "Anthropic: Claude Opus 4.5",
        "Anthropic",
        MEDIUM,
        (5.0, 25.0),
    ),
    model(
        "anthropic/claude-sonnet-4.5",
        "Anthropic: Claude Sonnet 4.5",
        "Anthropic",
        MEDIUM,
        (3.0, 15.0),
    ),
    model(
        "anthropic/claude-haiku-4.5",
        "Anthropic: Claude Haiku 4.5",
        "Anthropic",
        MEDIUM,
        (1.0, 5.0),
    ),
    model(
        "anthropic/claude-sonnet-4",
        "Anthropic: Claude Sonnet 4",
        "Anthropic",
        MEDIUM,
        (3.0, 15.0),
    ),
    model(
        "google/gemini-3.8-flash",
        "Google: Gemini 3.8 Flash",
        "Google AI Studio",
        GEMINI,
        (0.75, 3.75),
    ),
    model(
        "google/gemini-3.7-flash",
        "Google: Gemini 3.7 Flash",
        "Google AI Studio",
        GEMINI,
        (0.75, 3.75),
    ),
    model(
        "google/gemini-3.6-flash",
        "Google: Gemini 3.6 Flash",
        "Google AI Studio",
        GEMINI,
        (0.75, 3.75),
    ),
    model(
        "google/gemini-3.5-flash",
        "Google: Gemini 3.5 Flash",
        "Google AI Studio",
        GEMINI,
        (1.5, 9.0),
    ),
    model(
        "google/gemini-3.5-flash-lite",
        "Google: Gemini 3.5 Flash Lite",
        "Google AI Studio",
        GEMINI,
        (0.3, 2.5),
    ),
    model(
        "google/gemini-3.1-pro-preview",
        "Google: Gemini 3.1 Pro Preview",
        "Google AI Studio",
        GEMINI,
        (2.0, 12.0),
    ),
    model(
        "google/gemini-3.1-flash-lite",
        "Google: Gemini 3.1 Flash Lite",
        "Google AI Studio",
        GEMINI,
        (0.25, 1.5),
    ),
    model(
        "google/gemini-3-pro-preview",
        "Google: Gemini 3 Pro Preview",
        "Google AI Studio",
        GEMINI,
        (2.0, 12.0),
    ),
    model(
        "google/gemini-3-flash-preview",
        "Google: Gemini 3 Flash Preview",
        "Google AI Studio",
        GEMINI,
        (0.5, 3.0),
    ),
    model(
        "google/gemini-2.5-pro",
        "Google: Gemini 2.5 Pro",
        "Google AI Studio",
        GEMINI,
        (1.25, 10.0),
    ),
    model(
        "google/gemini-2.5-flash",
        "Google: Gemini 2.5 Flash",
        "Google AI Studio",
        GEMINI,
        (0.3, 2.5),
    ),
    model(
        "google/gemini-2.5-flash-lite",
        "Google: Gemini 2.5 Flash Lite",
        "Google AI Studio",
        GEMINI,
        (0.1, 0.4),
    ),
    model(
        "google/gemma-3-27b-it",
        "Google: Gemma 3 27B",
        "DeepInfra",
        OPEN,
        (0.1, 0.2),
    ),
    model(
        "google/gemma-3-27b-it:free",
        "Google: Gemma 3 27B (free)",
        "Google AI Studio",
        OPEN,
        FREE,
    ),
    model(
        "openai/gpt-5.5",
        "OpenAI: GPT-5.5",
        "OpenAI",
        LARGE,
        (1.4, 8.4),
    ),
    model(
        "openai/gpt-5.4",
        "OpenAI: GPT-5.4",
        "OpenAI",
        LARGE,
        (0.7, 5.6),
    ),
    model(
        "openai/gpt-4o",
        "OpenAI: GPT-4o",
        "OpenAI",
        OPEN,
        (2.5, 10.0),
    ),
    model(
        "openai/gpt-4o-mini",
        "OpenAI: GPT-4o-mini",
        "OpenAI",
        OPEN,
        (0.15, 0.6),
    ),
    model(
        "deepseek/deepseek-chat",
        "DeepSeek: DeepSeek V3",
        "DeepSeek",
        OPEN,
        (0.3, 0.85),
    ),
    model(
        "deepseek/deepseek-r1:free",
        "DeepSeek: R1 (free)",
        "Chutes",
        OPEN,
        FREE,
    ),
    model(
        "meta-llama/llama-3.1-8b-instruct:free",
        "Meta: Llama 3.1 8B Instruct (free)",
        "Chutes",
        OPEN,
        FREE,
    ),
    model(
        "meta-llama/llama-3.1-70b-instruct",
        "Meta: Llama 3.1 70B Instruct",
        "DeepInfra",
        OPEN,
        (0.4, 0.4),
    ),
    model(
        "meta-llama/llama-3.3-70b-instruct",
        "Meta: Llama 3.3 70B Instruct",
        "DeepInfra",
        OPEN,
        (0.13, 0.39),
    ),
    model(
        "meta-llama/llama-3.3-70b-instruct:free",
        "Meta: Llama 3.3 70B Instruct (free)",
        "Chutes",
        OPEN,
        FREE,
    ),
    model(
        "mistralai/devstral-2-2512:free",
        "Mistral: Devstral 2 (free)",
        "Mistral",
        OPEN,
        FREE,
    ),
    model(
        "mistralai/mistral-7b-instruct:free",
        "Mistral: Mistral 7B Instruct (free)",
        "Mistral",
        OPEN,
        FREE,
    ),
    model(
        "x-ai/grok-4-fast",
        "xAI: Grok 4 Fast",
        "xAI",
        LARGE,
        (0.2, 0.5),
    ),
    model(
        "openrouter/auto",
        "Auto Router",
        "OpenRouter",
        LARGE,
        (2.0, 10.0),
    ),
];

/// Names that are not listed and lead to a listed model.
const ALIASES: [(&str, &str); 7] = [
    ("~anthropic/claude-opus-latest", "anthropic/claude-opus-5.5"),
    (
        "~anthropic/claude-sonnet-latest",
        "anthropic/claude-sonnet-5.5",
    ),
    (
        "~anthropic/claude-haiku-latest",
        "anthropic/claude-haiku-5.5",
    ),
    ("~google/gemini-flash-latest", "google/gemini-3.8-flash"),
    ("anthropic/claude-4.5-opus", "anthropic/claude-opus-4.5"),
    ("anthropic/claude-4.5-sonnet", "anthropic/claude-sonnet-4.5"),
    ("anthropic/claude-4.5-haiku", "anthropic/claude-haiku-4.5"),
];

/// Suffixes that choose among providers of a model and not another model.
const ROUTING: [&str; 4] = [":nitro", ":floor", ":online", ":exacto"];

impl Model {
    /// The model with this id, alias or id with a routing suffix.
    pub(super) fn find(id: &str) -> Option<&'static Self> {
        let id = ROUTING
            .iter()
            .find_map(|suffix| id.strip_suffix(suffix))
            .unwrap_or(id);
        let id = ALIASES
            .iter()
            .find(|(alias, _)| *alias == id)
            .map_or(id, |(_, target)| target);
        MODELS.iter().find(|model| model.id == id)
    }

    /// USD for this many tokens of prompt and of completion.
    pub(super) fn cost(&self, prompt: u64, completion: u64) -> (f64, f64) {
        (
            self.prompt * prompt as f64 / 1e6,
            self.completion * completion as f64 / 1e6,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{ALIASES, Model};

    #[test]
    fn aliases_and_routing_suffixes_lead_to_listed_models() {
        for (alias, target) in ALIASES {
            assert_eq!(Model::find(alias).map(|model| model.id), Some(target));
        }
        assert!(Model::find("openai/gpt-4o:nitro").is_some());
        assert!(Model::find("openai/gpt-4o:free").is_none());
    }
}
