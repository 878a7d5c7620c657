//! The state of all saves of a page as one.

use domain::autosave::SaveStatus;

/// What the save indicator says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Summary {
    /// Nothing was changed.
    #[default]
    Idle,
    /// Everything is stored.
    Saved,
    /// Something is on its way.
    Saving,
    /// Something waits for the network.
    Waiting,
    /// Something is not stored.
    Failed,
    /// Somebody else changed the same.
    Conflict,
}

impl Summary {
    /// Whether leaving the page loses something that cannot be sent along.
    #[must_use]
    pub const fn is_risky(self) -> bool {
        matches!(self, Self::Failed | Self::Conflict)
    }

    /// The text of the indicator.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Idle => "",
            Self::Saved => "Saved",
            Self::Saving => "Saving…",
            Self::Waiting => "Offline. Will be saved on return.",
            Self::Failed => "Save failed",
            Self::Conflict => "Changed elsewhere",
        }
    }

    /// The text of the indicator, which also says that there is no network.
    #[must_use]
    pub const fn words_on_line(self, online: bool) -> &'static str {
        match self {
            Self::Idle | Self::Saved if !online => "Offline",
            _ => self.words(),
        }
    }

    /// The class that colours it.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Idle => "save idle",
            Self::Saved => "save saved",
            Self::Saving => "save saving",
            Self::Waiting => "save waiting",
            Self::Failed => "save failed",
            Self::Conflict => "save conflict",
        }
    }
}

/// The worst of all states; an edit that waits for its pause counts as being saved, so that
/// `Saved` is never said of something that is not.
#[must_use]
pub fn summarize(states: impl IntoIterator<Item = SaveStatus>) -> Summary {
    states
        .into_iter()
        .map(|status| match status {
            SaveStatus::Idle => Summary::Idle,
            SaveStatus::Saved => Summary::Saved,
            SaveStatus::Pending | SaveStatus::Saving => Summary::Saving,
            SaveStatus::Waiting => Summary::Waiting,
            SaveStatus::Failed => Summary::Failed,
            SaveStatus::Conflict => Summary::Conflict,
        })
        .max()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use SaveStatus::{Conflict, Failed, Idle, Pending, Saved, Saving, Waiting};

    #[test]
    fn the_worst_state_is_said() {
        for (states, words) in [
            (vec![], ""),
            (vec![Idle, Saved], "Saved"),
            (vec![Saved, Pending], "Saving…"),
            (vec![Saving, Saved], "Saving…"),
            (vec![Failed, Saving, Waiting], "Save failed"),
            (vec![Failed, Conflict], "Changed elsewhere"),
        ] {
            assert_eq!(summarize(states).words(), words);
        }
    }
}
