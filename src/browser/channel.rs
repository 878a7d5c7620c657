//! A channel between the tabs of one browser. What one tab tells, the others hear, itself not.

/// An open channel. It stays in the one thread of the browser.
#[cfg(feature = "hydrate")]
pub struct Channel(send_wrapper::SendWrapper<web_sys::BroadcastChannel>);

/// An open channel.
#[cfg(not(feature = "hydrate"))]
pub struct Channel();

impl Channel {
    /// Opens the channel of this name for as long as the page lives. On the server: none.
    #[must_use]
    pub fn open(name: &str, heard: impl Fn(String) + 'static) -> Option<Self> {
        #[cfg(feature = "hydrate")]
        {
            use wasm_bindgen::{JsCast, closure::Closure};
            let channel = web_sys::BroadcastChannel::new(name).ok()?;
            let handler = Closure::<dyn FnMut(_)>::new(move |event: web_sys::MessageEvent| {
                if let Some(text) = event.data().as_string() {
                    heard(text);
                }
            });
            channel.set_onmessage(Some(handler.as_ref().unchecked_ref()));
            handler.forget();
            Some(Self(send_wrapper::SendWrapper::new(channel)))
        }
        #[cfg(not(feature = "hydrate"))]
        {
            let _ = (name, heard);
            None
        }
    }

    /// Tells the other tabs. On the server: nothing.
    pub fn tell(&self, text: &str) {
        #[cfg(feature = "hydrate")]
        let _ = self.0.post_message(&wasm_bindgen::JsValue::from_str(text));
        #[cfg(not(feature = "hydrate"))]
        let _ = text;
    }
}
