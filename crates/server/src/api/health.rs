//! Whether the process lives and whether it can serve, for those who watch it.

use crate::{app::App, web};
use axum::{Router, extract::State, http::StatusCode, routing::get};

/// `GET /healthz` and `GET /readyz`, outside of `/api/v1`.
pub fn router(app: App) -> Router {
    Router::new()
        .route(
            "/healthz",
            get(async || web::Json(serde_json::json!({ "status": "ok" }))),
        )
        .route("/readyz", get(ready))
        .with_state(app)
}

async fn ready(State(app): State<App>) -> (StatusCode, web::Json<serde_json::Value>) {
    if app.stop.has_begun() {
        let state = serde_json::json!({ "status": "stopping" });
        return (StatusCode::SERVICE_UNAVAILABLE, web::Json(state));
    }
    match app.db.ping().await {
        Ok(()) => (
            StatusCode::OK,
            web::Json(serde_json::json!({ "status": "ready" })),
        ),
        Err(error) => {
            tracing::error!(%error, "not ready");
            let state = serde_json::json!({ "status": "not ready", "database": "unreachable" });
            (StatusCode::SERVICE_UNAVAILABLE, web::Json(state))
        }
    }
}
