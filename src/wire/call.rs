//! How a server function is called. The browser has one way for all of them: JSON is posted and read
//! by shared code, and only what is made of it depends on the function.

use super::{Json, from_value};
use crate::{
    browser::post::{Answering, Lifetime, post},
    server_fns::FnError,
};
use domain::ApiError;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use server_fn::{Http, Protocol, client::Client, server::Server};
use std::pin::Pin;

/// JSON in the body of a `POST` and of its answer.
#[derive(Debug)]
pub struct JsonPost;

impl<Input, Output, C, S> Protocol<Input, Output, C, S, FnError> for JsonPost
where
    Input: Serialize + DeserializeOwned + Send,
    Output: Serialize + DeserializeOwned + Send,
    C: Client<FnError>,
    S: Server<FnError>,
{
    const METHOD: http::Method =
        <Http<Json, Json> as Protocol<Input, Output, C, S, FnError>>::METHOD;

    fn run_server<F, Fut>(
        request: S::Request,
        server_fn: F,
    ) -> impl Future<Output = Result<S::Response, FnError>> + Send
    where
        F: Fn(Input) -> Fut + Send,
        Fut: Future<Output = Result<Output, FnError>> + Send,
    {
        <Http<Json, Json> as Protocol<Input, Output, C, S, FnError>>::run_server(request, server_fn)
    }

    fn run_client(
        path: &str,
        input: Input,
    ) -> impl Future<Output = Result<Output, FnError>> + Send {
        call(path, &input, Lifetime::Page)
    }
}

/// Calls the server function at a path. On the server: an error.
pub fn call<Input: Serialize, Output: DeserializeOwned>(
    path: &str,
    input: &Input,
    lifetime: Lifetime,
) -> impl Future<Output = Result<Output, FnError>> + Send + use<Input, Output> {
    let answer = serde_json::to_string(input)
        .ok()
        .map(|body| understood(post(path, &body, lifetime)));
    made_of(answer)
}

async fn made_of<Output: DeserializeOwned>(
    answer: Option<Understanding>,
) -> Result<Output, FnError> {
    let value = answer.ok_or(FnError::Unreachable)?.await?;
    from_value(&value).map_err(|_| FnError::Unreachable)
}

/// An answer on its way, as a value.
type Understanding = Pin<Box<dyn Future<Output = Result<Value, FnError>> + Send>>;

/// Reads an answer as far as it does not depend on the function.
fn understood(answering: Answering) -> Understanding {
    Box::pin(async {
        let answer = answering.await.ok_or(FnError::Unreachable)?;
        let value =
            serde_json::from_slice(answer.body.as_bytes()).map_err(|_| FnError::Unreachable)?;
        if answer.ok {
            Ok(value)
        } else {
            Err(from_value::<ApiError>(&value).map_or(FnError::Unreachable, FnError::Api))
        }
    })
}
