//! What the confirmation says: parameters, who pays now and paid before, how long it takes, and why
//! a way cannot be used.

use domain::{ApiError, ErrorCode, generation::Typical, input::GenerationInput, resolution::Payer};

/// That somebody else would pay than last time.
#[must_use]
pub fn payer_warning(last: Payer, now: Payer) -> String {
    let before = match last {
        Payer::User => "Last time you paid with your own key.",
        Payer::Organization => "Last time your organization paid.",
        Payer::Instance => "Last time this server's operator paid.",
    };
    let now = match now {
        Payer::User => "This time you pay with your own key.",
        Payer::Organization => "This time your organization pays.",
        Payer::Instance => "This time this server's operator pays.",
    };
    format!("{before} {now}")
}

/// What a person says yes to when somebody else would pay.
#[must_use]
pub const fn payer_consent(now: Payer) -> &'static str {
    match now {
        Payer::User => "I want to pay for this with my own key",
        Payer::Organization => "I want my organization to pay for this",
        Payer::Instance => "I want this server's operator to pay for this",
    }
}

/// How long it usually takes: `about 12 s (your last 5)`.
#[must_use]
pub fn typical_words(typical: Option<Typical>) -> String {
    let Some(Typical { seconds, count }) = typical else {
        return "not known yet".to_owned();
    };
    let time = match seconds {
        ..=59 => format!("{seconds} s"),
        60..=3599 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    };
    match count {
        1 => format!("about {time} (once so far)"),
        _ => format!("about {time} (your last {count})"),
    }
}

/// Why a way cannot be used, in a plain sentence.
#[must_use]
pub fn why_not(problem: &ApiError) -> String {
    let missing = problem.missing.first().map(String::as_str);
    match (problem.code, missing) {
        (ErrorCode::ApiKeyRequired, Some("api_key")) => "There is no API key yet.".to_owned(),
        (ErrorCode::ApiKeyRequired, Some("endpoint")) => {
            "There is no address of a deployment yet.".to_owned()
        }
        (ErrorCode::ApiKeyRequired, Some("permission")) => {
            "This server's operator has not switched it on.".to_owned()
        }
        (ErrorCode::InvalidInput, _) => format!("It cannot do this: {}", problem.detail),
        _ => problem.detail.clone(),
    }
}

/// The parameters of a request in words, without those that were left to the model.
#[must_use]
pub fn parameter_rows(input: &GenerationInput) -> Vec<(&'static str, String)> {
    let mut rows: Vec<(&'static str, Option<String>)> = Vec::new();
    match input {
        GenerationInput::Llm(llm) => {
            rows.push(("Prompt", Some(excerpt(&llm.prompt))));
            rows.push(("Role", llm.system.as_deref().map(excerpt)));
            rows.push((
                "Longest answer",
                llm.max_output_tokens.map(|most| format!("{most} tokens")),
            ));
        }
        GenerationInput::Image(image) => {
            rows.push(("Prompt", Some(excerpt(&image.prompt))));
            rows.push(("Resolution", image.resolution.clone()));
            rows.push(("Aspect ratio", image.aspect_ratio.clone()));
            let count = image.reference_images.len();
            rows.push(("Reference images", (count > 0).then(|| count.to_string())));
        }
        GenerationInput::Video(video) => {
            rows.push(("Prompt", Some(excerpt(&video.prompt))));
            rows.push((
                "First frame",
                video.image.as_ref().map(|_| "chosen".to_owned()),
            ));
            rows.push(("Duration", video.duration_seconds.map(|s| format!("{s} s"))));
            rows.push(("Resolution", video.resolution.clone()));
            rows.push(("Aspect ratio", video.aspect_ratio.clone()));
            rows.push((
                "Sound",
                video
                    .audio
                    .map(|on| if on { "on" } else { "off" }.to_owned()),
            ));
        }
        GenerationInput::Tts(tts) => {
            rows.push(("Text", Some(excerpt(&tts.text))));
            rows.push(("Characters", Some(tts.text.chars().count().to_string())));
            rows.push(("Voice", tts.voice.clone()));
            rows.push(("Language", tts.language.clone()));
            rows.push(("Style", tts.style.as_deref().map(excerpt)));
        }
        GenerationInput::Music(music) => {
            rows.push(("Prompt", Some(excerpt(&music.prompt))));
            rows.push(("Title", music.title.clone()));
            rows.push(("Style", music.style.as_deref().map(excerpt)));
            rows.push(("Lyrics", music.lyrics.as_deref().map(excerpt)));
            rows.push((
                "Singing",
                music
                    .instrumental
                    .map(|without| if without { "instrumental" } else { "sung" }.to_owned()),
            ));
        }
    }
    rows.into_iter()
        .filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)))
        .collect()
}

