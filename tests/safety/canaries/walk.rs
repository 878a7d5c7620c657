//! Asks for everything that the inventory knows, rightly and with a secret wherever one can be put.

use super::tour::Tour;
use crate::{
    client::Client,
    inventory::{self, Route},
};
use serde_json::json;

/// Asks for everything; what signs out comes last, as nothing is answered after it.
pub async fn everywhere(tour: &mut Tour<'_>) {
    let mut routes = inventory::all();
    let order = |route: &Route| {
        let is_end = route.template.contains("sign");
        (
            is_end,
            ["GET", "POST", "PUT", "PATCH", "DELETE"]
                .iter()
                .position(|m| route.method == *m),
        )
    };
    routes.sort_by_key(order);
    for route in &routes {
        let typed = tour.typed.clone();
        let (project, generation) = (tour.project.clone(), tour.generation.clone());
        let (output, is_output) = (tour.output.clone(), route.template.contains("outputs"));
        let is_generation = route.template.contains("generations");
        let is_organization = route.template.contains("organizations");
        let studio = tour.studio.clone();
        let real = route.address(|name| match name {
            "provider" => "openrouter".to_owned(),
            "operation" => "llm".to_owned(),
            "kind" => "user".to_owned(),
            "period" => "month".to_owned(),
            _ if is_output => output.clone(),
            _ if is_generation => generation.clone(),
            _ if is_organization => studio.clone(),
            _ => project.clone(),
        });
        let ada = tour.ada.clone();
        let answer = right(tour, &ada, route, &real).await;
        if route.is_safe()
            && !route.has_parameters()
            && !route.template.contains("nothing")
            && route.template != "/metrics"
        {
            assert!(![404, 405].contains(&answer), "{route:?} answers {answer}");
        }
        let with_query = format!("{real}?key={typed}&token={typed}&q={typed}&field={typed}");
        let nobody = Client::nobody(&ada.origin);
        for who in [&ada, &nobody] {
            wrong(tour, who, route, &with_query, &typed).await;
        }
        if route.has_parameters() && route.template.starts_with("/api/") {
            let address = route.address(|_| typed.clone());
            wrong(tour, &ada, route, &address, &typed).await;
        }
        let stranger = nobody.with_session(&typed);
        right(tour, &stranger, route, &real).await;
    }
    let token = format!("Bearer {}", tour.metrics_token);
    let answer = tour
        .ada
        .bare("GET", "/metrics", &[("authorization", &token)], "")
        .await;
    assert!(
        answer.text().contains("film_requests_total"),
        "{}",
        answer.text()
    );
    tour.keep("GET /metrics with its word".to_owned(), &answer);
}

/// Asks for something as a page would.
async fn right(tour: &mut Tour<'_>, who: &Client, route: &Route, address: &str) -> u16 {
    let body = (!route.is_safe() && route.template.starts_with("/fn/")).then(|| json!({}));
    let answer = who.send(&route.method, address, body.as_ref()).await;
    tour.keep(format!("{} {}", route.method, route.template), &answer);
    answer.status
}

/// Asks with a secret in headers and in bodies that cannot be right.
async fn wrong(tour: &mut Tour<'_>, who: &Client, route: &Route, address: &str, typed: &str) {
    let bearer = format!("Bearer {typed}");
    let token = format!("Bearer fgp_{typed}");
    let elsewhere = format!("https://elsewhere.example/?key={typed}");
    let own = [
        ("origin", who.origin.as_str()),
        ("cookie", who.cookie.as_str()),
    ];
    let json = ("content-type", "application/json");
    let bodies = [
        (
            vec![json, ("authorization", &bearer)],
            json!({ typed: typed }).to_string(),
        ),
        (
            vec![json, ("authorization", &token)],
            json!({ "key": { "key": typed } }).to_string(),
        ),
        (
            vec![json, ("accept", "text/html"), ("referer", &elsewhere)],
            format!("{{\"key\":\"{typed}\""),
        ),
        (
            vec![("content-type", "application/x-www-form-urlencoded")],
            format!("{typed}={typed}"),
        ),
        (
            vec![("content-type", typed), ("x-api-key", typed)],
            typed.to_owned(),
        ),
    ];
    let bodies = if route.is_safe() {
        &bodies[..2]
    } else {
        &bodies[..]
    };
    for (headers, body) in bodies {
        let headers = [&own[..], headers].concat();
        let body = if route.is_safe() {
            String::new()
        } else {
            body.clone()
        };
        let answer = who.bare(&route.method, address, &headers, body).await;
        assert!(answer.status != 500, "{route:?}: {}", answer.text());
        tour.keep(format!("{} {}", route.method, route.template), &answer);
    }
}
