//! What holds for every adapter, whatever is asked and whatever is answered.

use crate::{
    Adapter, Bases, Call, CheckStep, Failure, Job, ListPage, Media, Progress, Reply, SendError,
    Step, adapter, sse,
    test_support::{image, job, llm, music, png, tts, video},
};
use bytes::Bytes;
use domain::{Operation, ProviderFault, ProviderId, input::GenerationInput};
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use secrecy::SecretString;

mod cut;
mod generated;
mod streams;

const CANARY: &str = "sk-CANARY-0123456789abcdef0123456789abcdef";

fn input(operation: Operation) -> GenerationInput {
    match operation {
        Operation::Llm => llm(),
        Operation::Image => image(),
        Operation::Video => video(),
        Operation::Tts => tts(),
        Operation::Music => music(),
    }
}

fn served() -> Vec<(&'static dyn Adapter, Operation)> {
    ProviderId::ALL
        .into_iter()
        .flat_map(|provider| Operation::ALL.map(|operation| (provider, operation)))
        .filter_map(|(provider, operation)| Some((adapter(provider, operation)?, operation)))
        .collect()
}

fn stages() -> [Progress; 3] {
    let uploads = vec!["https://up/1".to_owned()];
    [
        Progress::default(),
        Progress {
            uploads: uploads.clone(),
            ..Progress::default()
        },
        Progress {
            uploads,
            task: Some("t".to_owned()),
            polls: 4,
            ..Progress::default()
        },
    ]
}

fn a_job(operation: Operation, model: &str) -> Job {
    let mut job = job(model, input(operation));
    if matches!(operation, Operation::Image | Operation::Video) {
        job.pictures = vec![png()];
    }
    job.endpoint = url::Url::parse("https://film--app.modal.run/generate").ok();
    job
}

/// A model that the provider's adapter can send.
fn a_model(provider: ProviderId, operation: Operation) -> &'static str {
    match (provider, operation) {
        (ProviderId::Modal | ProviderId::ModalEdit, _) => "standard",
        (ProviderId::PiApi, _) => "music-u",
        (ProviderId::Suno, _) => "V5",
        (ProviderId::Kie, Operation::Llm) => "gemini-3-flash",
        (ProviderId::Kie, Operation::Image) => "nano-banana-pro",
        (ProviderId::Kie, Operation::Tts) => "elevenlabs/text-to-speech-turbo-2-5",
        _ => "kling-2.6/image-to-video",
    }
}

/// Every adapter reads the answer at every stage.
fn read_everywhere(reply: &Reply) -> Vec<Result<Step, Failure>> {
    let mut outcomes = Vec::new();
    for (adapter, operation) in served() {
        let job = a_job(operation, a_model(adapter.provider(), operation));
        for progress in stages() {
            outcomes.push(adapter.read(&job, &progress, reply));
        }
        for stage in 0..2 {
            adapter.check_read(stage, reply);
            let at = ListPage { stage, after: None };
            outcomes.extend(adapter.list_read(&at, reply, "2026-11-22").err().map(Err));
        }
        for event in sse::events(&reply.body) {
            adapter.delta(&job, &event);
        }
    }
    outcomes
}

const FIXTURES: &[&str] = &[
    include_str!("openrouter/fixtures/success.json"),
    include_str!("openrouter/fixtures/choice-error.json"),
    include_str!("openrouter/fixtures/key.json"),
    include_str!("openrouter/fixtures/models.json"),
    include_str!("claude/fixtures/message.json"),
    include_str!("claude/fixtures/refusal.json"),
    include_str!("claude/fixtures/models.json"),
    include_str!("openai/fixtures/quota.json"),
    include_str!("openai/fixtures/models.json"),
    include_str!("gemini/fixtures/text.json"),
    include_str!("gemini/fixtures/image.json"),
    include_str!("gemini/fixtures/speech-pcm.json"),
    include_str!("gemini/fixtures/bad-key.json"),
    include_str!("gemini/fixtures/quota.json"),
    include_str!("gemini/fixtures/models.json"),
    include_str!("elevenlabs/fixtures/quota-exceeded.json"),
    include_str!("elevenlabs/fixtures/validation.json"),
    include_str!("elevenlabs/fixtures/subscription.json"),
    include_str!("elevenlabs/fixtures/models.json"),
    include_str!("elevenlabs/fixtures/voices.json"),
    include_str!("kie/fixtures/created.json"),
    include_str!("kie/fixtures/waiting.json"),
    include_str!("kie/fixtures/success.json"),
    include_str!("kie/fixtures/failed.json"),
    include_str!("kie/fixtures/uploaded.json"),
    include_str!("kie/fixtures/music-success.json"),
    include_str!("kie/fixtures/six-images.json"),
    include_str!("kie/fixtures/veo-success.json"),
    include_str!("kie/fixtures/veo-blocked.json"),
    include_str!("kie/fixtures/chat.json"),
    include_str!("kie/fixtures/claude.json"),
    include_str!("kie/fixtures/responses.json"),
    include_str!("kie/fixtures/prices.json"),
    include_str!("modal/fixtures/picture.json"),
    include_str!("modal/fixtures/validation.json"),
    include_str!("modal/fixtures/chat.json"),
    include_str!("piapi/fixtures/created.json"),
    include_str!("piapi/fixtures/completed.json"),
    include_str!("piapi/fixtures/failed.json"),
    include_str!("piapi/fixtures/account.json"),
    include_str!("suno/fixtures/created.json"),
    include_str!("suno/fixtures/success.json"),
    include_str!("suno/fixtures/hosted.json"),
];

