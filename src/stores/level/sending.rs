//! One save of one field: sent, and what its answer means.

use super::{LevelStore, Value};
use crate::{
    browser::save,
    server_fns::{FnError, settings::SettingsPatch},
};
use domain::{
    ErrorCode,
    autosave::{Done, Event},
    error::CurrentValue,
    settings::{Change, Field},
};
use leptos::prelude::*;

impl LevelStore {
    pub(super) async fn send(self, field: Field, save: u64, value: Value, base: i64) {
        let project = self.project.get_value();
        let from = self
            .field(field)
            .with_untracked(|state| state.machine.saved().clone());
        let call = SettingsPatch {
            project: project.clone(),
            changes: vec![Change {
                field,
                value,
                base: Some(base),
            }],
        };
        let answer = save::call(&call).await;
        let event = event_of(field, save, &answer);
        let error = if let Event::Acknowledged { value, version, .. } = &event {
            let done = Done {
                key: field,
                from,
                to: value.clone(),
                version: *version,
            };
            let values = answer.unwrap_or_default();
            self.apply(values.iter());
            self.on(field, event);
            self.undo.update(|undo| undo.stored(done));
            self.shared.tell_settings(project.as_ref(), &values);
            self.stored.update(|count| *count += 1);
            self.refresh();
            None
        } else {
            self.undo.update(|undo| undo.given_up(field));
            self.on(field, event);
            answer.err()
        };
        self.field(field).update(|state| state.error = error);
    }
}

/// What an answer means for the field's machine.
fn event_of(field: Field, save: u64, answer: &Result<Vec<CurrentValue>, FnError>) -> Event<Value> {
    let path = field.to_string();
    let find = |values: &[CurrentValue]| values.iter().find(|value| value.field == path).cloned();
    match answer {
        Ok(values) => match find(values) {
            Some(stored) => Event::Acknowledged {
                save,
                value: stored.value,
                version: stored.version,
            },
            None => Event::Failed { save },
        },
        Err(FnError::Api(error)) if error.code == ErrorCode::Conflict => {
            match find(&error.current) {
                Some(current) => Event::Conflicted {
                    save,
                    theirs: current.value,
                    version: current.version,
                },
                None => Event::Failed { save },
            }
        }
        Err(FnError::Offline) => Event::Offline { save },
        Err(_) => Event::Failed { save },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{ApiError, Operation};

    const FIELD: Field = Field::Provider(Operation::Image);

    fn current(value: Option<&str>, version: i64) -> CurrentValue {
        CurrentValue {
            field: FIELD.to_string(),
            value: value.map(str::to_owned),
            version,
            updated_at: None,
        }
    }

    #[test]
    fn a_conflict_brings_the_other_value() {
        let mut error = ApiError::new(ErrorCode::Conflict, "");
        error.current = vec![current(Some("kie"), 4)];
        assert_eq!(
            event_of(FIELD, 1, &Err(error.into())),
            Event::Conflicted {
                save: 1,
                theirs: Some("kie".into()),
                version: 4
            }
        );
    }

    #[test]
    fn only_an_answer_about_this_field_counts_as_saved() {
        assert_eq!(event_of(FIELD, 1, &Ok(vec![])), Event::Failed { save: 1 });
        assert_eq!(
            event_of(FIELD, 1, &Err(FnError::Unreachable)),
            Event::Failed { save: 1 }
        );
        assert_eq!(
            event_of(FIELD, 1, &Err(FnError::Offline)),
            Event::Offline { save: 1 }
        );
        assert_eq!(
            event_of(FIELD, 1, &Ok(vec![current(None, 2)])),
            Event::Acknowledged {
                save: 1,
                value: None,
                version: 2
            }
        );
    }
}
