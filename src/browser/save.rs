//! Calls a server function in a way that outlives the page: a save that is on its way when the page
//! is left still arrives.

use crate::{server_fns::FnError, wire};
use serde::{Serialize, de::DeserializeOwned};
use server_fn::ServerFn;

/// Calls a server function that takes and gives JSON. On the server: an error.
pub async fn call<F>(arguments: &F) -> Result<F::Output, FnError>
where
    F: ServerFn<Error = FnError> + Serialize,
    F::Output: DeserializeOwned,
{
    let body = serde_json::to_string(arguments).map_err(|_| FnError::Unreachable)?;
    let (ok, answer) = post(F::PATH, &body).await.ok_or_else(no_answer)?;
    if ok {
        wire::read(answer.as_bytes()).map_err(|_| FnError::Unreachable)
    } else {
        Err(wire::read(answer.as_bytes()).map_or(FnError::Unreachable, FnError::Api))
    }
}

fn no_answer() -> FnError {
    if super::page::is_offline() {
        FnError::Offline
    } else {
        FnError::Unreachable
    }
}

#[cfg(feature = "hydrate")]
async fn post(path: &str, body: &str) -> Option<(bool, String)> {
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;

    let options = web_sys::RequestInit::new();
    options.set_method("POST");
    options.set_body(&JsValue::from_str(body));
    // `keepalive` has no setter in web-sys.
    js_sys::Reflect::set(&options, &"keepalive".into(), &true.into()).ok()?;
    let request = web_sys::Request::new_with_str_and_init(path, &options).ok()?;
    request
        .headers()
        .set("content-type", "application/json")
        .ok()?;
    request.headers().set("accept", "application/json").ok()?;
    let response = JsFuture::from(web_sys::window()?.fetch_with_request(&request))
        .await
        .ok()?
        .dyn_into::<web_sys::Response>()
        .ok()?;
    let text = JsFuture::from(response.text().ok()?).await.ok()?;
    Some((response.ok(), text.as_string()?))
}

#[cfg(not(feature = "hydrate"))]
async fn post(_path: &str, _body: &str) -> Option<(bool, String)> {
    std::future::ready(None).await
}
