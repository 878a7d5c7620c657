//! Suno on KIE: what is sung, what is only described, and what is too long.

use super::*;
use crate::Failure;
use domain::input::MusicInput;

fn tune(edit: impl Fn(&mut MusicInput)) -> Value {
    let mut input = MusicInput {
        prompt: "Calm strings".to_owned(),
        ..MusicInput::default()
    };
    edit(&mut input);
    asked(
        &Progress::default(),
        &job("V5", GenerationInput::Music(input)),
    )
}

#[test]
fn music_without_words_is_simple_until_something_is_chosen() {
    assert_eq!(
        tune(|_| {}),
        json!({ "model": "V5", "customMode": false, "instrumental": true,
                "prompt": "Calm strings", "callBackUrl": "https://example.com/film-generator" })
    );
    let styled = tune(|input| {
        input.style = Some("jazz".to_owned());
        input.title = Some("Dawn".to_owned());
        input.duration_seconds = Some(60);
    });
    assert_eq!(
        styled,
        json!({ "model": "V5", "customMode": true, "instrumental": true,
                "prompt": "Calm strings", "style": "jazz, Calm strings, about 60 seconds long",
                "title": "Dawn", "callBackUrl": "https://example.com/film-generator" })
    );
}

#[test]
fn lyrics_are_sung_as_they_are_and_a_description_never_is() {
    let sung = tune(|input| input.lyrics = Some("La la".to_owned()));
    assert_eq!(sung["customMode"], true);
    assert_eq!(sung["instrumental"], false);
    assert_eq!(sung["prompt"], "La la");
    assert_eq!(
        (&sung["style"], &sung["title"]),
        (&json!("Calm strings"), &json!("Calm strings"))
    );
    let described = tune(|input| {
        input.instrumental = Some(false);
        input.style = Some("folk".to_owned());
    });
    assert_eq!(described["customMode"], false);
    assert_eq!(described["prompt"], "folk, Calm strings");
    let silent = tune(|input| {
        input.instrumental = Some(true);
        input.lyrics = Some("La la".to_owned());
    });
    assert_eq!(
        (&silent["instrumental"], &silent["prompt"]),
        (&json!(true), &json!("Calm strings"))
    );
}

#[test]
fn a_length_is_a_number_where_the_model_takes_one() {
    let input = MusicInput {
        prompt: "Calm".to_owned(),
        duration_seconds: Some(60),
        ..MusicInput::default()
    };
    let body = asked(
        &Progress::default(),
        &job("V6", GenerationInput::Music(input)),
    );
    assert_eq!(
        (&body["duration"], &body["style"]),
        (&json!(60), &json!("Calm"))
    );
}

#[test]
fn too_long_a_song_is_refused_and_not_cut() {
    let long = |lyrics: Option<String>, prompt: String, instrumental: bool| {
        let input = MusicInput {
            prompt,
            lyrics,
            instrumental: Some(instrumental),
            ..MusicInput::default()
        };
        Kie.call(
            &job("V5", GenerationInput::Music(input)),
            &Progress::default(),
        )
    };
    let fault = |call: Result<_, Failure>| call.map(|_: crate::Call| ()).unwrap_err().fault;
    assert_eq!(fault(long(None, "é".repeat(501), false)), Fault::TooLarge);
    assert_eq!(fault(long(None, "é".repeat(1_001), true)), Fault::TooLarge);
    assert_eq!(
        fault(long(Some("é".repeat(5_001)), String::new(), false)),
        Fault::TooLarge
    );
    assert!(long(None, "é".repeat(501), true).is_ok());
}
