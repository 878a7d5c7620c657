//! What ElevenLabs tells about an account and its models (API reference, user, models). None of it
//! costs, so a key without credit may ask.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::admit;
use crate::ids;
use crate::reply::{self, Refusal};
use crate::shared::Shared;

/// A speech model.
pub(super) struct Model {
    pub(super) id: &'static str,
    name: &'static str,
    /// The longest text, in characters.
    pub(super) longest: usize,
    /// Credits for a character.
    pub(super) rate: f64,
    languages: &'static [(&'static str, &'static str)],
    /// Whether plain text to speech is served; a model without it is reached in other ways.
    pub(super) speaks: bool,
    /// Whether `language_code` may be sent.
    pub(super) takes_language: bool,
}

const ENGLISH: [(&str, &str); 1] = [("en", "English")];
const MANY: [(&str, &str); 8] = [
    ("en", "English"),
    ("de", "German"),
    ("fr", "French"),
    ("es", "Spanish"),
    ("it", "Italian"),
    ("cs", "Czech"),
    ("pl", "Polish"),
    ("ja", "Japanese"),
];

const fn model(
    id: &'static str,
    name: &'static str,
    longest: usize,
    rate: f64,
    languages: &'static [(&'static str, &'static str)],
) -> Model {
    Model {
        id,
        name,
        longest,
        rate,
        languages,
        speaks: true,
        takes_language: true,
    }
}

const MODELS: [Model; 8] = [
    Model {
        takes_language: false,
        ..model(
            "eleven_multilingual_v2",
            "Eleven Multilingual v2",
            10_000,
            1.0,
            &MANY,
        )
    },
    model("eleven_v3", "Eleven v3", 5_000, 1.0, &MANY),
    model("eleven_flash_v2_5", "Eleven Flash v2.5", 40_000, 0.5, &MANY),
    model("eleven_turbo_v2_5", "Eleven Turbo v2.5", 40_000, 0.5, &MANY),
    model("eleven_flash_v2", "Eleven Flash v2", 30_000, 0.5, &ENGLISH),
    model("eleven_turbo_v2", "Eleven Turbo v2", 30_000, 0.5, &ENGLISH),
    Model {
        speaks: false,
        ..model("eleven_v4", "Eleven v4", 10_000, 1.0, &MANY)
    },
    model("eleven_v4_turbo", "Eleven v4 Turbo", 10_000, 0.5, &MANY),
];

impl Model {
    /// The model with this id.
    pub(super) fn find(id: &str) -> Option<&'static Self> {
        MODELS.iter().find(|model| model.id == id)
    }

    fn row(&self) -> Value {
        let languages: Vec<Value> = self
            .languages
            .iter()
            .map(|(id, name)| json!({"language_id": id, "name": name}))
            .collect();
        json!({
            "model_id": self.id, "name": self.name, "description": "Simulated by the sandbox.",
            "can_be_finetuned": false, "can_do_text_to_speech": self.speaks,
            "can_do_voice_conversion": false, "can_use_style": true,
            "can_use_speaker_boost": true, "serves_pro_voices": false,
            "token_cost_factor": self.rate, "requires_alpha_access": false,
            "max_characters_request_free_user": self.longest,
            "max_characters_request_subscribed_user": self.longest,
            "maximum_text_length_per_request": self.longest,
            "languages": languages,
            "model_rates": {"character_cost_multiplier": self.rate, "cost_discount_multiplier": 1.0},
            "concurrency_group": if self.rate < 1.0 { "turbo" } else { "standard" }
        })
    }
}

/// `GET /v1/models`: a bare array.
pub(super) async fn models(
    State(shared): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    admit(&shared, &headers).await?;
    let rows: Vec<Value> = MODELS.iter().map(Model::row).collect();
    Ok(reply::json(StatusCode::OK, &Value::Array(rows)))
}

/// `GET /v1/user/subscription`.
pub(super) async fn subscription(
    State(shared): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let key = admit(&shared, &headers).await?;
    Ok(reply::json(
        StatusCode::OK,
        &subscription_of(key.has_credit()),
    ))
}

/// `GET /v1/user`.
pub(super) async fn user(
    State(shared): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let key = admit(&shared, &headers).await?;
    Ok(reply::json(
        StatusCode::OK,
        &json!({
            "user_id": "simulated", "subscription": subscription_of(key.has_credit()),
            "is_new_user": false, "is_onboarding_completed": true,
            "is_onboarding_checklist_completed": true, "can_use_delayed_payment_methods": false,
            "first_name": null, "xi_api_key": null, "created_at": 1_760_000_000
        }),
    ))
}

fn subscription_of(has_credit: bool) -> Value {
    let limit = if has_credit { 100_000 } else { 10_000 };
    json!({
        "tier": if has_credit { "creator" } else { "free" },
        "character_count": if has_credit { 1_234 } else { limit },
        "character_limit": limit,
        "max_credit_limit_extension": 0, "max_character_limit_extension": 0,
        "can_extend_character_limit": has_credit, "allowed_to_extend_character_limit": has_credit,
        "next_character_count_reset_unix": ids::unix_seconds() + 20 * 86_400,
        "voice_slots_used": 1, "professional_voice_slots_used": 0,
        "voice_limit": 30, "voice_add_edit_counter": 0, "professional_voice_limit": 1,
        "can_extend_voice_limit": false, "can_use_instant_voice_cloning": has_credit,
        "can_use_professional_voice_cloning": has_credit,
        "status": if has_credit { "active" } else { "free" },
        "currency": "usd", "current_overage": {"amount": "0", "currency": "usd"},
        "billing_period": "monthly_period", "character_refresh_period": "monthly_period",
        "next_invoice": null, "open_invoices": [], "has_open_invoices": false
    })
}
