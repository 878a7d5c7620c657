//! What an adapter costs: saying a job in its provider's protocol, and reading the answer that ends
//! it. Both are pure functions; nothing is sent, and the answers are those of the adapters' tests.

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use domain::{
    Operation, ProviderId,
    input::{GenerationInput, ImageInput, LlmInput, MusicInput, TtsInput, VideoInput},
};
use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use providers::{Job, Picture, Progress, Reply, Step, adapter};
use std::hint::black_box;
use url::Url;

/// The last answer of a job: its media type and itself.
type Answer = (&'static str, &'static [u8]);

const JSON: &str = "application/json";
const SPEECH: Answer = ("audio/mpeg", &[b'I', b'D', b'3', 4, 0, 0, 0, 0, 0, 0]);
const CLIP: Answer = ("video/mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom");

macro_rules! fixture {
    ($type:expr, $path:literal) => {
        ($type, include_bytes!(concat!("../src/", $path)).as_slice())
    };
}

/// One way of each pair: model, whether the answer is that of a task, and the answer.
fn answers() -> Vec<(ProviderId, Operation, &'static str, bool, Answer)> {
    use Operation::{Image, Llm, Music, Tts, Video};
    use ProviderId::{
        Claude, ElevenLabs, Gemini, Kie, Modal, ModalEdit, NanoBanana, OpenAi, OpenRouter, PiApi,
        Suno,
    };
    let events = "text/event-stream";
    let text = fixture!(JSON, "gemini/fixtures/text.json");
    let image = fixture!(JSON, "gemini/fixtures/image.json");
    let pcm = fixture!(JSON, "gemini/fixtures/speech-pcm.json");
    let record = fixture!(JSON, "kie/fixtures/success.json");
    let picture = fixture!(JSON, "modal/fixtures/picture.json");
    let tracks = fixture!(JSON, "kie/fixtures/music-success.json");
    vec![
        (
            OpenRouter,
            Llm,
            "a/b",
            false,
            fixture!(JSON, "openrouter/fixtures/success.json"),
        ),
        (
            Claude,
            Llm,
            "claude-sonnet-5-5",
            false,
            fixture!(JSON, "claude/fixtures/message.json"),
        ),
        (Gemini, Llm, "gemini-3.8-flash", false, text),
        (
            Modal,
            Llm,
            "openai",
            false,
            fixture!(JSON, "modal/fixtures/chat.json"),
        ),
        (
            Kie,
            Llm,
            "claude-sonnet-4-6",
            false,
            fixture!(JSON, "kie/fixtures/claude.json"),
        ),
        (Gemini, Image, "gemini-3.1-flash-image", false, image),
        (NanoBanana, Image, "gemini-3-pro-image", false, image),
        (Modal, Image, "standard", false, picture),
        (ModalEdit, Image, "standard", false, picture),
        (Kie, Image, "seedream/4.5-text-to-image", true, record),
        (Modal, Video, "standard", false, CLIP),
        (Kie, Video, "kling-2.6/text-to-video", true, record),
        (Gemini, Tts, "gemini-3.1-flash-tts-preview", false, pcm),
        (ElevenLabs, Tts, "eleven_multilingual_v2", false, SPEECH),
        (
            OpenAi,
            Tts,
            "gpt-4o-mini-tts",
            false,
            fixture!(events, "openai/fixtures/speech.sse"),
        ),
        (Modal, Tts, "standard", false, SPEECH),
        (
            Kie,
            Tts,
            "elevenlabs/text-to-speech-multilingual-v2",
            true,
            record,
        ),
        (Modal, Music, "standard", false, SPEECH),
        (Kie, Music, "V5", true, tracks),
        (
            PiApi,
            Music,
            "music-u",
            true,
            fixture!(JSON, "piapi/fixtures/completed.json"),
        ),
        (
            Suno,
            Music,
            "V5",
            true,
            fixture!(JSON, "suno/fixtures/success.json"),
        ),
    ]
}

fn job(provider: ProviderId, operation: Operation, model: &str) -> Job {
    let prompt = "A lighthouse in the rain, seen from a small boat, at dusk.".to_owned();
    let picture = match (provider, operation) {
        (ProviderId::ModalEdit, _) | (ProviderId::Modal, Operation::Video) => Some("a".to_owned()),
        _ => None,
    };
    let pictures = picture
        .iter()
        .map(|_| Picture::Bytes {
            bytes: Bytes::from_static(b"\x89PNG\r\n\x1a\n"),
            media_type: "image/png".to_owned(),
        })
        .collect();
    let input = match operation {
        Operation::Llm => GenerationInput::Llm(LlmInput {
            prompt,
            ..LlmInput::default()
        }),
        Operation::Image => GenerationInput::Image(ImageInput {
            prompt,
            reference_images: picture.into_iter().collect(),
            ..ImageInput::default()
        }),
        Operation::Video => GenerationInput::Video(VideoInput {
            prompt,
            image: picture,
            ..VideoInput::default()
        }),
        Operation::Tts => GenerationInput::Tts(TtsInput {
            text: prompt,
            ..TtsInput::default()
        }),
        Operation::Music => GenerationInput::Music(MusicInput {
            prompt,
            instrumental: Some(true),
            ..MusicInput::default()
        }),
    };
    Job {
        generation: "0190-bench".to_owned(),
        model: model.to_owned(),
        input,
        pictures,
        endpoint: Url::parse("https://film--app.modal.run/generate").ok(),
    }
}

fn adapters(criterion: &mut Criterion) {
    for (provider, operation, model, is_task, (media_type, body)) in answers() {
        let adapter = adapter(provider, operation).expect("the pair is built");
        let job = job(provider, operation, model);
        let reply = Reply {
            status: 200,
            headers: HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(media_type))]),
            body: Bytes::from_static(body),
        };
        let start = Progress::default();
        let last = Progress {
            task: is_task.then(|| "task".to_owned()),
            polls: u32::from(is_task),
            ..Progress::default()
        };
        let name = format!("{provider} {}", operation.as_str());
        assert!(adapter.call(&job, &start).is_ok(), "{name}");
        let read = adapter.read(&job, &last, &reply);
        assert!(matches!(read, Ok(Step::Done(_))), "{name}: {read:?}");
        criterion.bench_function(&format!("adapter {name} request"), |bencher| {
            bencher.iter(|| adapter.call(black_box(&job), black_box(&start)));
        });
        criterion.bench_function(&format!("adapter {name} response"), |bencher| {
            bencher.iter(|| adapter.read(black_box(&job), black_box(&last), black_box(&reply)));
        });
    }
}

criterion_group!(benches, adapters);
criterion_main!(benches);
