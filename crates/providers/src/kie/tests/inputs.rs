//! Market inputs in full, as they go out: what each family calls its parameters, what takes over,
//! and what is refused.

use super::*;
use domain::{
    ProviderFault as Fault,
    input::{ImageInput, TtsInput},
};

fn picture(model: &str, edit: impl Fn(&mut ImageInput)) -> Job {
    let mut input = ImageInput {
        prompt: "A harbour".to_owned(),
        ..ImageInput::default()
    };
    edit(&mut input);
    job(model, GenerationInput::Image(input))
}

fn speech(model: &str, edit: impl Fn(&mut TtsInput)) -> Job {
    let mut input = TtsInput {
        text: "Hello there.".to_owned(),
        ..TtsInput::default()
    };
    edit(&mut input);
    job(model, GenerationInput::Tts(input))
}

#[test]
fn pictures_are_asked_for_in_the_words_of_each_model() {
    let sized = |input: &mut ImageInput| {
        input.aspect_ratio = Some("16:9".to_owned());
        input.resolution = Some("4K".to_owned());
    };
    let shaped = |input: &mut ImageInput| {
        input.aspect_ratio = Some("16:9".to_owned());
        input.seed = Some(7);
    };
    let table = [
        (
            picture("seedream/4.5-text-to-image", sized),
            json!({ "model": "seedream/4.5-text-to-image", "input": {
                "prompt": "A harbour", "aspect_ratio": "16:9", "quality": "high" } }),
        ),
        (
            picture("seedream/4.5-text-to-image", |_| {}),
            json!({ "model": "seedream/4.5-text-to-image", "input": {
                "prompt": "A harbour", "aspect_ratio": "1:1", "quality": "basic" } }),
        ),
        (
            with_picture(picture("seedream/4.5-text-to-image", sized)),
            json!({ "model": "seedream/4.5-edit", "input": {
                "prompt": "A harbour", "aspect_ratio": "16:9", "quality": "high",
                "image_urls": ["https://example.com/a.png"] } }),
        ),
        (
            with_picture(picture("google/nano-banana", |_| {})),
            json!({ "model": "google/nano-banana-edit", "input": {
                "prompt": "A harbour", "output_format": "png",
                "image_urls": ["https://example.com/a.png"] } }),
        ),
        (
            with_picture(picture("nano-banana-pro", sized)),
            json!({ "model": "nano-banana-pro", "input": {
                "prompt": "A harbour", "aspect_ratio": "16:9", "resolution": "4K",
                "output_format": "png", "image_input": ["https://example.com/a.png"] } }),
        ),
        (
            picture("qwen/text-to-image", shaped),
            json!({ "model": "qwen/text-to-image", "input": {
                "prompt": "A harbour", "image_size": "landscape_16_9", "seed": 7,
                "output_format": "png" } }),
        ),
        (
            picture("google/imagen4", shaped),
            json!({ "model": "google/imagen4", "input": {
                "prompt": "A harbour", "aspect_ratio": "16:9", "seed": "7" } }),
        ),
    ];
    for (job, expected) in table {
        assert_eq!(asked(&Progress::default(), &job), expected);
    }
}

#[test]
fn one_picture_to_work_on_and_others_to_follow() {
    let mut job = with_picture(picture("ideogram/character-remix", |_| {}));
    let sent = |job: &Job| asked(&Progress::default(), job)["input"].clone();
    let single = "https://example.com/a.png";
    assert_eq!(sent(&job)["image_url"], single);
    assert_eq!(sent(&job)["reference_image_urls"], json!([single]));
    job.pictures
        .push(Picture::Url("https://example.com/b.png".to_owned()));
    assert_eq!(sent(&job)["image_url"], single);
    assert_eq!(
        sent(&job)["reference_image_urls"],
        json!(["https://example.com/b.png"])
    );
    let mut one = with_picture(picture("qwen/image-edit", |_| {}));
    assert_eq!(sent(&one)["image_url"], single);
    one.pictures.push(png());
    let failure = Kie.call(&one, &Progress::default()).unwrap_err();
    assert_eq!(failure.fault, Fault::BadRequest, "a picture would be lost");
    let mut many = with_picture(picture("grok-imagine/image-to-image", |_| {}));
    many.pictures = vec![png(); 6];
    assert!(Kie.call(&many, &Progress::default()).is_err(), "it takes 5");
}

