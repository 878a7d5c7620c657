//! Sends JSON to the server. One function for all calls, so that what a call needs is in the bundle
//! once. It must not look into what it sends.

use std::{cell::RefCell, pin::Pin};

/// The header that says for whom the page was made that asks.
pub const MADE_FOR: &str = "x-film-made-for";

thread_local! {
    static ACCOUNT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// From now on every call says that it comes from a page of this account. On the server: nothing.
pub fn made_for(account: String) {
    if cfg!(feature = "hydrate") {
        ACCOUNT.with(|known| known.replace(account));
    }
}

/// What the server said.
#[derive(Debug)]
pub struct Answer {
    /// Whether the call worked.
    pub ok: bool,
    /// The body.
    pub body: String,
}

/// An answer on its way; `None` when there was none.
pub type Answering = Pin<Box<dyn Future<Output = Option<Answer>> + Send>>;

/// Whether a request is given up when its page is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// It is.
    Page,
    /// It still arrives. The browser takes no more than 64 KiB of these.
    Beyond,
}

/// Sends a body to a path. On the server: there is no answer.
#[cfg(feature = "hydrate")]
#[must_use]
pub fn post(path: &str, body: &str, lifetime: Lifetime) -> Answering {
    use wasm_bindgen::JsValue;

    fn request(path: &str, body: &str, lifetime: Lifetime) -> Option<web_sys::Request> {
        let options = web_sys::RequestInit::new();
        options.set_method("POST");
        options.set_body(&JsValue::from_str(body));
        if lifetime == Lifetime::Beyond {
            // `keepalive` has no setter in web-sys.
            js_sys::Reflect::set(&options, &"keepalive".into(), &true.into()).ok()?;
        }
        let request = web_sys::Request::new_with_str_and_init(path, &options).ok()?;
        let headers = request.headers();
        headers.set("content-type", "application/json").ok()?;
        headers.set("accept", "application/json").ok()?;
        let account = ACCOUNT.with(|account| account.borrow().clone());
        if !account.is_empty() {
            headers.set(MADE_FOR, &account).ok()?;
        }
        Some(request)
    }

    answer(request(path, body, lifetime))
}

/// Asks for what is at a path.
#[cfg(feature = "hydrate")]
#[must_use]
pub fn get(path: &str) -> Answering {
    answer(web_sys::Request::new_with_str(path).ok())
}

#[cfg(feature = "hydrate")]
fn answer(request: Option<web_sys::Request>) -> Answering {
    use send_wrapper::SendWrapper;
    use wasm_bindgen::JsCast;
    use wasm_bindgen_futures::JsFuture;

    Box::pin(SendWrapper::new(async move {
        let response = JsFuture::from(web_sys::window()?.fetch_with_request(&request?))
            .await
            .ok()?
            .dyn_into::<web_sys::Response>()
            .ok()?;
        let text = JsFuture::from(response.text().ok()?).await.ok()?;
        Some(Answer {
            ok: response.ok(),
            body: text.as_string()?,
        })
    }))
}

/// Sends a body to a path. On the server: there is no answer.
#[cfg(not(feature = "hydrate"))]
#[must_use]
pub fn post(_path: &str, _body: &str, _lifetime: Lifetime) -> Answering {
    Box::pin(std::future::ready(None))
}
