//! Where a job stands, as it is stored with it: how far it is at its provider, and what was tried
//! without getting there.

use providers::Progress;
use serde::{Deserialize, Serialize};

/// What the next turn goes on from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// How far it is at its provider.
    #[serde(flatten)]
    pub progress: Progress,
    /// How often the next call was tried and certainly not sent.
    pub tried: u32,
}

impl From<Progress> for Standing {
    fn from(progress: Progress) -> Self {
        Self { progress, tried: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_earlier_version_stored_is_understood() {
        for stored in ["{}", r#"{"task":"t-1","polls":3}"#] {
            let standing: Standing = serde_json::from_str(stored).unwrap();
            let progress: Progress = serde_json::from_str(stored).unwrap();
            assert_eq!(standing, Standing::from(progress));
        }
    }

    #[test]
    fn it_comes_back_as_it_was_and_an_earlier_version_understands_it() {
        let standing = Standing {
            progress: Progress {
                uploads: vec!["https://example.com/a.png".to_owned()],
                task: Some("t-1".to_owned()),
                since: Some(7),
                ..Progress::default()
            },
            tried: 2,
        };
        let stored = serde_json::to_string(&standing).unwrap();
        assert_eq!(serde_json::from_str::<Standing>(&stored).unwrap(), standing);
        let progress: Progress = serde_json::from_str(&stored).unwrap();
        assert_eq!(progress, standing.progress);
    }
}
