//! The models of one provider as a person sees them: the catalogue with the provider's own list
//! laid over it, how old that list is, and what it changed. Shapes only; nothing is fetched here.

use crate::{Timestamp, catalog::Model, listing::Difference};
use serde::{Deserialize, Serialize};

/// Where something is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ModelSource))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The catalogue.
    #[default]
    Catalogue,
    /// The provider's own list.
    Provider,
}

/// The models of one provider.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelList {
    /// The models, those of the catalogue first.
    pub data: Vec<KnownModel>,
    /// Whether a list of the provider counts.
    pub source: Source,
    /// When that was fetched.
    pub fetched_at: Option<Timestamp>,
    /// How long ago that was.
    pub age_seconds: Option<i64>,
    /// What the pending list would change; where none waits, what the one that counts changed.
    pub difference: Option<Difference>,
    /// Whether a newer list waits for consent, as it touches models that are in use.
    pub pending: bool,
    /// Why the last fetch brought nothing, where it did not.
    pub problem: Option<ListProblem>,
    /// Whether the provider has a list that can be asked for.
    pub refreshable: bool,
}

/// One model with where it is known from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KnownModel {
    /// The model.
    #[serde(flatten)]
    pub model: Model,
    /// `provider` where the provider's list has it.
    pub source: Source,
    /// When that list was fetched.
    pub fetched_at: Option<Timestamp>,
}

/// Why a fetch brought nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ModelListProblem))]
pub struct ListProblem {
    /// What happened and what to do, in a sentence.
    pub message: String,
    /// When.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_comes_back_from_json_as_it_went() {
        let json = serde_json::json!({
            "data": [{
                "provider": "kie", "operation": "image", "id": "maker/a", "sends": "maker/b",
                "name": "A", "recommended": false, "can": crate::catalog::Capabilities::default(),
                "prices": [], "source": "provider", "fetched_at": "2026-11-22T10:00:00Z",
            }],
            "source": "provider", "fetched_at": "2026-11-22T10:00:00Z", "age_seconds": 60,
            "difference": { "added": [], "changed": [], "gone": [] }, "pending": false,
            "problem": { "message": "Nobody answers.", "at": "2026-11-22T10:00:00Z" },
            "refreshable": true,
        });
        let list: ModelList = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(list.data[0].model.sent_id(), "maker/b");
        assert_eq!(serde_json::to_value(list).unwrap(), json);
    }
}
