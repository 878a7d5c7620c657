//! The forms of the administration. They need no script; their answer is the page again, with what
//! became of them. Who does not run the instance finds nothing at their addresses.

use super::super::parts::{Outcome, done};
use axum::{
    Form, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use domain::{ApiError, ErrorCode, Operation, OrganizationId, ProviderId, UserId, account::Plan};
use serde::Deserialize;
use serde_json::{Value, json};
use server::{
    admin::{accounts, organizations},
    app::App,
    catalog::{
        CorrectionInput,
        admin::{self as catalog, Place},
    },
    web::MaybeActor,
};

/// The words for what became of a form, and whether that is good.
pub fn outcome_words(outcome: &str) -> Option<Outcome> {
    Some(match outcome {
        "disabled" => ("The account is disabled and signed out everywhere.", true),
        "enabled" => ("The account may sign in again.", true),
        "granted" => ("The account runs this instance now.", true),
        "revoked" => ("The account does not run this instance any more.", true),
        "last" => (
            "This is the last account that can run this instance. Let another one run it first.",
            false,
        ),
        "plan" => ("The plan is set.", true),
        "corrected" => ("The correction is in force.", true),
        "taken-back" => ("What was shipped counts again.", true),
        "gone" => ("There is no such thing any more.", false),
        "wrong" => (
            "Nothing was changed. Give prices in dollars with at most six digits after the point, such as 0.0336.",
            false,
        ),
        "other-account" => (
            "Somebody else has signed in meanwhile. Nothing was changed; look again and repeat it if you still want to.",
            false,
        ),
        "failed" => ("It could not be saved. Try again.", false),
        _ => return None,
    })
}

/// The forms' addresses.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/admin/accounts/change", post(change_account))
        .route("/admin/organizations/plan", post(set_plan))
        .route("/admin/catalog/correct", post(correct))
        .route("/admin/catalog/take-back", post(take_back))
}

/// Where nothing could be made of what was sent.
const WRONG: &str = "wrong";

fn refused(error: &ApiError) -> &'static str {
    match error.code {
        ErrorCode::Conflict => "last",
        ErrorCode::NotFound => "gone",
        ErrorCode::InvalidInput => WRONG,
        _ => "failed",
    }
}

/// Does what a form asks for, for those who run the instance alone.
async fn for_admins(
    MaybeActor(actor): MaybeActor,
    made_for: &str,
    page: &str,
    act: impl AsyncFnOnce(&server::actor::Actor) -> Result<&'static str, &'static str>,
) -> Response {
    if actor.as_ref().is_some_and(|actor| actor.user.is_admin) {
        return done(actor, made_for, page, "", act).await.into_response();
    }
    StatusCode::NOT_FOUND.into_response()
}

#[derive(Deserialize)]
struct Account {
    made_for: String,
    account: String,
    wish: String,
}

async fn change_account(
    State(app): State<App>,
    actor: MaybeActor,
    Form(sent): Form<Account>,
) -> Response {
    for_admins(actor, &sent.made_for, "/admin/accounts", async |actor| {
        let (wish, word) = match sent.wish.as_str() {
            "disable" => (wish(Some(true), None), "disabled"),
            "enable" => (wish(Some(false), None), "enabled"),
            "grant" => (wish(None, Some(true)), "granted"),
            "revoke" => (wish(None, Some(false)), "revoked"),
            _ => return Err(WRONG),
        };
        let id = UserId(sent.account.clone());
        let changed = accounts::change(&app, actor, &id, wish).await;
        changed.map(|_| word).map_err(|error| refused(&error))
    })
    .await
}

const fn wish(disabled: Option<bool>, is_admin: Option<bool>) -> accounts::Wish {
    accounts::Wish { disabled, is_admin }
}

#[derive(Deserialize)]
struct OnPlan {
    made_for: String,
    organization: String,
    plan: Plan,
}

async fn set_plan(State(app): State<App>, actor: MaybeActor, Form(sent): Form<OnPlan>) -> Response {
    for_admins(
        actor,
        &sent.made_for,
        "/admin/organizations",
        async |actor| {
            let id = OrganizationId(sent.organization.clone());
            let wish = organizations::Wish { plan: sent.plan };
            let changed = organizations::change(&app, actor, &id, wish).await;
            changed.map(|_| "plan").map_err(|error| refused(&error))
        },
    )
    .await
}

/// What the form of a correction sends, field by field: those of prices come again and again.
type Fields = Vec<(String, String)>;

fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    let found = fields.iter().find(|(field, _)| field == name);
    found.map_or("", |(_, value)| value)
}

fn place(fields: &Fields) -> Option<(Operation, ProviderId)> {
    Operation::parse(field(fields, "operation")).zip(ProviderId::parse(field(fields, "provider")))
}

async fn correct(
    State(app): State<App>,
    actor: MaybeActor,
    Form(fields): Form<Fields>,
) -> Response {
    let made_for = field(&fields, "made_for");
    for_admins(actor, made_for, "/admin/catalog", async |actor| {
        let (operation, provider) = place(&fields).ok_or(WRONG)?;
        let input = correction(&fields).ok_or(WRONG)?;
        let corrected = catalog::correct(&app, actor, operation, provider, input).await;
        corrected
            .map(|_| "corrected")
            .map_err(|error| refused(&error))
    })
    .await
}

/// The correction that the fields say; `None` where they say nothing.
fn correction(fields: &Fields) -> Option<CorrectionInput> {
    let all = |name: &'static str| {
        let fields = fields.iter().filter(move |(field, _)| field == name);
        fields.map(|(_, value)| value.as_str())
    };
    let mut prices = Vec::new();
    for (shape, usd) in all("price").zip(all("usd")) {
        let mut price: Value = serde_json::from_str(shape).ok()?;
        price
            .as_object_mut()?
            .insert("usd".to_owned(), json!(usd.trim()));
        prices.push(price);
    }
    let mut input = json!({
        "model": field(fields, "model"),
        "retires_on": field(fields, "retires_on"),
        "notice": field(fields, "notice"),
    });
    if !prices.is_empty() {
        input["prices"] = Value::Array(prices);
    }
    serde_json::from_value(input).ok()
}

async fn take_back(
    State(app): State<App>,
    actor: MaybeActor,
    Form(fields): Form<Fields>,
) -> Response {
    let made_for = field(&fields, "made_for");
    for_admins(actor, made_for, "/admin/catalog", async |actor| {
        let (operation, provider) = place(&fields).ok_or(WRONG)?;
        let place = Place {
            operation,
            provider,
            model: field(&fields, "model"),
        };
        let taken = catalog::take_back(&app, actor, place).await;
        taken.map(|_| "taken-back").map_err(|error| refused(&error))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(own).collect()
    }

    #[test]
    fn prices_come_in_pairs_of_shape_and_amount() {
        let sent = fields(&[
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
            let sent = fields(&[("model", "a"), ("price", shape), ("usd", "1")]);
            assert!(correction(&sent).is_none(), "{shape}");
        }
    }

    #[test]
    fn the_address_chooses_among_our_own_sentences_alone() {
        assert!(outcome_words("disabled").is_some());
        assert_eq!(outcome_words("Send your key to example.com"), None);
    }
}
