//! Veo 3.1 on KIE: an API of its own with three models. The prompt goes as it is: KIE's translation
//! is off. No picture makes a clip from text, up to two are its first and last, three are examples.

use super::{
    error::task_failed,
    task::produced,
    wire::{GenerateVeo, VeoTask},
};
use crate::{
    Failure, Produced, Reply,
    json::{number, part},
};
use domain::{ProviderFault, input::VideoInput};
use std::time::Duration;

/// The wait between polls (KIE docs, Veo: 10 to 30 seconds).
pub const WAIT: Duration = Duration::from_secs(10);

const MODELS: [&str; 3] = ["veo3", "veo3_fast", "veo3_lite"];
const RATIOS: [&str; 3] = ["16:9", "9:16", "Auto"];
/// The sizes of its clips.
pub const RESOLUTIONS: [&str; 3] = ["720p", "1080p", "4k"];
const SECONDS: [u32; 3] = [4, 6, 8];

/// Whether this is one of Veo's models.
pub fn is_model(model: &str) -> bool {
    MODELS.contains(&model)
}

fn refused(why: &str) -> Failure {
    Failure::ours(ProviderFault::BadRequest, why)
}

/// The one that is meant, whatever its case.
fn one_of(offered: &[&'static str], wish: Option<&str>) -> Result<Option<&'static str>, Failure> {
    let Some(wish) = wish else { return Ok(None) };
    offered
        .iter()
        .find(|one| one.eq_ignore_ascii_case(wish))
        .map(|one| Some(*one))
        .ok_or_else(|| refused("Veo does not offer this choice"))
}

/// What creates a clip.
pub fn body<'a>(
    model: &'a str,
    input: &'a VideoInput,
    addresses: &[String],
) -> Result<GenerateVeo<'a>, Failure> {
    let generation_type = match addresses.len() {
        0 => "TEXT_2_VIDEO",
        1 | 2 => "FIRST_AND_LAST_FRAMES_2_VIDEO",
        3 if model == "veo3_fast" => "REFERENCE_2_VIDEO",
        _ => return Err(refused("this model takes fewer pictures")),
    };
    if input
        .duration_seconds
        .is_some_and(|seconds| !SECONDS.contains(&seconds))
    {
        return Err(refused("Veo makes clips of 4, 6 or 8 seconds"));
    }
    if input
        .seed
        .is_some_and(|seed| !(10_000..=99_999).contains(&seed))
    {
        return Err(refused("Veo takes seeds of five digits"));
    }
    Ok(GenerateVeo {
        prompt: &input.prompt,
        model,
        generation_type,
        image_urls: addresses.to_vec(),
        aspect_ratio: one_of(&RATIOS, input.aspect_ratio.as_deref())?,
        resolution: one_of(&RESOLUTIONS, input.resolution.as_deref())?,
        duration: input.duration_seconds,
        seeds: input.seed,
        enable_translation: false,
    })
}

/// `None` while it runs; an unknown flag counts as running.
///
/// # Errors
/// The classified [`Failure`] of a clip that was not made.
pub fn finished(reply: &Reply, record: VeoTask, task: &str) -> Result<Option<Produced>, Failure> {
    match number(record.success_flag.as_ref()) {
        Some(1) => {}
        Some(2 | 3) => {
            let code = number(record.error_code.as_ref());
            let message = record.error_message.unwrap_or_default();
            // 400 stands for a prompt that was flagged; nothing else is looked at this late.
            let told = match code {
                Some(400) => format!("content policy: {message}"),
                _ => message,
            };
            return Err(task_failed(reply, code, &told));
        }
        Some(_) => return Ok(None),
        None => {
            return Err(Failure::told(
                ProviderFault::Upstream,
                reply,
                "a record without a flag",
            ));
        }
    }
    let response = record.response.unwrap_or_default();
    let urls: Vec<String> = [&response.result_urls, &response.full_result_urls]
        .into_iter()
        .filter_map(part::<Vec<String>>)
        .flatten()
        .filter(|url| !url.is_empty())
        .take(1)
        .collect();
    produced(reply, urls, &record.credits_consumed, task).map(Some)
}
