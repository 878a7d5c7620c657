//! Changing one's password: whoever is signed in anywhere else, with the old one, is signed out. Access
//! tokens stay; they are taken back one by one.

use super::{Client, Desk, Password, session};
use crate::{actor::Actor, app::App, audit, fault::Fault};
use domain::{ApiError, ErrorCode};
use http::HeaderValue;
use serde::Deserialize;
use store::{
    sessions::{self, PasswordChange},
    users::PasswordHash,
};

/// What is sent to change a password.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "current_password": "a long enough secret", "new_password": "another long secret" }))]
pub struct ChangePassword {
    /// The one that it is.
    #[schema(value_type = String, format = Password, write_only)]
    pub current_password: Password,
    /// The one that it shall be.
    #[schema(value_type = String, format = Password, write_only)]
    pub new_password: Password,
}

/// Changes the password of the acting person, ends all their other sessions and gives this one another
/// token, all or nothing: the `Set-Cookie` value with it.
///
/// With a second factor the password alone is not enough, here as everywhere.
///
/// # Errors
/// `INVALID_INPUT` by field, `RATE_LIMITED`, `FORBIDDEN` where they did not come with a session, or with
/// a second factor until they have shown again who they are, `CONFLICT` where the password was changed elsewhere meanwhile.
pub async fn change_password(
    app: &App,
    actor: &Actor,
    client: Client,
    input: ChangePassword,
) -> Result<HeaderValue, ApiError> {
    let (session, desk) = (actor.session()?, Desk::of(app));
    let factor = desk.second_factor(&actor.user.id).await?;
    if factor.is_some() {
        actor.must_have_confirmed(app.clock.now())?;
    }
    let context = [actor.user.email.as_str(), actor.user.name.as_str()];
    if let Some(problem) = input.new_password.problem(&context) {
        return Err(ApiError::invalid_field("new_password", problem));
    }
    let row = desk
        .must_be_password(actor, client, "current_password", input.current_password)
        .await?;
    let hash = PasswordHash(app.hasher.hash(input.new_password).await?);
    let (token_hash, cookie) = session::another_token(app)?;
    let change = PasswordChange {
        user: &actor.user.id,
        from: &row.password_hash,
        to: &hash,
        token_hash: session,
        new_token_hash: &token_hash,
        // Of the two only a code shows again who somebody is.
        confirmed_at: match factor {
            Some(_) => actor.confirmed_at,
            None => Some(app.clock.now()),
        },
    };
    let done = audit::Done::new("password.changed", actor.user.id.as_str());
    let changed = sessions::change_password(&audit::noting(app, actor, done), change).await;
    if !changed.map_err(Fault::from)? {
        return Err(ApiError::new(
            ErrorCode::Conflict,
            "The password was changed elsewhere meanwhile. Sign in again.",
        ));
    }
    Ok(cookie)
}
