//! The closed list of errors that cross the wire. They are codes with a plain sentence; a
//! provider's own text is never among them.

use crate::{
    Operation, ProviderId, Timestamp, budget::Refused, provider::CredentialKind, resolution::Trace,
    scope::Scope,
};
use serde::{Deserialize, Serialize};
use std::ops::{Deref, DerefMut};

/// What went wrong, for programs. The list is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// Nobody is signed in.
    Unauthenticated,
    /// Not allowed.
    Forbidden,
    /// Not there, or somebody else's.
    NotFound,
    /// Some fields are wrong.
    InvalidInput,
    /// Somebody else changed it meanwhile.
    Conflict,
    /// No level holds a credential.
    ApiKeyRequired,
    /// A credential exists and cannot be used.
    KeyUnavailable,
    /// The model is not offered.
    ModelUnavailable,
    /// The endpoint address is not allowed.
    EndpointNotAllowed,
    /// A budget is used up.
    BudgetExceeded,
    /// Too many requests.
    RateLimited,
    /// The provider refused or failed.
    ProviderError,
    /// The request is too large.
    PayloadTooLarge,
    /// Our fault.
    Internal,
}

impl ErrorCode {
    /// The HTTP status that goes with the code.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Unauthenticated => 401,
            Self::Forbidden | Self::ApiKeyRequired => 403,
            Self::NotFound => 404,
            Self::InvalidInput | Self::ModelUnavailable | Self::EndpointNotAllowed => 422,
            Self::Conflict | Self::KeyUnavailable => 409,
            Self::BudgetExceeded => 402,
            Self::RateLimited => 429,
            Self::ProviderError => 502,
            Self::PayloadTooLarge => 413,
            Self::Internal => 500,
        }
    }

    /// A short title for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Unauthenticated => "Please sign in",
            Self::Forbidden => "Not allowed",
            Self::NotFound => "Not found",
            Self::InvalidInput => "Something needs to be corrected",
            Self::Conflict => "Changed elsewhere",
            Self::ApiKeyRequired => "API key required",
            Self::KeyUnavailable => "API key needs to be entered again",
            Self::ModelUnavailable => "Model not available",
            Self::EndpointNotAllowed => "Endpoint not allowed",
            Self::BudgetExceeded => "Budget used up",
            Self::RateLimited => "Too many requests",
            Self::ProviderError => "The provider could not do it",
            Self::PayloadTooLarge => "Too large",
            Self::Internal => "Something went wrong here",
        }
    }
}

/// Why a provider did not deliver. The list is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProviderFault {
    /// The key is wrong, expired or revoked.
    BadKey,
    /// The key is good but may not do this.
    Forbidden,
    /// The account at the provider is empty.
    NoCredit,
    /// A spending limit at the provider is reached.
    SpendLimit,
    /// Too many requests at the provider.
    RateLimited,
    /// The provider is overloaded.
    Overloaded,
    /// The provider did not accept the parameters.
    BadRequest,
    /// The model is unknown or switched off.
    ModelGone,
    /// The prompt or the result was blocked.
    ContentBlocked,
    /// The request is too large for the provider.
    TooLarge,
    /// No answer in time.
    Timeout,
    /// Anything else at the provider.
    Upstream,
}

impl ProviderFault {
    /// Every fault.
    pub const ALL: [Self; 12] = [
        Self::BadKey,
        Self::Forbidden,
        Self::NoCredit,
        Self::SpendLimit,
        Self::RateLimited,
        Self::Overloaded,
        Self::BadRequest,
        Self::ModelGone,
        Self::ContentBlocked,
        Self::TooLarge,
        Self::Timeout,
        Self::Upstream,
    ];

    /// Its name, as in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadKey => "bad_key",
            Self::Forbidden => "forbidden",
            Self::NoCredit => "no_credit",
            Self::SpendLimit => "spend_limit",
            Self::RateLimited => "rate_limited",
            Self::Overloaded => "overloaded",
            Self::BadRequest => "bad_request",
            Self::ModelGone => "model_gone",
            Self::ContentBlocked => "content_blocked",
            Self::TooLarge => "too_large",
            Self::Timeout => "timeout",
            Self::Upstream => "upstream",
        }
    }

    /// The fault with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.as_str() == name)
    }

    /// What happened and what to do next, in one or two sentences.
    #[must_use]
    pub fn advice(self, provider: &str) -> String {
        match self {
            Self::BadKey => format!(
                "{provider} does not accept this API key. Replace the key in Settings, or switch to another provider."
            ),
            Self::Forbidden => format!(
                "The API key is valid, but {provider} does not let it do this. Check the key's permissions at {provider}, or switch to another provider."
            ),
            Self::NoCredit => format!(
                "The account at {provider} has run out of credit. Add credit there, or switch to another provider."
            ),
            Self::SpendLimit => format!(
                "A spending limit at {provider} is reached. Raise the limit there, or switch to another provider."
            ),
            Self::RateLimited => format!(
                "{provider} is receiving too many requests with this key. Wait a minute and try again."
            ),
            Self::Overloaded => format!(
                "{provider} is overloaded at the moment. Try again in a few minutes, or switch to another provider."
            ),
            Self::BadRequest => format!(
                "{provider} did not accept these parameters. Change them, or choose another model."
            ),
            Self::ModelGone => {
                format!("{provider} does not offer this model any more. Choose another model.")
            }
            Self::ContentBlocked => format!(
                "{provider} blocked this content by its safety rules. Change the prompt and try again."
            ),
            Self::TooLarge => {
                format!(
                    "This is too large for {provider}. Shorten the text or use smaller pictures."
                )
            }
            Self::Timeout => {
                format!("{provider} did not answer in time. Try again in a few minutes.")
            }
            Self::Upstream => format!(
                "{provider} had a problem of its own. Try again, or switch to another provider."
            ),
        }
    }
}

