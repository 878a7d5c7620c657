//! Files that a person picks. The field is emptied, so that the same file can be picked again.

use leptos::ev;

/// The largest picture that is taken, in bytes.
#[cfg(feature = "hydrate")]
const LARGEST: f64 = 6.0 * 1024.0 * 1024.0;

/// Reads the picked picture as a data URL and calls back with it, or with a sentence that says why
/// it is not taken. On the server: never.
pub fn read_picture(event: &ev::Event, done: impl Fn(Result<String, String>) + 'static) {
    #[cfg(feature = "hydrate")]
    {
        let Some(file) = picked(event) else { return };
        if !matches!(
            file.type_().as_str(),
            "image/png" | "image/jpeg" | "image/webp"
        ) {
            done(Err("Choose a PNG, JPEG or WebP picture.".to_owned()));
            return;
        }
        if file.size() > LARGEST {
            done(Err(
                "This picture is larger than 6 MB. Choose a smaller one.".to_owned(),
            ));
            return;
        }
        when_read(
            |reader| {
                let _ = reader.read_as_data_url(&file);
            },
            Box::new(move |read| {
                done(read.ok_or_else(|| "This picture could not be read.".to_owned()));
            }),
        );
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (event, done);
}

/// Reads the picked file of at most `most` bytes as text and calls back with it, or with a sentence
/// that says why it is not taken. On the server: never.
pub fn read_text(event: &ev::Event, most: usize, done: impl Fn(Result<String, String>) + 'static) {
    #[cfg(feature = "hydrate")]
    {
        let Some(file) = picked(event) else { return };
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let largest = most as f64;
        if file.size() > largest {
            done(Err(format!(
                "This file is larger than {} KiB. Choose another one.",
                most / 1024
            )));
            return;
        }
        when_read(
            |reader| {
                let _ = reader.read_as_text(&file);
            },
            Box::new(move |read| {
                done(read.ok_or_else(|| "This file could not be read.".to_owned()));
            }),
        );
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (event, most, done);
}

#[cfg(feature = "hydrate")]
fn picked(event: &ev::Event) -> Option<web_sys::File> {
    use wasm_bindgen::JsCast;
    let input: web_sys::HtmlInputElement = event.target()?.dyn_into().ok()?;
    let file = input.files()?.get(0)?;
    input.set_value("");
    Some(file)
}

#[cfg(feature = "hydrate")]
fn when_read(start: impl FnOnce(&web_sys::FileReader), done: Box<dyn Fn(Option<String>)>) {
    use wasm_bindgen::{JsCast, closure::Closure};
    let Ok(reader) = web_sys::FileReader::new() else {
        return;
    };
    let source = reader.clone();
    let loaded = Closure::once_into_js(move || {
        done(source.result().ok().and_then(|value| value.as_string()));
    });
    reader.set_onloadend(Some(loaded.unchecked_ref()));
    start(&reader);
}
