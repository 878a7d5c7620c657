//! What the forms of an organization's keys do.

use super::{Fields, Part, Place, at, refused};
use crate::served::parts::Sent;
use axum::{
    Form, Router,
    extract::{Path, State},
    response::Redirect,
    routing::post,
};
use domain::{
    ApiError, OrganizationId, ProviderId,
    keys::{FindingResult, KeyReport},
};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use server::{
    actor::Actor,
    app::App,
    keys::{self, Draft, Holder, KeyInput},
    web::MaybeActor,
};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/organizations/{id}/keys", post(store))
        .route("/organizations/{id}/keys/test", post(test))
        .route("/organizations/{id}/keys/remove", post(remove))
        .route("/organizations/{id}/keys/undo", post(undo))
}

/// Does something to the organization's key of the provider that was sent.
async fn with_key(
    app: &App,
    actor: Option<Actor>,
    id: OrganizationId,
    sent: &Sent,
    act: impl AsyncFnOnce(&Holder<'_>, ProviderId) -> Result<&'static str, ApiError>,
) -> Redirect {
    at(
        actor,
        sent,
        &Place::Of(id.clone(), Part::Keys),
        async |actor| {
            let provider = ProviderId::parse(sent.get("provider")).ok_or("wrong")?;
            let holder = Holder::organization(app, actor, &id).await;
            let holder = holder.map_err(|error| refused(&error))?;
            let acted = act(&holder, provider).await;
            acted.map_err(|error| refused(&error))
        },
    )
    .await
}

/// A key that is typed into the form.
#[derive(Deserialize)]
struct Typed {
    made_for: String,
    provider: String,
    key: SecretString,
    #[serde(default, deserialize_with = "filled")]
    secret: Option<SecretString>,
}

/// A field that may be left empty.
fn filled<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    let typed = String::deserialize(deserializer)?;
    Ok((!typed.is_empty()).then(|| SecretString::from(typed)))
}

async fn store(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<OrganizationId>,
    Form(typed): Form<Typed>,
) -> Redirect {
    let sent = Sent(vec![
        ("made_for".to_owned(), typed.made_for),
        ("provider".to_owned(), typed.provider),
    ]);
    let input = KeyInput {
        key: typed.key,
        secret: typed.secret,
    };
    with_key(&app, actor, id, &sent, async |holder, provider| {
        keys::put(&app, holder, provider, input).await?;
        Ok("stored")
    })
    .await
}

async fn test(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<OrganizationId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    with_key(&app, actor, id, &sent, async |holder, provider| {
        let report = keys::test(&app, holder, provider, Draft::default()).await?;
        Ok(verdict(&report))
    })
    .await
}

/// The word for what a test has found. A key works only where its provider was reached and took it.
fn verdict(report: &KeyReport) -> &'static str {
    use FindingResult::{Failed, Ok};
    match (report.host.result, report.auth.result) {
        (_, Failed) => "not-working",
        (Failed, _) => "unreachable",
        (Ok, Ok) if report.quota.result == Failed => "no-credit",
        (Ok, Ok) => "tested",
        _ => "not-known",
    }
}

async fn remove(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<OrganizationId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    with_key(&app, actor, id, &sent, async |holder, provider| {
        keys::remove(&app, holder, provider).await?;
        Ok("key-removed")
    })
    .await
}

async fn undo(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<OrganizationId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    with_key(&app, actor, id, &sent, async |holder, provider| {
        keys::undo(&app, holder, provider).await?;
        Ok("undone")
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::served::organizations::forms::words;
    use FindingResult::{Failed, Ok, Skipped, Unknown};
    use domain::keys::Finding;

    #[test]
    fn a_key_works_only_where_its_provider_was_reached_and_took_it() {
        for (host, auth, quota, word) in [
            (Ok, Ok, Ok, "tested"),
            (Ok, Ok, Unknown, "tested"),
            (Ok, Ok, Failed, "no-credit"),
            (Ok, Failed, Skipped, "not-working"),
            (Failed, Skipped, Skipped, "unreachable"),
            (Failed, Ok, Ok, "unreachable"),
            (Unknown, Skipped, Skipped, "not-known"),
            (Ok, Unknown, Unknown, "not-known"),
            (Skipped, Skipped, Skipped, "not-known"),
        ] {
            let finding = |result| Finding::new(result, "");
            let report = KeyReport {
                format: finding(Ok),
                host: finding(host),
                auth: finding(auth),
                quota: finding(quota),
                models: finding(Skipped),
            };
            assert_eq!(verdict(&report), word, "{host:?} {auth:?} {quota:?}");
            let (_, is_good) = words(word).unwrap();
            assert_eq!(is_good, word == "tested");
        }
    }
}
