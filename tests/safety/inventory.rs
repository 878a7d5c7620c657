//! Everything that can be asked for, read from the program itself, so that what is added later is
//! looked at without anybody thinking of it.

use film_generator::app::App;
use std::{collections::BTreeSet, fs, path::Path};

/// A way into the program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    pub method: String,
    /// As it is mounted, such as `/api/v1/projects/{id}`.
    pub template: String,
}

impl Route {
    fn new(method: &str, template: impl Into<String>) -> Self {
        Self {
            method: method.to_uppercase(),
            template: template.into(),
        }
    }

    pub fn is_safe(&self) -> bool {
        self.method == "GET"
    }

    pub fn has_parameters(&self) -> bool {
        self.template.contains('{')
    }

    /// The address with `value` for each parameter.
    pub fn address(&self, value: impl Fn(&str) -> String) -> String {
        let mut address = String::new();
        let mut rest = self.template.as_str();
        while let Some((before, parameter)) = rest.split_once('{') {
            let (name, after) = parameter.split_once('}').expect("a parameter is closed");
            address.push_str(before);
            address.push_str(&value(name.trim_start_matches('*')));
            rest = after;
        }
        address + rest
    }
}

/// The pages of the application.
pub fn pages() -> Vec<Route> {
    let listed = leptos_axum::generate_route_list(App);
    let mut pages: Vec<Route> = listed
        .iter()
        .map(|page| Route::new("GET", page.path()))
        .collect();
    // The parts of the administration are one page to the application.
    let parts = read("src/pages/admin.rs");
    let parts = parts.split("(\"/admin").skip(1);
    pages.extend(parts.filter_map(|rest| {
        let (part, _) = rest.split_once('"')?;
        Some(Route::new("GET", format!("/admin{part}")))
    }));
    assert!(pages.len() > 10, "only {} pages", pages.len());
    pages
}

/// The server functions.
pub fn functions() -> Vec<Route> {
    let functions: BTreeSet<Route> = server_fn::axum::server_fn_paths()
        .map(|(path, method)| Route::new(method.as_str(), path))
        .collect();
    assert!(functions.len() > 20, "only {} functions", functions.len());
    functions.into_iter().collect()
}

/// The API, the forms and parts of pages, and what watchers ask for.
pub fn mounted() -> Vec<Route> {
    let mut routes = BTreeSet::new();
    let described = server::api::document()["paths"].as_object();
    for (path, item) in described.expect("the API is described") {
        for method in item.as_object().expect("a path has methods").keys() {
            routes.insert(Route::new(method, format!("/api/v1{path}")));
        }
    }
    collect("crates/server/src/api/health.rs", &mut routes);
    for file in files("src/served")
        .into_iter()
        .chain(files("crates/server/src/metrics"))
    {
        collect(&file, &mut routes);
    }
    assert!(routes.len() > 60, "only {} routes", routes.len());
    routes.into_iter().collect()
}

/// All of them.
pub fn all() -> Vec<Route> {
    let mut all = pages();
    all.extend(functions());
    all.extend(mounted());
    all.push(Route::new("GET", "/nothing/here"));
    all.push(Route::new("GET", "/pkg/client-1f.js"));
    all.push(Route::new("GET", "/pkg/nothing.js"));
    all
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The source files of the product in a folder.
fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).expect("the folder is there") {
        let entry = entry.expect("the entry can be read");
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if path.ends_with("/tests") {
            continue;
        }
        if entry.path().is_dir() {
            found.extend(files(&path));
        } else if path.ends_with(".rs") {
            found.push(path);
        }
    }
    found
}

fn read(file: &str) -> String {
    let text = fs::read_to_string(root().join(file)).expect("the file can be read");
    let product = text.split("#[cfg(test)]\nmod tests {").next();
    product.unwrap_or_default().to_owned()
}

/// The routes that a file mounts.
fn collect(file: &str, routes: &mut BTreeSet<Route>) {
    let text = read(file);
    for (_, call) in calls(&text, ".route(") {
        let Some(address) = literal(&call) else {
            continue;
        };
        let handlers = call.split_once("\",").map_or("", |(_, handlers)| handlers);
        for method in ["get", "post", "put", "patch", "delete"] {
            let renamed = renamed(&text, method);
            if is_called(handlers, method) || renamed.is_some_and(|name| is_called(handlers, name))
            {
                routes.insert(Route::new(method, address.clone()));
            }
        }
    }
}

/// The name that a file gives to a function of another one.
fn renamed<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("{name} as "))?;
    rest.split(|c: char| !c.is_alphanumeric()).next()
}

fn is_called(text: &str, name: &str) -> bool {
    text.match_indices(&format!("{name}("))
        .any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
}

/// The arguments of each call that is written so.
fn calls<'a>(text: &'a str, opening: &'a str) -> impl Iterator<Item = (usize, String)> + 'a {
    text.match_indices(opening).map(move |(at, _)| {
        let rest = &text[at + opening.len()..];
        let mut depth = 1;
        let end = rest.find(|c| {
            depth += match c {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            depth == 0
        });
        (at, rest[..end.unwrap_or(rest.len())].to_owned())
    })
}

fn literal(call: &str) -> Option<String> {
    let (text, _) = call.trim_start().strip_prefix('"')?.split_once('"')?;
    Some(text.to_owned())
}

#[tokio::test]
async fn the_inventory_knows_what_is_there() {
    let all = all();
    for (method, template) in [
        ("PUT", "/api/v1/keys/{provider}"),
        ("DELETE", "/api/v1/keys/{provider}"),
        ("POST", "/api/v1/auth/sign-in"),
        ("GET", "/api/v1/events"),
        ("PATCH", "/api/v1/organizations/{id}/members/{member}"),
        ("PUT", "/api/v1/organizations/{id}/keys/{provider}"),
        ("POST", "/usage/budgets"),
        ("POST", "/fn/key_put"),
        ("GET", "/settings"),
        ("GET", "/projects/{id}/plan"),
        ("GET", "/admin/audit"),
        ("GET", "/metrics"),
        ("GET", "/healthz"),
    ] {
        let wanted = Route::new(method, template);
        assert!(all.contains(&wanted), "{wanted:?} in {all:#?}");
    }
    let budgets = all
        .iter()
        .filter(|route| route.template.starts_with("/api/v1/budgets"));
    assert!(budgets.count() > 2);
}

#[test]
fn an_address_is_the_template_with_its_values() {
    let route = Route::new("get", "/a/{id}/b/{*rest}");
    assert_eq!(route.address(|name| name.to_uppercase()), "/a/ID/b/REST");
}
