//! The voices that the simulated account has (ElevenLabs API reference, voices), old and paged list.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{admit, answers};
use crate::reply::{self, Refusal};
use crate::shared::{self, Shared};

const VOICES: [(&str, &str, &str, &str); 21] = [
    ("21m00Tcm4TlvDq8ikWAM", "Rachel", "female", "american"),
    ("29vD33N1CtxCmqQRPOHJ", "Drew", "male", "american"),
    ("2EiwWnXFnvU5JabPnv8n", "Clyde", "male", "american"),
    ("5Q0t7uMcjvnagumLfvZi", "Paul", "male", "american"),
    ("AZnzlk1XvdvUeBnXmlld", "Domi", "female", "american"),
    ("CYw3kZ02Hs0563khs1Fj", "Dave", "male", "british"),
    ("D38z5RcWu1voky8WS1ja", "Fin", "male", "irish"),
    ("EXAVITQu4vr4xnSDxMaL", "Sarah", "female", "american"),
    ("ErXwobaYiN019PkySvjV", "Antoni", "male", "american"),
    ("GBv7mTt0atIp3Br8iCZE", "Thomas", "male", "american"),
    ("IKne3meq5aSn9XLyUdCD", "Charlie", "male", "australian"),
    ("JBFqnCBsd6RMkjVDRZzb", "George", "male", "british"),
    ("LcfcDJNUP1GQjkzn1xUU", "Emily", "female", "american"),
    ("TX3LPaxmHKxFdv7VOQHJ", "Liam", "male", "american"),
    ("XB0fDUnXU5powFXDhCwa", "Charlotte", "female", "swedish"),
    ("Xb7hH8MSUJpSbSDYk0k2", "Alice", "female", "british"),
    ("XrExE9yKIg1WjnnlVkGX", "Matilda", "female", "american"),
    ("cgSgspJ2msm6clMCkdW9", "Jessica", "female", "american"),
    ("nPczCjzI2devNBz1zQrb", "Brian", "male", "american"),
    ("onwK4e9ZLuTAKqWW03F9", "Daniel", "male", "british"),
    ("pNInz6obpgDQGcFmaJgB", "Adam", "male", "american"),
];

const DEFAULT_PAGE: usize = 10;
const LARGEST_PAGE: usize = 100;

/// Whether the account has the voice with this id.
pub(super) fn exists(id: &str) -> bool {
    VOICES.iter().any(|(known, ..)| *known == id)
}

/// 404 for a voice that the account does not have.
pub(super) fn not_found(id: &str) -> Refusal {
    answers::legacy(
        404,
        "voice_not_found",
        &format!("A voice with the voice_id {id} was not found."),
    )
}

fn row(origin: &str, (id, name, gender, accent): &(&str, &str, &str, &str)) -> Value {
    json!({
        "voice_id": id, "name": name, "category": "premade",
        "labels": {"gender": gender, "accent": accent, "age": "middle_aged", "use_case": "narration"},
        "description": "Simulated by the sandbox.",
        "preview_url": format!("{origin}/media/{id}/speech.mp3"),
        "available_for_tiers": [], "settings": null, "verified_languages": [],
        "high_quality_base_model_ids": ["eleven_multilingual_v2", "eleven_flash_v2_5"],
        "samples": null, "fine_tuning": null, "sharing": null, "is_owner": false,
        "is_legacy": false, "is_mixed": false, "created_at_unix": null
    })
}

/// `GET /v1/voices`: all of them.
pub(super) async fn legacy(
    State(shared): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    admit(&shared, &headers).await?;
    let origin = shared.origin(&headers);
    let rows: Vec<Value> = VOICES.iter().map(|voice| row(&origin, voice)).collect();
    Ok(reply::json(StatusCode::OK, &json!({"voices": rows})))
}

/// `GET /v1/voices/{voice_id}`.
pub(super) async fn one(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    admit(&shared, &headers).await?;
    let voice = VOICES
        .iter()
        .find(|(known, ..)| *known == id)
        .ok_or_else(|| not_found(&id))?;
    Ok(reply::json(
        StatusCode::OK,
        &row(&shared.origin(&headers), voice),
    ))
}

/// The query of the paged list.
#[derive(Deserialize)]
pub(super) struct Page {
    page_size: Option<usize>,
    next_page_token: Option<String>,
    search: Option<String>,
    category: Option<String>,
    voice_type: Option<String>,
}

/// `GET /v2/voices`: 10 a page unless asked otherwise, 100 at most.
pub(super) async fn paged(
    State(shared): State<shared::Shared>,
    Query(page): Query<Page>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    admit(&shared, &headers).await?;
    let size = page.page_size.unwrap_or(DEFAULT_PAGE);
    if !(1..=LARGEST_PAGE).contains(&size) {
        return Err(answers::invalid(
            "page_size",
            "Input should be between 1 and 100",
            "less_than_equal",
        ));
    }
    let start = match page.next_page_token.as_deref() {
        None | Some("") => 0,
        Some(token) => token.parse::<usize>().map_err(|_| {
            answers::failed(
                400,
                "validation_error",
                "invalid_request",
                "The page token is invalid.",
            )
        })?,
    };
    let search = page.search.unwrap_or_default().to_lowercase();
    // All voices here are the ones that every account begins with.
    let premade = page.category.is_none_or(|category| category == "premade")
        && page.voice_type.is_none_or(|kind| kind == "default");
    let found: Vec<_> = VOICES
        .iter()
        .filter(|(_, name, ..)| premade && name.to_lowercase().contains(&search))
        .collect();
    let origin = shared.origin(&headers);
    let rows: Vec<Value> = found
        .iter()
        .skip(start)
        .take(size)
        .map(|voice| row(&origin, voice))
        .collect();
    let next = start.saturating_add(rows.len());
    let more = next < found.len() && !rows.is_empty();
    Ok(reply::json(
        StatusCode::OK,
        &json!({
            "voices": rows, "has_more": more, "total_count": found.len(),
            "next_page_token": if more { json!(next.to_string()) } else { Value::Null }
        }),
    ))
}
