//! Whether a sentence of a service without a code for it speaks of forbidden content. Looks at
//! letters alone, so that spelling and separators do not matter. Never decides more.

/// Whether the sentence says that prompt or result broke a content rule (failed tasks of
/// Suno and PiAPI, safety checkers of image pipelines).
pub fn is_content_policy(message: &str) -> bool {
    const SIGNS: [&str; 14] = [
        "copyright",
        "intellectualproperty",
        "publicfigure",
        "celebrit",
        "contentpolic",
        "prohibitedcontent",
        "sensitivecontent",
        "sensitiveword",
        "nsfw",
        "moderation",
        "violat",
        "safetychecker",
        "safetyfilter",
        "filtered",
    ];
    let letters: String = message
        .chars()
        .filter(char::is_ascii_alphabetic)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    SIGNS.iter().any(|sign| letters.contains(sign))
}
