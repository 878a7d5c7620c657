//! The same at every provider and model, once somebody looks: asked for, and kept true to what is
//! wanted.

use super::{Flow, Moment};
use crate::{
    browser::task,
    server_fns::{FnError, resolution::resolution_compare},
};
use domain::{generation::Compared, input::GenerationInput};
use leptos::prelude::*;

/// The comparison of one confirmation.
#[derive(Debug, Clone, Default)]
pub struct Ways {
    /// For what it was asked for; `None` as long as nobody has looked.
    of: Option<GenerationInput>,
    /// Whether it is under way.
    pub busy: bool,
    /// What came of it.
    pub found: Option<Result<Vec<Compared>, FnError>>,
}

#[cfg(test)]
impl Ways {
    /// A comparison that has come.
    pub fn found(found: Option<Vec<Compared>>) -> Self {
        Self {
            found: found.map(Ok),
            ..Self::default()
        }
    }
}

impl Flow {
    /// Somebody looks at the comparison.
    pub fn compare(self) {
        let Some(wanted) = self.moment.with_untracked(|moment| match moment {
            Moment::Confirming(confirming) => Some(confirming.wanted.clone()),
            _ => None,
        }) else {
            return;
        };
        if self.ways.with_untracked(|ways| {
            ways.of.as_ref() == Some(&wanted.input) && !matches!(ways.found, Some(Err(_)))
        }) {
            return;
        }
        self.ways.update(|ways| {
            ways.of = Some(wanted.input.clone());
            ways.busy = true;
        });
        task::spawn(async move {
            let asked = wanted.input.clone();
            let found = resolution_compare(wanted).await;
            // An answer for what was wanted before is of no interest any more.
            if self
                .ways
                .with_untracked(|ways| ways.of.as_ref() == Some(&asked))
            {
                self.ways.update(|ways| {
                    ways.busy = false;
                    ways.found = Some(found);
                });
            }
        });
    }

    /// What is wanted has changed: whoever looks at a comparison gets it anew.
    pub(super) fn compare_again(self) {
        if self.ways.with_untracked(|ways| ways.of.is_some()) {
            self.compare();
        }
    }
}