#[test]
fn speech_is_said_by_the_chosen_voice() {
    let table = [
        (
            speech("elevenlabs/text-to-speech-multilingual-v2", |_| {}),
            json!({ "text": "Hello there.", "voice": "Rachel" }),
        ),
        (
            speech("elevenlabs/text-to-speech-turbo-2-5", |input| {
                input.voice = Some("Aria".to_owned());
                input.language = Some("de".to_owned());
                input.style = Some("calm".to_owned());
            }),
            json!({ "text": "Hello there.", "voice": "Aria", "language_code": "de" }),
        ),
        (
            speech("elevenlabs/text-to-dialogue-v3", |input| {
                input.voice = Some("Z3R5wn05IrDiVCyEkUrK".to_owned());
            }),
            json!({ "dialogue": [{ "text": "Hello there.", "voice": "Z3R5wn05IrDiVCyEkUrK" }] }),
        ),
    ];
    for (job, expected) in table {
        let body = asked(&Progress::default(), &job);
        assert_eq!(body, json!({ "model": job.model, "input": expected }));
    }
}

#[test]
fn each_family_names_its_parameters_in_its_own_way() {
    let url = "https://example.com/a.png";
    let all = |input: &mut VideoInput| {
        input.aspect_ratio = Some("9:16".to_owned());
        input.audio = Some(true);
    };
    let table = [
        (
            "kling-2.6/image-to-video",
            Some(10),
            None,
            json!({ "image_urls": [url], "duration": "10", "sound": true }),
        ),
        (
            "kling-3.0/video",
            Some(7),
            Some("pro"),
            json!({ "image_urls": [url], "duration": "7", "sound": true, "aspect_ratio": "9:16",
                 "mode": "pro", "multi_shots": false, "multi_prompt": [] }),
        ),
        (
            "kling/v2-5-turbo-image-to-video-pro",
            Some(5),
            None,
            json!({ "image_url": url, "duration": "5" }),
        ),
        (
            "kling/v2-1-standard",
            Some(5),
            None,
            json!({ "image_url": url, "duration": "5" }),
        ),
        (
            "hailuo/02-image-to-video-standard",
            Some(6),
            Some("768p"),
            json!({ "image_url": url, "duration": "6", "resolution": "768P", "prompt_optimizer": false }),
        ),
        (
            "hailuo/02-image-to-video-pro",
            Some(6),
            None,
            json!({ "image_url": url, "prompt_optimizer": false }),
        ),
        (
            "hailuo/2-3-image-to-video-pro",
            Some(6),
            Some("1080P"),
            json!({ "image_url": url, "duration": "6", "resolution": "1080P" }),
        ),
        (
            "wan/2-2-a14b-image-to-video-turbo",
            None,
            Some("480p"),
            json!({ "image_url": url, "resolution": "480p", "enable_prompt_expansion": false }),
        ),
        (
            "wan/2-5-image-to-video",
            None,
            None,
            json!({ "image_url": url, "duration": "5", "enable_prompt_expansion": false }),
        ),
        (
            "wan/2-6-image-to-video",
            Some(15),
            Some("720p"),
            json!({ "image_urls": [url], "duration": "15", "resolution": "720p" }),
        ),
        (
            "wan/2-6-flash-image-to-video",
            Some(5),
            None,
            json!({ "image_urls": [url], "duration": "5", "audio": true }),
        ),
        (
            "wan/2-7-image-to-video",
            Some(9),
            None,
            json!({ "first_frame_url": url, "duration": 9, "prompt_extend": false }),
        ),
        (
            "bytedance/seedance-1.5-pro",
            Some(8),
            Some("1080p"),
            json!({ "input_urls": [url], "duration": "8", "resolution": "1080p",
                 "aspect_ratio": "9:16", "generate_audio": true }),
        ),
        (
            "bytedance/seedance-2",
            Some(5),
            None,
            json!({ "first_frame_url": url, "duration": 5, "aspect_ratio": "9:16",
                 "generate_audio": true }),
        ),
        (
            "bytedance/seedance-2-fast",
            Some(5),
            None,
            json!({ "first_frame_url": url, "duration": 5, "aspect_ratio": "9:16",
                 "generate_audio": true }),
        ),
        (
            "bytedance/v1-pro-image-to-video",
            Some(5),
            Some("1080p"),
            json!({ "image_url": url, "duration": "5", "resolution": "1080p" }),
        ),
    ];
    for (model, seconds, size, mut expected) in table {
        let job = with_picture(clip(model, |input| {
            all(input);
            input.duration_seconds = seconds;
            input.resolution = size.map(str::to_owned);
        }));
        expected["prompt"] = json!("Waves");
        assert_eq!(
            asked(&Progress::default(), &job),
            json!({ "model": model, "input": expected })
        );
    }
    let wan = clip("wan/2-7-text-to-video", |input| {
        all(input);
        input.duration_seconds = Some(4);
    });
    let expected =
        json!({ "prompt": "Waves", "ratio": "9:16", "duration": 4, "prompt_extend": false });
    assert_eq!(asked(&Progress::default(), &wan)["input"], expected);
}

