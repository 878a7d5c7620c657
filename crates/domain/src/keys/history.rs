//! What was done to a key, when. Never which key it was.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// One change of a key slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyEvent {
    /// When.
    pub at: Timestamp,
    /// What.
    pub action: KeyAction,
}

/// What was done to a key slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyAction {
    /// A key was stored where none was.
    Stored,
    /// A key took the place of another.
    Replaced,
    /// The key was removed.
    Removed,
    /// The key that was replaced or removed before was brought back.
    Restored,
}

impl KeyAction {
    /// Every action.
    pub const ALL: [Self; 4] = [Self::Stored, Self::Replaced, Self::Removed, Self::Restored];

    /// Its name in the audit.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stored => "key.stored",
            Self::Replaced => "key.replaced",
            Self::Removed => "key.removed",
            Self::Restored => "key.restored",
        }
    }

    /// The action with this name in the audit.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_found_by_its_name() {
        for action in KeyAction::ALL {
            assert_eq!(KeyAction::parse(action.as_str()), Some(action));
        }
        assert_eq!(KeyAction::parse("key.read"), None);
    }
}
