//! What a person asks for as Suno understands it: either a description, from which it writes the
//! words itself, or words to sing with a style and a title. Limits are kept here, before anything
//! is paid. Pure.

use crate::Failure;
use domain::{ProviderFault, input::MusicInput};

/// The longest description in the simple mode.
const SIMPLE_PROMPT: usize = 500;
/// The longest title.
const TITLE: usize = 80;
/// The style where nobody names one; the custom mode must have it.
const STYLE: &str = "Cinematic";

/// What a model takes.
#[derive(Debug, Clone, Copy)]
pub struct Takes {
    /// The longest style.
    pub style: usize,
    /// The longest lyrics, or description of an instrumental piece.
    pub prompt: usize,
    /// Whether the custom mode has a field for the length.
    pub duration: bool,
}

impl Takes {
    /// The limits of the oldest models.
    pub const OLDEST: Self = Self {
        style: 200,
        prompt: 3_000,
        duration: false,
    };

    /// What this model takes (KIE and sunoapi.org docs, generate music).
    #[must_use]
    pub fn of(model: &str) -> Self {
        if model == "V4" {
            return Self::OLDEST;
        }
        Self {
            style: 1_000,
            prompt: 5_000,
            duration: model.starts_with("V5_5") || model.starts_with("V6"),
        }
    }
}

/// A song to be made.
#[derive(Debug, PartialEq, Eq)]
pub struct Song {
    /// Without singing.
    pub instrumental: bool,
    /// The description; in the custom mode the words to sing.
    pub prompt: String,
    /// The rest of the custom mode; `None` in the simple one.
    pub custom: Option<Custom>,
}

/// What only the custom mode has.
#[derive(Debug, PartialEq, Eq)]
pub struct Custom {
    /// Genre, mood and description.
    pub style: String,
    /// The title.
    pub title: String,
    /// Seconds, where the model takes them.
    pub duration: Option<u32>,
}

/// The song that the input asks for. Nobody sings where there are no words and nobody asked for
/// singing. A length that has no field is said in the description; the simple mode has no title.
///
/// # Errors
/// [`ProviderFault::TooLarge`] for a text beyond the model's limits.
pub fn song(input: &MusicInput, takes: Takes) -> Result<Song, Failure> {
    let lyrics = input.lyrics.as_deref().and_then(some);
    let instrumental = input.instrumental.unwrap_or(lyrics.is_none());
    let lyrics = lyrics.filter(|_| !instrumental);
    let is_plain =
        input.style.is_none() && input.title.is_none() && input.duration_seconds.is_none();
    let is_custom =
        lyrics.is_some() || (instrumental && !(is_plain && count(&input.prompt) <= SIMPLE_PROMPT));
    let seconds = input.duration_seconds;
    let field = seconds.filter(|_| is_custom && takes.duration);
    let told = seconds
        .filter(|_| field.is_none())
        .map(|seconds| format!("about {seconds} seconds long"));
    let described = join(&[input.style.as_deref(), Some(&input.prompt), told.as_deref()]);
    if !is_custom {
        if count(&described) > SIMPLE_PROMPT {
            let why = "a description for a song is at most 500 characters long";
            return Err(too_long(why));
        }
        return Ok(Song {
            instrumental,
            prompt: described,
            custom: None,
        });
    }
    if count(&described) > takes.style {
        return Err(too_long("style and description are too long together"));
    }
    let prompt = lyrics.unwrap_or(&input.prompt);
    if count(prompt) > takes.prompt {
        return Err(too_long("the lyrics are too long"));
    }
    Ok(Song {
        instrumental,
        prompt: prompt.to_owned(),
        custom: Some(Custom {
            style: some(&described).unwrap_or(STYLE).to_owned(),
            title: title(input),
            duration: field,
        }),
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
