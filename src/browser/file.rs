//! Files that a person picks.

use leptos::ev;

/// The largest picture that is taken, in bytes.
#[cfg(feature = "hydrate")]
const LARGEST: f64 = 6.0 * 1024.0 * 1024.0;

/// Reads the picked picture as a data URL and calls back with it, or with a sentence that says why
/// it is not taken. The field is emptied, so that the same file can be picked again. On the server:
/// never.
pub fn read_picture(event: &ev::Event, done: impl Fn(Result<String, String>) + 'static) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::{JsCast, closure::Closure};
        let Some(input) = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok())
        else {
            return;
        };
        let Some(file) = input.files().and_then(|files| files.get(0)) else {
            return;
        };
        input.set_value("");
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
        let Ok(reader) = web_sys::FileReader::new() else {
            return;
        };
        let source = reader.clone();
        let loaded = Closure::once_into_js(move || {
            done(
                source
                    .result()
                    .ok()
                    .and_then(|value| value.as_string())
                    .ok_or_else(|| "This picture could not be read.".to_owned()),
            );
        });
        reader.set_onloadend(Some(loaded.unchecked_ref()));
        let _ = reader.read_as_data_url(&file);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (event, done);
}
