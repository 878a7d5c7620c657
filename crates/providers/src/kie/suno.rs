//! Suno on KIE: what a person asked for → its simple or its custom mode; the record of a task → its
//! tracks. What is sung is what was written: a description is never sent as lyrics.

use super::{
    error::task_failed,
    task::produced,
    wire::{GenerateMusic, MusicTask},
};
use crate::{
    Failure, Produced, Reply,
    json::number,
    suno::song::{Takes, song},
};
use domain::{ProviderFault, input::MusicInput};

/// Suno tasks are refused without an address to call back; nobody listens there.
const CALL_BACK: &str = "https://example.com/film-generator";
/// The body of the request, with the same modes and limits as Suno's own.
///
/// # Errors
/// [`ProviderFault::TooLarge`] for a text beyond the model's limits.
pub fn body<'a>(model: &'a str, input: &MusicInput) -> Result<GenerateMusic<'a>, Failure> {
    let song = song(input, Takes::of(model))?;
    let (style, title, duration) = song.custom.map_or((None, None, None), |custom| {
        (Some(custom.style), Some(custom.title), custom.duration)
    });
    Ok(GenerateMusic {
        model,
        custom_mode: style.is_some(),
        instrumental: song.instrumental,
        prompt: song.prompt,
        style,
        title,
        duration,
        call_back_url: CALL_BACK,
    })
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