/// One wrong field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Its path, such as `input.prompt`.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// An error as it crosses the wire: small to pass on, its members within reach as [`ErrorMembers`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct ApiError(Box<ErrorMembers>);

/// The members of an error, beside those of `application/problem+json` that follow from the code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorMembers {
    /// The code.
    pub code: ErrorCode,
    /// What happened and what to do next.
    pub detail: String,
    /// `INVALID_INPUT`: the wrong fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
    /// `API_KEY_REQUIRED`, `KEY_UNAVAILABLE`: for what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// `API_KEY_REQUIRED`, `KEY_UNAVAILABLE`, `PROVIDER_ERROR`: whose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<ProviderId>,
    /// `API_KEY_REQUIRED`: what is missing, such as `api_key` or `endpoint`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// `PROVIDER_ERROR`: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ProviderFault>,
    /// `RATE_LIMITED` and some provider errors: seconds to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// `CONFLICT`: what stands there now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub current: Vec<CurrentValue>,
    /// `BUDGET_EXCEEDED`: whose, what is left of it, and when it starts anew. Only programs read it;
    /// `detail` says the same to people.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Box<Refused>>,
    /// How the resolution came to its end, where one was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Trace>,
    /// `UNAUTHENTICATED`: the password is right, and a code is wanted with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second_factor: bool,
    /// `FORBIDDEN`: it can be done once the person has shown again who they are. Only programs read it.
    #[serde(skip_deserializing, skip_serializing_if = "std::ops::Not::not")]
    pub step_up: bool,
    /// `FORBIDDEN`: the scope that the access token lacks. Only programs read it.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
}

/// A field as it stands on the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CurrentValue {
    /// Its path.
    pub field: String,
    /// Its value; `None` where nothing is set.
    pub value: Option<String>,
    /// Its version.
    pub version: i64,
    /// When it was set.
    pub updated_at: Option<Timestamp>,
}

impl Deref for ApiError {
    type Target = ErrorMembers;

    fn deref(&self) -> &ErrorMembers {
        &self.0
    }
}

impl DerefMut for ApiError {
    fn deref_mut(&mut self) -> &mut ErrorMembers {
        &mut self.0
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}: {}", self.code, self.detail)
    }
}

impl std::error::Error for ApiError {}

impl ApiError {
    /// An error of this code with a sentence that says what to do.
    #[must_use]
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self(Box::new(ErrorMembers {
            code,
            detail: detail.into(),
            fields: Vec::new(),
            operation: None,
            provider: None,
            missing: Vec::new(),
            reason: None,
            retry_after: None,
            current: Vec::new(),
            budget: None,
            trace: None,
            second_factor: false,
            step_up: false,
            scope: None,
        }))
    }

    /// Nobody is signed in.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(ErrorCode::Unauthenticated, "Sign in and try again.")
    }

    /// Not there, or not for this person; both look the same.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(
            ErrorCode::NotFound,
            format!("There is no such {what}, or it is not yours."),
        )
    }

    /// Some fields are wrong.
    #[must_use]
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let detail = fields.first().map_or_else(
            || "The request is not valid.".to_owned(),
            |first| first.message.clone(),
        );
        let mut error = Self::new(ErrorCode::InvalidInput, detail);
        error.fields = fields;
        error
    }

    /// One field is wrong.
    #[must_use]
    pub fn invalid_field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError {
            field: field.into(),
            message: message.into(),
        }])
    }

    /// Our fault. The cause is in the log, never here.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            ErrorCode::Internal,
            "Something went wrong on the server. Nothing was lost; try again in a moment.",
        )
    }

    /// The provider did not deliver.
    #[must_use]
    pub fn provider(provider: ProviderId, fault: ProviderFault, retry_after: Option<u64>) -> Self {
        let mut error = Self::new(ErrorCode::ProviderError, fault.advice(provider.label()));
        error.provider = Some(provider);
        error.reason = Some(fault);
        error.retry_after = retry_after;
        if fault == ProviderFault::ModelGone
            && provider.credential_kind() == CredentialKind::Endpoint
        {
            error.detail = format!(
                "Nothing answers at the address of your {} endpoint. Deploy the app, or correct the address in Settings and try again.",
                provider.label()
            );
        }
        error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_survives_the_wire() {
        let error = ApiError::provider(ProviderId::Gemini, ProviderFault::NoCredit, Some(7));
        let json = serde_json::to_string(&error).unwrap();
        assert!(json.contains("\"PROVIDER_ERROR\"") && json.contains("\"no_credit\""));
        assert_eq!(serde_json::from_str::<ApiError>(&json).unwrap(), error);
    }

    #[test]
    fn a_fault_has_one_name_everywhere() {
        for fault in ProviderFault::ALL {
            let json = serde_json::to_string(&fault).unwrap();
            assert_eq!(json, format!("\"{}\"", fault.as_str()));
            assert_eq!(ProviderFault::parse(fault.as_str()), Some(fault));
        }
    }

    #[test]
    fn every_fault_says_what_to_do_next() {
        for fault in ProviderFault::ALL {
            let advice = fault.advice("Example");
            let hints = [
                "switch",
                "Try again",
                "try again",
                "Choose",
                "choose",
                "Shorten",
            ];
            assert!(advice.contains("Example"), "{advice}");
            assert!(hints.iter().any(|hint| advice.contains(hint)), "{advice}");
        }
    }
}
