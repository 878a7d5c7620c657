//! How far a person's own setting or key reaches: which of their projects work with it, and which
//! have a word of their own.

use crate::Map;
use crate::{Operation, ProjectId, ProviderId, provider::EndpointKind, settings::Field};
use serde::{Deserialize, Serialize};

/// One project with what is decided in it before the person's own settings are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectReach {
    /// Its id.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
    /// The fields that are set in it.
    pub own: Map<Field, String>,
}

impl ProjectReach {
    /// Who serves an operation here, with `personal` where the project says nothing.
    #[must_use]
    pub fn provider(&self, operation: Operation, personal: ProviderId) -> ProviderId {
        self.own
            .get(&Field::Provider(operation))
            .and_then(|id| ProviderId::parse(id))
            .unwrap_or(personal)
    }
}

/// Who serves an operation by the person's own settings.
pub type Personal<'a> = &'a dyn Fn(Operation) -> ProviderId;

/// The part of a project in a personal setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It works with the setting.
    Follows,
    /// It has a word of its own in its place.
    Overrides,
    /// It has nothing to do with it.
    Apart,
}

/// What a project makes of a personal setting.
#[must_use]
pub fn part(project: &ProjectReach, field: Field, personal: Personal<'_>) -> Part {
    let provider = |operation| project.provider(operation, personal(operation));
    let concerned = match field {
        Field::Provider(_) | Field::Parameter(..) | Field::Fallback(_) => true,
        Field::Model(operation, of) => provider(operation) == of,
        Field::Endpoint(kind) => Operation::ALL.into_iter().any(|operation| {
            // A Suno model of one's own server is known by its id alone.
            let model = match kind {
                EndpointKind::Suno => project
                    .own
                    .get(&Field::Model(operation, ProviderId::Suno))
                    .map_or("", String::as_str),
                _ => "",
            };
            EndpointKind::needed_by(provider(operation), operation, model) == Some(kind)
        }),
        Field::PreferOwnKeys => true,
    };
    match (concerned, project.own.contains_key(&field)) {
        (false, _) => Part::Apart,
        (true, true) => Part::Overrides,
        (true, false) => Part::Follows,
    }
}

/// Whether a project works with the key in a slot, for at least one operation.
#[must_use]
pub fn uses_key(project: &ProjectReach, slot: ProviderId, personal: Personal<'_>) -> bool {
    Operation::ALL.into_iter().any(|operation| {
        let provider = project.provider(operation, personal(operation));
        provider.key_slot() == slot || provider.fallback_key() == Some(slot)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(own: &[(&str, &str)]) -> ProjectReach {
        ProjectReach {
            id: ProjectId("p".into()),
            name: "P".into(),
            own: own
                .iter()
                .map(|(path, value)| (Field::parse(path).unwrap(), (*value).to_owned()))
                .collect(),
        }
    }

    fn personal(_: Operation) -> ProviderId {
        ProviderId::Kie
    }

    #[test]
    fn a_project_without_a_word_of_its_own_follows() {
        let field = Field::Provider(Operation::Image);
        assert_eq!(part(&project(&[]), field, &personal), Part::Follows);
        let own = project(&[("operations.image.provider", "gemini")]);
        assert_eq!(part(&own, field, &personal), Part::Overrides);
        assert_eq!(
            part(&own, Field::Provider(Operation::Video), &personal),
            Part::Follows
        );
    }

    #[test]
    fn a_model_concerns_those_who_work_with_its_provider() {
        let kie = Field::Model(Operation::Image, ProviderId::Kie);
        assert_eq!(part(&project(&[]), kie, &personal), Part::Follows);
        let elsewhere = project(&[("operations.image.provider", "gemini")]);
        assert_eq!(part(&elsewhere, kie, &personal), Part::Apart);
        let own = project(&[("operations.image.models.kie", "a/b")]);
        assert_eq!(part(&own, kie, &personal), Part::Overrides);
    }

    #[test]
    fn an_endpoint_concerns_those_who_call_it() {
        let field = Field::Endpoint(EndpointKind::Video);
        assert_eq!(part(&project(&[]), field, &personal), Part::Apart);
        let modal = project(&[("operations.video.provider", "modal")]);
        assert_eq!(part(&modal, field, &personal), Part::Follows);
    }

    #[test]
    fn a_key_is_used_also_where_it_stands_in_for_another() {
        let banana = project(&[("operations.image.provider", "nano-banana")]);
        assert!(uses_key(&banana, ProviderId::Gemini, &personal));
        assert!(uses_key(&banana, ProviderId::Kie, &personal));
        assert!(!uses_key(&banana, ProviderId::Suno, &personal));
    }
}
