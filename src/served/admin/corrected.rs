//! What is sent of a correction of the catalogue, and its answer. Who does not run the instance finds
//! nothing at these addresses.

use super::{
    super::{
        Served,
        parts::{Sent, address, given},
    },
    catalog::PATH,
    correction::Refused,
    forms, page_again,
};
use axum::{
    Form, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use domain::{ErrorCode, Operation, ProviderId};
use serde_json::{Value, json};
use server::{
    actor::Actor,
    app::App,
    catalog::{
        CorrectionInput,
        admin::{self as catalog, Place},
    },
    web::MaybeActor,
};

/// The address of the form, which is the page's. Whoever mounts it has to guard it as all that changes
/// something, and to render what it answers.
pub fn answers() -> Router<App> {
    Router::new().route("/admin/catalog", post(correct))
}

/// The address of the form that takes a correction back.
pub fn routes() -> Router<App> {
    Router::new().route("/admin/catalog/take-back", post(take_back))
}

fn place(sent: &Sent) -> Option<(Operation, ProviderId)> {
    Operation::parse(sent.get("operation")).zip(ProviderId::parse(sent.get("provider")))
}

async fn correct(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Form(sent): Form<Vec<(String, String)>>,
) -> Response {
    let sent = Sent(sent);
    let mut wrong = None;
    let answer = answered(actor.as_ref(), &sent, async |actor| {
        let (operation, provider) = place(&sent).ok_or(forms::WRONG)?;
        let input = correction(&sent).ok_or(forms::WRONG)?;
        let corrected = catalog::correct(&app, actor, operation, provider, input).await;
        corrected.map(|_| "corrected").map_err(|error| {
            let word = forms::refused(&error);
            wrong = Some(error).filter(|error| error.code == ErrorCode::InvalidInput);
            word
        })
    })
    .await;
    match (actor, wrong) {
        (Some(actor), Some(error)) => {
            let refused = Refused { sent, error };
            Served(page_again(&app, &actor, refused).await).into_response()
        }
        _ => answer,
    }
}

async fn take_back(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Form(sent): Form<Vec<(String, String)>>,
) -> Response {
    let sent = Sent(sent);
    answered(actor.as_ref(), &sent, async |actor| {
        let (operation, provider) = place(&sent).ok_or(forms::WRONG)?;
        let place = Place {
            operation,
            provider,
            model: sent.get("model"),
        };
        let taken = catalog::take_back(&app, actor, place).await;
        taken
            .map(|_| "taken-back")
            .map_err(|error| forms::refused(&error))
    })
    .await
}

/// Does what a form asks for, for those who run the instance alone, and goes back to the models of its
/// operation and provider; to the form itself where nothing came of it.
async fn answered(
    actor: Option<&Actor>,
    sent: &Sent,
    act: impl AsyncFnOnce(&Actor) -> Result<&'static str, &'static str>,
) -> Response {
    let outcome = match actor.filter(|actor| actor.user.is_admin) {
        None => return StatusCode::NOT_FOUND.into_response(),
        Some(actor) if actor.user.id.as_str() != sent.get("made_for") => Err("other-account"),
        Some(actor) => act(actor).await,
    };
    let asked = |name: &'static str| (name, given(Some(sent.get(name).to_owned())));
    let mut pairs = vec![asked("operation"), asked("provider")];
    if outcome.is_err() {
        pairs.push(asked("model"));
    }
    let word = outcome.unwrap_or_else(|word| word);
    pairs.push(("outcome", Some(word.to_owned())));
    Redirect::to(&address(PATH, &pairs)).into_response()
}

/// The correction that the fields say; `None` where they say nothing.
fn correction(sent: &Sent) -> Option<CorrectionInput> {
    let mut prices = Vec::new();
    for (shape, usd) in sent.all("price").zip(sent.all("usd")) {
        let mut price: Value = serde_json::from_str(shape).ok()?;
        price
            .as_object_mut()?
            .insert("usd".to_owned(), json!(usd.trim()));
        prices.push(price);
    }
    let mut input = json!({
        "model": sent.get("model"),
        "retires_on": sent.get("retires_on"),
        "notice": sent.get("notice"),
    });
    if !prices.is_empty() {
        input["prices"] = Value::Array(prices);
    }
    serde_json::from_value(input).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_come_in_pairs_of_shape_and_amount() {
        let sent = Sent::of(&[
            ("model", "maker/a"),
            ("price", r#"{"unit":"image","resolution":"1K"}"#),
            ("usd", " 0.05 "),
            ("price", r#"{"unit":"image","resolution":"2K"}"#),
            ("usd", "0.1"),
            ("retires_on", ""),
            ("notice", ""),
        ]);
        let input = correction(&sent).unwrap();
        assert_eq!(input.prices.map(|prices| prices.len()), Some(2));
        assert_eq!(input.model, "maker/a");
    }

    #[test]
    fn what_means_nothing_is_no_correction() {
        for shape in [
            "",
            "[]",
            r#"{"unit":"smile"}"#,
            r#"{"unit":"image","is_admin":true}"#,
        ] {
            let sent = Sent::of(&[("model", "a"), ("price", shape), ("usd", "1")]);
            assert!(correction(&sent).is_none(), "{shape}");
        }
    }
}
