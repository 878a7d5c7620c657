//! Text, picture or speech job → `POST /v1beta/models/{model}:generateContent`, streamed text →
//! `:streamGenerateContent?alt=sse`. Pure. The key goes into a header, never into the query.

use super::{
    Gemini,
    wire::{
        Blob, Content, GenerateRequest, GenerationConfig, ImageConfig, Part, PrebuiltVoice,
        SpeechConfig, SpeechMetadata, VoiceConfig,
    },
};
use crate::{Auth, Call, Failure, Host, Job, Limits, Picture, Purpose};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    ProviderFault,
    input::{GenerationInput, ImageInput, LlmInput, TtsInput},
};
use std::borrow::Cow;

const AUTH: Auth = Auth::Header("x-goog-api-key");
/// Used when the person chose no voice (first in Google's examples).
const DEFAULT_VOICE: &str = "Kore";

/// The call that generates.
pub fn generate(slot: Gemini, job: &Job) -> Result<Call, Failure> {
    let (body, answer) = match (slot, &job.input) {
        (Gemini::General, GenerationInput::Llm(input)) if input.stream => {
            (text(input)?, Limits::STREAM)
        }
        (Gemini::General, GenerationInput::Llm(input)) => (text(input)?, Limits::TEXT),
        (_, GenerationInput::Image(input)) => (image(job, input)?, Limits::IMAGE_JSON),
        (Gemini::General, GenerationInput::Tts(input)) => {
            (speech(&job.model, input), Limits::AUDIO_JSON)
        }
        (Gemini::General, _) => {
            return Err(Failure::ours(
                ProviderFault::BadRequest,
                "Gemini is used for text, pictures and speech",
            ));
        }
        (Gemini::NanoBanana, _) => {
            return Err(Failure::ours(
                ProviderFault::BadRequest,
                "Nano Banana is used for pictures only",
            ));
        }
    };
    let method = if job.streams() {
        "streamGenerateContent"
    } else {
        "generateContent"
    };
    let action = format!("{}:{method}", job.model);
    let path = vec!["v1beta".into(), "models".into(), Cow::Owned(action)];
    let call = Call::post(Purpose::Submit, Host::Gemini, AUTH, path, &body)?.with_answer(answer);
    Ok(if job.streams() {
        call.with_query("alt", "sse")
    } else {
        call
    })
}

/// The free test of a key.
pub fn models() -> Call {
    page_of_models("1")
}

/// A page of the list of models.
pub fn page_of_models(size: &'static str) -> Call {
    Call::get(Purpose::Check, Host::Gemini, AUTH, &["v1beta", "models"])
        .with_query("pageSize", size)
}

fn said(text: &str) -> Part<'_> {
    Part::Text {
        text: Cow::Borrowed(text),
        speech_metadata: None,
    }
}

fn text(input: &LlmInput) -> Result<GenerateRequest<'_>, Failure> {
    let schema = input
        .json_schema
        .as_deref()
        .map(crate::json::schema)
        .transpose()?;
    Ok(GenerateRequest {
        system_instruction: input.system.as_deref().map(|system| Content {
            role: None,
            parts: vec![said(system)],
        }),
        contents: vec![Content {
            role: Some("user"),
            parts: vec![said(&input.prompt)],
        }],
        generation_config: GenerationConfig {
            max_output_tokens: input.max_output_tokens,
            response_mime_type: schema.is_some().then_some("application/json"),
            response_json_schema: schema,
            ..GenerationConfig::default()
        },
    })
}

fn image<'a>(job: &'a Job, input: &'a ImageInput) -> Result<GenerateRequest<'a>, Failure> {
    let mut parts = job
        .pictures
        .iter()
        .map(inline)
        .collect::<Result<Vec<_>, _>>()?;
    parts.push(said(&input.prompt));
    let image_size = input
        .resolution
        .as_deref()
        .filter(|_| takes_size(&job.model));
    let aspect_ratio = input.aspect_ratio.as_deref();
    let chosen = aspect_ratio.is_some() || image_size.is_some();
    Ok(GenerateRequest {
        system_instruction: None,
        contents: vec![Content {
            role: Some("user"),
            parts,
        }],
        generation_config: GenerationConfig {
            response_modalities: &["TEXT", "IMAGE"],
            image_config: chosen.then_some(ImageConfig {
                aspect_ratio,
                image_size,
            }),
            seed: input.seed,
            ..GenerationConfig::default()
        },
    })
}

/// The 2.5 picture model has one size and refuses the field (Gemini image guide).
fn takes_size(model: &str) -> bool {
    !model.starts_with("gemini-2.5")
}

fn inline(picture: &Picture) -> Result<Part<'_>, Failure> {
    match picture {
        Picture::Bytes { bytes, media_type } => Ok(Part::Picture {
            inline_data: Blob {
                mime_type: media_type,
                data: STANDARD.encode(bytes),
            },
        }),
        Picture::Url(_) => Err(Failure::ours(
            ProviderFault::BadRequest,
            "Gemini takes pictures themselves, not their addresses",
        )),
    }
}

fn speech<'a>(model: &str, input: &'a TtsInput) -> GenerateRequest<'a> {
    let style = input
        .style
        .as_deref()
        .map(str::trim)
        .filter(|style| !style.is_empty());
    let part = if reads_out_verbatim(model) {
        Part::Text {
            text: Cow::Borrowed(input.text.as_str()),
            speech_metadata: style.map(|style| SpeechMetadata { style }),
        }
    } else {
        let text = match style {
            Some(style) => Cow::Owned(format!("{style}: {}", input.text)),
            None => Cow::Borrowed(input.text.as_str()),
        };
        Part::Text {
            text,
            speech_metadata: None,
        }
    };
    let voice_name = input.voice.as_deref().unwrap_or(DEFAULT_VOICE);
    GenerateRequest {
        system_instruction: None,
        contents: vec![Content {
            role: Some("user"),
            parts: vec![part],
        }],
        generation_config: GenerationConfig {
            response_modalities: &["AUDIO"],
            speech_config: Some(SpeechConfig {
                voice_config: VoiceConfig {
                    prebuilt_voice_config: PrebuiltVoice { voice_name },
                },
                language_code: input.language.as_deref(),
            }),
            seed: input.seed,
            ..GenerationConfig::default()
        },
    }
}

/// From 3.8 on the text is spoken word by word and the style has a field of its own; the models
/// before take the style as a first sentence (Google's migration guide for 3.8 speech).
fn reads_out_verbatim(model: &str) -> bool {
    !(model.starts_with("gemini-2.5") || model.starts_with("gemini-3.1"))
}
