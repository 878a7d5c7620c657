//! Listens to a stream of server-sent events of this site.

/// Hears the text of a generation while it is written, until [`Listening`] is dropped or the stream
/// ends. On the server: nothing.
#[must_use]
pub fn text_of(generation: &str, heard: impl Fn(Heard) + 'static) -> Listening {
    #[cfg(feature = "hydrate")]
    {
        let source = listen::start(generation, Box::new(heard));
        Listening(source.map(send_wrapper::SendWrapper::new))
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (generation, heard);
        Listening()
    }
}

/// Hears what concerns the signed-in person, by name and data, until [`Listening`] is dropped:
/// `open` whenever the stream begins, `settings`, `keys`, `missed` where something was lost, and
/// `error` where the stream was refused, so that the browser does not ask for it again. On the server:
/// nothing.
#[must_use]
pub fn news(heard: impl Fn(&str, &str) + 'static) -> Listening {
    #[cfg(feature = "hydrate")]
    {
        let source = listen::news(Box::new(heard));
        Listening(source.map(send_wrapper::SendWrapper::new))
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = heard;
        Listening()
    }
}

/// What was heard.
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "only a browser hears anything")
)]
pub enum Heard {
    /// The whole text so far.
    Whole(String),
    /// What comes behind it.
    More(String),
}

/// A stream that is listened to. It stays in the one thread of the browser.
#[cfg(feature = "hydrate")]
pub struct Listening(
    #[expect(dead_code, reason = "dropping it ends the stream")]
    Option<send_wrapper::SendWrapper<listen::Source>>,
);

/// A stream that is listened to.
#[cfg(not(feature = "hydrate"))]
pub struct Listening();

#[cfg(feature = "hydrate")]
mod listen {
    use super::Heard;
    use wasm_bindgen::{JsCast, JsValue, closure::Closure};
    use web_sys::{EventSource, MessageEvent};

    type Handler = Closure<dyn FnMut(MessageEvent)>;

    /// Closed when it is dropped.
    pub struct Source {
        source: EventSource,
        _handler: Handler,
    }

    impl Drop for Source {
        fn drop(&mut self) {
            self.source.close();
        }
    }

    pub fn start(generation: &str, heard: Box<dyn Fn(Heard)>) -> Option<Source> {
        let path = format!("/api/v1/generations/{generation}/events");
        let source = EventSource::new(&path).ok()?;
        let closing = source.clone();
        let handler = Closure::new(move |event: MessageEvent| {
            let Some(data) = event
                .data()
                .as_string()
                .and_then(|data| js_sys::JSON::parse(&data).ok())
            else {
                return;
            };
            let text = |name: &str| {
                let value = js_sys::Reflect::get(&data, &JsValue::from_str(name)).ok()?;
                value.as_string()
            };
            if let Some(more) = text("delta") {
                heard(Heard::More(more));
            } else {
                let is_running = matches!(
                    text("status").as_deref(),
                    Some("queued" | "submitting" | "running")
                );
                if is_running {
                    heard(Heard::Whole(text("text").unwrap_or_default()));
                } else {
                    // Otherwise the browser would connect again and again.
                    closing.close();
                }
            }
        });
        attend(source, handler, &["text", "generation"])
    }

    /// Takes in the name of an event and its data.
    type Hear = Box<dyn Fn(&str, &str)>;

    pub fn news(heard: Hear) -> Option<Source> {
        let source = EventSource::new("/api/v1/events").ok()?;
        let asked = source.clone();
        let handler = Closure::new(move |event: MessageEvent| {
            let name = event.type_();
            // After other errors the browser connects again by itself.
            if name != "error" || asked.ready_state() == EventSource::CLOSED {
                heard(&name, &event.data().as_string().unwrap_or_default());
            }
        });
        let names = ["open", "error", "settings", "keys", "missed"];
        attend(source, handler, &names)
    }

    fn attend(source: EventSource, handler: Handler, names: &[&str]) -> Option<Source> {
        for name in names {
            source
                .add_event_listener_with_callback(name, handler.as_ref().unchecked_ref())
                .ok()?;
        }
        Some(Source {
            source,
            _handler: handler,
        })
    }
}
