//! What a fetched list changes for a person: against the list of before, or the first time against
//! the catalogue. Pure.

use domain::{
    Operation, ProviderId,
    catalog::{Catalog, Model},
    listing::{Difference, Listed, Listing, difference as between},
};
use std::collections::{BTreeMap, BTreeSet};

/// What `new` changes. A mere price list speaks of the catalogue's models alone.
pub fn difference(
    catalog: &Catalog,
    provider: ProviderId,
    old: Option<&Listing>,
    new: &Listing,
) -> Difference {
    let mut found = match old {
        Some(old) => between(old, new),
        None => between(&of_catalog(catalog, provider, new), new),
    };
    if old.is_none() {
        // That a model ends was announced before.
        let ends = |id: &str| {
            let mut models = catalog.models.iter();
            models.any(|model| model.sent_id() == id && model.retires_on.is_some())
        };
        found.gone.retain(|model| !ends(&model.id));
    }
    if !new.whole {
        let known: BTreeSet<(Operation, &str)> = catalog
            .models
            .iter()
            .filter(|model| model.provider == provider)
            .map(|model| (model.operation, model.sent_id()))
            .collect();
        found.added.clear();
        for named in [&mut found.changed, &mut found.gone] {
            named.retain(|model| known.contains(&(model.operation, model.id.as_str())));
        }
        if old.is_none() {
            found.gone.clear();
        }
    }
    found
}

fn is_own(catalog: &Catalog, model: &Model) -> bool {
    let target = model.sends.as_deref();
    target.is_none_or(|id| catalog.model(model.operation, model.provider, id).is_none())
}

/// The catalogue as if the provider had listed it, with prices only where the new list has some.
fn of_catalog(catalog: &Catalog, provider: ProviderId, new: &Listing) -> Listing {
    let priced: BTreeMap<(Operation, &str), bool> = new
        .models
        .iter()
        .map(|model| {
            let is_priced = !model.prices.is_empty();
            ((model.operation, model.id.as_str()), is_priced)
        })
        .collect();
    let models = catalog
        .models
        .iter()
        .filter(|model| model.provider == provider)
        // A second name of a listed model is no model of its own.
        .filter(|model| is_own(catalog, model))
        .map(|model| {
            let id = model.sent_id();
            let is_priced = priced.get(&(model.operation, id)).copied();
            Listed {
                operation: model.operation,
                id: id.to_owned(),
                name: model.name.clone(),
                prices: if is_priced == Some(true) {
                    model.prices.clone()
                } else {
                    Vec::new()
                },
                retires_on: None,
                max_characters: None,
                json_schema: false,
            }
        })
        .collect();
    Listing {
        models,
        voices: Vec::new(),
        whole: true,
    }
}

/// The ids of the models that count as used: the chosen ones and the catalogue's defaults, as they
/// are stored and as the provider knows them.
pub fn used(
    catalog: &Catalog,
    provider: ProviderId,
    chosen: Vec<(Operation, String)>,
) -> BTreeSet<(Operation, String)> {
    let defaults = catalog
        .provider(provider)
        .map(|entry| entry.default_models.clone())
        .unwrap_or_default();
    chosen
        .into_iter()
        .chain(defaults)
        .flat_map(|(operation, id)| {
            let sent = catalog
                .model(operation, provider, &id)
                .map(|model| model.sent_id().to_owned());
            std::iter::once(id)
                .chain(sent)
                .map(move |id| (operation, id))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::load;

    const KIE: ProviderId = ProviderId::Kie;

    /// What the catalogue says of a provider as a list, changed by `change`.
    fn listed(catalog: &Catalog, whole: bool, change: impl Fn(&mut Listed)) -> Listing {
        let mut models: Vec<Listed> = catalog
            .models
            .iter()
            .filter(|model| model.provider == KIE && is_own(catalog, model))
            .map(|model| Listed {
                operation: model.operation,
                id: model.sent_id().to_owned(),
                name: model.name.clone(),
                prices: model.prices.clone(),
                retires_on: None,
                max_characters: None,
                json_schema: false,
            })
            .collect();
        models.iter_mut().for_each(change);
        Listing {
            models,
            voices: Vec::new(),
            whole,
        }
    }

    #[test]
    fn the_first_list_is_compared_with_the_catalogue() {
        let catalog = load().unwrap();
        let same = listed(&catalog, true, |_| {});
        assert!(difference(&catalog, KIE, None, &same).is_empty());
        let unpriced = listed(&catalog, true, |model| model.prices.clear());
        assert!(difference(&catalog, KIE, None, &unpriced).is_empty());
        let lasting = |id: &str| {
            catalog
                .models
                .iter()
                .any(|m| m.id == id && m.retires_on.is_none())
        };
        let first = same.models.iter().find(|model| lasting(&model.id));
        let first = first.unwrap().id.clone();
        let renamed = listed(&catalog, true, |model| {
            if model.id == first {
                model.id = "maker/new".to_owned();
            }
        });
        let found = difference(&catalog, KIE, None, &renamed);
        assert_eq!((found.added.len(), found.gone.len()), (1, 1));
    }

    #[test]
    fn a_price_list_adds_and_misses_nothing_that_is_not_in_the_catalogue() {
        let catalog = load().unwrap();
        let mut list = listed(&catalog, false, |_| {});
        list.models.truncate(1);
        list.models.push(Listed {
            id: "maker/unheard-of".to_owned(),
            ..list.models[0].clone()
        });
        assert!(difference(&catalog, KIE, None, &list).is_empty());
    }

    #[test]
    fn a_chosen_model_and_a_default_are_in_use_under_both_of_their_names() {
        let catalog = load().unwrap();
        let mapped = catalog
            .models
            .iter()
            .find(|model| model.sends.is_some())
            .unwrap();
        let chosen = vec![(mapped.operation, mapped.id.clone())];
        let found = used(&catalog, mapped.provider, chosen);
        assert!(found.contains(&(mapped.operation, mapped.id.clone())));
        assert!(found.contains(&(mapped.operation, mapped.sent_id().to_owned())));
        let entry = catalog.provider(mapped.provider).unwrap();
        for (operation, id) in &entry.default_models {
            assert!(found.contains(&(*operation, id.clone())));
        }
    }
}
