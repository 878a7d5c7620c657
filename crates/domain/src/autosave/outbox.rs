//! Edits that wait for the network, in the order in which they were made, in a form that can be kept
//! in the browser. It holds settings only: no secret ever waits here.

use crate::{ProjectId, settings::Field};
use serde::{Deserialize, Serialize};

/// One edit that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The project whose setting it is; `None` for the person's own.
    pub project: Option<ProjectId>,
    /// The field.
    pub field: Field,
    /// The new value; `None` to inherit.
    pub value: Option<String>,
    /// The version that it was made on.
    pub base: i64,
}

/// The edits that wait, oldest first; of one field the newest.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Outbox(Vec<Waiting>);

impl Outbox {
    /// An edit waits. It takes the place of an earlier one of the same field, at the end; one that
    /// is there already keeps its place.
    pub fn put(&mut self, edit: Waiting) {
        if !self.0.contains(&edit) {
            self.remove(edit.project.as_ref(), edit.field);
            self.0.push(edit);
        }
    }

    /// An edit does not wait any more; whether it had.
    pub fn remove(&mut self, project: Option<&ProjectId>, field: Field) -> bool {
        let before = self.0.len();
        self.0
            .retain(|edit| edit.project.as_ref() != project || edit.field != field);
        self.0.len() < before
    }

    /// The edits, oldest first.
    #[must_use]
    pub fn edits(&self) -> &[Waiting] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Operation;

    fn edit(operation: Operation, value: &str) -> Waiting {
        Waiting {
            project: None,
            field: Field::Provider(operation),
            value: Some(value.to_owned()),
            base: 1,
        }
    }

    #[test]
    fn edits_keep_their_order_and_the_newest_of_a_field_counts() {
        let mut outbox = Outbox::default();
        outbox.put(edit(Operation::Image, "kie"));
        outbox.put(edit(Operation::Llm, "kie"));
        outbox.put(edit(Operation::Image, "gemini"));
        assert_eq!(
            outbox.edits(),
            [
                edit(Operation::Llm, "kie"),
                edit(Operation::Image, "gemini")
            ]
        );
    }

    #[test]
    fn an_edit_that_is_named_again_keeps_its_place() {
        let mut outbox = Outbox::default();
        let edits = [
            edit(Operation::Image, "kie"),
            edit(Operation::Llm, "gemini"),
        ];
        for named in [&edits[0], &edits[1], &edits[0]] {
            outbox.put(named.clone());
        }
        assert_eq!(outbox.edits(), edits);
    }

    #[test]
    fn the_same_field_of_another_level_is_another_edit() {
        let mut outbox = Outbox::default();
        let of_project = Waiting {
            project: Some(ProjectId("p".into())),
            ..edit(Operation::Image, "kie")
        };
        outbox.put(edit(Operation::Image, "gemini"));
        outbox.put(of_project.clone());
        assert!(outbox.remove(None, Field::Provider(Operation::Image)));
        assert_eq!(outbox.edits(), [of_project]);
        assert!(!outbox.remove(None, Field::Provider(Operation::Image)));
    }

    #[test]
    fn it_survives_being_kept_as_text() {
        let mut outbox = Outbox::default();
        outbox.put(edit(Operation::Music, "suno"));
        let text = serde_json::to_string(&outbox).unwrap();
        assert_eq!(serde_json::from_str::<Outbox>(&text).unwrap(), outbox);
    }
}
