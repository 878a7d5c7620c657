//! The calls from the interface to the use cases, one file per area. A body finds out who asks,
//! calls one use case and answers; it never decides anything.

pub mod account;
pub mod generations;
pub mod history;
pub mod keys;
pub mod models;
pub mod plan;
pub mod projects;
#[cfg(feature = "ssr")]
mod request;
pub mod resolution;
pub mod settings;

use crate::wire::JsonBody;
use domain::{ApiError, ErrorCode};
use leptos::server_fn::{
    Decodes, Encodes, Format, FormatType,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// Why a call did not work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FnError {
    /// The server said why.
    Api(ApiError),
    /// There was no answer that could be understood: the server or the network is down.
    Unreachable,
    /// The browser knows that it has no network.
    Offline,
}

impl FnError {
    /// What happened and what to do next, in a sentence or two.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Api(error) => error.detail.clone(),
            Self::Unreachable => {
                "The server cannot be reached. Check your connection, then try again.".to_owned()
            }
            Self::Offline => {
                "You are offline. What you entered stays here and is saved when the connection is back.".to_owned()
            }
        }
    }

    /// The server's own words, where it gave any.
    #[must_use]
    pub const fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            Self::Unreachable | Self::Offline => None,
        }
    }

    /// Whether nobody is signed in any more.
    #[must_use]
    pub fn is_signed_out(&self) -> bool {
        self.api()
            .is_some_and(|error| error.code == ErrorCode::Unauthenticated)
    }
}

impl From<ApiError> for FnError {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

/// Writes an error as the JSON of its [`ApiError`], so that what the layers in front of the server
/// functions answer is understood too.
#[derive(Debug)]
pub struct ErrorEncoding;

impl leptos::server_fn::ContentType for ErrorEncoding {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for ErrorEncoding {
    const FORMAT_TYPE: Format = Format::Text;
}

impl Encodes<FnError> for ErrorEncoding {
    type Error = serde_json::Error;

    fn encode(output: &FnError) -> Result<server_fn::Bytes, Self::Error> {
        match output {
            FnError::Api(error) => JsonBody::encode(error),
            FnError::Unreachable | FnError::Offline => JsonBody::encode(&ApiError::internal()),
        }
    }
}

impl Decodes<FnError> for ErrorEncoding {
    type Error = serde_json::Error;

    fn decode(bytes: server_fn::Bytes) -> Result<FnError, Self::Error> {
        <JsonBody as Decodes<ApiError>>::decode(bytes).map(FnError::Api)
    }
}

impl FromServerFnError for FnError {
    type Encoder = ErrorEncoding;

    #[cfg(feature = "ssr")]
    fn from_server_fn_error(value: ServerFnErrorErr) -> Self {
        request::refuse(match value {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => ApiError::new(
                ErrorCode::InvalidInput,
                "The request could not be understood. Reload the page and try again.",
            ),
            _ => ApiError::internal(),
        })
    }

    #[cfg(not(feature = "ssr"))]
    fn from_server_fn_error(_: ServerFnErrorErr) -> Self {
        Self::Unreachable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_crosses_the_wire_as_its_code() {
        let error = FnError::Api(ApiError::unauthenticated());
        let bytes = error.ser();
        assert!(
            String::from_utf8_lossy(&bytes).contains("\"code\":\"UNAUTHENTICATED\""),
            "{bytes:?}"
        );
        assert_eq!(FnError::de(bytes), error);
        assert!(error.is_signed_out());
    }

    #[test]
    fn a_problem_document_of_a_layer_in_front_is_understood() {
        let body = br#"{"type":"about:blank","title":"Not allowed","status":403,"code":"FORBIDDEN","detail":"No."}"#;
        let error = FnError::de(server_fn::Bytes::from_static(body));
        assert_eq!(
            error,
            FnError::Api(ApiError::new(ErrorCode::Forbidden, "No."))
        );
    }
}
