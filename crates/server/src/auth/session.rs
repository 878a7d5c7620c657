//! Sessions: begun at sign-in with a fresh token, found by the token's hash, ended by sign-out, by
//! their owner from elsewhere, by a changed password, by a day without use, or after two weeks.

use super::{Client, Desk, SessionToken, cookie, token};
use crate::{actor::Actor, app::App, audit, fault::Fault};
use domain::{ApiError, Timestamp};
use http::HeaderValue;
use serde::Serialize;
use serde_json::json;
use store::{
    sessions::{self, NewSession, SessionRow},
    users::UserRow,
};

/// A session ends after this long without use.
const IDLE_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// A session ends after this long, used or not.
pub(super) const ABSOLUTE_MILLIS: i64 = 14 * 24 * 60 * 60 * 1000;
/// Its use is noted at most this often.
const NOTED_EVERY_MILLIS: i64 = 60 * 1000;

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = Session)]
pub struct SessionView {
    /// The id by which it is ended. It opens nothing.
    pub id: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, exact to a minute.
    pub last_used_at: Timestamp,
    /// The address from which somebody signed in.
    pub address: Option<String>,
    /// With what they signed in, in a few words.
    pub agent: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

impl From<SessionRow> for SessionView {
    fn from(row: SessionRow) -> Self {
        Self {
            id: row.id,
            created_at: row.created_at,
            last_used_at: row.last_seen_at,
            address: row.address,
            agent: row.agent,
            current: row.is_current,
        }
    }
}

/// The acting person's sessions, the last used first.
///
/// # Errors
/// `FORBIDDEN` where they did not come with a session.
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<SessionView>, ApiError> {
    let current = actor.session()?;
    let rows = sessions::of_user(&app.db, &actor.user.id, current, app.clock.now()).await;
    let rows = rows.map_err(Fault::from)?.into_iter();
    Ok(rows.map(SessionView::from).collect())
}

/// Ends one session of the acting person.
///
/// # Errors
/// `NOT_FOUND` where it is not theirs or has ended, `FORBIDDEN` where they did not come with a session.
pub async fn end(app: &App, actor: &Actor, id: &str) -> Result<(), ApiError> {
    actor.session()?;
    let db = audit::noting(app, actor, audit::Done::new("session.ended", id));
    let ended = sessions::delete_by_id(&db, &actor.user.id, id).await;
    if !ended.map_err(Fault::from)? {
        return Err(ApiError::not_found("session"));
    }
    Ok(())
}

/// Ends all sessions of the acting person but the one that they came with.
///
/// # Errors
/// `FORBIDDEN` where they did not come with a session.
pub async fn end_others(app: &App, actor: &Actor) -> Result<(), ApiError> {
    let current = actor.session()?;
    let done = audit::Done::new("sessions.ended", actor.user.id.as_str());
    let note = audit::note(app, actor, done);
    let db = app.db.noting(&note);
    let ended = sessions::delete_others(&db, &actor.user.id, current, |number| {
        note.amend(|event| event.detail = json!({ "number": number }).to_string());
    });
    ended.await.map_err(Fault::from)?;
    Ok(())
}

/// Whether what the acting person came with still lets them in. Where nothing did, as in a batch that
/// goes on alone, nothing can end.
///
/// # Errors
/// The database failed.
pub async fn still_lets_in(app: &App, actor: &Actor) -> Result<bool, Fault> {
    if let Some(token) = &actor.token {
        return super::access_token::is_valid(app, &token.id).await;
    }
    let Some(session) = &actor.session else {
        return Ok(true);
    };
    let found = sessions::by_token_hash(&app.db, session, app.clock.now()).await?;
    Ok(found.is_some())
}

/// A new token for the session that somebody came with, as one is given after they have shown who they
/// are: its hash, and the cookie that hands it over.
pub(super) fn another_token(app: &App) -> Result<([u8; 32], HeaderValue), ApiError> {
    let token = SessionToken::generate()?;
    let hash = token::hash(token.as_str()).ok_or_else(ApiError::internal)?;
    Ok((
        hash,
        cookie::handing_over(&token, &app.config.public_origin),
    ))
}

impl Desk<'_> {
    /// A new session for somebody whose password fits the account's hash, in place of the one that they
    /// came with; `None` where the account has another password meanwhile, is disabled or gone.
    pub(super) async fn begin_session(
        &self,
        user: &UserRow,
        client: Client,
        old_token: Option<&str>,
    ) -> Result<Option<SessionToken>, ApiError> {
        let now = self.clock.now();
        let token = SessionToken::generate()?;
        let token_hash = token::hash(token.as_str()).ok_or_else(ApiError::internal)?;
        let session = NewSession {
            token_hash: token_hash.to_vec(),
            id: self.ids.next(),
            user_id: user.id.clone(),
            created_at: now,
            expires_at: ends(now, now),
            address: Some(client.address.to_string()),
            agent: client.agent.to_string(),
        };
        let begun = sessions::insert(self.db, &session, &user.password_hash).await;
        if !begun.map_err(Fault::from)? {
            return Ok(None);
        }
        if let Some(old) = old_token {
            self.sign_out(old).await?;
        }
        sessions::delete_expired(self.db, now)
            .await
            .map_err(Fault::from)?;
        Ok(Some(token))
    }

    pub(super) async fn sign_out(&self, token: &str) -> Result<(), ApiError> {
        if let Some(hash) = token::hash(token) {
            sessions::delete(self.db, &hash)
                .await
                .map_err(Fault::from)?;
        }
        Ok(())
    }

    pub(super) async fn actor(&self, token: &str) -> Result<Option<Actor>, ApiError> {
        let Some(hash) = token::hash(token) else {
            return Ok(None);
        };
        let now = self.clock.now();
        let found = sessions::by_token_hash(self.db, &hash, now).await;
        let Some(session) = found.map_err(Fault::from)? else {
            return Ok(None);
        };
        let times = session.times;
        if now.0 - times.last_seen_at.0 >= NOTED_EVERY_MILLIS {
            let end = ends(now, times.session_created_at);
            if let Err(error) = sessions::touch(self.db, &hash, now, end).await {
                // The request goes on: its use is noted with the next one.
                tracing::warn!(%error, "the use of a session could not be noted");
            }
        }
        Ok(Some(Actor {
            user: super::user(session.user),
            session: Some(hash),
            token: None,
            confirmed_at: Some(times.confirmed_at),
            address: None,
        }))
    }
}

/// When a session ends that is used now.
fn ends(now: Timestamp, created: Timestamp) -> Timestamp {
    now.plus_millis(IDLE_MILLIS)
        .min(created.plus_millis(ABSOLUTE_MILLIS))
}
