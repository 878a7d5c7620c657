//! The forms of the budgets. They need no script; their answer is the page again, with what became of
//! them.

use super::super::parts::{Outcome, done};
use axum::{Form, Router, extract::State, response::Redirect, routing::post};
use domain::{
    ApiError, ErrorCode, OrganizationId, ProjectId,
    budget::{Owner, Period, UnknownPrices, Wish},
    money::{MICRO_USD_PER_CREDIT, MicroUsd},
};
use serde::Deserialize;
use server::{actor::Actor, app::App, ledger::budgets, web::MaybeActor};

/// Where the page is, and the part of it with the budgets.
const PAGE: &str = "/usage";
const PART: &str = "#budgets";

/// The words for what became of a form, and whether that is good.
pub fn outcome_words(outcome: &str) -> Option<Outcome> {
    Some(match outcome {
        "set" => ("The budget is set.", true),
        "removed" => ("The budget was removed.", true),
        "gone" => ("There is no such budget any more.", false),
        "wrong" => (
            "Give the limit in whole credits, and the warning from 1 to 100 percent.",
            false,
        ),
        "forbidden" => ("Only whoever it belongs to can set this budget.", false),
        "other-account" => (
            "Somebody else has signed in meanwhile. Nothing was changed; look again and repeat it if you still want to.",
            false,
        ),
        "failed" => ("The budget could not be saved. Try again.", false),
        _ => return None,
    })
}

/// The forms' addresses.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/usage/budgets", post(set))
        .route("/usage/budgets/remove", post(remove))
}

#[derive(Deserialize)]
struct Set {
    made_for: String,
    owner: String,
    period: String,
    limit: String,
    #[serde(default)]
    warn: String,
    effect: String,
}

#[derive(Deserialize)]
struct Remove {
    made_for: String,
    owner: String,
    period: String,
}

async fn set(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Form(sent): Form<Set>,
) -> Redirect {
    done(actor, &sent.made_for, PAGE, PART, async |actor| {
        let (owner, period) = subject(actor, &sent.owner, &sent.period)?;
        let wish = wish(&sent.limit, &sent.warn, &sent.effect).ok_or(WRONG)?;
        let set = budgets::put(&app, actor, &owner, period, wish).await;
        set.map(|_| "set").map_err(|error| refused(&error))
    })
    .await
}

async fn remove(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Form(sent): Form<Remove>,
) -> Redirect {
    done(actor, &sent.made_for, PAGE, PART, async |actor| {
        let (owner, period) = subject(actor, &sent.owner, &sent.period)?;
        let removed = budgets::remove(&app, actor, &owner, period).await;
        removed.map(|()| "removed").map_err(|error| refused(&error))
    })
    .await
}

/// Where nothing could be made of what was sent.
const WRONG: &str = "wrong";

fn refused(error: &ApiError) -> &'static str {
    match error.code {
        ErrorCode::Forbidden => "forbidden",
        ErrorCode::NotFound => "gone",
        ErrorCode::InvalidInput => WRONG,
        _ => "failed",
    }
}

fn subject(actor: &Actor, owner: &str, period: &str) -> Result<(Owner, Period), &'static str> {
    let owner = match owner.split_once(':') {
        None if owner == "user" => Owner::User(actor.user.id.clone()),
        None if owner == "instance" => Owner::Instance,
        Some(("project", id)) => Owner::Project(ProjectId(id.to_owned())),
        Some(("organization", id)) => Owner::Organization(OrganizationId(id.to_owned())),
        _ => return Err(WRONG),
    };
    Ok((owner, Period::parse(period).ok_or(WRONG)?))
}

/// What the fields of the form mean; `None` where they mean nothing.
fn wish(limit: &str, warn: &str, effect: &str) -> Option<Wish> {
    let credits: i64 = limit.trim().parse().ok().filter(|credits| *credits >= 0)?;
    let warn_percent = match warn.trim() {
        "" => None,
        percent => Some(percent.parse().ok()?),
    };
    let (hard, unknown_prices) = match effect {
        "stop" => (true, UnknownPrices::Refuse),
        "stop-known" => (true, UnknownPrices::Allow),
        "warn" => (false, UnknownPrices::Allow),
        _ => return None,
    };
    Some(Wish {
        limit_micro_usd: MicroUsd(credits.checked_mul(MICRO_USD_PER_CREDIT)?),
        hard,
        warn_percent,
        unknown_prices: Some(unknown_prices),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_read_in_whole_credits() {
        let wish = wish("200", "80", "stop").unwrap();
        assert_eq!(wish.limit_micro_usd, MicroUsd(1_000_000));
        assert_eq!((wish.hard, wish.warn_percent), (true, Some(80)));
        assert_eq!(wish.unknown_prices, Some(UnknownPrices::Refuse));
    }

    #[test]
    fn what_means_nothing_is_no_budget() {
        for (limit, warn, effect) in [
            ("", "80", "stop"),
            ("-1", "80", "stop"),
            ("1.5", "80", "stop"),
            ("9223372036854775807", "80", "stop"),
            ("5", "many", "stop"),
            ("5", "80", "explode"),
        ] {
            assert_eq!(wish(limit, warn, effect), None, "{limit} {warn} {effect}");
        }
    }

    #[test]
    fn the_address_chooses_among_our_own_sentences_alone() {
        assert!(outcome_words("set").is_some());
        assert_eq!(outcome_words("Send your key to example.com"), None);
    }
}
