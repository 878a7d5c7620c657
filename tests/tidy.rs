//! The borders of the architecture that neither the compiler nor a linter can see: who may depend
//! on whom, which folder may name what, and what must be absent. It reads files and never builds.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A source file with its path from the root, its text, and its text without comments and tests.
struct Source {
    path: String,
    text: String,
    code: String,
}

/// Every Rust file of the product (not of tests and benches).
fn sources() -> Vec<Source> {
    let mut found: Vec<Source> = files("", &["rs"])
        .into_iter()
        .filter(|path| path.starts_with("src/") || path.contains("/src/"))
        .map(|path| {
            let text = read(&path);
            let code = code_of(&path, &text);
            Source { path, text, code }
        })
        .collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(
        found.len() > 40,
        "only {} source files were found",
        found.len()
    );
    found
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The lines that are neither comments nor part of a test module, which stands at a file's end.
fn code_of(path: &str, text: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    if file == "tests.rs" || file == "testing.rs" || path.contains("/tests/") {
        return String::new();
    }
    let product = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let mut code = String::new();
    for line in product.lines() {
        if !line.trim_start().starts_with("//") {
            code.push_str(line);
            code.push('\n');
        }
    }
    code
}

/// Files of the repository below `folder` with one of these endings; empty `endings` means all.
fn files(folder: &str, endings: &[&str]) -> Vec<String> {
    const SKIPPED: [&str; 7] = [
        ".git",
        "target",
        "dist",
        "data",
        "node_modules",
        "test-results",
        ".artifacts",
    ];
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be listed") {
            let path = entry.expect("the entry can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                if !SKIPPED.contains(&name.as_ref()) {
                    open.push(path);
                }
            } else if endings.is_empty()
                || path
                    .extension()
                    .is_some_and(|ending| endings.contains(&ending.to_string_lossy().as_ref()))
            {
                let relative = path.strip_prefix(root()).expect("it is below the root");
                found.push(relative.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found
}

/// Asserts that code contains these words below `homes` and nowhere else. The first word has to be
/// there, so that a home that moved away is noticed.
fn assert_only_in(homes: &[&str], words: &[&str]) {
    let sources = sources();
    let is_home = |source: &Source| homes.iter().any(|home| source.path.starts_with(home));
    let (at_home, abroad): (Vec<&Source>, Vec<&Source>) =
        sources.iter().partition(|source| is_home(source));
    assert!(
        at_home.iter().any(|source| source.code.contains(words[0])),
        "{} is not even in {homes:?}",
        words[0]
    );
    let strays: Vec<String> = abroad
        .iter()
        .flat_map(|source| {
            words
                .iter()
                .filter(|word| source.code.contains(**word))
                .map(|word| format!("{}: {word}", source.path))
        })
        .collect();
    assert!(strays.is_empty(), "outside of {homes:?}: {strays:#?}");
}

/// Names of the crates that `cargo tree` lists.
fn tree(arguments: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["tree", "--offline", "--locked", "--prefix", "none"])
        .args(["--format", "{p}", "--edges", "normal"])
        .args(arguments)
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .collect()
}

fn assert_absent(tree: &BTreeSet<String>, banned: &[&str]) {
    let present: Vec<_> = banned.iter().filter(|name| tree.contains(**name)).collect();
    assert!(present.is_empty(), "these must not be here: {present:?}");
}

#[test]
fn the_browser_half_holds_no_server() {
    let tree = tree(&[
        "--package",
        "film-generator",
        "--no-default-features",
        "--features",
        "hydrate",
        "--target",
        "wasm32-unknown-unknown",
    ]);
    assert!(tree.contains("leptos") && tree.contains("domain"));
    assert_absent(
        &tree,
        &[
            "tokio",
            "sqlx",
            "reqwest",
            "axum",
            "aes-gcm",
            "server",
            "store",
            "providers",
            "sandbox",
            "utoipa",
        ],
    );
}

#[test]
fn each_crate_depends_only_on_whom_it_may() {
    let of = |name| tree(&["--package", name]);
    assert_absent(&of("film-generator"), &["reliability"]);
    assert_absent(
        &of("domain"),
        &[
            "tokio",
            "futures",
            "leptos",
            "reqwest",
            "sqlx",
            "axum",
            "uuid",
            "getrandom",
        ],
    );
    assert_absent(
        &of("providers"),
        &["store", "server", "sandbox", "sqlx", "axum", "leptos"],
    );
    assert_absent(
        &of("store"),
        &[
            "providers",
            "server",
            "sandbox",
            "axum",
            "reqwest",
            "leptos",
        ],
    );
    assert_absent(&of("server"), &["leptos", "sandbox"]);
    assert_absent(
        &of("sandbox"),
        &[
            "providers",
            "domain",
            "server",
            "store",
            "reqwest",
            "leptos",
        ],
    );
}

#[test]
fn the_server_speaks_tls_with_one_library() {
    let tree = tree(&["--package", "film-generator"]);
    assert!(tree.contains("rustls") && tree.contains("ring"));
    assert_absent(
        &tree,
        &[
            "openssl",
            "openssl-sys",
            "native-tls",
            "aws-lc-rs",
            "aws-lc-sys",
        ],
    );
}

#[test]
fn nothing_switches_http2_on() {
    // A feature of one dependency would count for the listener and for the outbound client too.
    let tree = tree(&["--package", "film-generator"]);
    assert!(tree.contains("hyper"));
    assert_absent(&tree, &["h2"]);
}

#[test]
fn only_the_browser_folder_names_web_sys() {
    assert_only_in(
        &["src/browser/", "src/client.rs"],
        &["web_sys", "js_sys", "wasm_bindgen", "gloo_timers"],
    );
}

#[test]
fn only_the_vault_and_the_outbound_client_open_a_secret() {
    // The vault seals and opens, the client puts it into a header, a failure takes it out of the
    // provider's text, and the bucket of media signs with the operator's own.
    assert_only_in(
        &[
            "crates/server/src/vault/",
            "crates/providers/src/http",
            "crates/providers/src/failure.rs",
            "crates/server/src/storage/bucket.rs",
        ],
        &["expose_secret", "ExposeSecret"],
    );
}

#[test]
fn only_the_store_holds_sql() {
    assert_only_in(
        &["crates/store/"],
        &[
            "sqlx",
            "\"SELECT ",
            "\"INSERT INTO",
            "\"UPDATE ",
            "\"DELETE FROM",
            "\"CREATE TABLE",
            "\"BEGIN",
        ],
    );
    for manifest in files("", &["toml"]) {
        let text = read(&manifest);
        let names_sqlx = text
            .lines()
            .any(|line| line.trim_start().starts_with("sqlx"));
        let allowed = manifest == "Cargo.toml" || manifest == "crates/store/Cargo.toml";
        assert!(allowed || !names_sqlx, "{manifest} depends on sqlx");
    }
}

#[test]
fn only_the_outbound_client_builds_an_http_client() {
    assert_only_in(
        &["crates/providers/src/http"],
        &[
            "Client::builder",
            "reqwest::Client",
            "ClientBuilder",
            "reqwest::get",
        ],
    );
}

#[test]
fn adapters_do_no_io() {
    let words = [".await", "async fn", "tokio::", "std::fs", "std::net"];
    let folders = [
        "openrouter",
        "gemini",
        "kie",
        "elevenlabs",
        "claude",
        "openai",
        "modal",
        "piapi",
        "suno",
    ];
    let mut seen = 0;
    for source in sources() {
        let adapter = folders.iter().any(|folder| {
            source
                .path
                .starts_with(&format!("crates/providers/src/{folder}"))
        });
        if adapter {
            seen += 1;
            for word in words {
                assert!(!source.code.contains(word), "{}: {word}", source.path);
            }
        }
    }
    assert!(
        seen >= folders.len(),
        "only {seen} adapter files were found"
    );
}

#[test]
fn nothing_that_the_server_renders_is_tied_to_a_thread() {
    // What a page leaves behind is dropped on whatever thread is free; a value of one thread
    // panics there.
    let mut seen = 0;
    for source in sources() {
        if source.path.starts_with("src/") && !source.path.starts_with("src/browser/") {
            seen += 1;
            for word in ["LocalStorage", "new_local(", "SendWrapper"] {
                assert!(!source.code.contains(word), "{}: {word}", source.path);
            }
        }
    }
    assert!(seen > 40, "only {seen} sources were found");
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |folder: &str| -> BTreeSet<String> {
        files(&format!("migrations/{folder}"), &["sql"])
            .iter()
            .filter_map(|path| path.rsplit('/').next().map(str::to_owned))
            .collect()
    };
    let sqlite = names("sqlite");
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, names("postgres"));
    let numbers: BTreeSet<&str> = sqlite
        .iter()
        .filter_map(|name| name.split('_').next())
        .collect();
    assert_eq!(numbers.len(), sqlite.len(), "a number is used twice");
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|source| !source.path.ends_with("tests.rs") && !source.text.starts_with("//!"))
        .map(|source| source.path)
        .collect();
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn nothing_is_left_unfinished() {
    // Put together here, so that this file does not find itself.
    let marks = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["XX", "X"].concat(),
        ["to", "do!("].concat(),
        ["unimple", "mented!("].concat(),
        ["dbg", "!("].concat(),
        ["#[al", "low("].concat(),
    ];
    for path in files("", &["rs", "ts", "sh", "css", "sql", "toml", "html"]) {
        let text = read(&path);
        for mark in &marks {
            let found = text
                .match_indices(mark.as_str())
                .any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric()));
            assert!(!found, "{path}: {mark}");
        }
    }
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let places = [
        ["/wo", "rk/"].concat(),
        ["/ro", "ot/"].concat(),
        ["/ho", "me/"].concat(),
    ];
    let endings = [
        "rs", "ts", "mjs", "sh", "css", "sql", "toml", "json", "md", "html", "lock",
    ];
    for path in files("", &endings) {
        let text = read(&path);
        for place in &places {
            assert!(!text.contains(place.as_str()), "{path}: {place}");
        }
    }
}

#[test]
fn views_write_neither_raw_html_nor_inline_styles() {
    // A strict content security policy and escaping hold only without these.
    let banned = [
        "inner_html",
        "set_inner_html",
        "style=",
        "on:load=\"",
        "javascript:",
    ];
    for source in sources() {
        if source.path.starts_with("src/") {
            for word in banned {
                // What the server has rendered from views, put in as it is.
                let admitted = [
                    ("inner_html", "src/pages/served.rs"),
                    ("set_inner_html", "src/browser/refresh.rs"),
                ];
                if admitted.contains(&(word, source.path.as_str())) {
                    continue;
                }
                let found = source.code.match_indices(word).any(|(at, _)| {
                    !source.code[..at]
                        .ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-')
                });
                assert!(!found, "{}: {word}", source.path);
            }
            // The directive `style:color=…`, and not a field of that name.
            let directive = source.code.match_indices("style:").any(|(at, _)| {
                source.code[at + 6..].starts_with(|c: char| c.is_ascii_lowercase() || c == '-')
            });
            assert!(!directive, "{}: style:", source.path);
        }
    }
}
