//! Sessions: begun at sign-in with a fresh token, found by the token's hash, ended by sign-out,
//! by a day without use, or after two weeks.

use super::{Desk, SessionToken, token};
use crate::{actor::Actor, fault::Fault};
use domain::{ApiError, Timestamp, UserId};
use store::sessions::{self, NewSession};

/// A session ends after this long without use.
const IDLE_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// A session ends after this long, used or not.
pub(super) const ABSOLUTE_MILLIS: i64 = 14 * 24 * 60 * 60 * 1000;
/// Its use is noted at most this often.
const NOTED_EVERY_MILLIS: i64 = 60 * 1000;

impl Desk<'_> {
    /// A new session, in place of the one that they came with.
    pub(super) async fn begin_session(
        &self,
        user: &UserId,
        old_token: Option<&str>,
    ) -> Result<SessionToken, ApiError> {
        let now = self.clock.now();
        let token = SessionToken::generate()?;
        let token_hash = token::hash(token.as_str()).ok_or_else(ApiError::internal)?;
        if let Some(old) = old_token {
            self.sign_out(old).await?;
        }
        let session = NewSession {
            token_hash: token_hash.to_vec(),
            user_id: user.clone(),
            created_at: now,
            expires_at: ends(now, now),
        };
        sessions::insert(self.db, &session)
            .await
            .map_err(Fault::from)?;
        sessions::delete_expired(self.db, now)
            .await
            .map_err(Fault::from)?;
        Ok(token)
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
            confirmed_at: Some(times.session_created_at),
            address: None,
        }))
    }
}

/// When a session ends that is used now.
fn ends(now: Timestamp, created: Timestamp) -> Timestamp {
    now.plus_millis(IDLE_MILLIS)
        .min(created.plus_millis(ABSOLUTE_MILLIS))
}
