//! What the interface says: the wording of traces, costs, states and errors, and the small choices
//! that go with it. Plain functions; nothing here touches a page.

mod confirmation;
mod cost;
mod error;
mod glance;
mod key;
mod moving;
mod reach;
mod saving;
mod search;
mod setting;
mod trace;

pub use confirmation::{
    excerpt, parameter_rows, payer_consent, payer_warning, typical_words, why_not,
};
#[cfg(feature = "ssr")]
pub use cost::usd;
pub use cost::{
    estimate_lines, estimate_words, learned_words, price_hint, typical_job, typical_price,
};
pub use error::{NextStep, next_steps, result_sentence, tab_for};
pub use glance::{key_standing, key_words, missing_words};
pub use key::{key_health, key_name};
pub use moving::{moving_summary, state_words};
pub use reach::{Names, impact_words, reach_words, used_words};
pub use saving::{Summary, summarize};
pub use search::{Found, find_settings};
pub use setting::{changes_words, field_words, value_words};
pub use trace::{Inherited, back_to_inherited, changes, inherited, trace_rows};

use domain::{Operation, Timestamp};

/// What somebody reads who can look at a project and not change it.
pub const LOOKING_ONLY: &str =
    "You can look at this project and not change it. Ask its owner to make you an editor.";

/// The heading of an operation.
#[must_use]
pub const fn heading(operation: Operation) -> &'static str {
    match operation {
        Operation::Llm => "Text",
        Operation::Image => "Images",
        Operation::Video => "Videos",
        Operation::Tts => "Voiceover",
        Operation::Music => "Music",
    }
}

/// What an operation is for, in a few words.
#[must_use]
pub const fn purpose(operation: Operation) -> &'static str {
    match operation {
        Operation::Llm => "Stories and scenes (LLM)",
        Operation::Image => "Characters and scenes",
        Operation::Video => "Clips of the scenes",
        Operation::Tts => "Spoken text (TTS)",
        Operation::Music => "Background music",
    }
}

/// Day and minute of a moment, in UTC.
#[must_use]
pub fn minute(moment: Timestamp) -> String {
    moment.to_string()
}

/// The day of a moment in UTC.
#[must_use]
pub fn day(moment: Timestamp) -> String {
    moment.to_rfc3339().chars().take(10).collect()
}

/// The tab of an operation in the configuration dialog.
#[must_use]
pub const fn tab(operation: Operation) -> &'static str {
    match operation {
        Operation::Llm => "LLM",
        Operation::Image => "Image",
        Operation::Video => "Video",
        Operation::Tts => "Voice",
        Operation::Music => "Music",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short_and_say_their_zone() {
        assert_eq!(minute(Timestamp(1_795_341_600_500)), "2026-11-22 10:00 UTC");
    }
}
