//! What a provider itself says it offers, beside what the catalogue says: the difference between
//! two such lists, and the catalogue's models with a list laid over them. Nothing is replaced here
//! that a person uses: a model that is gone stays, with the day on it.

use crate::{
    Operation, ProviderId,
    catalog::{Model, Price, Voice},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A provider's own list, as one key sees it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Listing {
    /// The models.
    pub models: Vec<Listed>,
    /// The voices of the account, where the provider has such.
    pub voices: Vec<Voice>,
    /// Whether a model that is not listed is not offered. A mere price list is not whole.
    pub whole: bool,
}

/// One model as its provider lists it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// What it generates.
    pub operation: Operation,
    /// The id that the provider accepts.
    pub id: String,
    /// The name shown.
    pub name: String,
    /// What it costs; empty where the list does not say.
    #[serde(default)]
    pub prices: Vec<Price>,
    /// The day on which the provider switches it off, `YYYY-MM-DD`.
    #[serde(default)]
    pub retires_on: Option<String>,
    /// The longest text in characters, where the list says.
    #[serde(default)]
    pub max_characters: Option<u32>,
    /// Whether answers can be held to a JSON schema.
    #[serde(default)]
    pub json_schema: bool,
}

/// What changed from one list to the next.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ModelListDifference))]
pub struct Difference {
    /// Models that were not there before.
    pub added: Vec<Named>,
    /// Models with another price.
    pub changed: Vec<Named>,
    /// Models that are no longer listed.
    pub gone: Vec<Named>,
}

/// A model in a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NamedModel))]
pub struct Named {
    /// What it generates.
    pub operation: Operation,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl Difference {
    /// Whether nothing changed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.gone.is_empty()
    }

    /// Whether a price changed or a model went that `in_use` says is used.
    #[must_use]
    pub fn touches(&self, in_use: impl Fn(Operation, &str) -> bool) -> bool {
        self.changed
            .iter()
            .chain(&self.gone)
            .any(|model| in_use(model.operation, &model.id))
    }
}

type Key<'a> = (Operation, &'a str);

fn by_id(listing: &Listing) -> BTreeMap<Key<'_>, &Listed> {
    listing
        .models
        .iter()
        .map(|model| ((model.operation, model.id.as_str()), model))
        .collect()
}

fn named(model: &Listed) -> Named {
    Named {
        operation: model.operation,
        id: model.id.clone(),
        name: model.name.clone(),
    }
}

/// What costs the same, whoever said so and when.
fn same_prices(one: &[Price], other: &[Price]) -> bool {
    let bare = |prices: &[Price]| {
        let mut rows: Vec<Price> = prices
            .iter()
            .map(|row| Price {
                source: String::new(),
                as_of: String::new(),
                ..row.clone()
            })
            .collect();
        rows.sort_by_key(|row| format!("{row:?}"));
        rows
    };
    bare(one) == bare(other)
}

/// What changed from `old` to `new`.
#[must_use]
pub fn difference(old: &Listing, new: &Listing) -> Difference {
    let (before, after) = (by_id(old), by_id(new));
    let absent = |from: &BTreeMap<Key<'_>, &Listed>, of: &BTreeMap<Key<'_>, &Listed>| {
        of.iter()
            .filter(|(key, _)| !from.contains_key(*key))
            .map(|(_, model)| named(model))
            .collect()
    };
    Difference {
        added: absent(&before, &after),
        gone: absent(&after, &before),
        changed: after
            .iter()
            .filter(|(key, model)| {
                before.get(*key).is_some_and(|was| {
                    !was.prices.is_empty() && !same_prices(&was.prices, &model.prices)
                })
            })
            .map(|(_, model)| named(model))
            .collect(),
    }
}

/// The catalogue's models of one provider and operation with the provider's own list laid over
/// them: prices and limits of the list win where it has some, new models come last, and a model
/// that a whole list lacks says so.
#[must_use]
pub fn overlay(
    models: Vec<Model>,
    provider: ProviderId,
    operation: Operation,
    listing: &Listing,
) -> Vec<Model> {
    let listed: BTreeMap<&str, &Listed> = listing
        .models
        .iter()
        .filter(|model| model.operation == operation)
        .map(|model| (model.id.as_str(), model))
        .collect();
    let mut known: Vec<String> = Vec::with_capacity(models.len());
    let mut all: Vec<Model> = models
        .into_iter()
        .map(|model| {
            known.push(model.sent_id().to_owned());
            laid_over(model, &listed, listing)
        })
        .collect();
    if listing.whole {
        let new = listing
            .models
            .iter()
            .filter(|model| model.operation == operation && !known.contains(&model.id));
        all.extend(new.map(|model| added(provider, model, listing)));
    }
    all
}