#[test]
fn exactly_the_built_pairs_are_served_by_their_own_provider() {
    let pairs: Vec<String> = served()
        .iter()
        .map(|(adapter, operation)| format!("{} {operation}", adapter.provider()))
        .collect();
    assert_eq!(
        pairs,
        [
            "openrouter llm",
            "claude llm",
            "gemini llm",
            "gemini image",
            "gemini tts",
            "nano-banana image",
            "modal llm",
            "modal image",
            "modal video",
            "modal tts",
            "modal music",
            "modal-edit image",
            "kie llm",
            "kie image",
            "kie video",
            "kie tts",
            "kie music",
            "elevenlabs tts",
            "openai tts",
            "piapi music",
            "suno music",
        ]
    );
}

#[test]
fn a_job_of_another_operation_is_refused_and_not_misread() {
    for (adapter, _) in served() {
        for operation in Operation::ALL {
            if crate::adapter(adapter.provider(), operation).is_none() {
                let call = adapter.call(&job("m", input(operation)), &Progress::default());
                assert!(call.is_err(), "{} {operation}", adapter.provider());
            }
        }
    }
}

#[test]
fn a_deep_answer_does_not_exhaust_the_stack() {
    let deep = "[".repeat(1_000_000);
    let nested = format!("{{\"error\":{}", "{\"a\":".repeat(200_000));
    for body in [deep, nested] {
        let reply = Reply {
            status: 200,
            headers: HeaderMap::new(),
            body: Bytes::from(body),
        };
        assert!(read_everywhere(&reply).len() > 10);
    }
}

#[test]
fn no_debug_and_no_display_shows_what_a_provider_echoes() {
    let mut headers = HeaderMap::new();
    headers.insert("x-echo", HeaderValue::from_static(CANARY));
    for body in [
        format!("Incorrect API key provided: {CANARY}"),
        format!("{{\"error\":{{\"code\":401,\"message\":\"{CANARY}\"}}}}"),
        format!("{{\"code\":401,\"msg\":\"{CANARY}\"}}"),
        format!("{{\"detail\":{{\"code\":\"invalid_api_key\",\"message\":\"{CANARY}\"}}}}"),
    ] {
        for status in [200, 401, 500] {
            let reply = Reply {
                status,
                headers: headers.clone(),
                body: Bytes::from(body.clone()),
            };
            assert!(!format!("{reply:?}").contains("CANARY"));
            for failure in read_everywhere(&reply).into_iter().filter_map(Result::err) {
                let secret = SecretString::from(CANARY);
                for shown in [
                    format!("{failure:?}"),
                    format!("{failure}"),
                    format!("{:?}", SendError::NotSent(failure.clone())),
                    format!("{}", SendError::Ambiguous(failure.clone())),
                    failure.detail(&[&secret]),
                    failure.detail(&[]),
                ] {
                    assert!(!shown.contains("CANARY"), "{shown}");
                }
            }
        }
    }
}

#[test]
fn a_call_does_not_print_its_body() {
    let mut job = a_job(Operation::Llm, "a/b");
    job.input = GenerationInput::Llm(domain::input::LlmInput {
        prompt: CANARY.to_owned(),
        ..domain::input::LlmInput::default()
    });
    let call = adapter(ProviderId::OpenRouter, Operation::Llm)
        .unwrap()
        .call(&job, &Progress::default())
        .unwrap();
    assert!(!format!("{call:?}").contains("CANARY"));
    let media = Media::Bytes {
        bytes: Bytes::from_static(CANARY.as_bytes()),
        media_type: None,
    };
    assert!(!format!("{media:?}").contains("CANARY"));
}

fn segments(url: &url::Url) -> Vec<String> {
    url.path_segments().unwrap().map(str::to_owned).collect()
}

