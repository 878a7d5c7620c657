//! Settings as rows of fields with versions, never as a document: two tabs that change different
//! fields do not conflict, and a field that changed meanwhile conflicts visibly.

use crate::Map;
use crate::{
    FieldError, Operation, ProviderId, Timestamp, error::CurrentValue, fallback::Policy,
    keys::SecretView, parameter::Parameter, provider::EndpointKind,
};
use serde::{Deserialize, Deserializer, Serialize};

/// One field that can be set at a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Who serves an operation: `operations.image.provider`.
    Provider(Operation),
    /// Which model of a provider: `operations.image.models.gemini`.
    Model(Operation, ProviderId),
    /// What a parameter is where a request leaves it open: `operations.image.parameters.resolution`.
    Parameter(Operation, Parameter),
    /// Who takes over where the provider fails: `operations.image.fallback`.
    Fallback(Operation),
    /// Where a Modal deployment is: `endpoints.image`.
    Endpoint(EndpointKind),
    /// Whether own keys come before the organization's: `preferences.prefer_own_keys`.
    PreferOwnKeys,
}

impl Field {
    /// The field at this path, or `None`.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let mut parts = path.split('.');
        let field = match (parts.next()?, parts.next()?, parts.next(), parts.next()) {
            ("operations", operation, Some("provider"), None) => {
                Self::Provider(Operation::parse(operation)?)
            }
            ("operations", operation, Some("models"), Some(provider)) => {
                Self::Model(Operation::parse(operation)?, ProviderId::parse(provider)?)
            }
            ("operations", operation, Some("parameters"), Some(parameter)) => {
                let operation = Operation::parse(operation)?;
                let parameter = Parameter::parse(parameter)
                    .filter(|one| Parameter::of(operation).contains(one))?;
                Self::Parameter(operation, parameter)
            }
            ("operations", operation, Some("fallback"), None) => {
                Self::Fallback(Operation::parse(operation)?)
            }
            ("endpoints", kind, None, None) => Self::Endpoint(EndpointKind::parse(kind)?),
            ("preferences", "prefer_own_keys", None, None) => Self::PreferOwnKeys,
            _ => return None,
        };
        parts.next().is_none().then_some(field)
    }
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Provider(operation) => write!(f, "operations.{operation}.provider"),
            Self::Model(operation, provider) => {
                write!(f, "operations.{operation}.models.{provider}")
            }
            Self::Parameter(operation, parameter) => {
                write!(f, "operations.{operation}.parameters.{parameter}")
            }
            Self::Fallback(operation) => write!(f, "operations.{operation}.fallback"),
            Self::Endpoint(kind) => write!(f, "endpoints.{}", kind.as_str()),
            Self::PreferOwnKeys => f.write_str("preferences.prefer_own_keys"),
        }
    }
}

impl Serialize for Field {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let path = String::deserialize(deserializer)?;
        Self::parse(&path)
            .ok_or_else(|| serde::de::Error::custom(format_args!("there is no setting `{path}`")))
    }
}

/// One field as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Its value as text; `None` after it was cleared.
    pub value: Option<String>,
    /// Counts the changes of this field, from 1.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// The fields that are stored at one level.
pub type Fields = Map<Field, Stored>;

/// A wish to set or clear one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field.
    pub field: Field,
    /// The new value, or `None` to clear it and inherit again.
    pub value: Option<String>,
    /// The version that the wish was made on; a different one on the server is a conflict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<i64>,
}

/// What a level says about everything, as `GET /settings` answers it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Settings))]
pub struct SettingsView {
    /// The sum of all changes at this level; grows with each.
    pub version: i64,
    /// Per operation, who serves it and which models are chosen.
    pub operations: Map<Operation, OperationSettings>,
    /// Where Modal deployments are.
    pub endpoints: Map<EndpointKind, String>,
    /// How keys are chosen.
    pub preferences: Preferences,
    /// The stored keys by slot; empty for a project.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub keys: Map<ProviderId, SecretView>,
    /// The slots whose last change can be undone, and until when; empty for a project.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub undo_until: Map<ProviderId, Timestamp>,
    /// The version of each field that was ever set.
    pub versions: Map<Field, i64>,
}

/// What a level says about one operation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OperationSettings {
    /// Who serves it.
    pub provider: Option<ProviderId>,
    /// The chosen model per provider, kept when the provider changes.
    pub models: Map<ProviderId, String>,
    /// What a parameter is where a request leaves it open.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub parameters: Map<Parameter, String>,
    /// Who takes over where the provider fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Policy>,
}

/// How keys are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preferences {
    /// Own keys come before the organization's.
    pub prefer_own_keys: bool,
}

impl SettingsView {
    /// The view of stored fields. A stored value that is not understood any more counts as unset.
    #[must_use]
    pub fn from_fields(fields: &Fields) -> Self {
        let mut view = Self::default();
        for operation in Operation::ALL {
            view.operations
                .insert(operation, OperationSettings::default());
        }
        for (field, stored) in fields {
            view.version += stored.version;
            view.versions.insert(*field, stored.version);
            let Some(value) = &stored.value else { continue };
            match *field {
                Field::Provider(operation) => {
                    view.operation(operation).provider = ProviderId::parse(value);
                }
                Field::Model(operation, provider) => {
                    view.operation(operation)
                        .models
                        .insert(provider, value.clone());
                }
                Field::Parameter(operation, parameter) => {
                    view.operation(operation)
                        .parameters
                        .insert(parameter, value.clone());
                }
                Field::Fallback(operation) => {
                    view.operation(operation).fallback = Policy::parse(value).ok();
                }
                Field::Endpoint(kind) => {
                    view.endpoints.insert(kind, value.clone());
                }
                Field::PreferOwnKeys => view.preferences.prefer_own_keys = value == "true",
            }
        }
        view
    }

