//! How the move of old settings stands, item by item and as a whole.

use domain::old_settings::{Moving, State};

/// How far one item is.
#[must_use]
pub fn state_words(state: &State) -> String {
    match state {
        State::Waiting | State::Queued => "Waiting".to_owned(),
        State::Sent | State::Answered { .. } => "Moving…".to_owned(),
        State::Moved { before: false } => "Moved".to_owned(),
        State::Moved { before: true } => "Already in your account".to_owned(),
        State::Kept => {
            "Your account has another value, which stays. This one is still in the browser."
                .to_owned()
        }
        State::Failed(why) => format!("Could not be moved. {why}"),
        State::Gone => "No longer in this browser".to_owned(),
    }
}

/// How the move stands; empty before it begins.
#[must_use]
pub fn moving_summary(moving: &Moving, to: &str) -> String {
    if moving.is_untouched() {
        return String::new();
    }
    if moving.is_under_way() {
        return format!("Moving to {to}…");
    }
    let (mut moved, mut kept, mut failed) = (0, 0, 0);
    for line in moving.lines() {
        match line.state {
            State::Moved { .. } => moved += 1,
            State::Kept => kept += 1,
            State::Failed(_) => failed += 1,
            _ => {}
        }
    }
    let mut text = format!(
        "{moved} of {} are in your account now.",
        moving.lines().len()
    );
    for (count, one, more) in [
        (
            kept,
            "1 stays here: your account has another value.",
            "stay here: your account has other values.",
        ),
        (
            failed,
            "1 could not be moved and stays here.",
            "could not be moved and stay here.",
        ),
    ] {
        match count {
            0 => {}
            1 => text.extend([" ", one]),
            count => text.push_str(&format!(" {count} {more}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::old_settings::{Adopted, plan};

    #[test]
    fn the_summary_counts_what_moved_and_what_stays() {
        let texts = [
            ("app-llm-provider", "kie".to_owned()),
            ("app-image-provider", "kie".to_owned()),
            ("app-video-provider", "kie".to_owned()),
        ];
        let mut moving = Moving::new(&plan(&texts));
        assert_eq!(moving_summary(&moving, "a@b.c"), "");
        moving.start();
        assert_eq!(moving_summary(&moving, "a@b.c"), "Moving to a@b.c…");
        let answers = [
            Ok(Adopted::KeptExisting),
            Ok(Adopted::KeptExisting),
            Err("No.".to_owned()),
        ];
        for answer in answers {
            let item = moving.next(|_| Some("kie".to_owned())).unwrap();
            moving.answered(item.id, answer);
        }
        assert_eq!(
            moving_summary(&moving, "a@b.c"),
            "0 of 3 are in your account now. 2 stay here: your account has other values. 1 could not be moved and stays here."
        );
        assert_eq!(
            state_words(&moving.lines()[2].state),
            "Could not be moved. No."
        );
    }
}