fn keeps_its_place(call: &Call, harmless: &Call) -> Result<(), TestCaseError> {
    let sandbox = Bases::at(&url::Url::parse("http://127.0.0.1:4010").unwrap());
    for bases in [Bases::live(), sandbox] {
        let base = bases.base(call).unwrap();
        let expected = segments(&harmless.url(base).unwrap());
        let Ok(url) = call.url(base) else { continue };
        prop_assert_eq!(url.origin(), base.origin());
        let found = segments(&url);
        prop_assert_eq!(found.len(), expected.len());
        let last = expected.len() - 1;
        prop_assert_eq!(&found[..last], &expected[..last]);
        prop_assert_eq!(url.fragment(), None);
        prop_assert_eq!(url.query().is_some(), !call.query.is_empty());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_answer_makes_an_adapter_panic(
        status in 0_u16..700, body in proptest::collection::vec(any::<u8>(), 0..400)
    ) {
        read_everywhere(&Reply { status, headers: HeaderMap::new(), body: body.into() });
    }

    #[test]
    fn no_cut_or_changed_fixture_makes_an_adapter_panic(
        which in 0..FIXTURES.len(), cut in 0.0_f64..1.0, at in 0.0_f64..1.0, byte in any::<u8>(),
        status in prop_oneof![Just(200_u16), Just(400), Just(401), Just(429), Just(500)]
    ) {
        let whole = FIXTURES[which].as_bytes();
        let place = |share: f64| ((whole.len() as f64) * share) as usize;
        let mut changed = whole.to_vec();
        changed[place(at)] = byte;
        let cut = &whole[..place(cut)];
        for body in [cut.to_vec(), changed] {
            read_everywhere(&Reply { status, headers: HeaderMap::new(), body: body.into() });
        }
    }

    #[test]
    fn values_of_other_types_never_make_an_adapter_panic(
        which in 0..FIXTURES.len(), target in 0_usize..60, kind in 0_usize..7
    ) {
        let mut value: serde_json::Value = serde_json::from_str(FIXTURES[which]).unwrap();
        let other = [
            serde_json::json!(null), serde_json::json!(-1), serde_json::json!(1e300),
            serde_json::json!("text"), serde_json::json!([]), serde_json::json!({}),
            serde_json::json!(true),
        ];
        replace(&mut value, &mut target.clone(), &other[kind]);
        let body = Bytes::from(value.to_string());
        read_everywhere(&Reply { status: 200, headers: HeaderMap::new(), body });
    }

    #[test]
    fn any_model_or_voice_keeps_the_path(model in "\\PC{0,40}|[./%\\\\#?\t\n]{0,12}|(\\.|%2e|%2E|\t){1,6}") {
        for (adapter, operation) in served() {
            let harmless = adapter
                .call(&a_job(operation, a_model(adapter.provider(), operation)), &stages()[1])
                .unwrap();
            let mut wild = a_job(operation, &model);
            if let Ok(call) = adapter.call(&wild, &stages()[1]) {
                keeps_its_place(&call, &harmless)?;
            }
            if let GenerationInput::Tts(input) = &mut wild.input {
                input.voice = Some(model.clone());
                wild.model = "m".to_owned();
                if let Ok(call) = adapter.call(&wild, &stages()[1]) && adapter.provider() == ProviderId::ElevenLabs {
                    keeps_its_place(&call, &harmless)?;
                }
            }
        }
    }
}

/// Replaces the value at this place of a walk through the tree.
fn replace(value: &mut serde_json::Value, left: &mut usize, other: &serde_json::Value) {
    if *left == 0 {
        *value = other.clone();
        *left = usize::MAX;
        return;
    }
    *left -= 1;
    match value {
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| {
            if *left != usize::MAX {
                replace(item, left, other);
            }
        }),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(|field| {
            if *left != usize::MAX {
                replace(field, left, other);
            }
        }),
        _ => {}
    }
}

#[test]
fn dots_are_refused_as_a_segment() {
    for voice in [".", "..", "", "a\tb", ".\t."] {
        let mut wild = a_job(Operation::Tts, "m");
        if let GenerationInput::Tts(input) = &mut wild.input {
            input.voice = Some(voice.to_owned());
        }
        let adapter = adapter(ProviderId::ElevenLabs, Operation::Tts).unwrap();
        let call = adapter.call(&wild, &Progress::default()).unwrap();
        let failure = call.url(Bases::live().base(&call).unwrap()).unwrap_err();
        assert_eq!(failure.fault, ProviderFault::ModelGone, "{voice:?}");
    }
}

#[test]
fn the_key_test_ends() {
    for (adapter, _) in served() {
        let mut stage = 0;
        let mut asked = 0;
        let reply = Reply {
            status: 401,
            headers: HeaderMap::new(),
            body: Bytes::from_static(b"{\"detail\":{\"code\":\"missing_permissions\"}}"),
        };
        while adapter.check_call(stage, None).is_some() {
            asked += 1;
            assert!(asked < 4, "{}", adapter.provider());
            match adapter.check_read(stage, &reply) {
                CheckStep::Next(next) => stage = next,
                CheckStep::Done(_) => break,
            }
        }
    }
}
