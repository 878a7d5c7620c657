//! Gemini's requests and answers against recorded shapes.

use super::Gemini;
use crate::{
    Adapter, Auth, CheckStep, Job, Limits, ListPage, Media, Picture, Produced, Progress, Reply,
    Step,
    test_support::{image, job, json_reply, llm, path, png, reply, sent, tts},
};
use domain::{
    Operation, ProviderFault as Fault, ProviderId,
    input::{GenerationInput, ImageInput, LlmInput, TtsInput},
    keys::FindingResult,
};
use serde_json::{Value, json};
use std::time::Duration;

fn body(job: &Job) -> Value {
    sent(&Gemini::General.call(job, &Progress::default()).unwrap())
}

fn read(input: GenerationInput, reply: &Reply) -> Result<Box<Produced>, crate::Failure> {
    match Gemini::General.read(&job("m", input), &Progress::default(), reply)? {
        Step::Done(produced) => Ok(produced),
        other => panic!("not done: {other:?}"),
    }
}

fn bytes(media: &Media) -> (&[u8], Option<&str>) {
    match media {
        Media::Bytes { bytes, media_type } => (bytes, media_type.as_deref()),
        Media::Url(url) => panic!("an address: {url}"),
    }
}

#[test]
fn text_goes_with_system_limit_and_schema_and_the_key_in_a_header() {
    let input = GenerationInput::Llm(LlmInput {
        prompt: "Write".to_owned(),
        system: Some("Be brief".to_owned()),
        max_output_tokens: Some(99),
        json_schema: Some(r#"{"type":"object"}"#.to_owned()),
        stream: false,
    });
    let job = job("gemini-3.8-flash", input);
    let call = Gemini::General.call(&job, &Progress::default()).unwrap();
    assert_eq!(
        path(&call),
        "v1beta/models/gemini-3.8-flash:generateContent"
    );
    assert_eq!(call.auth, Auth::Header("x-goog-api-key"));
    assert!(call.query.is_empty());
    assert_eq!(
        sent(&call),
        json!({
            "systemInstruction": { "parts": [{ "text": "Be brief" }] },
            "contents": [{ "role": "user", "parts": [{ "text": "Write" }] }],
            "generationConfig": {
                "maxOutputTokens": 99,
                "responseMimeType": "application/json",
                "responseJsonSchema": { "type": "object" }
            }
        })
    );
}

#[test]
fn streamed_text_has_its_own_address() {
    let input = GenerationInput::Llm(LlmInput {
        prompt: "Write".to_owned(),
        stream: true,
        ..LlmInput::default()
    });
    let call = Gemini::General
        .call(&job("gemini-3.8-flash", input), &Progress::default())
        .unwrap();
    assert_eq!(
        path(&call),
        "v1beta/models/gemini-3.8-flash:streamGenerateContent"
    );
    assert_eq!(call.query, [("alt", "sse".to_owned())]);
    assert_eq!(call.answer, Limits::STREAM);
}

#[test]
fn nano_banana_draws_under_its_own_name_and_does_nothing_else() {
    let slot = Gemini::NanoBanana;
    assert_eq!(slot.provider(), ProviderId::NanoBanana);
    for size in ["1K", "2K", "4K"] {
        let input = GenerationInput::Image(ImageInput {
            prompt: "Night street".to_owned(),
            resolution: Some(size.to_owned()),
            ..ImageInput::default()
        });
        let call = slot
            .call(&job("gemini-3-pro-image", input), &Progress::default())
            .unwrap();
        assert_eq!(
            path(&call),
            "v1beta/models/gemini-3-pro-image:generateContent"
        );
        let config = &sent(&call)["generationConfig"]["imageConfig"];
        assert_eq!(config, &json!({ "imageSize": size }));
    }
    for other in [llm(), tts()] {
        assert!(slot.call(&job("m", other), &Progress::default()).is_err());
    }
    let bad = reply(400, include_str!("fixtures/bad-key.json"));
    let CheckStep::Done(found) = slot.check_read(0, &bad) else {
        panic!("one stage")
    };
    assert!(found.auth.message.contains("Nano Banana"));
}

#[test]
fn a_picture_is_asked_for_with_shape_size_and_references() {
    let input = GenerationInput::Image(ImageInput {
        seed: Some(7),
        prompt: "Night street".to_owned(),
        aspect_ratio: Some("16:9".to_owned()),
        resolution: Some("2K".to_owned()),
        reference_images: vec!["one".to_owned()],
    });
    let mut job = job("gemini-3-pro-image", input);
    job.pictures = vec![png()];
    assert_eq!(
        body(&job),
        json!({
            "contents": [{ "role": "user", "parts": [
                { "inlineData": { "mimeType": "image/png", "data": "iVBORw==" } },
                { "text": "Night street" }
            ] }],
            "generationConfig": {
                "responseModalities": ["TEXT", "IMAGE"],
                "imageConfig": { "aspectRatio": "16:9", "imageSize": "2K" },
                "seed": 7
            }
        })
    );
    job.model = "gemini-2.5-flash-image".to_owned();
    assert_eq!(
        body(&job)["generationConfig"]["imageConfig"],
        json!({ "aspectRatio": "16:9" })
    );
    job.pictures = vec![Picture::Url("https://example.com/a.png".to_owned())];
    assert_eq!(
        Gemini::General
            .call(&job, &Progress::default())
            .unwrap_err()
            .fault,
        Fault::BadRequest
    );
}

#[test]
fn style_has_its_own_field_from_3_8_on_and_is_spoken_to_older_models() {
    let input = GenerationInput::Tts(TtsInput {
        seed: Some(0),
        text: "Hello there.".to_owned(),
        voice: Some("Puck".to_owned()),
        language: Some("en".to_owned()),
        style: Some("warm".to_owned()),
    });
    let new = body(&job("gemini-3.8-flash-tts", input.clone()));
    assert_eq!(
        new,
        json!({
            "contents": [{ "role": "user", "parts": [
                { "text": "Hello there.", "speechMetadata": { "style": "warm" } }
            ] }],
            "generationConfig": {
                "responseModalities": ["AUDIO"],
                "speechConfig": {
                    "voiceConfig": { "prebuiltVoiceConfig": { "voiceName": "Puck" } },
                    "languageCode": "en"
                },
                "seed": 0
            }
        })
    );
    let old = body(&job("gemini-2.5-flash-preview-tts", input));
    assert_eq!(
        old["contents"][0]["parts"],
        json!([{ "text": "warm: Hello there." }])
    );
}

#[test]
fn thinking_is_not_part_of_the_text_but_of_the_bill() {
    let produced = read(llm(), &reply(200, include_str!("fixtures/text.json"))).unwrap();
    assert_eq!(produced.text.as_deref(), Some("Rain falls."));
    assert_eq!(produced.usage.input_tokens, Some(10));
    assert_eq!(produced.usage.output_tokens, Some(125));
    assert_eq!(produced.request_id.as_deref(), Some("resp-1"));
}

#[test]
fn drafts_are_not_the_picture() {
    let produced = read(image(), &reply(200, include_str!("fixtures/image.json"))).unwrap();
    assert_eq!(produced.media.len(), 1);
    assert_eq!(
        bytes(&produced.media[0]),
        (&b"\x89PNG\r\n\x1a\n"[..], Some("image/png"))
    );
    assert_eq!(produced.usage.output_tokens, Some(1200));
    assert_eq!(produced.text, None);
}

#[test]
fn raw_speech_becomes_a_wav_file_and_wav_stays() {
    let produced = read(tts(), &reply(200, include_str!("fixtures/speech-pcm.json"))).unwrap();
    let (file, kind) = bytes(&produced.media[0]);
    assert_eq!(
        (&file[..4], file.len(), kind),
        (&b"RIFF"[..], 48, Some("audio/wav"))
    );
    assert_eq!(
        (produced.usage.audio_tokens, produced.usage.output_tokens),
        (Some(61), None)
    );
    let wav = json!({ "candidates": [{ "content": { "parts": [
        { "inlineData": { "mimeType": "audio/wav", "data": "UklGRjEyMzQ=" } } ] } }] });
    let produced = read(tts(), &json_reply(200, &wav)).unwrap();
    assert_eq!(bytes(&produced.media[0]).0, b"RIFF1234");
}

#[test]
fn blocks_and_missing_results_with_status_200_are_failures() {
    let finished = |reason: &str| json!({ "candidates": [{ "finishReason": reason }] });
    let table = [
        (
            image(),
            json!({ "promptFeedback": { "blockReason": "SAFETY" } }),
            Fault::ContentBlocked,
        ),
        (image(), finished("IMAGE_SAFETY"), Fault::ContentBlocked),
        (
            image(),
            finished("IMAGE_PROHIBITED_CONTENT"),
            Fault::ContentBlocked,
        ),
        (llm(), finished("RECITATION"), Fault::ContentBlocked),
        (llm(), finished("SPII"), Fault::ContentBlocked),
        (llm(), finished("MAX_TOKENS"), Fault::BadRequest),
        (image(), finished("NO_IMAGE"), Fault::Upstream),
        (image(), finished("IMAGE_OTHER"), Fault::Upstream),
        (image(), finished("OTHER"), Fault::Upstream),
        (image(), finished("MALFORMED_RESPONSE"), Fault::Upstream),
        (tts(), finished("OTHER"), Fault::Upstream),
        (llm(), finished("A_NEW_REASON"), Fault::Upstream),
        (
            image(),
            json!({ "candidates": [{ "content": { "parts": [{ "text": "I will not" }] }, "finishReason": "STOP" }] }),
            Fault::Upstream,
        ),
        (
            image(),
            json!({ "candidates": [{ "content": { "parts": [{ "inlineData": { "mimeType": "image/png", "data": "%%" } }] } }] }),
            Fault::Upstream,
        ),
        (llm(), json!({ "candidates": [] }), Fault::Upstream),
        (llm(), json!({}), Fault::Upstream),
    ];
    for (input, body, expected) in table {
        let failure = read(input, &json_reply(200, &body)).unwrap_err();
        assert_eq!(failure.fault, expected, "{body}");
    }
}

#[test]
fn every_documented_error_has_its_class() {
    let error = |code: u16, status: &str, message: &str| json!({ "error": { "code": code, "status": status, "message": message } });
    let table = [
        (
            400,
            serde_json::from_str(include_str!("fixtures/bad-key.json")).unwrap(),
            Fault::BadKey,
        ),
        (
            400,
            error(400, "INVALID_ARGUMENT", "Invalid field"),
            Fault::BadRequest,
        ),
        (
            400,
            error(400, "FAILED_PRECONDITION", "User location is not supported"),
            Fault::Forbidden,
        ),
        (
            400,
            error(
                400,
                "INVALID_ARGUMENT",
                "The input token count exceeds the maximum",
            ),
            Fault::TooLarge,
        ),
        (401, error(401, "UNAUTHENTICATED", ""), Fault::BadKey),
        (402, error(402, "RESOURCE_EXHAUSTED", ""), Fault::NoCredit),
        (403, error(403, "PERMISSION_DENIED", ""), Fault::Forbidden),
        (404, error(404, "NOT_FOUND", ""), Fault::ModelGone),
        (413, error(413, "", ""), Fault::TooLarge),
        (
            429,
            serde_json::from_str(include_str!("fixtures/quota.json")).unwrap(),
            Fault::RateLimited,
        ),
        (
            429,
            error(
                429,
                "RESOURCE_EXHAUSTED",
                "Your prepayment credits are depleted.",
            ),
            Fault::NoCredit,
        ),
        (499, error(499, "CANCELLED", ""), Fault::Timeout),
        (500, error(500, "INTERNAL", ""), Fault::Upstream),
        (503, error(503, "UNAVAILABLE", ""), Fault::Overloaded),
        (504, error(504, "DEADLINE_EXCEEDED", ""), Fault::Timeout),
    ];
    for (status, body, expected) in table {
        let failure = read(llm(), &json_reply(status, &body)).unwrap_err();
        assert_eq!(failure.fault, expected, "{status} {body}");
        let listed = read(llm(), &json_reply(status, &json!([body]))).unwrap_err();
        assert_eq!(listed.fault, expected, "as a list of one");
    }
}

#[test]
fn the_wait_is_read_from_the_retry_info() {
    let failure = read(llm(), &reply(429, include_str!("fixtures/quota.json"))).unwrap_err();
    assert_eq!(failure.retry_after, Some(Duration::from_secs(56)));
    assert!(failure.transient);
    let quota = include_str!("fixtures/quota.json");
    let zero = json!({ "error": { "code": 429, "message": "Quota exceeded, limit: 0, model: x" } });
    for (body, expected) in [
        (quota.replace("PerMinute", "PerDay"), Fault::SpendLimit),
        (zero.to_string(), Fault::Forbidden),
        (
            quota.replace("\"quotaValue\":\"10\"", "\"quotaValue\":\"0\""),
            Fault::Forbidden,
        ),
    ] {
        let failure = read(llm(), &reply(429, body.clone())).unwrap_err();
        let waits = (failure.transient, failure.retry_after);
        assert_eq!((failure.fault, waits), (expected, (false, None)), "{body}");
    }
    let some = zero.to_string().replace("limit: 0,", "limit: 0.5,");
    let failure = read(llm(), &reply(429, some)).unwrap_err();
    assert_eq!(failure.fault, Fault::RateLimited);
}

#[test]
fn the_key_test_lists_one_model() {
    let call = Gemini::General.check_call(0, None).unwrap();
    assert_eq!(
        (path(&call), &call.query[..]),
        (
            "v1beta/models".to_owned(),
            &[("pageSize", "1".to_owned())][..]
        )
    );
    let auth = |reply: &Reply| match Gemini::General.check_read(0, reply) {
        CheckStep::Done(found) => found.auth.result,
        CheckStep::Next(_) => panic!("one stage"),
    };
    assert_eq!(
        auth(&json_reply(200, &json!({ "models": [{}] }))),
        FindingResult::Ok
    );
    assert_eq!(
        auth(&reply(400, include_str!("fixtures/bad-key.json"))),
        FindingResult::Failed
    );
    assert_eq!(auth(&reply(200, "<html>")), FindingResult::Unknown);
    assert_eq!(auth(&json_reply(200, &json!({}))), FindingResult::Unknown);
}

#[test]
fn blocks_and_errors_within_a_stream_are_failures() {
    let chunk = |body: Value| reply(200, format!("data: {body}\n\n"));
    for (body, expected) in [
        (
            json!({ "promptFeedback": { "blockReason": "SAFETY" } }),
            Fault::ContentBlocked,
        ),
        (
            json!({ "candidates": [{ "content": { "parts": [{ "text": "Half" }] }, "finishReason": "SAFETY" }] }),
            Fault::ContentBlocked,
        ),
        (
            json!({ "candidates": [{ "finishReason": "MAX_TOKENS" }] }),
            Fault::BadRequest,
        ),
        (
            json!({ "error": { "code": 503, "status": "UNAVAILABLE", "message": "m" } }),
            Fault::Overloaded,
        ),
    ] {
        let failure = read(llm(), &chunk(body.clone())).unwrap_err();
        assert_eq!(
            (failure.fault, failure.uncertain),
            (expected, false),
            "{body}"
        );
    }
}

#[test]
fn the_list_tells_operations_by_id_page_by_page() {
    let page = reply(200, include_str!("fixtures/models.json"));
    let start = ListPage::default();
    let listed = |slot: Gemini| {
        let (listing, next) = slot.list_read(&start, &page, "2026-11-22").unwrap();
        assert!(listing.whole);
        let models = listing.models.into_iter();
        let ids: Vec<_> = models
            .map(|model| (model.operation, model.id, model.json_schema))
            .collect();
        (ids, next)
    };
    let row = |operation, id: &str, schema| (operation, id.to_owned(), schema);
    let (all, next) = listed(Gemini::General);
    assert_eq!(
        all,
        [
            row(Operation::Llm, "gemini-3.8-flash", true),
            row(Operation::Tts, "gemini-3.8-flash-tts", false),
            row(Operation::Tts, "gemini-2.5-flash-preview-tts", false),
            row(Operation::Image, "gemini-3-pro-image", false),
            row(Operation::Image, "gemini-2.5-flash-image", false),
            row(Operation::Llm, "gemma-4-27b-it", false),
        ]
    );
    let (drawing, _) = listed(Gemini::NanoBanana);
    assert_eq!(
        drawing,
        [row(Operation::Image, "gemini-3-pro-image", false)]
    );

    let next = next.unwrap();
    let call = Gemini::General.list_call(&next).unwrap();
    assert_eq!(
        call.query,
        [
            ("pageSize", "1000".to_owned()),
            ("pageToken", "page-2".to_owned())
        ]
    );
    let again = Gemini::General
        .list_read(&next, &page, "2026-11-22")
        .unwrap();
    assert_eq!(again.1, None, "the same page is not asked for twice");
    for body in [json!({ "models": [] }), json!({})] {
        let read = Gemini::General.list_read(&start, &json_reply(200, &body), "2026-11-22");
        assert_eq!(read.unwrap_err().fault, Fault::Upstream);
    }
    let bad = reply(400, include_str!("fixtures/bad-key.json"));
    let read = Gemini::General.list_read(&start, &bad, "2026-11-22");
    assert_eq!(read.unwrap_err().fault, Fault::BadKey);
}
