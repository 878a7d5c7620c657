//! The areas of the API, by how an address begins.

use serde_json::{Value, json};

/// How an address begins, the area, and what it is about. The longest beginning that fits counts.
const AREAS: [(&str, &str, &str); 20] = [
    (
        "/auth",
        "Accounts",
        "Signing up, in and out, and who one is.",
    ),
    ("/me", "Accounts", ""),
    ("/sessions", "Sessions", "Where one is signed in."),
    ("/tokens", "Tokens", "Access tokens for programs."),
    (
        "/providers",
        "Providers",
        "Who can be chosen, and with which models.",
    ),
    (
        "/settings",
        "Settings",
        "Which provider and model serve each operation.",
    ),
    (
        "/keys",
        "Keys",
        "Stored, removed, brought back, tested; never read.",
    ),
    ("/projects", "Projects", "Film projects and their settings."),
    (
        "/projects/{id}/plan",
        "Plans",
        "What is still to be made, the dry run over it, and the batch that makes it.",
    ),
    (
        "/resolve",
        "Estimates",
        "Who would generate, and what it would cost, without doing anything.",
    ),
    ("/estimates", "Estimates", ""),
    (
        "/generations",
        "Generations",
        "Asked for, listed, shown, cancelled, looked at again.",
    ),
    ("/outputs", "Outputs", "The files that were made."),
    ("/events", "Events", "What changes, while it changes."),
    ("/usage", "Usage", "What was spent."),
    ("/budgets", "Budgets", "What may be spent."),
    (
        "/openapi.json",
        "This document",
        "The description of this API.",
    ),
    ("/invitations", "Organizations", ""),
    (
        "/organizations",
        "Organizations",
        "For the members and admins of an organization.",
    ),
    (
        "/admin",
        "Administration",
        "For the people who run the instance.",
    ),
];

/// The area of an address; empty for one that belongs to none.
pub(super) fn of(path: &str) -> &'static str {
    AREAS
        .into_iter()
        .filter(|(start, ..)| path.starts_with(start))
        .max_by_key(|(start, ..)| start.len())
        .map_or("", |(_, area, _)| area)
}

/// Every area with what it is about, in their order.
pub(super) fn tags() -> Value {
    AREAS
        .into_iter()
        .filter(|(.., about)| !about.is_empty())
        .map(|(_, name, about)| json!({ "name": name, "description": about }))
        .collect()
}