fn laid_over(mut model: Model, listed: &BTreeMap<&str, &Listed>, listing: &Listing) -> Model {
    match listed.get(model.sent_id()) {
        Some(entry) => {
            if !entry.prices.is_empty() {
                model.prices.clone_from(&entry.prices);
            }
            if entry.retires_on.is_some() {
                model.retires_on.clone_from(&entry.retires_on);
            }
            if let Some(most) = entry.max_characters {
                model.can.max_characters = most;
            }
        }
        None if listing.whole && !listed.is_empty() => {
            const ABSENT: &str = "The provider does not list this model for your key.";
            model.notice = Some(
                model
                    .notice
                    .map_or_else(|| ABSENT.to_owned(), |notice| format!("{ABSENT} {notice}")),
            );
        }
        None => {}
    }
    if model.operation == Operation::Tts && !listing.voices.is_empty() {
        model.can.voices.clone_from(&listing.voices);
    }
    model
}

fn added(provider: ProviderId, entry: &Listed, listing: &Listing) -> Model {
    let mut model = Model {
        provider,
        operation: entry.operation,
        id: entry.id.clone(),
        sends: None,
        name: entry.name.clone(),
        recommended: false,
        retires_on: entry.retires_on.clone(),
        notice: None,
        can: crate::catalog::Capabilities {
            max_characters: entry.max_characters.unwrap_or(0),
            json_schema: entry.json_schema,
            ..Default::default()
        },
        prices: entry.prices.clone(),
    };
    if entry.operation == Operation::Tts {
        model.can.voices.clone_from(&listing.voices);
    }
    model
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalog::Unit, money::MicroUsd};

    fn price(micro_usd: i64) -> Price {
        Price {
            unit: Unit::MillionInputTokens,
            micro_usd: MicroUsd(micro_usd),
            resolution: None,
            audio: None,
            seconds: None,
            above_input_tokens: None,
            from: None,
            until: None,
            source: format!("list of {micro_usd}"),
            as_of: "2026-11-22".to_owned(),
        }
    }

    fn listed(id: &str, prices: Vec<Price>) -> Listed {
        Listed {
            operation: Operation::Llm,
            id: id.to_owned(),
            name: id.to_uppercase(),
            prices,
            retires_on: None,
            max_characters: None,
            json_schema: true,
        }
    }

    fn listing(models: Vec<Listed>) -> Listing {
        Listing {
            models,
            voices: Vec::new(),
            whole: true,
        }
    }

    fn ids(named: &[Named]) -> Vec<&str> {
        named.iter().map(|model| model.id.as_str()).collect()
    }

    #[test]
    fn a_difference_names_what_is_new_what_costs_more_and_what_is_gone() {
        let old = listing(vec![
            listed("stays", vec![price(1)]),
            listed("dearer", vec![price(1)]),
            listed("goes", vec![]),
        ]);
        let new = listing(vec![
            listed("stays", vec![price(1)]),
            listed("dearer", vec![price(2)]),
            listed("comes", vec![]),
        ]);
        let found = difference(&old, &new);
        assert_eq!(ids(&found.added), ["comes"]);
        assert_eq!(ids(&found.changed), ["dearer"]);
        assert_eq!(ids(&found.gone), ["goes"]);
        assert!(found.touches(|_, id| id == "dearer") && !found.touches(|_, id| id == "comes"));
        assert!(difference(&new, &new).is_empty());
    }

    #[test]
    fn another_source_of_the_same_price_is_no_difference() {
        let mut later = price(1);
        later.as_of = "2026-12-01".to_owned();
        let (old, new) = (
            vec![listed("a", vec![price(1)])],
            vec![listed("a", vec![later])],
        );
        assert!(difference(&listing(old), &listing(new)).is_empty());
    }

    fn model(id: &str, sends: Option<&str>) -> Model {
        Model {
            sends: sends.map(str::to_owned),
            prices: vec![price(9)],
            ..added(
                ProviderId::OpenRouter,
                &listed(id, vec![]),
                &listing(vec![]),
            )
        }
    }

    #[test]
    fn the_list_of_the_provider_wins_and_nothing_disappears() {
        let catalog = vec![model("old-name", Some("a")), model("b", None)];
        let live = listing(vec![listed("a", vec![price(3)]), listed("c", vec![])]);
        let all = overlay(catalog, ProviderId::OpenRouter, Operation::Llm, &live);
        let shown: Vec<(&str, bool, usize)> = all
            .iter()
            .map(|m| (m.id.as_str(), m.notice.is_some(), m.prices.len()))
            .collect();
        assert_eq!(
            shown,
            [("old-name", false, 1), ("b", true, 1), ("c", false, 0)]
        );
        assert_eq!(all[0].prices[0].micro_usd, MicroUsd(3));
    }

    #[test]
    fn a_mere_price_list_adds_and_misses_nothing() {
        let live = Listing {
            whole: false,
            ..listing(vec![listed("b", vec![price(4)]), listed("new", vec![])])
        };
        let all = overlay(
            vec![model("a", None), model("b", None)],
            ProviderId::Kie,
            Operation::Llm,
            &live,
        );
        assert_eq!(all.len(), 2);
        assert!(all.iter().all(|model| model.notice.is_none()));
        assert_eq!(all[1].prices[0].micro_usd, MicroUsd(4));
    }
}
