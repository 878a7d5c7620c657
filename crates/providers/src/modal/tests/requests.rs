//! What each deployment is sent.

use super::{ENDPOINT, a_job, begin};
use crate::{
    Adapter, Auth, Body, Call, Limits, Picture, Progress, Purpose,
    modal::Modal,
    test_support::{image, llm, music, png, sent, tts, video},
};
use domain::{
    Operation, ProviderFault as Fault,
    input::{GenerationInput, ImageInput, LlmInput, MusicInput, TtsInput, VideoInput},
};
use serde_json::{Value, json};

const PNG: &str = "data:image/png;base64,iVBORw==";

fn an_image(aspect_ratio: &str, resolution: &str) -> GenerationInput {
    GenerationInput::Image(ImageInput {
        prompt: "A harbour".to_owned(),
        aspect_ratio: Some(aspect_ratio.to_owned()),
        resolution: Some(resolution.to_owned()),
        seed: Some(7),
        ..ImageInput::default()
    })
}

fn a_clip() -> GenerationInput {
    GenerationInput::Video(VideoInput {
        prompt: "Waves".to_owned(),
        duration_seconds: Some(5),
        aspect_ratio: Some("16:9".to_owned()),
        seed: Some(7),
        ..VideoInput::default()
    })
}

fn a_song() -> MusicInput {
    MusicInput {
        prompt: "Calm strings".to_owned(),
        title: Some("Dusk".to_owned()),
        style: Some("Folk".to_owned()),
        duration_seconds: Some(60),
        seed: Some(7),
        ..MusicInput::default()
    }
}

fn body(model: &str, input: GenerationInput) -> Value {
    sent(&begin(&a_job(model, input)))
}

fn with_pictures(model: &str, input: GenerationInput, pictures: Vec<Picture>) -> crate::Job {
    let mut job = a_job(model, input);
    job.pictures = pictures;
    job
}

fn address(call: &Call) -> String {
    call.url(call.endpoint.as_ref().unwrap()).unwrap().into()
}

#[test]
fn a_submission_goes_to_exactly_the_endpoint_with_the_proxy_token() {
    let call = begin(&a_job("standard", image()));
    assert_eq!(
        (call.purpose, call.auth),
        (Purpose::Submit, Auth::ModalProxy)
    );
    assert_eq!(
        (address(&call).as_str(), call.answer),
        (ENDPOINT, Limits::ENDPOINT)
    );
}

