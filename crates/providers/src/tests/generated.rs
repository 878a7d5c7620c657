//! Ten thousand answers for each adapter that no provider should give: nothing panics, what fails
//! fails in our words, and what is said to be there is there.

mod mutation;

use crate::{
    Adapter, CheckStep, Failure, Job, ListPage, Media, Produced, Progress, Purpose, Reply, Step,
    adapter, sse, test_support::job,
};
use domain::{Operation, ProviderId, input::GenerationInput};
use mutation::Chance;
use std::time::Duration;

/// How many answers each adapter reads.
const ANSWERS: u64 = 10_000;
/// No provider's wish makes us wait longer.
const LONGEST_WAIT: Duration = Duration::from_secs(86_400);
/// The file that sound and clips begin with here.
const FILE: &[u8] = b"ID3\x04\0\0\0\0\0\0not much of a song";

type Model = (Operation, &'static str);

macro_rules! fixtures {
    ($($path:literal),* $(,)?) => {
        const { &[$(include_bytes!(concat!("../", $path)).as_slice()),*, FILE] }
    };
}

/// What an adapter of this provider is asked and answered.
fn material(provider: ProviderId) -> (&'static [Model], &'static [&'static [u8]]) {
    use Operation::{Image, Llm, Music, Tts, Video};
    match provider {
        ProviderId::OpenRouter => (
            &[(Llm, "a/b")],
            fixtures![
                "openrouter/fixtures/success.json",
                "openrouter/fixtures/choice-error.json",
                "openrouter/fixtures/stream.sse",
                "openrouter/fixtures/stream-error.sse",
                "openrouter/fixtures/key.json",
                "openrouter/fixtures/models.json",
            ],
        ),
        ProviderId::Claude => (
            &[(Llm, "claude-sonnet-5-5")],
            fixtures![
                "claude/fixtures/message.json",
                "claude/fixtures/refusal.json",
                "claude/fixtures/stream.sse",
                "claude/fixtures/models.json",
            ],
        ),
        ProviderId::Gemini => (
            &[
                (Llm, "gemini-3.8-flash"),
                (Image, "gemini-3.1-flash-image"),
                (Tts, "gemini-3.1-flash-tts-preview"),
            ],
            GEMINI,
        ),
        ProviderId::NanoBanana => (&[(Image, "gemini-3-pro-image")], GEMINI),
        ProviderId::Kie => (
            &[
                (Llm, "claude-sonnet-4-6"),
                (Llm, "gemini-3-flash"),
                (Llm, "gpt-5-4"),
                (Image, "seedream/4.5-text-to-image"),
                (Video, "kling-2.6/text-to-video"),
                (Video, "veo3_fast"),
                (Tts, "elevenlabs/text-to-speech-multilingual-v2"),
                (Music, "V5"),
            ],
            KIE,
        ),
        ProviderId::ElevenLabs => (
            &[(Tts, "eleven_multilingual_v2")],
            fixtures![
                "elevenlabs/fixtures/quota-exceeded.json",
                "elevenlabs/fixtures/validation.json",
                "elevenlabs/fixtures/bad-key.json",
                "elevenlabs/fixtures/subscription.json",
                "elevenlabs/fixtures/models.json",
                "elevenlabs/fixtures/voices.json",
            ],
        ),
        ProviderId::OpenAi => (
            &[(Tts, "gpt-4o-mini-tts"), (Tts, "tts-1")],
            fixtures![
                "openai/fixtures/speech.sse",
                "openai/fixtures/quota.json",
                "openai/fixtures/models.json",
            ],
        ),
        ProviderId::Modal => (
            &[
                (Llm, "openai"),
                (Llm, "standard"),
                (Image, "standard"),
                (Video, "extended"),
                (Tts, "modal-example"),
                (Music, "standard"),
            ],
            MODAL,
        ),
        ProviderId::ModalEdit => (&[(Image, "standard"), (Image, "extended")], MODAL),
        ProviderId::PiApi => (
            &[(Music, "music-u"), (Music, "Qubico/ace-step")],
            fixtures![
                "piapi/fixtures/created.json",
                "piapi/fixtures/completed.json",
                "piapi/fixtures/failed.json",
                "piapi/fixtures/account.json",
            ],
        ),
        ProviderId::Suno => (
            &[(Music, "V5"), (Music, "suno-api/chirp-v3-5")],
            fixtures![
                "suno/fixtures/created.json",
                "suno/fixtures/success.json",
                "suno/fixtures/hosted.json",
            ],
        ),
        ProviderId::ClaudeCli => (&[], &[]),
    }
}

const GEMINI: &[&[u8]] = fixtures![
    "gemini/fixtures/text.json",
    "gemini/fixtures/image.json",
    "gemini/fixtures/speech-pcm.json",
    "gemini/fixtures/stream.sse",
    "gemini/fixtures/bad-key.json",
    "gemini/fixtures/quota.json",
    "gemini/fixtures/models.json",
];

const MODAL: &[&[u8]] = fixtures![
    "modal/fixtures/picture.json",
    "modal/fixtures/validation.json",
    "modal/fixtures/chat.json",
    "modal/fixtures/chat.sse",
];

const KIE: &[&[u8]] = fixtures![
    "kie/fixtures/created.json",
    "kie/fixtures/waiting.json",
    "kie/fixtures/success.json",
    "kie/fixtures/failed.json",
    "kie/fixtures/uploaded.json",
    "kie/fixtures/six-images.json",
    "kie/fixtures/music-success.json",
    "kie/fixtures/veo-success.json",
    "kie/fixtures/veo-blocked.json",
    "kie/fixtures/chat.json",
    "kie/fixtures/chat.sse",
    "kie/fixtures/claude.json",
    "kie/fixtures/claude.sse",
    "kie/fixtures/responses.json",
    "kie/fixtures/responses.sse",
];

/// A job of this provider and how far it is.
fn situation(chance: &mut Chance, (operation, model): Model) -> (Job, Progress) {
    let mut job = job(model, super::input(operation));
    job.endpoint = url::Url::parse("https://film--app.modal.run/generate").ok();
    if let GenerationInput::Llm(input) = &mut job.input {
        input.stream = chance.below(2) == 0;
    }
    let task = "https://film--app.modal.run/generate?__modal_function_call_id=fc-1";
    let begun = chance.below(2) == 0;
    let progress = Progress {
        task: begun.then(|| task.to_owned()),
        polls: u32::from(begun),
        ..Progress::default()
    };
    (job, progress)
}

fn check_failure(failure: &Failure, answers_poll: bool) {
    assert!(failure.retry_after.is_none_or(|wait| wait <= LONGEST_WAIT));
    if answers_poll && failure.transient {
        assert!(
            failure.retry_after.is_some(),
            "no wait before the next poll"
        );
    }
}

/// What would be logged, looked at for some of the answers: it costs more than all else.
fn check_detail(failure: &Failure, reply: &Reply) {
    if reply.body.len().is_multiple_of(16) {
        let detail = failure.detail(&[]);
        assert!(
            detail.chars().count() <= 301 && !detail.contains('\n'),
            "{detail:?}"
        );
    }
}

fn check_produced(operation: Operation, produced: &Produced) {
    if operation == Operation::Llm {
        assert!(produced.text.as_ref().is_some_and(|text| !text.is_empty()));
    } else {
        assert!(!produced.media.is_empty(), "nothing was produced");
    }
    for media in &produced.media {
        match media {
            Media::Bytes { bytes, .. } => assert!(!bytes.is_empty(), "an empty file"),
            Media::Url(url) => assert!(!url.is_empty(), "an empty address"),
        }
    }
}

/// Whether something was produced.
fn check_read(adapter: &dyn Adapter, job: &Job, progress: &Progress, reply: &Reply) -> bool {
    let asked = adapter.call(job, progress).map(|call| call.purpose);
    let step = adapter.read(job, progress, reply);
    let produced = matches!(step, Ok(Step::Done(_)));
    match step {
        Err(failure) => {
            check_failure(&failure, asked.is_ok_and(|asked| asked == Purpose::Poll));
            check_detail(&failure, reply);
        }
        Ok(Step::Done(produced)) => check_produced(job.input.operation(), &produced),
        Ok(Step::Wait { progress, after }) => {
            assert!(progress.task.is_some() && after <= LONGEST_WAIT);
        }
        Ok(Step::Continue(_)) => {}
    }
    for event in sse::events(&reply.body) {
        if let Some(added) = adapter.delta(job, &event) {
            assert!(!added.is_empty(), "a piece without text");
        }
    }
    produced
}

fn check_key_and_list(adapter: &dyn Adapter, chance: &mut Chance, reply: &Reply) {
    let stage = u8::try_from(chance.below(2)).unwrap();
    if let CheckStep::Next(next) = adapter.check_read(stage, reply) {
        assert!(next > stage && adapter.check_call(next, None).is_some());
    }
    let after = (chance.below(2) == 0).then(|| "next".to_owned());
    let at = ListPage { stage, after };
    if adapter.list_call(&at).is_none() {
        return;
    }
    match adapter.list_read(&at, reply, "2026-11-22") {
        Err(failure) => check_failure(&failure, false),
        Ok((listing, next)) => {
            assert_ne!(next.as_ref(), Some(&at), "the list never ends");
            for model in &listing.models {
                assert!(!model.id.is_empty(), "a model without an id");
                let cheap = model.prices.iter().all(|price| price.micro_usd.0 >= 0);
                assert!(cheap, "a model that pays: {:?}", model.prices);
            }
        }
    }
}

/// Says which answer it was when a check fails.
struct Named<'a>(ProviderId, u64, &'a str, &'a Reply);

impl Drop for Named<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self(provider, number, model, reply) = self;
            let (status, headers) = (reply.status, &reply.headers);
            let body = String::from_utf8_lossy(&reply.body);
            eprintln!("{provider} {model}, answer {number}: {status} {headers:?}\n{body}");
        }
    }
}

