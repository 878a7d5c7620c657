//! The `<html>` around the application, on the server only: names of the bundle's files, theme,
//! and the script that starts the browser half. It holds no other script, and no style of its own.

use serde::{Deserialize, Serialize};

/// How the colours are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the device is set.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Every theme, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The value of the cookie and of `data-theme`; `None` for the device's own.
    #[must_use]
    pub const fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    /// Its name.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// The theme with this value.
    #[must_use]
    pub fn parse(value: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|theme| theme.attribute() == Some(value))
            .unwrap_or_default()
    }
}

/// The names of the bundle's files, as the browser asks for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The script.
    pub js: String,
    /// The program.
    pub wasm: String,
    /// The style sheets, in order.
    pub css: Vec<String>,
}

/// Where the bundle is served.
pub const BUNDLE_PATH: &str = "/pkg/";

impl Bundle {
    /// Reads the names from the `index.html` that the bundler wrote into a folder.
    ///
    /// # Errors
    /// A sentence that says what is missing.
    #[cfg(feature = "ssr")]
    pub fn from_dist(folder: &std::path::Path) -> Result<Self, String> {
        let path = folder.join("index.html");
        let html = std::fs::read_to_string(&path)
            .map_err(|error| format!("There is no bundle: {} ({error}).", path.display()))?;
        Self::from_html(&html)
            .ok_or_else(|| format!("The bundle is not complete: {}.", path.display()))
    }

    /// Reads the names from the bundler's page; `None` where a script, a program or a style sheet
    /// is missing.
    #[must_use]
    pub fn from_html(html: &str) -> Option<Self> {
        let mut names: Vec<&str> = Vec::new();
        for (start, _) in html.match_indices(BUNDLE_PATH) {
            let rest = &html[start..];
            let end = rest
                .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '>' | '<' | ')'))
                .unwrap_or(rest.len());
            if !names.contains(&&rest[..end]) {
                names.push(&rest[..end]);
            }
        }
        let ending = |ending: &str| {
            names
                .iter()
                .filter(|name| name.ends_with(ending))
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        let css = ending(".css");
        Some(Self {
            js: ending(".js").into_iter().next()?,
            wasm: ending(".wasm").into_iter().next()?,
            css: (!css.is_empty()).then_some(css)?,
        })
    }

    /// The module script that starts the browser half, and marks the page when that fails.
    #[must_use]
    pub fn start_script(&self) -> String {
        let (js, wasm) = (&self.js, &self.wasm);
        format!(
            "import({js:?}).then(m=>m.default({{module_or_path:{wasm:?}}})).catch(e=>{{document.documentElement.dataset.hydrated='failed';console.error(e)}})"
        )
    }
}

#[cfg(feature = "ssr")]
pub use server_side::{cookie, shell, theme};

#[cfg(feature = "ssr")]
mod server_side {
    use super::{Bundle, Theme};
    use crate::app::App;
    use axum::http::{HeaderMap, header::COOKIE, request::Parts};
    use leptos::{nonce::Nonce, prelude::*};
    use leptos_meta::MetaTags;

    /// One cookie of a request.
    #[must_use]
    pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .find_map(|pair| {
                let (key, value) = pair.trim().split_once('=')?;
                (key == name).then(|| value.to_owned())
            })
    }

    /// The theme that the browser was left in.
    #[must_use]
    pub fn theme() -> Theme {
        use_context::<Parts>()
            .and_then(|parts| cookie(&parts.headers, "theme"))
            .map_or(Theme::System, |value| Theme::parse(&value))
    }

    /// The page around the application. It takes the [`Bundle`] from the context and the nonce
    /// from the request, where the layer that writes the policy has put it.
    pub fn shell() -> impl IntoView {
        let nonce = use_context::<Parts>()
            .and_then(|parts| parts.extensions.get::<server::web::Nonce>().cloned())
            .map(|nonce| nonce.as_str().to_owned());
        if let Some(nonce) = &nonce {
            provide_context(Nonce::from_value(nonce.clone()));
        }
        let start = use_context::<Bundle>().map(|bundle| {
            let script = bundle.start_script();
            view! {
                <link rel="modulepreload" href=bundle.js nonce=nonce.clone()/>
                <link
                    rel="preload"
                    href=bundle.wasm
                    r#as="fetch"
                    r#type="application/wasm"
                    crossorigin="anonymous"
                />
                {bundle
                    .css
                    .into_iter()
                    .map(|href| view! { <link rel="stylesheet" href=href/> })
                    .collect_view()}
                <script type="module" nonce=nonce>
                    {script}
                </script>
            }
        });
        view! {
            <!DOCTYPE html>
            <html lang="en" data-theme=theme().attribute()>
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="color-scheme" content="light dark"/>
                    <meta name="description" content="Plan and generate a film with the providers of your choice."/>
                    <link rel="icon" href="/pkg/favicon.svg" type="image/svg+xml"/>
                    {start}
                    <MetaTags/>
                </head>
                <body>
                    <App/>
                </body>
            </html>
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTML: &str = r#"<!DOCTYPE html><html><head>
        <link rel="modulepreload" href="/pkg/client-1a.js" crossorigin=anonymous integrity="sha384-x">
        <link rel=preload href=/pkg/client-1a_bg.wasm crossorigin=anonymous as=fetch>
        <link rel="stylesheet" href="/pkg/tokens-2b.css"/><link rel="stylesheet" href="/pkg/base-3c.css"/>
        <script type="module">import init, * as bindings from '/pkg/client-1a.js';
        const wasm = await init({ module_or_path: '/pkg/client-1a_bg.wasm' });</script></head></html>"#;

    #[test]
    fn the_names_are_read_from_the_bundlers_page() {
        let bundle = Bundle::from_html(HTML).unwrap();
        assert_eq!(bundle.js, "/pkg/client-1a.js");
        assert_eq!(bundle.wasm, "/pkg/client-1a_bg.wasm");
        assert_eq!(bundle.css, ["/pkg/tokens-2b.css", "/pkg/base-3c.css"]);
        assert!(
            bundle
                .start_script()
                .contains(r#"module_or_path:"/pkg/client-1a_bg.wasm""#)
        );
    }

    #[test]
    fn a_page_without_a_program_is_no_bundle() {
        assert_eq!(
            Bundle::from_html(r#"<link href="/pkg/a.js"><link href="/pkg/a.css">"#),
            None
        );
    }

    #[test]
    fn a_theme_survives_its_cookie() {
        for theme in Theme::ALL {
            assert_eq!(Theme::parse(theme.attribute().unwrap_or("system")), theme);
        }
    }
}
