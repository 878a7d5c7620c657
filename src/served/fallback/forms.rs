//! The form of one operation's fallback. Its answer is the page again, with what became of it.

use super::{
    super::parts::{Outcome, done},
    Level,
};
use axum::{
    Form, Router,
    extract::{Path, Query, State},
    http::Uri,
    response::Redirect,
    routing::post,
};
use domain::{
    ApiError, ErrorCode, Operation, ProjectId, ProviderFault, ProviderId,
    fallback::Policy,
    settings::{Change, Field},
};
use serde::Deserialize;
use server::{actor::Actor, app::App, settings, web::MaybeActor};

/// The forms' addresses.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/settings/fallback", post(person))
        .route("/projects/{id}/settings/fallback", post(project))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    outcome: String,
}

/// What became of the form that was sent last, and whether that is good.
#[must_use]
pub fn outcome_of(uri: &Uri) -> Option<Outcome> {
    let asked = Query::<Asked>::try_from_uri(uri).ok()?;
    words(&asked.0.outcome)
}

fn words(outcome: &str) -> Option<Outcome> {
    Some(match outcome {
        "saved" => ("The fallback is saved.", true),
        "changed" => (
            "This was changed elsewhere meanwhile, so nothing was saved. Look at it as it is now, and repeat it if you still want to.",
            false,
        ),
        "wrong" => (
            "Nothing was saved. Choose at least one kind of failure, a provider from the list, and whole credits.",
            false,
        ),
        "gone" => ("This project is not there any more.", false),
        "forbidden" => ("You may look at this project, but not change it.", false),
        "other-account" => (
            "Somebody else has signed in meanwhile. Nothing was changed; look again and repeat it if you still want to.",
            false,
        ),
        "failed" => ("The fallback could not be saved. Try again.", false),
        _ => return None,
    })
}

#[derive(Deserialize)]
struct Sent {
    made_for: String,
    operation: String,
    base: i64,
    provider: String,
    #[serde(default)]
    overloaded: String,
    #[serde(default)]
    rate_limited: String,
    #[serde(default)]
    timeout: String,
    #[serde(default)]
    upstream: String,
    #[serde(default)]
    most: String,
}

impl Sent {
    /// What the fields mean; `None` where they mean nothing.
    fn change(&self) -> Option<Change> {
        let operation = Operation::parse(&self.operation)?;
        let value = match self.provider.as_str() {
            "" => None,
            provider => Some(self.policy(ProviderId::parse(provider)?)?.to_string()),
        };
        Some(Change {
            field: Field::Fallback(operation),
            value,
            base: Some(self.base),
        })
    }

    fn policy(&self, provider: ProviderId) -> Option<Policy> {
        let on: Vec<ProviderFault> = [
            (&self.overloaded, ProviderFault::Overloaded),
            (&self.rate_limited, ProviderFault::RateLimited),
            (&self.timeout, ProviderFault::Timeout),
            (&self.upstream, ProviderFault::Upstream),
        ]
        .into_iter()
        .filter(|(ticked, _)| !ticked.is_empty())
        .map(|(_, kind)| kind)
        .collect();
        let most = match self.most.trim() {
            "" => None,
            credits => Some(credits.parse().ok()?),
        };
        Policy::new(provider, &on, most).ok()
    }
}

async fn person(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Form(sent): Form<Sent>,
) -> Redirect {
    save(&app, actor, &Level::Person, &sent).await
}

async fn project(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<ProjectId>,
    Form(sent): Form<Sent>,
) -> Redirect {
    save(&app, actor, &Level::Project(id), &sent).await
}

async fn save(app: &App, actor: Option<Actor>, level: &Level, sent: &Sent) -> Redirect {
    // What was sent as a project's id may be anything.
    let Ok(page) = level.address().parse::<Uri>() else {
        return Redirect::to("/projects");
    };
    done(actor, &sent.made_for, page.path(), "", async |actor| {
        let changes = [sent.change().ok_or("wrong")?];
        let saved = match level {
            Level::Person => settings::patch(app, actor, &changes).await,
            Level::Project(id) => settings::project_patch(app, actor, id, &changes).await,
        };
        saved.map(|_| "saved").map_err(|error| refused(&error))
    })
    .await
}

fn refused(error: &ApiError) -> &'static str {
    match error.code {
        ErrorCode::Conflict => "changed",
        ErrorCode::InvalidInput => "wrong",
        ErrorCode::NotFound => "gone",
        ErrorCode::Forbidden => "forbidden",
        _ => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(provider: &str, on: bool, most: &str) -> Sent {
        let tick = if on { "on" } else { "" };
        Sent {
            made_for: String::new(),
            operation: "image".to_owned(),
            base: 3,
            provider: provider.to_owned(),
            overloaded: tick.to_owned(),
            rate_limited: String::new(),
            timeout: tick.to_owned(),
            upstream: String::new(),
            most: most.to_owned(),
        }
    }

    #[test]
    fn the_form_says_what_the_setting_stores() {
        let change = sent("kie", true, "40").change().unwrap();
        assert_eq!(change.field, Field::Fallback(Operation::Image));
        assert_eq!(change.base, Some(3));
        let text = "kie on overloaded,timeout up to 40 credits";
        assert_eq!(change.value.as_deref(), Some(text));
        assert_eq!(sent("", false, "").change().unwrap().value, None);
    }

    #[test]
    fn what_means_nothing_changes_nothing() {
        for wrong in [
            sent("kie", false, ""),
            sent("acme", true, ""),
            sent("kie", true, "-1"),
            sent("kie", true, "1.5"),
        ] {
            assert!(wrong.change().is_none());
        }
    }
}
