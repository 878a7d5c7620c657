//! Suno on KIE: what a person asked for → its simple or its custom mode; the record of a task → its
//! tracks. What is sung is what was written: a description is never sent as lyrics.

use super::{
    error::task_failed,
    task::produced,
    wire::{GenerateMusic, MusicTask},
};
use crate::{Failure, Produced, Reply, json::number};
use domain::{ProviderFault, input::MusicInput};

/// Suno tasks are refused without an address to call back; nobody listens there.
const CALL_BACK: &str = "https://example.com/film-generator";
/// The longest description in Suno's simple mode.
const SIMPLE_PROMPT: usize = 500;
/// The longest title.
const TITLE: usize = 80;

/// Suno has a simple mode, where it writes the words itself from a description, and a custom mode,
/// where the prompt is sung as it is and style and title are required.
pub fn body<'a>(model: &'a str, input: &MusicInput) -> Result<GenerateMusic<'a>, Failure> {
    let lyrics = input
        .lyrics
        .as_deref()
        .filter(|lyrics| !lyrics.trim().is_empty());
    let instrumental = input.instrumental.unwrap_or(lyrics.is_none());
    let lyrics = lyrics.filter(|_| !instrumental);
    let takes_duration = model.starts_with("V5_5") || model.starts_with("V6");
    let seconds = input.duration_seconds;
    let told_length = seconds
        .filter(|_| !takes_duration)
        .map(|s| format!("about {s} seconds long"));
    let described = join(&[
        input.style.as_deref(),
        some(&input.prompt),
        told_length.as_deref(),
    ]);
    let is_plain = input.style.is_none() && input.title.is_none() && seconds.is_none();
    let custom =
        lyrics.is_some() || (instrumental && !(is_plain && count(&input.prompt) <= SIMPLE_PROMPT));
    if !custom {
        if count(&described) > SIMPLE_PROMPT {
            return Err(too_long(
                "a description for a song is at most 500 characters long",
            ));
        }
        return Ok(GenerateMusic {
            model,
            custom_mode: false,
            instrumental,
            prompt: described,
            style: None,
            title: None,
            duration: None,
            call_back_url: CALL_BACK,
        });
    }
    let (most_style, most_prompt) = if model == "V4" {
        (200, 3_000)
    } else {
        (1_000, 5_000)
    };
    if count(&described) > most_style {
        return Err(too_long("style and description are too long together"));
    }
    let prompt = lyrics.unwrap_or(&input.prompt);
    if count(prompt) > most_prompt {
        return Err(too_long("the lyrics are too long"));
    }
    Ok(GenerateMusic {
        model,
        custom_mode: true,
        instrumental,
        prompt: prompt.to_owned(),
        style: Some(if described.is_empty() {
            "Cinematic".to_owned()
        } else {
            described
        }),
        title: Some(title(input)),
        duration: seconds.filter(|_| takes_duration),
        call_back_url: CALL_BACK,
    })
}

fn too_long(why: &str) -> Failure {
    Failure::ours(ProviderFault::TooLarge, why)
}

fn count(text: &str) -> usize {
    text.chars().count()
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.trim().is_empty())
}

fn join(parts: &[Option<&str>]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .flatten()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(", ")
}

/// The title, or the first words of the description.
fn title(input: &MusicInput) -> String {
    let given = input.title.as_deref().and_then(some);
    let text = given.or(some(&input.prompt)).unwrap_or("Untitled").trim();
    let line = text.lines().next().unwrap_or(text);
    if given.is_some() {
        return line.chars().take(TITLE).collect();
    }
    let mut title = String::new();
    for word in line.split_whitespace() {
        if count(&title) + count(word) > 40 {
            break;
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
    }
    if title.is_empty() {
        line.chars().take(40).collect()
    } else {
        title
    }
}

/// `None` while it runs. Tracks count even when KIE could not call back.
///
/// # Errors
/// The classified [`Failure`] of music that was not made.
pub fn finished(reply: &Reply, record: MusicTask, task: &str) -> Result<Option<Produced>, Failure> {
    let tracks = record
        .response
        .and_then(|response| response.suno_data)
        .unwrap_or_default();
    let urls: Vec<String> = tracks
        .into_iter()
        .filter_map(|track| track.audio_url)
        .filter(|url| !url.is_empty())
        .collect();
    let message = record.error_message.unwrap_or_default();
    match record.status.as_deref() {
        Some("SUCCESS") => {}
        Some("CALLBACK_EXCEPTION") if !urls.is_empty() => {}
        Some("SENSITIVE_WORD_ERROR") => {
            let told = format!("SENSITIVE_WORD_ERROR {message}");
            return Err(task_failed(reply, None, &told));
        }
        Some("CREATE_TASK_FAILED" | "GENERATE_AUDIO_FAILED") => {
            return Err(task_failed(
                reply,
                number(record.error_code.as_ref()),
                &message,
            ));
        }
        Some(_) => return Ok(None),
        None => {
            return Err(Failure::told(
                ProviderFault::Upstream,
                reply,
                "a record without a status",
            ));
        }
    }
    produced(reply, urls, &record.credits_consumed, task).map(Some)
}
