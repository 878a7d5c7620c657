//! The second factor: codes of an authenticator app beside the password. It counts from the moment its
//! first code was entered; each code is taken once.

mod code;
mod recovery;
#[cfg(test)]
pub mod testing;

pub use code::Setup;

use super::{Client, Desk, TypedCode, session};
use crate::{actor::Actor, app::App, audit, fault::Fault};
use domain::{ApiError, ErrorCode, SecretId, Timestamp, UserId};
use http::HeaderValue;
use serde::Serialize;
use store::{
    sessions,
    totp::{self, TotpRow},
};

/// What is said where a code is missing.
pub(super) const CODE_WANTED: &str =
    "Enter the code that your authenticator app shows now, or one of your recovery codes.";
/// What is said where a code is not taken.
pub(super) const WRONG_CODE: &str =
    "This code does not fit, or was used before. Enter the one that your app shows now.";

/// How a person's second factor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = SecondFactor)]
pub struct Standing {
    /// Since when codes are asked for; `null` where none are.
    pub on_since: Option<Timestamp>,
    /// How many recovery codes are left.
    pub recovery_codes_left: i64,
}

/// What there is once a second factor is on.
#[derive(Clone)]
pub struct TurnedOn {
    /// The recovery codes. They are in this answer and nowhere else.
    pub recovery_codes: Vec<String>,
    /// The `Set-Cookie` value with the session's new token.
    pub cookie: HeaderValue,
}

/// How the acting person's second factor stands.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn standing(app: &App, actor: &Actor) -> Result<Standing, ApiError> {
    let row = row(app, &actor.user.id).await?;
    let left = totp::recovery_codes_left(&app.db, &actor.user.id).await;
    Ok(Standing {
        on_since: row.and_then(|row| row.confirmed_at),
        recovery_codes_left: left.map_err(Fault::from)?,
    })
}

/// Makes a secret for the acting person's app, in place of one that does not count yet. It counts once
/// [`turn_on`] has seen a code of it.
///
/// # Errors
/// `FORBIDDEN` until they have shown again who they are, `CONFLICT` where one counts already.
pub async fn begin(app: &App, actor: &Actor) -> Result<Setup, ApiError> {
    let now = app.clock.now();
    actor.must_have_confirmed(now)?;
    let secret = code::fresh_secret()?;
    let id = SecretId(app.ids.next());
    let sealed = app.vault.seal_totp(id, &actor.user.id, &secret, now);
    let prepared = totp::prepare(&app.db, &sealed).await;
    if !prepared.map_err(Fault::from)? {
        return Err(conflict(
            "Two-step sign-in is on already. Turn it off before you set it up anew.",
        ));
    }
    Setup::of(&secret, &actor.user.email)
}

/// The secret that was made last and does not count yet, once more; `None` where there is none.
///
/// # Errors
/// `FORBIDDEN` until they have shown again who they are.
pub async fn begun(app: &App, actor: &Actor) -> Result<Option<Setup>, ApiError> {
    actor.must_have_confirmed(app.clock.now())?;
    let Some(row) = row(app, &actor.user.id).await? else {
        return Ok(None);
    };
    if row.confirmed_at.is_some() {
        return Ok(None);
    }
    let secret = Desk::of(app).open(&row)?;
    Setup::of(&secret, &actor.user.email).map(Some)
}

/// Lets the secret count from now on, after a code of it. The session gets another token, and all others
/// end: nobody is signed in any more with the password alone.
///
/// # Errors
/// `INVALID_INPUT` where the code does not fit, `CONFLICT` where no secret waits for one,
/// `RATE_LIMITED`, `FORBIDDEN` where they did not come with a session.
pub async fn turn_on(app: &App, actor: &Actor, typed: &TypedCode) -> Result<TurnedOn, ApiError> {
    let (now, user) = (app.clock.now(), &actor.user.id);
    let session = actor.session()?;
    let waiting = row(app, user).await?;
    let waiting = waiting.filter(|row| row.confirmed_at.is_none());
    let nothing = || conflict("Begin to set up two-step sign-in again.");
    let row = waiting.ok_or_else(nothing)?;
    app.throttle.code(user, now)?;
    let secret = Desk::of(app).open(&row)?;
    let digits = code::digits(typed.as_str()).unwrap_or_default();
    let Some(step) = code::step_of(&digits, &secret, now, row.last_step) else {
        return Err(ApiError::invalid_field("code", WRONG_CODE));
    };
    app.throttle.code_fitted(user);
    let recovery_codes = recovery::fresh()?;
    let hashes = recovery::hashes(user, &recovery_codes);
    let db = audit::noting(app, actor, audit::Done::new("totp.on", user.as_str()));
    let on = totp::turn_on(&db, user, &row.id, step, now, &hashes).await;
    if !on.map_err(Fault::from)? {
        return Err(nothing());
    }
    let (token_hash, cookie) = session::another_token(app)?;
    let renewed = sessions::renew(&app.db, session, &token_hash, now).await;
    renewed.map_err(Fault::from)?;
    let ended = sessions::delete_others(&app.db, user, &token_hash, |_| ()).await;
    ended.map_err(Fault::from)?;
    Ok(TurnedOn {
        recovery_codes,
        cookie,
    })
}

