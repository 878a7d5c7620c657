//! The HTTP API as a page: every call with its parameters, bodies, errors and an example, made of the
//! same document that programs read. It needs no script.

mod calls;
mod schemas;

use crate::shell::{Bundle, Theme, cookie};
use axum::{Router, http::HeaderMap, response::Html, routing::get};
use leptos::prelude::*;
use serde_json::Value;
use server::app::App;

/// The page's address.
pub fn routes(bundle: Bundle) -> Router<App> {
    Router::new().route(
        "/api/v1/docs",
        get(async move |headers: HeaderMap| {
            let theme = cookie(&headers, "theme");
            let theme = theme.map_or(Theme::System, |value| Theme::parse(&value));
            Html(page(server::api::document(), &bundle, theme))
        }),
    )
}

fn page(document: &'static Value, bundle: &Bundle, theme: Theme) -> String {
    let styles = bundle.css.clone();
    let areas = calls::areas(document);
    super::html(move || {
        view! {
            <!DOCTYPE html>
            <html lang="en" data-theme=theme.attribute()>
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="color-scheme" content="light dark"/>
                    <title>"HTTP API · Film Generator"</title>
                    <link rel="icon" href="/pkg/favicon.svg" type="image/svg+xml"/>
                    {styles
                        .into_iter()
                        .map(|href| view! { <link rel="stylesheet" href=href/> })
                        .collect_view()}
                </head>
                <body>
                    <main id="content">
                        <section class="page api">
                            <h1>"HTTP API"</h1>
                            <p>{prose(&document["info"]["description"])}</p>
                            <p>
                                "The same for programs: "
                                <a href="/api/v1/openapi.json">"openapi.json"</a> ". Back to "
                                <a href="/">"Film Generator"</a> "."
                            </p>
                            <nav aria-label="Calls">
                                <ul>{areas.iter().map(calls::Area::entry).collect_view()}</ul>
                            </nav>
                            {areas.iter().map(|area| area.view(document)).collect_view()}
                            <h2 id="schemas">"Schemas"</h2>
                            {schemas::all(document)}
                        </section>
                    </main>
                </body>
            </html>
        }
        .into_any()
    })
}

/// A text of the document.
fn text(value: &'static Value) -> &'static str {
    value.as_str().unwrap_or_default()
}

/// A text of the document in which something is set as code between backticks.
fn prose(value: &'static Value) -> AnyView {
    let pieces = text(value).split('`').enumerate();
    let pieces = pieces.map(|(at, piece)| match at % 2 {
        0 => piece.into_any(),
        _ => view! { <code>{piece}</code> }.into_any(),
    });
    pieces.collect_view().into_any()
}

/// The entries of an object of the document.
fn entries(value: &'static Value) -> impl Iterator<Item = (&'static String, &'static Value)> {
    value.as_object().into_iter().flatten()
}

/// The items of a list of the document.
fn items(value: &'static Value) -> impl Iterator<Item = &'static Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered() -> String {
        let bundle = Bundle::from_html(r#""/pkg/a.js" "/pkg/a.wasm" "/pkg/a.css""#).unwrap();
        page(server::api::document(), &bundle, Theme::System)
    }

    #[test]
    fn every_call_and_every_schema_is_on_the_page() {
        let html = rendered();
        assert!(html.starts_with("<!DOCTYPE html>"));
        let document = server::api::document();
        for (path, item) in entries(&document["paths"]) {
            for (_, operation) in entries(item) {
                let id = text(&operation["operationId"]);
                assert!(html.contains(&format!("id=\"{id}\"")), "{path}: {id}");
            }
        }
        for (name, _) in entries(&document["components"]["schemas"]) {
            assert!(html.contains(&format!("id=\"schema-{name}\"")), "{name}");
        }
    }

    #[test]
    fn what_is_code_is_set_as_code() {
        let html = rendered();
        assert!(html.contains("<code>application/problem+json</code>"));
        assert!(html.contains("<code>Origin</code>") && !html.contains("`Origin`"));
    }

    #[test]
    fn every_link_on_the_page_leads_somewhere() {
        let html = rendered();
        for link in html.split("href=\"#").skip(1) {
            let target = link.split('"').next().unwrap();
            assert!(html.contains(&format!("id=\"{target}\"")), "{target}");
        }
    }

    #[test]
    fn every_table_has_a_name_of_its_own() {
        let html = rendered();
        let labels = html.split("aria-label=\"").skip(1);
        let labels = labels.filter_map(|rest| rest.split('"').next());
        let names: Vec<&str> = labels.filter(|label| label.contains(" of ")).collect();
        let each: std::collections::BTreeSet<&str> = names.iter().copied().collect();
        assert!(names.len() > 50, "{}", names.len());
        assert_eq!(each.len(), names.len());
    }

    #[test]
    fn it_needs_no_script_and_no_other_site() {
        let html = rendered();
        assert!(!html.contains("<script") && !html.contains("src=\"http"));
        assert!(html.contains("href=\"/pkg/a.css\""));
    }
}
