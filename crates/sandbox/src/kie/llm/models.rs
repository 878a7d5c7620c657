//! The language models that KIE serves and what they cost in credits (KIE's price list, credits for
//! a million tokens in and out).

/// Which endpoint serves a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Completions,
    Messages,
    Responses,
}

/// A language model.
pub(super) struct Model {
    pub(super) id: &'static str,
    form: Form,
    input: f64,
    output: f64,
}

const fn model(id: &'static str, form: Form, input: f64, output: f64) -> Model {
    Model {
        id,
        form,
        input,
        output,
    }
}

const MODELS: [Model; 15] = [
    model("gemini-2.5-flash", Form::Completions, 18.0, 150.0),
    model("gemini-2.5-pro", Form::Completions, 76.0, 600.0),
    model("gemini-3-flash", Form::Completions, 30.0, 180.0),
    model("gemini-3-pro", Form::Completions, 100.0, 700.0),
    model("gemini-3.1-pro", Form::Completions, 100.0, 700.0),
    model("gemini-3-5-flash-openai", Form::Completions, 30.0, 180.0),
    model("gemini-3-6-flash-openai", Form::Completions, 30.0, 180.0),
    model("gpt-5-2", Form::Completions, 87.5, 700.0),
    model("claude-haiku-4-5", Form::Messages, 55.0, 285.0),
    model("claude-sonnet-4-5", Form::Messages, 170.0, 855.0),
    model("claude-sonnet-4-6", Form::Messages, 170.0, 855.0),
    model("claude-opus-4-5", Form::Messages, 285.0, 1430.0),
    model("claude-opus-4-6", Form::Messages, 285.0, 1430.0),
    model("gpt-5-4", Form::Responses, 140.0, 1120.0),
    model("gpt-5-5", Form::Responses, 280.0, 1680.0),
];

impl Model {
    /// The model with this id, if this endpoint serves it.
    pub(super) fn find(id: &str, form: Form) -> Option<&'static Self> {
        MODELS
            .iter()
            .find(|model| model.id == id && model.form == form)
    }

    /// The credits for these tokens, to a hundredth, and never nothing.
    pub(super) fn credits(&self, input: u64, output: u64) -> f64 {
        let credits = (input as f64 * self.input + output as f64 * self.output) / 1e6;
        (credits * 100.0).ceil().max(1.0) / 100.0
    }
}
