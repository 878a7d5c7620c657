//! The texts that the simulated language models write: a short list of film scenes that quotes the
//! prompt. The same prompt always gives the same text; no clock and no chance are in it.

use crate::ids::{Sequence, seed};
use crate::trigger::without_triggers;

const PLACES: [&str; 8] = [
    "a workshop full of clocks",
    "the roof above the harbour",
    "an empty railway station",
    "the edge of a frozen lake",
    "a greenhouse after the rain",
    "the last table of a small café",
    "a lighthouse stair",
    "the field behind the school",
];
const TIMES: [&str; 5] = ["dawn", "noon", "dusk", "night", "late afternoon"];
const ACTIONS: [&str; 8] = [
    "The light changes before anyone moves.",
    "A door opens, and nobody comes in.",
    "Two people notice the same thing and say nothing.",
    "Something small falls and is picked up.",
    "The sound of water grows until it is the only sound.",
    "A letter is read twice, then folded.",
    "The camera stays on the hands.",
    "They laugh, and the train leaves without them.",
];
const SHOTS: [&str; 6] = [
    "Wide shot",
    "Close-up",
    "Slow push in",
    "Handheld",
    "From above",
    "Over the shoulder",
];

/// The longest quotation of a prompt, in characters.
const QUOTE: usize = 160;
const MOST_SCENES: usize = 20;

/// One scene.
pub(crate) struct Scene {
    pub(crate) title: String,
    pub(crate) description: String,
}

/// The beginning of the prompt without triggers, on one line.
pub(crate) fn quote(prompt: &str) -> String {
    let line = without_triggers(prompt)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    if line.chars().count() <= QUOTE {
        return line;
    }
    let mut short: String = line.chars().take(QUOTE).collect();
    short.push('…');
    short
}

/// How many scenes the prompt asks for (`"5 scenes"`), 3 without a number.
pub(crate) fn scene_count(prompt: &str) -> usize {
    let words: Vec<&str> = prompt
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words
        .windows(2)
        .find(|pair| pair[1].to_lowercase().starts_with("scene"))
        .and_then(|pair| pair[0].parse::<usize>().ok())
        .map_or(3, |count| count.clamp(1, MOST_SCENES))
}

/// The scene with this number, counted from 1.
pub(crate) fn scene(prompt: &str, number: usize) -> Scene {
    let mut chance = Sequence::new(seed(prompt).wrapping_add(number as u64));
    let place = chance.pick(&PLACES);
    let time = chance.pick(&TIMES);
    let description = format!(
        "{}, {place}, {time}. {} {}",
        chance.pick(&SHOTS),
        chance.pick(&ACTIONS),
        chance.pick(&ACTIONS)
    );
    let mut title: String = place
        .trim_start_matches("an ")
        .trim_start_matches("a ")
        .trim_start_matches("the ")
        .to_owned();
    if let Some(first) = title.get(..1) {
        title = first.to_uppercase() + &title[1..];
    }
    Scene { title, description }
}

/// A short film as text.
pub(crate) fn text(prompt: &str) -> String {
    let mut text = format!("A short film for “{}”.\n", quote(prompt));
    for number in 1..=scene_count(prompt) {
        let Scene { title, description } = scene(prompt, number);
        text.push_str(&format!("\nScene {number}: {title}\n{description}\n"));
    }
    text.push_str("\n(Simulated answer: no language model wrote this.)");
    text
}

/// About how many tokens `text` is, at four characters each.
pub(crate) fn tokens(text: &str) -> u64 {
    (text.chars().count() as u64).div_ceil(4)
}

/// The first `limit` tokens of `text`.
pub(crate) fn truncate(text: &str, limit: u64) -> String {
    let characters = usize::try_from(limit.saturating_mul(4)).unwrap_or(usize::MAX);
    text.chars().take(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::{scene_count, text, tokens, truncate};

    #[test]
    fn a_story_quotes_its_prompt_and_counts_its_scenes() {
        let story = text("A fox crosses the city. Write 5 scenes. [sandbox:truncated]");
        assert!(story.contains("A fox crosses the city."));
        assert!(story.contains("Scene 5:") && !story.contains("Scene 6:"));
        assert!(!story.contains("sandbox:"));
        assert_eq!(
            story,
            text("A fox crosses the city. Write 5 scenes. [sandbox:truncated]")
        );
    }

    #[test]
    fn scene_counts_are_bounded() {
        assert_eq!(scene_count("nothing said"), 3);
        assert_eq!(scene_count("12 scenes"), 12);
        assert_eq!(scene_count("9999 scenes"), 20);
        assert_eq!(scene_count("0 scenes"), 1);
    }

    #[test]
    fn truncation_and_token_count_agree() {
        let story = text("ein Füchslein");
        assert_eq!(tokens(&truncate(&story, 7)), 7);
    }
}
