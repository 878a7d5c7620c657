//! The models that are simulated: which inputs each takes, what a task of it costs in points and what
//! it gives (documentation pages of Udio and ACE-Step). Points: 10,000,000 are one dollar.

use serde_json::{Value, json};

use super::answers;
use crate::ids::{self, Sequence};
use crate::media::{self, clips::MUSIC_SECONDS};
use crate::reply::Refusal;
use crate::story;
use crate::tasks::Task;
use crate::trigger::without_triggers;

const POINTS_PER_SONG: f64 = 500_000.0;
const POINTS_PER_SECOND: f64 = 5_000.0;
const DEFAULT_SECONDS: f64 = 60.0;
/// How many songs Udio gives for a task.
const SONGS: usize = 2;

/// What a task makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Songs,
    Lyrics,
    Audio,
}

impl Kind {
    /// The kind of a model and task type; refuses what is not offered, or no longer.
    pub(super) fn of(model: &str, task_type: &str) -> Result<Self, Refusal> {
        match (model, task_type) {
            ("music-u", "generate_music") => Ok(Self::Songs),
            ("music-u", "generate_lyrics") => Ok(Self::Lyrics),
            ("Qubico/ace-step", "txt2audio") => Ok(Self::Audio),
            ("music-s", _) => Err(answers::invalid(
                "model music-s: this service is no longer available (service stopped)",
            )),
            ("", _) => Err(answers::invalid("model is required")),
            ("music-u" | "Qubico/ace-step", _) => Err(answers::invalid("invalid task_type")),
            _ => Err(answers::invalid("invalid model")),
        }
    }

    /// Refuses an input that does not validate.
    pub(super) fn check(self, input: &Value) -> Result<(), Refusal> {
        for name in [
            "prompt",
            "gpt_description_prompt",
            "lyrics",
            "lyrics_type",
            "negative_tags",
            "style_prompt",
            "negative_style_prompt",
        ] {
            if !(input[name].is_null() || input[name].is_string()) {
                return Err(answers::invalid(&format!("input.{name} must be a string")));
            }
        }
        match self {
            Self::Songs => check_song(input),
            Self::Lyrics => required(input, "prompt"),
            Self::Audio => {
                required(input, "style_prompt")?;
                match &input["duration"] {
                    Value::Null => Ok(()),
                    duration if duration.as_f64().is_some_and(|seconds| seconds > 0.0) => Ok(()),
                    _ => Err(answers::invalid(
                        "input.duration must be a positive number of seconds",
                    )),
                }
            }
        }
    }

    /// The text of an input that stands for it.
    pub(super) fn prompt(self, input: &Value) -> &str {
        let names: &[&str] = match self {
            Self::Songs => &["gpt_description_prompt", "lyrics", "prompt"],
            Self::Lyrics => &["prompt"],
            Self::Audio => &["style_prompt"],
        };
        names
            .iter()
            .find_map(|name| input[*name].as_str().filter(|text| !text.is_empty()))
            .unwrap_or_default()
    }

    /// What a task costs, in points.
    pub(super) fn points(self, input: &Value) -> f64 {
        match self {
            Self::Songs => POINTS_PER_SONG,
            Self::Lyrics => 0.0,
            Self::Audio => {
                input["duration"].as_f64().unwrap_or(DEFAULT_SECONDS) * POINTS_PER_SECOND
            }
        }
    }

    /// The paths of the results of the task `id`.
    pub(super) fn outputs(self, id: &str) -> Vec<String> {
        let clip = |index: usize| media::clip_path(&format!("{id}-{index}"), "music.mp3");
        match self {
            Self::Songs => (0..SONGS).map(clip).collect(),
            Self::Lyrics => Vec::new(),
            Self::Audio => vec![clip(0)],
        }
    }

    /// The output of a finished task; without files when it shall be empty.
    pub(super) fn output(self, id: &str, task: &Task, origin: &str, is_empty: bool) -> Value {
        let urls = if is_empty {
            Vec::new()
        } else {
            task.urls(origin)
        };
        match self {
            Self::Songs => songs(id, task, &urls, origin),
            Self::Lyrics if is_empty => json!({"title": "", "lyrics": ""}),
            Self::Lyrics => {
                let title = story::scene(&task.prompt, 1).title;
                json!({"title": title, "lyrics": lyrics(&task.prompt)})
            }
            Self::Audio => json!({"audio_url": urls.first().map_or("", String::as_str)}),
        }
    }
}

fn check_song(input: &Value) -> Result<(), Refusal> {
    if !(input["seed"].is_null() || input["seed"].is_i64()) {
        return Err(answers::invalid("input.seed must be an integer"));
    }
    match input["lyrics_type"].as_str() {
        Some("generate" | "instrumental") => required(input, "gpt_description_prompt"),
        // Older documents put the words into `prompt`.
        Some("user") => required(input, "lyrics")
            .or_else(|refusal| required(input, "prompt").map_err(|_| refusal)),
        _ => Err(answers::invalid(
            "input.lyrics_type must be one of generate, user, instrumental",
        )),
    }
}

fn required(input: &Value, name: &str) -> Result<(), Refusal> {
    match input[name].as_str() {
        Some(text) if !text.trim().is_empty() => Ok(()),
        _ => Err(answers::invalid(&format!("input.{name} is required"))),
    }
}

fn lyrics(prompt: &str) -> String {
    format!(
        "[Verse]\n{}\n[Chorus]\n{}",
        story::quote(prompt),
        story::scene(prompt, 1).description
    )
}

fn songs(id: &str, task: &Task, urls: &[String], origin: &str) -> Value {
    let request: Value = serde_json::from_str(&task.param).unwrap_or_default();
    let input = &request["input"];
    let words = match input["lyrics_type"].as_str() {
        Some("instrumental") => String::new(),
        Some("user") => without_triggers(
            input["lyrics"]
                .as_str()
                .or(input["prompt"].as_str())
                .unwrap_or_default(),
        ),
        _ => lyrics(&task.prompt),
    };
    let title = story::scene(&task.prompt, 1).title;
    let mut chance = Sequence::new(ids::seed(id));
    let songs: Vec<Value> = urls
        .iter()
        .map(|url| {
            json!({
                "id": format!("{:016x}{:016x}", chance.number(), chance.number()),
                "title": title, "lyrics": words, "song_path": url,
                "image_path": format!("{origin}{}", media::picture_path(id, (360, 360))),
                "duration": MUSIC_SECONDS, "finished": true
            })
        })
        .collect();
    json!({"songs": songs})
}
