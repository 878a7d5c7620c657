//! What the adapters' tests share: replies, jobs and the JSON of a call.

use crate::{Body, Call, Job, Picture, Reply};
use bytes::Bytes;
use domain::input::{GenerationInput, ImageInput, LlmInput, MusicInput, TtsInput, VideoInput};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

pub fn reply(status: u16, body: impl Into<Bytes>) -> Reply {
    Reply {
        status,
        headers: HeaderMap::new(),
        body: body.into(),
    }
}

pub fn json_reply(status: u16, body: &Value) -> Reply {
    reply(status, body.to_string())
}

pub fn with_header(mut reply: Reply, name: &'static str, value: &str) -> Reply {
    reply.headers.insert(
        HeaderName::from_static(name),
        HeaderValue::from_str(value).unwrap(),
    );
    reply
}

pub fn job(model: &str, input: GenerationInput) -> Job {
    Job {
        generation: "0190-ab".to_owned(),
        model: model.to_owned(),
        input,
        pictures: Vec::new(),
        endpoint: None,
    }
}

pub fn llm() -> GenerationInput {
    GenerationInput::Llm(LlmInput {
        prompt: "A storm".to_owned(),
        ..LlmInput::default()
    })
}

pub fn image() -> GenerationInput {
    GenerationInput::Image(ImageInput {
        prompt: "A harbour".to_owned(),
        ..ImageInput::default()
    })
}

pub fn video() -> GenerationInput {
    GenerationInput::Video(VideoInput {
        prompt: "Waves".to_owned(),
        ..VideoInput::default()
    })
}

pub fn tts() -> GenerationInput {
    GenerationInput::Tts(TtsInput {
        text: "Hello there.".to_owned(),
        ..TtsInput::default()
    })
}

pub fn music() -> GenerationInput {
    GenerationInput::Music(MusicInput {
        prompt: "Calm strings".to_owned(),
        ..MusicInput::default()
    })
}

pub fn png() -> Picture {
    Picture::Bytes {
        bytes: Bytes::from_static(b"\x89PNG"),
        media_type: "image/png".to_owned(),
    }
}

pub fn sent(call: &Call) -> Value {
    match &call.body {
        Body::Json(json) => serde_json::from_slice(json).unwrap(),
        other => panic!("no JSON: {other:?}"),
    }
}

pub fn path(call: &Call) -> String {
    call.path.join("/")
}