#[test]
fn sound_that_costs_more_is_off_unless_chosen() {
    let body = asked(&Progress::default(), &clip("bytedance/seedance-2", |_| {}));
    assert_eq!(body["input"]["generate_audio"], false);
}

#[test]
fn what_a_model_does_not_take_is_refused_before_anything_is_sent() {
    let refusals = [
        (clip("kling-2.6/image-to-video", |_| {}), Fault::BadRequest),
        (clip(GROK, |_| {}), Fault::BadRequest),
        (
            with_picture(clip("kling-2.6/text-to-video", |_| {})),
            Fault::BadRequest,
        ),
        (
            clip("kling-2.6/text-to-video", |i| i.duration_seconds = Some(7)),
            Fault::BadRequest,
        ),
        (
            clip("wan/2-6-text-to-video", |i| {
                i.resolution = Some("480p".to_owned())
            }),
            Fault::BadRequest,
        ),
        (
            clip("kling-2.6/text-to-video", |i| {
                i.resolution = Some("720p".to_owned())
            }),
            Fault::BadRequest,
        ),
        (
            clip("kling-2.6/text-to-video", |i| i.seed = Some(7)),
            Fault::BadRequest,
        ),
        (
            clip("kling-2.6/text-to-video", |i| {
                i.prompt = "é".repeat(1_001);
            }),
            Fault::TooLarge,
        ),
        (clip("sora-3-text-to-video", |_| {}), Fault::ModelGone),
        (clip("../../jobs", |_| {}), Fault::ModelGone),
        // In the market, but it makes something else, or nothing for us.
        (clip("z-image", |_| {}), Fault::BadRequest),
        (clip("topaz/video-upscale", |_| {}), Fault::BadRequest),
        (
            speech("elevenlabs/text-to-speech-multilingual-v2", |i| {
                i.language = Some("de".to_owned());
            }),
            Fault::BadRequest,
        ),
        (
            speech("elevenlabs/text-to-speech-turbo-2-5", |i| {
                i.voice = Some("nobody".to_owned());
            }),
            Fault::BadRequest,
        ),
        (job("V5", crate::test_support::llm()), Fault::ModelGone),
    ];
    for (job, expected) in refusals {
        let failure = Kie.call(&job, &Progress::default()).unwrap_err();
        assert_eq!(
            (failure.fault, failure.transient),
            (expected, false),
            "{}",
            job.model
        );
    }
    let mut unknown = clip("sora-3-text-to-video", |_| {});
    unknown.pictures = vec![png()];
    assert!(
        Kie.call(&unknown, &Progress::default()).is_err(),
        "refused before the upload"
    );
}