    fn operation(&mut self, operation: Operation) -> &mut OperationSettings {
        self.operations.or_default(operation)
    }

    /// The value of one field as text, or `None` where nothing is set.
    #[must_use]
    pub fn value(&self, field: Field) -> Option<String> {
        match field {
            Field::Provider(operation) => self
                .operations
                .get(&operation)
                .and_then(|settings| settings.provider)
                .map(|provider| provider.as_str().to_owned()),
            Field::Model(operation, provider) => self
                .operations
                .get(&operation)
                .and_then(|settings| settings.models.get(&provider))
                .cloned(),
            Field::Parameter(operation, parameter) => self
                .operations
                .get(&operation)
                .and_then(|settings| settings.parameters.get(&parameter))
                .cloned(),
            Field::Fallback(operation) => self
                .operations
                .get(&operation)
                .and_then(|settings| settings.fallback.as_ref())
                .map(Policy::to_string),
            Field::Endpoint(kind) => self.endpoints.get(&kind).cloned(),
            Field::PreferOwnKeys => Some(self.preferences.prefer_own_keys.to_string()),
        }
    }

    /// Puts one acknowledged value into the view.
    pub fn apply(&mut self, current: &CurrentValue) {
        let Some(field) = Field::parse(&current.field) else {
            return;
        };
        let before = self.versions.insert(field, current.version).unwrap_or(0);
        self.version += current.version - before;
        match field {
            Field::Provider(operation) => {
                self.operation(operation).provider =
                    current.value.as_deref().and_then(ProviderId::parse);
            }
            Field::Model(operation, provider) => {
                let models = &mut self.operation(operation).models;
                match &current.value {
                    Some(model) => models.insert(provider, model.clone()),
                    None => models.remove(&provider),
                };
            }
            Field::Parameter(operation, parameter) => {
                let parameters = &mut self.operation(operation).parameters;
                match &current.value {
                    Some(value) => parameters.insert(parameter, value.clone()),
                    None => parameters.remove(&parameter),
                };
            }
            Field::Fallback(operation) => {
                let policy = current.value.as_deref().map(Policy::parse);
                self.operation(operation).fallback = policy.and_then(Result::ok);
            }
            Field::Endpoint(kind) => {
                match &current.value {
                    Some(url) => self.endpoints.insert(kind, url.clone()),
                    None => self.endpoints.remove(&kind),
                };
            }
            Field::PreferOwnKeys => {
                self.preferences.prefer_own_keys = current.value.as_deref() == Some("true");
            }
        }
    }
}

/// Any part of the settings, as `PATCH /settings` takes it. A member that is left out stays; one
/// that is `null` is cleared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(example = json!({
    "operations": { "image": { "provider": "gemini" } },
})))]
#[serde(deny_unknown_fields, default)]
pub struct SettingsPatch {
    /// Per operation.
    pub operations: Map<Operation, OperationPatch>,
    /// Per Modal deployment.
    pub endpoints: Map<EndpointKind, Option<String>>,
    /// How keys are chosen.
    pub preferences: PreferencesPatch,
    /// The versions that the wishes were made on, for those fields where a conflict matters.
    pub base: Map<Field, i64>,
}

/// The part of a patch for one operation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct OperationPatch {
    /// Who serves it; the inner `None` clears.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<ProviderId>))]
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub provider: Option<Option<String>>,
    /// The model per provider; `None` clears.
    pub models: Map<ProviderId, Option<String>>,
    /// The default per parameter, as text; `None` clears.
    pub parameters: Map<Parameter, Option<String>>,
    /// Who takes over where the provider fails; the inner `None` clears.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Policy>))]
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Option<Policy>>,
}

/// The part of a patch for the preferences.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct PreferencesPatch {
    /// Own keys come before the organization's; the inner `None` clears.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<bool>))]
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub prefer_own_keys: Option<Option<bool>>,
}

/// Tells a member that is `null` from one that is left out.
pub(crate) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

impl SettingsPatch {
    /// The single wishes in this patch.
    ///
    /// # Errors
    /// Base versions for fields that the patch does not change.
    pub fn changes(&self) -> Result<Vec<Change>, Vec<FieldError>> {
        let mut wishes: Vec<(Field, Option<String>)> = Vec::new();
        for (operation, patch) in &self.operations {
            if let Some(provider) = &patch.provider {
                wishes.push((Field::Provider(*operation), provider.clone()));
            }
            for (provider, model) in &patch.models {
                wishes.push((Field::Model(*operation, *provider), model.clone()));
            }
            for (parameter, value) in &patch.parameters {
                wishes.push((Field::Parameter(*operation, *parameter), value.clone()));
            }
            if let Some(fallback) = &patch.fallback {
                let value = fallback.as_ref().map(Policy::to_string);
                wishes.push((Field::Fallback(*operation), value));
            }
        }
        for (kind, url) in &self.endpoints {
            wishes.push((Field::Endpoint(*kind), url.clone()));
        }
        if let Some(prefer) = self.preferences.prefer_own_keys {
            wishes.push((Field::PreferOwnKeys, prefer.map(|on| on.to_string())));
        }
        let strays: Vec<FieldError> = self
            .base
            .keys()
            .filter(|field| !wishes.iter().any(|(wished, _)| wished == *field))
            .map(|field| FieldError {
                field: format!("base.{field}"),
                message: "A base version is given for a field that is not changed.".to_owned(),
            })
            .collect();
        if !strays.is_empty() {
            return Err(strays);
        }
        Ok(wishes
            .into_iter()
            .map(|(field, value)| Change {
                field,
                value,
                base: self.base.get(&field).copied(),
            })
            .collect())
    }
}

#[cfg(test)]
mod tests;
