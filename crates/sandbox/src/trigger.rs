//! Words in a prompt that make a provider answer badly on purpose, so that every class of result
//! can be provoked. The table of what each does is in the crate's documentation.

/// What a prompt asks the sandbox to do wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    Blocked,
    OutputBlocked,
    ModelGone,
    Malformed,
    ErrorIn200,
    ErrorInChoice,
    StreamError,
    Empty,
    Truncated,
    Fail,
    Overloaded,
    Timeout,
    Forbidden,
    SpendLimit,
    TooLarge,
}

const NAMES: [(&str, Trigger); 15] = [
    ("blocked", Trigger::Blocked),
    ("output-blocked", Trigger::OutputBlocked),
    ("model-gone", Trigger::ModelGone),
    ("malformed", Trigger::Malformed),
    ("error-in-200", Trigger::ErrorIn200),
    ("error-in-choice", Trigger::ErrorInChoice),
    ("stream-error", Trigger::StreamError),
    ("empty", Trigger::Empty),
    ("truncated", Trigger::Truncated),
    ("fail", Trigger::Fail),
    ("overloaded", Trigger::Overloaded),
    ("timeout", Trigger::Timeout),
    ("forbidden", Trigger::Forbidden),
    ("spend-limit", Trigger::SpendLimit),
    ("too-large", Trigger::TooLarge),
];

const OPENING: &str = "[sandbox:";

impl Trigger {
    /// The first trigger in `text`, written `[sandbox:name]`. Unknown names are plain text.
    pub(crate) fn find(text: &str) -> Option<Self> {
        text.split(OPENING).skip(1).find_map(|rest| {
            let (name, _) = rest.split_once(']')?;
            NAMES
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, trigger)| *trigger)
        })
    }
}

/// Whether `text` holds `[sandbox:name]`, for the triggers that one provider alone knows.
pub(crate) fn mentions(text: &str, name: &str) -> bool {
    text.split(OPENING)
        .skip(1)
        .any(|rest| rest.split_once(']').is_some_and(|(found, _)| found == name))
}

/// `text` without its triggers, for answers that quote the prompt.
pub(crate) fn without_triggers(text: &str) -> String {
    let mut parts = text.split(OPENING);
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(']') {
            Some((_, after)) => kept.push_str(after),
            None => kept.push_str(part),
        }
    }
    kept.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{NAMES, Trigger, without_triggers};

    #[test]
    fn every_trigger_is_found_inside_a_prompt() {
        for (name, trigger) in NAMES {
            let prompt = format!("A fox [sandbox:{name}] in the snow");
            assert_eq!(Trigger::find(&prompt), Some(trigger));
            assert_eq!(without_triggers(&prompt), "A fox  in the snow");
        }
    }

    #[test]
    fn plain_text_and_unknown_names_trigger_nothing() {
        assert_eq!(Trigger::find("blocked"), None);
        assert_eq!(Trigger::find("[sandbox:unheard-of] and [sandbox:"), None);
    }
}