fn survives(provider: ProviderId) {
    let (models, fixtures) = material(provider);
    let mut produced = 0;
    for number in 0..ANSWERS {
        let chance = &mut Chance(number);
        let model = *chance.pick(models);
        let adapter = adapter(provider, model.0).unwrap();
        let (job, progress) = situation(chance, model);
        let reply = mutation::reply(chance, fixtures);
        let named = Named(provider, number, model.1, &reply);
        produced += u64::from(check_read(adapter, &job, &progress, &reply));
        check_key_and_list(adapter, chance, &reply);
        drop(named);
    }
    // Some are still right, and most are not.
    let share = ANSWERS / 200..ANSWERS / 2;
    assert!(
        share.contains(&produced),
        "{produced} of {ANSWERS} delivered"
    );
}

macro_rules! each_survives {
    ($($name:ident: $provider:ident),* $(,)?) => {
        const SURVIVORS: &[ProviderId] = &[$(ProviderId::$provider),*];
        $(#[test]
        fn $name() {
            survives(ProviderId::$provider);
        })*
    };
}

each_survives! {
    openrouter_survives: OpenRouter,
    claude_survives: Claude,
    gemini_survives: Gemini,
    nano_banana_survives: NanoBanana,
    kie_survives: Kie,
    elevenlabs_survives: ElevenLabs,
    openai_survives: OpenAi,
    modal_survives: Modal,
    modal_edit_survives: ModalEdit,
    piapi_survives: PiApi,
    suno_survives: Suno,
}

#[test]
fn every_adapter_is_among_the_survivors() {
    for (adapter, operation) in super::served() {
        let provider = adapter.provider();
        assert!(SURVIVORS.contains(&provider), "{provider}");
        let (models, _) = material(provider);
        assert!(
            models.iter().any(|model| model.0 == operation),
            "{provider} {operation}"
        );
    }
}
