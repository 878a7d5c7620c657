//! The page that a person sees who opens the sandbox in a browser, and the answer for paths that no
//! simulated provider has. It must say plainly that nothing here is real.

use axum::response::{Html, Response};
use http::{StatusCode, Uri};
use serde_json::json;

use crate::reply;

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Simulated providers</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem; }
code { font-family: ui-monospace, monospace; }
</style>
</head>
<body>
<main>
<h1>These providers are simulated</h1>
<p>This server stands in for OpenRouter, Anthropic, Google Gemini, OpenAI, ElevenLabs, KIE.ai
and others. It speaks their protocols, but no model runs here, nothing is sent to anyone, and nothing
costs money. Texts, pictures, voices, music and clips are made up on the spot or prepared
beforehand.</p>
<p>Any key that begins with <code>sandbox-</code> works. <code>sandbox-no-credit</code>,
<code>sandbox-rate-limited</code>, <code>sandbox-slow</code> and <code>sandbox-down</code> behave as
their names say. Do not enter a real key here.</p>
<h2>Base paths</h2>
<ul>
<li><code>/openrouter/api/v1</code></li>
<li><code>/gemini</code></li>
<li><code>/elevenlabs</code></li>
<li><code>/kie</code> and <code>/kie-upload</code></li>
<li><code>/anthropic</code></li>
<li><code>/openai</code></li>
<li><code>/modal</code> and <code>/modal-protected</code></li>
<li><code>/piapi</code></li>
<li><code>/suno</code> and <code>/suno-api</code></li>
</ul>
<h2>For tests</h2>
<ul>
<li><a href="/__journal"><code>/__journal</code></a>: the requests received, without values</li>
<li><a href="/__faults"><code>/__faults</code></a>: the faults that are set</li>
</ul>
</main>
</body>
</html>
"#;

/// `GET /`.
pub(crate) async fn page() -> Html<&'static str> {
    Html(PAGE)
}

/// Every other path.
pub(crate) async fn not_simulated(uri: Uri) -> Response {
    tracing::debug!(
        segments = uri.path().split('/').count(),
        "no such path in the sandbox"
    );
    reply::json(
        StatusCode::NOT_FOUND,
        &json!({"error": {"code": 404, "message": "This path is not simulated by the sandbox."}}),
    )
}