/// Replaces all recovery codes of the acting person.
///
/// # Errors
/// `FORBIDDEN` until they have shown again who they are, `CONFLICT` where no second factor is on.
pub async fn new_recovery_codes(app: &App, actor: &Actor) -> Result<Vec<String>, ApiError> {
    actor.must_have_confirmed(app.clock.now())?;
    let user = &actor.user.id;
    let codes = recovery::fresh()?;
    let hashes = recovery::hashes(user, &codes);
    let done = audit::Done::new("totp.recovery_codes", user.as_str());
    let db = audit::noting(app, actor, done);
    let replaced = totp::replace_recovery_codes(&db, user, &hashes).await;
    if !replaced.map_err(Fault::from)? {
        return Err(conflict(
            "Two-step sign-in is off: there is nothing to recover.",
        ));
    }
    Ok(codes)
}

/// Turns the second factor of the acting person off; the recovery codes are gone with it.
///
/// # Errors
/// `FORBIDDEN` until they have shown again who they are, `NOT_FOUND` where there is none.
pub async fn turn_off(app: &App, actor: &Actor) -> Result<(), ApiError> {
    actor.must_have_confirmed(app.clock.now())?;
    let user = &actor.user.id;
    let event = audit::event(app, actor, audit::Done::new("totp.off", user.as_str()));
    let off = totp::turn_off(&app.db, user, &event).await;
    if off.map_err(Fault::from)? {
        Ok(())
    } else {
        Err(ApiError::not_found("second factor"))
    }
}

async fn row(app: &App, user: &UserId) -> Result<Option<TotpRow>, Fault> {
    Ok(totp::of_user(&app.db, user).await?)
}

fn conflict(words: &str) -> ApiError {
    ApiError::new(ErrorCode::Conflict, words)
}

impl Desk<'_> {
    /// The second factor that counts for a person, if one does.
    pub(super) async fn second_factor(&self, user: &UserId) -> Result<Option<TotpRow>, Fault> {
        let row = totp::of_user(self.db, user).await?;
        Ok(row.filter(|row| row.confirmed_at.is_some()))
    }

    /// Takes what somebody typed as a code of their app or as a recovery code; whether it fits. Either
    /// fits once, and neither can be guessed as often as one likes.
    pub(super) async fn takes_code(
        &self,
        row: &TotpRow,
        typed: &TypedCode,
        client: Client,
    ) -> Result<bool, ApiError> {
        let (now, user) = (self.clock.now(), &row.owner_id);
        self.throttle.code(user, now)?;
        let taken = match code::digits(typed.as_str()) {
            Some(digits) => {
                let secret = self.open(row)?;
                match code::step_of(&digits, &secret, now, row.last_step) {
                    Some(step) => totp::use_step(self.db, user, step).await,
                    None => Ok(false),
                }
            }
            None => match recovery::hash(user, typed.as_str()) {
                Some(hash) => {
                    let db = self.noting("totp.recovery_code_used", user, client);
                    totp::use_recovery_code(&db, user, &hash).await
                }
                None => Ok(false),
            },
        };
        let taken = taken.map_err(Fault::from)?;
        if taken {
            self.throttle.code_fitted(user);
        }
        Ok(taken)
    }

    fn open(&self, row: &TotpRow) -> Result<zeroize::Zeroizing<Vec<u8>>, ApiError> {
        self.vault.open_totp(row).map_err(|error| {
            tracing::error!(%error, "the secret of a second factor cannot be read");
            ApiError::new(
                ErrorCode::KeyUnavailable,
                "The secret of your authenticator app cannot be read on this server. Use a recovery code, then set two-step sign-in up anew.",
            )
        })
    }
}
