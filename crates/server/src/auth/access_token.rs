//! Personal access tokens: `fgp_` and 32 random bytes, shown to their owner once and stored as a hash.
//! Whoever presents one acts for its owner within its scopes, and never as somebody who has just shown
//! who they are.

use super::{SessionToken, token};
use crate::{
    actor::{AccessToken, Actor},
    app::App,
    audit,
    fault::Fault,
};
use domain::{
    ApiError, ErrorCode, FieldError, Timestamp,
    scope::{Scope, Scopes},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::fmt;
use store::tokens::{self, Kept, NewToken, TokenRow};
use zeroize::Zeroizing;

/// How the text of every token begins.
pub const PREFIX: &str = "fgp_";
/// The most tokens that one person has.
const MOST: i64 = 50;
const LONGEST_NAME: usize = 100;
/// For how many days a token serves where its owner does not say.
pub const DEFAULT_DAYS: u16 = 90;
/// For how many days a token serves at most.
pub const MOST_DAYS: u16 = 365;
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// Its use is noted at most this often.
const NOTED_EVERY_MILLIS: i64 = 60 * 1000;

/// The text of a token. `Debug` shows nothing of it.
pub struct TokenText(Zeroizing<String>);

impl TokenText {
    /// The text, for the one answer in which it is shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenText([redacted])")
    }
}

/// What is sent to make a token.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewToken, example = json!({ "name": "Night batch", "scopes": ["read", "generate"] }))]
pub struct Wish {
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// For how many days it serves; 90 where it is left open.
    #[serde(default)]
    pub expires_in_days: Option<u16>,
}

/// A token as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = Token)]
pub struct TokenView {
    /// The id by which it is taken back.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// Since when it exists.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last used, exact to a minute.
    pub last_used_at: Option<Timestamp>,
    /// Whether it has ended.
    pub expired: bool,
}

impl TokenView {
    fn of(row: TokenRow, now: Timestamp) -> Self {
        Self {
            expired: row.expires_at <= now,
            id: row.id,
            name: row.name,
            scopes: row.scopes,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
        }
    }
}

/// The acting person's tokens, newest first, those that have expired too.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<TokenView>, ApiError> {
    let rows = tokens::of_user(&app.db, &actor.user.id).await;
    let now = app.clock.now();
    let rows = rows.map_err(Fault::from)?.into_iter();
    Ok(rows.map(|row| TokenView::of(row, now)).collect())
}

/// Makes a token for the acting person. Its text is in this answer and nowhere else.
///
/// # Errors
/// `INVALID_INPUT` by field, `FORBIDDEN` until they have shown again who they are.
pub async fn make(
    app: &App,
    actor: &Actor,
    wish: Wish,
) -> Result<(TokenView, TokenText), ApiError> {
    let now = app.clock.now();
    actor.must_have_confirmed(now)?;
    let days = check(&wish)?;
    let random = SessionToken::generate()?;
    let token_hash = token::hash(random.as_str()).ok_or_else(ApiError::internal)?;
    let new = NewToken {
        id: app.ids.next(),
        user_id: actor.user.id.clone(),
        token_hash: token_hash.to_vec(),
        name: wish.name.trim().to_owned(),
        scopes: Scopes::new(wish.scopes),
        created_at: now,
        expires_at: now.plus_millis(i64::from(days) * DAY_MILLIS),
    };
    let mut done = audit::Done::new("token.made", &new.id);
    done.detail = json!({ "name": new.name, "scopes": new.scopes });
    let kept = tokens::insert(&audit::noting(app, actor, done), &new, MOST).await;
    match kept.map_err(Fault::from)? {
        Kept::Done => {}
        Kept::TooMany => {
            return Err(ApiError::invalid_field(
                "name",
                format!("You have {MOST} access tokens. Revoke one that you no longer need first."),
            ));
        }
        Kept::NoAccount => return Err(ApiError::unauthenticated()),
    }
    let text = Zeroizing::new(format!("{PREFIX}{}", random.as_str()));
    let view = TokenView {
        id: new.id,
        name: new.name,
        scopes: new.scopes,
        created_at: new.created_at,
        expires_at: new.expires_at,
        last_used_at: None,
        expired: false,
    };
    Ok((view, TokenText(text)))
}

/// Takes a token of the acting person back; it opens nothing from now on.
///
/// # Errors
/// `NOT_FOUND` where it is not theirs or is gone.
pub async fn revoke(app: &App, actor: &Actor, id: &str) -> Result<(), ApiError> {
    let db = audit::noting(app, actor, audit::Done::new("token.revoked", id));
    let gone = tokens::delete(&db, &actor.user.id, id).await;
    if !gone.map_err(Fault::from)? {
        return Err(ApiError::not_found("access token"));
    }
    Ok(())
}

/// Who comes with this text of a token; `None` where it is no token, or none that still serves.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn actor(app: &App, text: &str) -> Result<Option<Actor>, ApiError> {
    let Some(hash) = text.strip_prefix(PREFIX).and_then(token::hash) else {
        return Ok(None);
    };
    let now = app.clock.now();
    let found = tokens::by_token_hash(&app.db, &hash, now).await;
    let Some(found) = found.map_err(Fault::from)? else {
        return Ok(None);
    };
    let token = found.token;
    let is_noted = |at: Timestamp| now.0 - at.0 < NOTED_EVERY_MILLIS;
    if !token.last_used_at.is_some_and(is_noted)
        && let Err(error) = tokens::touch(&app.db, &token.token_id, now).await
    {
        // The request goes on: its use is noted with the next one.
        tracing::warn!(%error, "the use of an access token could not be noted");
    }
    Ok(Some(Actor {
        user: super::user(found.user),
        session: None,
        token: Some(AccessToken {
            id: token.token_id,
            scopes: token.scopes,
        }),
        confirmed_at: None,
        address: None,
    }))
}

/// For how many days a token shall serve, where everything in the wish is right.
fn check(wish: &Wish) -> Result<u16, ApiError> {
    let mut fields = Vec::new();
    let mut wrong = |field: &str, message: &str| {
        fields.push(FieldError {
            field: field.to_owned(),
            message: message.to_owned(),
        });
    };
    let name = wish.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control)
    {
        wrong(
            "name",
            "Give the token a name of at most 100 characters, such as the program that will use it.",
        );
    }
    if wish.scopes.is_empty() {
        wrong(
            "scopes",
            "Choose at least one thing that the token may be used for.",
        );
    }
    let days = wish.expires_in_days.unwrap_or(DEFAULT_DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        wrong(
            "expires_in_days",
            "Let the token expire after 1 to 365 days.",
        );
    }
    if fields.is_empty() {
        Ok(days)
    } else {
        Err(ApiError::invalid(fields))
    }
}

/// Whether a token still serves.
///
/// # Errors
/// The database failed.
pub(super) async fn is_valid(app: &App, id: &str) -> Result<bool, Fault> {
    Ok(tokens::is_valid(&app.db, id, app.clock.now()).await?)
}

/// The error for a person who is not who they say: the one for each unusable token.
#[must_use]
pub fn refused() -> ApiError {
    ApiError::new(
        ErrorCode::Unauthenticated,
        "This access token is not valid: it may have expired or been revoked. Send one as `Authorization: Bearer fgp_…`; your account's page makes them.",
    )
}
