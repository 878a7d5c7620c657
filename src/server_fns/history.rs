//! What became of something over time, in lines that are ready to be shown.

use super::FnError;
use crate::wire::JsonPost;
use domain::{ProjectId, ProviderId, settings::Field};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::request::{answer, refuse, signed_in};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When, in UTC.
    pub when: String,
    /// Who did it; `You` where it was the person who asks.
    pub who: String,
    /// What it was.
    pub what: String,
    /// The value that can be put back; empty for one that is not set, `None` where there is nothing
    /// to put back.
    pub value: Option<String>,
    /// That value in words.
    pub name: String,
}

/// The changes of one field of the person's settings, or of a project's; the newest first.
#[server(prefix = "/fn", endpoint = "settings_history", protocol = JsonPost)]
pub async fn settings_history(
    project: Option<ProjectId>,
    field: Field,
) -> Result<Vec<Line>, FnError> {
    let (app, actor) = signed_in()?;
    let catalog = app.catalog_for(&actor).await;
    let catalog = catalog.map_err(|fault| refuse(fault.into()))?;
    let changes = server::settings::history(&app, &actor, project.as_ref(), field).await;
    answer(changes.map(|changes| words::lines(field, changes, &catalog)))
}

/// What the person did to one of their keys; the newest first. Nothing of it can be put back here:
/// a key that was replaced comes back by its own undo, for ten minutes.
#[server(prefix = "/fn", endpoint = "key_history", protocol = JsonPost)]
pub async fn key_history(provider: ProviderId) -> Result<Vec<Line>, FnError> {
    let (app, actor) = signed_in()?;
    let events = server::keys::history(&app, &actor, provider).await;
    answer(events.map(words::key_lines))
}

#[cfg(feature = "ssr")]
mod words {
    use super::Line;
    use crate::words::{minute, value_words};
    use domain::{
        catalog::Catalog,
        history::Changed,
        keys::{KeyAction, KeyEvent},
        settings::Field,
    };

    /// What was done to a key, in lines.
    pub fn key_lines(events: Vec<KeyEvent>) -> Vec<Line> {
        let line = |event: KeyEvent| Line {
            when: minute(event.at),
            who: "You".to_owned(),
            what: match event.action {
                KeyAction::Stored => "stored",
                KeyAction::Replaced => "replaced",
                KeyAction::Removed => "removed",
                KeyAction::Restored => "brought back",
            }
            .to_owned(),
            value: None,
            name: String::new(),
        };
        events.into_iter().map(line).collect()
    }

    /// The changes in lines. What stands there now cannot be put back.
    pub fn lines(field: Field, changes: Vec<Changed>, catalog: &Catalog) -> Vec<Line> {
        let present = changes.first().and_then(|newest| newest.to.clone());
        changes
            .into_iter()
            .map(|change| {
                let name = value_words(field, change.to.as_deref(), catalog);
                let before = value_words(field, change.from.as_deref(), catalog);
                Line {
                    when: minute(change.at),
                    who: if change.by_me {
                        "You".to_owned()
                    } else {
                        change.by
                    },
                    what: format!("{before} → {name}"),
                    value: (change.to != present).then(|| change.to.unwrap_or_default()),
                    name,
                }
            })
            .collect()
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use domain::{Operation, Timestamp};

        fn change(version: i64, by_me: bool, from: Option<&str>, to: Option<&str>) -> Changed {
            Changed {
                version,
                at: Timestamp(1_795_341_600_000),
                by: "Bob".to_owned(),
                by_me,
                from: from.map(str::to_owned),
                to: to.map(str::to_owned),
            }
        }

        #[test]
        fn a_key_is_told_by_what_was_done_to_it_and_never_put_back() {
            let lines = key_lines(vec![KeyEvent {
                at: Timestamp(1_795_341_600_000),
                action: KeyAction::Replaced,
            }]);
            assert_eq!(lines[0].what, "replaced");
            assert_eq!(lines[0].when, "2026-11-22 10:00 UTC");
            assert_eq!(lines[0].value, None);
        }

        #[test]
        fn every_value_but_the_present_one_can_be_put_back() {
            let changes = vec![
                change(4, false, Some("kie"), Some("gemini")),
                change(3, true, None, Some("kie")),
                change(2, true, Some("gemini"), None),
                change(1, true, None, Some("gemini")),
            ];
            let lines = lines(
                Field::Provider(Operation::Image),
                changes,
                &Catalog::default(),
            );
            let shown: Vec<(&str, &str, Option<&str>)> = lines
                .iter()
                .map(|line| (line.who.as_str(), line.what.as_str(), line.value.as_deref()))
                .collect();
            assert_eq!(
                shown,
                [
                    ("Bob", "KIE.ai → Google Gemini", None),
                    ("You", "Automatic → KIE.ai", Some("kie")),
                    ("You", "Google Gemini → Automatic", Some("")),
                    ("You", "Automatic → Google Gemini", None),
                ]
            );
            assert_eq!(lines[0].when, "2026-11-22 10:00 UTC");
        }
    }
}
