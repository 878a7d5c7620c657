//! The models of a provider, and its own list of them: looked at, fetched, agreed to.

use super::FnError;
use crate::wire::JsonPost;
use domain::{Operation, ProviderId, catalog::Model};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::request::{answer, refuse, signed_in};

/// What is to be done with a provider's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ListAct {
    /// It is looked at.
    Look,
    /// The provider is asked for it.
    Refresh,
    /// The list that waits is to count.
    Apply,
    /// The list that waits is thrown away.
    Discard,
}

/// The models of an operation, and what is to be said about the list they come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelNews {
    /// The models.
    pub models: Vec<Model>,
    /// Where they are known from, and how old that is.
    pub source: String,
    /// Why the last fetch brought nothing.
    pub problem: Option<String>,
    /// What the newest list changes or changed, a line each.
    pub changes: Vec<String>,
    /// Whether those changes wait for consent.
    pub pending: bool,
    /// Whether the provider has a list that can be asked for.
    pub refreshable: bool,
}

/// Does something with a provider's list and answers how things stand then.
#[server(prefix = "/fn", endpoint = "model_list", protocol = JsonPost)]
pub async fn model_list(
    operation: Operation,
    provider: ProviderId,
    act: ListAct,
) -> Result<ModelNews, FnError> {
    let (app, actor) = signed_in()?;
    let done = match act {
        ListAct::Look => Ok(()),
        ListAct::Refresh => server::models::refresh(&app, &actor, provider).await,
        ListAct::Apply => server::models::apply(&app, &actor, provider).await,
        ListAct::Discard => server::models::discard(&app, &actor, provider).await,
    };
    done.map_err(refuse)?;
    let view = server::models::view(&app, &actor, provider, Some(operation)).await;
    answer(view.map(|list| words::news(provider, operation, list)))
}

#[cfg(feature = "ssr")]
mod words {
    use super::ModelNews;
    use domain::{
        Operation, ProviderId,
        listing::Named,
        model_list::{ModelList, Source},
    };

    /// How many models a line names.
    const NAMED: usize = 5;

    pub fn news(provider: ProviderId, operation: Operation, list: ModelList) -> ModelNews {
        let label = provider.label();
        let source = match (list.source, list.age_seconds) {
            (Source::Provider, Some(age)) => format!("{label}'s own list, {}.", ago(age)),
            _ => "This server's catalogue.".to_owned(),
        };
        let changes = list.difference.map_or_else(Vec::new, |found| {
            [
                ("New", found.added),
                ("Another price", found.changed),
                ("No longer listed", found.gone),
            ]
            .into_iter()
            .filter_map(|(what, models)| line(what, operation, &models))
            .collect()
        });
        ModelNews {
            models: list.data.into_iter().map(|known| known.model).collect(),
            source,
            problem: list.problem.map(|problem| problem.message),
            changes,
            pending: list.pending,
            refreshable: list.refreshable,
        }
    }

    fn line(what: &str, operation: Operation, models: &[Named]) -> Option<String> {
        let names: Vec<&str> = models
            .iter()
            .filter(|model| model.operation == operation)
            .map(|model| model.name.as_str())
            .collect();
        let more = names.len().saturating_sub(NAMED);
        let shown = names.get(..names.len() - more)?.join(", ");
        match (names.len(), more) {
            (0, _) => None,
            (_, 0) => Some(format!("{what}: {shown}.")),
            (_, more) => Some(format!("{what}: {shown} and {more} more.")),
        }
    }

    fn ago(seconds: i64) -> String {
        let (number, unit) = match seconds {
            ..60 => return "fetched just now".to_owned(),
            60..3_600 => (seconds / 60, "minute"),
            3_600..86_400 => (seconds / 3_600, "hour"),
            _ => (seconds / 86_400, "day"),
        };
        let plural = if number == 1 { "" } else { "s" };
        format!("fetched {number} {unit}{plural} ago")
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_age_of_a_list_is_said_in_words() {
            for (seconds, said) in [
                (0, "fetched just now"),
                (60, "fetched 1 minute ago"),
                (7_300, "fetched 2 hours ago"),
                (200_000, "fetched 2 days ago"),
            ] {
                assert_eq!(ago(seconds), said);
            }
        }

        #[test]
        fn a_long_change_is_said_short() {
            let named = |number: usize| Named {
                operation: Operation::Llm,
                id: number.to_string(),
                name: format!("M{number}"),
            };
            let models: Vec<Named> = (0..7).map(named).collect();
            assert_eq!(
                line("New", Operation::Llm, &models).as_deref(),
                Some("New: M0, M1, M2, M3, M4 and 2 more.")
            );
            assert_eq!(line("New", Operation::Tts, &models), None);
            assert_eq!(
                line("New", Operation::Llm, &models[..1]).as_deref(),
                Some("New: M0.")
            );
        }
    }
}