/// The beginning of a text.
#[must_use]
pub fn excerpt(text: &str) -> String {
    const SHOWN: usize = 140;
    let text = text.trim();
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    let mut shown: String = text.chars().take(SHOWN).collect();
    shown.push('…');
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::input::{ImageInput, VideoInput};
    use std::collections::BTreeSet;

    #[test]
    fn parameters_that_were_left_out_are_not_listed() {
        let input = GenerationInput::Image(ImageInput {
            prompt: " A fox ".into(),
            resolution: Some("2K".into()),
            ..ImageInput::default()
        });
        assert_eq!(
            parameter_rows(&input),
            [
                ("Prompt", "A fox".to_owned()),
                ("Resolution", "2K".to_owned())
            ]
        );
    }

    #[test]
    fn a_data_url_is_never_printed() {
        let input = GenerationInput::Video(VideoInput {
            image: Some("data:image/png;base64,AAAA".into()),
            ..VideoInput::default()
        });
        assert_eq!(
            parameter_rows(&input),
            [("First frame", "chosen".to_owned())]
        );
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let shown = excerpt(&"é".repeat(300));
        assert_eq!(shown.chars().count(), 141);
    }

    #[test]
    fn each_change_of_who_pays_has_its_own_words() {
        let payers = [Payer::User, Payer::Organization, Payer::Instance];
        let pairs = payers
            .into_iter()
            .flat_map(|last| payers.map(|now| payer_warning(last, now)));
        assert_eq!(pairs.collect::<BTreeSet<_>>().len(), 9);
        assert_eq!(
            payer_warning(Payer::User, Payer::Organization),
            "Last time you paid with your own key. This time your organization pays."
        );
        assert_eq!(
            payers
                .map(payer_consent)
                .into_iter()
                .collect::<BTreeSet<_>>()
                .len(),
            3
        );
    }

    #[test]
    fn times_are_short_and_say_what_they_are_taken_from() {
        let words = |seconds, count| typical_words(Some(Typical { seconds, count }));
        assert_eq!(typical_words(None), "not known yet");
        assert_eq!(words(12, 1), "about 12 s (once so far)");
        assert_eq!(words(125, 20), "about 2 min 5 s (your last 20)");
        assert_eq!(words(3_700, 2), "about 1 h 1 min (your last 2)");
    }

    #[test]
    fn a_way_that_cannot_be_used_says_what_is_missing() {
        let missing = |what: &str| {
            let mut problem = ApiError::new(ErrorCode::ApiKeyRequired, "Enter it.");
            problem.missing = vec![what.to_owned()];
            why_not(&problem)
        };
        assert_eq!(missing("api_key"), "There is no API key yet.");
        assert!(missing("endpoint").contains("address"));
        assert!(missing("permission").contains("operator"));
        assert_eq!(
            why_not(&ApiError::invalid_field("input.resolution", "Z takes: 1K.")),
            "It cannot do this: Z takes: 1K."
        );
        let unreadable = ApiError::new(ErrorCode::KeyUnavailable, "Enter it again.");
        assert_eq!(why_not(&unreadable), "Enter it again.");
    }
}
