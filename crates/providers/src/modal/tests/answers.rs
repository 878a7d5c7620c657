//! What deployments answer: files in every form, and errors in every place.

use super::read;
use crate::{
    Media, Produced, Reply, Step,
    test_support::{image, json_reply, music, reply, tts, video, with_header},
};
use domain::{ProviderFault as Fault, input::GenerationInput};
use serde_json::{Value, json};

fn produced(input: GenerationInput, reply: &Reply) -> Box<Produced> {
    match read(input, reply) {
        Ok(Step::Done(produced)) => produced,
        other => panic!("not done: {other:?}"),
    }
}

fn file(input: GenerationInput, body: &Value) -> (Vec<u8>, Option<String>) {
    match &produced(input, &json_reply(200, body)).media[..] {
        [Media::Bytes { bytes, media_type }] => (bytes.to_vec(), media_type.clone()),
        other => panic!("not one file: {other:?}"),
    }
}

#[test]
fn a_raw_file_is_taken_as_it_is() {
    for (input, kind) in [
        (image(), "image/png"),
        (tts(), "audio/wav"),
        (video(), "video/mp4"),
        (music(), "Application/Octet-Stream; charset=binary"),
    ] {
        let answer = with_header(reply(200, &b"\x00\xffRIFF"[..]), "content-type", kind);
        let media = &produced(input, &answer).media[0];
        let Media::Bytes { bytes, media_type } = media else {
            panic!("an address")
        };
        assert_eq!(&bytes[..], b"\x00\xffRIFF");
        assert!(
            media_type
                .as_deref()
                .is_some_and(|told| { kind.to_lowercase().starts_with(told) })
        );
    }
    let empty = with_header(reply(200, ""), "content-type", "image/png");
    assert_eq!(read(image(), &empty).unwrap_err().fault, Fault::Upstream);
}

#[test]
fn every_place_of_a_file_is_found() {
    for (input, body) in [
        (image(), json!({ "image": "aGk=" })),
        (image(), json!({ "images": ["aGk=", "b"] })),
        (image(), json!({ "image_base64": "aGk" })),
        (image(), json!("aGk=")),
        (video(), json!({ "video": "aGk=", "error": null })),
        (
            video(),
            json!({ "video_base64": "aG\nk=", "status": "complete" }),
        ),
        (tts(), json!({ "audio": "aGk=", "audioUrl": "" })),
        (music(), json!({ "audio": null, "audio_base64": " aGk= " })),
    ] {
        assert_eq!(file(input, &body), (b"hi".to_vec(), None), "{body}");
    }
    let urlsafe = file(image(), &json!({ "image": "-_-_" }));
    assert_eq!(urlsafe.0, [0xfb, 0xff, 0xbf]);
    let told = produced(
        image(),
        &reply(200, include_str!("../fixtures/picture.json")),
    );
    let [Media::Bytes { bytes, media_type }] = &told.media[..] else {
        panic!("not one file")
    };
    assert_eq!(&bytes[..], b"\x89PNG\r\n\x1a\n");
    assert_eq!(media_type.as_deref(), Some("image/png"));
    let with_codec = json!({ "audio": "data:audio/mpeg;codecs=mp3;base64,aGk=" });
    assert_eq!(file(tts(), &with_codec).1.as_deref(), Some("audio/mpeg"));
}

#[test]
fn an_address_is_passed_on() {
    for (input, name) in [
        (image(), "imageUrl"),
        (image(), "image_url"),
        (image(), "url"),
        (image(), "image"),
        (video(), "videoUrl"),
        (video(), "video_url"),
        (tts(), "audioUrl"),
        (music(), "audio_url"),
    ] {
        let answer = json_reply(200, &json!({ name: "https://cdn.example/a" }));
        assert!(
            matches!(&produced(input, &answer).media[..], [Media::Url(url)] if url == "https://cdn.example/a"),
            "{name}"
        );
    }
}

#[test]
fn what_is_no_file_is_a_failure_that_stays() {
    for body in [
        "",
        "<html>",
        "{}",
        "[]",
        "{\"image\":\"\"}",
        "{\"image\":7}",
        "{\"image\":\"not base64!\"}",
        "{\"image\":\"data:image/svg+xml,<svg/>\"}",
        "{\"audio\":\"aGk=\"}",
    ] {
        let failure = read(image(), &reply(200, body)).unwrap_err();
        assert_eq!(
            (failure.fault, failure.transient),
            (Fault::Upstream, false),
            "{body}"
        );
    }
}

#[test]
fn an_error_inside_a_success_is_an_error() {
    for body in [
        json!({ "error": "CUDA out of memory" }),
        json!({ "error": { "message": "CUDA out of memory" }, "image": "aGk=" }),
        json!({ "detail": "CUDA out of memory" }),
        json!({ "status": "error", "message": "CUDA out of memory" }),
        json!({ "status": "Failed", "error": "CUDA out of memory" }),
    ] {
        let failure = read(image(), &json_reply(200, &body)).unwrap_err();
        assert_eq!(
            (failure.fault, failure.transient),
            (Fault::Upstream, false),
            "{body}"
        );
        assert!(failure.detail(&[]).contains("CUDA out of memory"), "{body}");
    }
}

#[test]
fn every_status_has_its_class_and_no_submission_is_uncertain() {
    for (status, body, fault) in [
        (400, "bad", Fault::BadRequest),
        (
            401,
            "modal-http: missing credentials for proxy authorization",
            Fault::BadKey,
        ),
        (403, "{\"detail\":\"Forbidden\"}", Fault::Forbidden),
        (404, "modal-http: invalid function call", Fault::ModelGone),
        (
            405,
            "{\"detail\":\"Method Not Allowed\"}",
            Fault::BadRequest,
        ),
        (413, "", Fault::TooLarge),
        (429, "", Fault::RateLimited),
        (500, "Internal Server Error", Fault::Upstream),
        (502, "", Fault::Overloaded),
        (503, "", Fault::Overloaded),
        (504, "", Fault::Timeout),
    ] {
        let failure = read(image(), &reply(status, body)).unwrap_err();
        assert_eq!(
            (failure.fault, failure.uncertain),
            (fault, false),
            "{status}"
        );
    }
}

#[test]
fn a_validation_error_names_places_and_messages() {
    let answer = reply(422, include_str!("../fixtures/validation.json"));
    let failure = read(image(), &answer).unwrap_err();
    assert_eq!(failure.fault, Fault::BadRequest);
    assert_eq!(
        failure.detail(&[]),
        "body.prompt: Field required; body.seed: Input should be a valid integer"
    );
}

#[test]
fn a_safety_checker_is_named_as_such_wherever_it_speaks() {
    let told = json!({ "detail": "The prompt was rejected by the safety checker" });
    for status in [200, 400, 403, 422, 500] {
        let failure = read(image(), &json_reply(status, &told)).unwrap_err();
        assert_eq!(
            (failure.fault, failure.transient),
            (Fault::ContentBlocked, false),
            "{status}"
        );
    }
    let overloaded = read(image(), &json_reply(503, &told)).unwrap_err();
    assert_eq!(overloaded.fault, Fault::Overloaded);
}
