//! Showing again who one is: before something that could do lasting harm, a session alone is not
//! enough. Where there is a second factor, a code is wanted; the password alone no longer counts.

use super::{
    Client, Desk, Password, TypedCode,
    second_factor::{CODE_WANTED, WRONG_CODE},
};
use crate::{actor::Actor, app::App, fault::Fault};
use domain::ApiError;
use serde::Deserialize;
use store::{sessions, users};

/// What is sent to show who one is: one of the two.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "password": "a long enough secret" }))]
pub struct Confirm {
    /// The account's password, where it has no second factor.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, write_only)]
    pub password: Option<Password>,
    /// A code of its authenticator app or a recovery code, where it has one.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, write_only)]
    pub code: Option<TypedCode>,
}

/// Notes that the acting person has shown who they are; it counts for ten minutes, for the session that
/// they came with.
///
/// # Errors
/// `INVALID_INPUT` where it does not fit, `RATE_LIMITED`, `FORBIDDEN` where they did not come with a
/// session.
pub async fn confirm(
    app: &App,
    actor: &Actor,
    client: Client,
    input: Confirm,
) -> Result<(), ApiError> {
    let (session, desk) = (actor.session()?, Desk::of(app));
    match desk.second_factor(&actor.user.id).await? {
        Some(factor) => {
            let code = input.code.filter(|code| !code.is_blank());
            let code = code.ok_or_else(|| ApiError::invalid_field("code", CODE_WANTED))?;
            if !desk.takes_code(&factor, &code, client).await? {
                return Err(ApiError::invalid_field("code", WRONG_CODE));
            }
        }
        None => {
            let password = input.password;
            let password = password
                .ok_or_else(|| ApiError::invalid_field("password", "Enter your password."))?;
            desk.must_be_password(actor, client, "password", password)
                .await?;
        }
    }
    let confirmed = sessions::confirm(&app.db, session, app.clock.now()).await;
    if confirmed.map_err(Fault::from)? {
        Ok(())
    } else {
        Err(ApiError::unauthenticated())
    }
}

impl Desk<'_> {
    /// The account of the acting person, where this is its password. A wrong one counts as a failed
    /// attempt to sign in.
    pub(super) async fn must_be_password(
        &self,
        actor: &Actor,
        client: Client,
        field: &str,
        password: Password,
    ) -> Result<users::UserRow, ApiError> {
        let email = &actor.user.email;
        self.throttle
            .attempt(email, client.address, self.clock.now())?;
        let row = users::by_id(self.db, &actor.user.id)
            .await
            .map_err(Fault::from)?
            .ok_or_else(ApiError::unauthenticated)?;
        let stored = row.password_hash.0.clone();
        if !self.hasher.verify(password, Some(stored)).await? {
            let words = "This is not the password of your account.";
            return Err(ApiError::invalid_field(field, words));
        }
        self.throttle
            .succeeded(email, client.address, self.clock.now());
        Ok(row)
    }
}
