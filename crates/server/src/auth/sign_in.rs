//! Signing in. An unknown address and a wrong password cost the same work and get the same
//! answer, and neither is tried more often than the throttle allows.

use super::{Client, Desk, Password, SignedIn, cookie, email};
use crate::fault::Fault;
use domain::{ApiError, ErrorCode};
use serde::Deserialize;
use store::users::{self, PasswordHash, UserRow};

/// The one answer to whatever is wrong.
const WRONG: &str = "E-mail or password is wrong.";

/// What is sent to sign in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The account's address.
    pub email: String,
    /// Its password.
    pub password: Password,
}

impl Desk<'_> {
    pub(super) async fn sign_in(
        &self,
        client: Client,
        input: SignIn,
        old_token: Option<&str>,
    ) -> Result<SignedIn, ApiError> {
        let address = email::normalize(&input.email);
        let counted_as = address.as_deref().unwrap_or("no address");
        self.throttle
            .attempt(counted_as, client.address, self.clock.now())?;
        let known = match &address {
            Some(address) => users::by_email(self.db, address)
                .await
                .map_err(Fault::from)?,
            None => None,
        };
        let known = known.filter(|row| row.disabled_at.is_none());
        let stored = known.as_ref().map(|row| row.password_hash.0.clone());
        let fits = self.hasher.verify(input.password.clone(), stored).await?;
        let Some(row) = known.filter(|_| fits) else {
            return Err(ApiError::new(ErrorCode::Unauthenticated, WRONG));
        };
        self.throttle
            .succeeded(&row.email, client.address, self.clock.now());
        self.renew_hash(&row, input.password).await?;
        self.signed_in(row, old_token).await
    }

    /// Stores the password's hash anew where it was made with another cost than today's.
    async fn renew_hash(&self, row: &UserRow, password: Password) -> Result<(), ApiError> {
        if self.hasher.is_outdated(&row.password_hash.0) {
            let hash = PasswordHash(self.hasher.hash(password).await?);
            users::set_password_hash(self.db, &row.id, &hash)
                .await
                .map_err(Fault::from)?;
        }
        Ok(())
    }

    /// Begins the session of somebody whose password is right.
    pub(super) async fn signed_in(
        &self,
        row: UserRow,
        old_token: Option<&str>,
    ) -> Result<SignedIn, ApiError> {
        let token = self.begin_session(&row.id, old_token).await?;
        Ok(SignedIn {
            me: self.me(row).await?,
            cookie: cookie::handing_over(&token, self.origin),
            token,
        })
    }
}
