//! Accounts and sessions: who somebody is. Whether an address has an account is told to nobody
//! who does not know its password, with the one exception of making an account with it.

pub mod access_token;
mod agent;
mod change_password;
mod confirm;
mod cookie;
mod email;
mod guessable;
mod password;
pub mod second_factor;
pub mod session;
mod sign_in;
mod sign_up;
#[cfg(test)]
mod tests;
mod throttle;
mod token;
mod typed_code;

pub use agent::Agent;
pub use change_password::{ChangePassword, change_password};
pub use confirm::{Confirm, confirm};
pub use cookie::{expired_cookie, session_token};
pub use password::{Password, PasswordHasher};
pub use sign_in::SignIn;
pub use sign_up::SignUp;
pub use throttle::Throttle;
pub(crate) use throttle::network;
pub use token::SessionToken;
pub use typed_code::TypedCode;

pub(crate) use email::normalize as normal_address;
pub(crate) use token::hash as hash_of_token;

use crate::{
    actor::Actor,
    app::App,
    clock::{Clock, Ids},
    config::{PublicOrigin, SignUpPolicy},
    fault::Fault,
    vault::Vault,
};
use domain::{
    ApiError,
    account::{Me, Membership, User},
};
use http::HeaderValue;
use std::net::IpAddr;
use store::{Db, organizations::MembershipRow, users::UserRow};

/// Who sends a request, before anything is known about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// The address of the socket, or of the person behind a trusted proxy.
    pub address: IpAddr,
    /// With what they send it.
    pub agent: Agent,
}

/// What a person has after signing in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who they are.
    pub me: Me,
    /// The new session's token.
    pub token: SessionToken,
    /// The `Set-Cookie` value that hands it over.
    pub cookie: HeaderValue,
}

/// Makes an account and signs it in.
///
/// # Errors
/// `INVALID_INPUT` by field, `FORBIDDEN` where no accounts are made, `RATE_LIMITED`.
pub async fn sign_up(app: &App, client: Client, input: SignUp) -> Result<SignedIn, ApiError> {
    Desk::of(app).sign_up(client, input).await
}

/// Signs in with a new session; the session of `old_token` ends.
///
/// # Errors
/// `UNAUTHENTICATED` with the same words whatever is wrong, with `second_factor` where the password is
/// right and a code is wanted with it; `RATE_LIMITED`.
pub async fn sign_in(
    app: &App,
    client: Client,
    input: SignIn,
    old_token: Option<&str>,
) -> Result<SignedIn, ApiError> {
    Desk::of(app).sign_in(client, input, old_token).await
}

/// Ends a session. One that is gone already is no error.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn sign_out(app: &App, token: &str) -> Result<(), ApiError> {
    Desk::of(app).sign_out(token).await
}

/// Who comes with this token; `None` without one, or where its session has ended.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn actor(app: &App, token: Option<&str>) -> Result<Option<Actor>, ApiError> {
    match token {
        Some(token) => Desk::of(app).actor(token).await,
        None => Ok(None),
    }
}

/// What the acting person may know of themselves.
///
/// # Errors
/// `INTERNAL` where the database fails, `UNAUTHENTICATED` where the account is gone.
pub async fn me(app: &App, actor: &Actor) -> Result<Me, ApiError> {
    let row = store::users::by_id(&app.db, &actor.user.id)
        .await
        .map_err(Fault::from)?
        .ok_or_else(ApiError::unauthenticated)?;
    Desk::of(app).me(row).await
}

/// The hash under which the session of this token is stored.
#[cfg(test)]
pub(crate) fn session_hash(token: &str) -> [u8; 32] {
    token::hash(token).unwrap()
}

/// The parts of the application that accounts and sessions need.
struct Desk<'a> {
    db: &'a Db,
    clock: &'a Clock,
    ids: &'a Ids,
    hasher: &'a PasswordHasher,
    throttle: &'a Throttle,
    origin: &'a PublicOrigin,
    vault: &'a Vault,
    policy: SignUpPolicy,
}

impl<'a> Desk<'a> {
    fn of(app: &'a App) -> Self {
        Self {
            db: &app.db,
            clock: &app.clock,
            ids: &app.ids,
            hasher: &app.hasher,
            throttle: &app.throttle,
            origin: &app.config.public_origin,
            vault: &app.vault,
            policy: app.config.sign_up,
        }
    }

    async fn me(&self, row: UserRow) -> Result<Me, ApiError> {
        let memberships = store::organizations::memberships_of(self.db, &row.id)
            .await
            .map_err(Fault::from)?;
        Ok(Me {
            roles: vec![if row.is_admin { "admin" } else { "user" }.to_owned()],
            organizations: memberships.into_iter().map(membership).collect(),
            active_organization: row.active_organization_id.clone(),
            user: user(row),
        })
    }
}

fn user(row: UserRow) -> User {
    User {
        id: row.id,
        email: row.email,
        name: row.name,
        is_admin: row.is_admin,
        created_at: row.created_at,
    }
}

fn membership(row: MembershipRow) -> Membership {
    Membership {
        organization_id: row.organization_id,
        name: row.name,
        role: row.role,
        plan: row.plan,
    }
}