#[test]
fn text_carries_the_schema_in_the_system_prompt() {
    assert_eq!(
        body("standard", llm()),
        json!({ "prompt": "A storm", "max_tokens": 8192 })
    );
    let input = GenerationInput::Llm(LlmInput {
        prompt: "Write".to_owned(),
        system: Some("Be brief".to_owned()),
        max_output_tokens: Some(200),
        json_schema: Some(r#"{"type":"object"}"#.to_owned()),
        stream: true,
    });
    let sent = body("extended", input);
    assert_eq!(sent["max_tokens"], 200);
    let system = sent["system_prompt"].as_str().unwrap();
    assert!(system.starts_with("Be brief\n\n") && system.ends_with(r#"{"type":"object"}"#));
}

#[test]
fn standard_pictures_are_sent_in_the_deployments_words() {
    assert_eq!(
        body("standard", an_image("16:9", "1K")),
        json!({ "prompt": "A harbour", "aspect_ratio": "16:9", "resolution": "hd", "seed": 7 })
    );
    assert_eq!(body("standard", an_image("1:1", "4K"))["resolution"], "4k");
    let pictures = vec![png(), Picture::Url("https://cdn.example/a.png".to_owned())];
    let call = begin(&with_pictures("standard", image(), pictures));
    assert_eq!(
        sent(&call)["reference_images"],
        json!([PNG, "https://cdn.example/a.png"])
    );
}

#[test]
fn extended_pictures_are_sent_in_pixels() {
    let whole = body("extended", an_image("16:9", "2K"));
    assert_eq!(
        (&whole["width"], &whole["height"]),
        (&json!(1920), &json!(1080))
    );
    assert_eq!(
        (&whole["num_images_per_prompt"], &whole["seed"]),
        (&json!(1), &json!(7))
    );
    for (shape, size, width, height) in [
        ("9:16", "4K", 2160, 3840),
        ("1:1", "1K", 540, 540),
        ("3:4", "2K", 1080, 1440),
    ] {
        let sent = body("extended", an_image(shape, size));
        assert_eq!(
            (&sent["width"], &sent["height"]),
            (&json!(width), &json!(height))
        );
    }
    for (shape, size) in [("7:5", "2K"), ("1:1", "8K")] {
        let job = a_job("extended", an_image(shape, size));
        let failure = Modal::GENERATE
            .call(&job, &Progress::default())
            .unwrap_err();
        assert_eq!(failure.fault, Fault::BadRequest);
    }
}

#[test]
fn an_edit_needs_its_picture() {
    let edit = |job: &crate::Job| Modal::EDIT.call(job, &Progress::default());
    let standard = edit(&with_pictures(
        "standard",
        an_image("16:9", "2K"),
        vec![png()],
    ))
    .unwrap();
    assert_eq!(sent(&standard)["reference_images"], json!([PNG]));
    let extended = sent(&edit(&with_pictures("extended", image(), vec![png()])).unwrap());
    assert_eq!(
        (&extended["image"], &extended["num_inference_steps"]),
        (&json!("iVBORw=="), &json!(30))
    );
    assert_eq!(
        (&extended["strength"], &extended["width"]),
        (&json!(0.7), &json!(1920))
    );
    assert_eq!(extended.get("num_images_per_prompt"), None);
    let address = Picture::Url("https://cdn.example/a.png".to_owned());
    for job in [
        a_job("standard", image()),
        with_pictures("extended", image(), vec![png(), png()]),
        with_pictures("extended", image(), vec![address]),
        with_pictures("standard", video(), vec![png()]),
    ] {
        assert_eq!(edit(&job).unwrap_err().fault, Fault::BadRequest);
    }
    let unknown = with_pictures("modal-example", image(), vec![png()]);
    assert_eq!(edit(&unknown).unwrap_err().fault, Fault::ModelGone);
}

#[test]
fn clips_carry_picture_length_and_seed() {
    let job = with_pictures("standard", a_clip(), vec![png()]);
    assert_eq!(
        sent(&begin(&job)),
        json!({ "image_url": PNG, "prompt": "Waves", "duration": 5, "aspect_ratio": "16:9",
                "seed": 7 })
    );
    let address = "https://cdn.example/a.png";
    let job = with_pictures("extended", a_clip(), vec![Picture::Url(address.to_owned())]);
    let sent = sent(&begin(&job));
    assert_eq!(
        (&sent["image"], &sent["duration"]),
        (&json!(address), &json!(5))
    );
    assert_eq!((&sent["fps"], &sent["seed"]), (&json!(24), &json!(7)));
}

#[test]
fn the_examples_take_queries_and_forms() {
    let picture = begin(&a_job("modal-example", an_image("16:9", "2K")));
    assert_eq!(picture.method, http::Method::GET);
    assert_eq!(
        address(&picture),
        format!("{ENDPOINT}?prompt=A+harbour&seed=7")
    );
    assert_eq!(picture.purpose, Purpose::Submit);

    let speech = begin(&a_job("modal-example", tts()));
    assert_eq!(speech.method, http::Method::POST);
    assert_eq!(address(&speech), format!("{ENDPOINT}?prompt=Hello+there."));
    assert!(matches!(speech.body, Body::None));

    let clip = begin(&with_pictures("modal-example", a_clip(), vec![png()]));
    assert_eq!(
        address(&clip),
        format!("{ENDPOINT}?prompt=Waves&num_frames=121&seed=7")
    );
    let Body::Multipart(parts) = &clip.body else {
        panic!("no form")
    };
    assert_eq!((parts.len(), parts[0].name), (1, "image_bytes"));
    assert_eq!(
        parts[0].file,
        Some(("first.png".to_owned(), "image/png".to_owned()))
    );
    let failure = Modal::GENERATE
        .call(&a_job("modal-example", a_clip()), &Progress::default())
        .unwrap_err();
    assert_eq!(failure.fault, Fault::BadRequest);
}

#[test]
fn speech_carries_voice_and_language() {
    let input = GenerationInput::Tts(TtsInput {
        text: "Hello.".to_owned(),
        voice: Some("ada".to_owned()),
        language: Some("de".to_owned()),
        ..TtsInput::default()
    });
    assert_eq!(
        body("standard", input.clone()),
        json!({ "text": "Hello.", "voice_id": "ada", "language": "de" })
    );
    assert_eq!(
        body("extended", input),
        json!({ "text": "Hello.", "voice": "ada", "language": "de", "output_format": "mp3" })
    );
    assert_eq!(body("extended", tts())["voice"], "default");
}

#[test]
fn music_carries_style_behind_its_description() {
    assert_eq!(
        body("standard", GenerationInput::Music(a_song())),
        json!({ "prompt": "Calm strings, Folk", "instrumental": true, "title": "Dusk",
                "duration": 60, "seed": 7 })
    );
    let sung = MusicInput {
        lyrics: Some("La".to_owned()),
        ..a_song()
    };
    let sent = body("standard", GenerationInput::Music(sung.clone()));
    assert_eq!(
        (&sent["lyrics"], &sent["instrumental"]),
        (&json!("La"), &json!(false))
    );
    let extended = body("extended", GenerationInput::Music(a_song()));
    assert_eq!(
        (&extended["duration"], &extended["top_k"]),
        (&json!(60), &json!(250))
    );
    let job = a_job("extended", GenerationInput::Music(sung));
    let failure = Modal::GENERATE
        .call(&job, &Progress::default())
        .unwrap_err();
    assert_eq!(failure.fault, Fault::BadRequest);
}

#[test]
fn a_payload_that_an_operation_does_not_have_is_refused() {
    for (model, input) in [
        ("modal-example", llm()),
        ("modal-example", music()),
        ("openai", image()),
        ("openai", video()),
        ("openai", tts()),
        ("openai", music()),
        ("Standard", image()),
    ] {
        let job = a_job(model, input);
        let failure = Modal::GENERATE
            .call(&job, &Progress::default())
            .unwrap_err();
        assert_eq!(failure.fault, Fault::ModelGone, "{model}");
    }
}

#[test]
fn a_job_without_an_endpoint_is_refused() {
    for operation in Operation::ALL {
        let input = match operation {
            Operation::Llm => llm(),
            Operation::Image => image(),
            Operation::Video => video(),
            Operation::Tts => tts(),
            Operation::Music => music(),
        };
        let mut job = a_job("standard", input);
        job.endpoint = None;
        let failure = Modal::GENERATE
            .call(&job, &Progress::default())
            .unwrap_err();
        assert_eq!(failure.fault, Fault::BadRequest);
    }
}
