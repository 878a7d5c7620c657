//! Signing in. An unknown address and a wrong password cost the same work and get the same
//! answer, and neither is tried more often than the throttle allows. Whether an account has a second
//! factor is told to nobody who does not know its password.

use super::{
    Client, Desk, Password, SignedIn, TypedCode, cookie, email,
    second_factor::{CODE_WANTED, WRONG_CODE},
};
use crate::{
    audit::{Done, Scribe},
    fault::Fault,
};
use domain::{ApiError, ErrorCode, UserId};
use serde::Deserialize;
use std::time::Duration;
use store::{
    Db,
    users::{self, PasswordHash, UserRow},
};
use utoipa::ToSchema;

/// How long after its answer a failed attempt is written down.
const LATER: Duration = Duration::from_millis(300);

/// The one answer to whatever is wrong.
const WRONG: &str = "E-mail or password is wrong.";

/// What is sent to sign in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "email": "ada@example.com", "password": "a long enough secret" }))]
pub struct SignIn {
    /// The account's address.
    pub email: String,
    /// Its password.
    #[schema(value_type = String, format = Password, write_only)]
    pub password: Password,
    /// A code of its authenticator app or a recovery code, where it has a second factor.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, write_only)]
    pub code: Option<TypedCode>,
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
        let account = known.as_ref().map(|row| row.id.clone());
        let known = known.filter(|row| row.disabled_at.is_none());
        let stored = known.as_ref().map(|row| row.password_hash.0.clone());
        let fits = self.hasher.verify(input.password.clone(), stored).await?;
        let Some(mut row) = known.filter(|_| fits) else {
            self.note_failure(account, client);
            return Err(ApiError::new(ErrorCode::Unauthenticated, WRONG));
        };
        let code = input.code.as_ref();
        if let Err(error) = self.must_have_second_factor(&row, code, client).await {
            // Whoever is asked for a code for the first time has not failed.
            self.note_failure(account.filter(|_| code.is_some()), client);
            return Err(error);
        }
        self.throttle
            .succeeded(&row.email, client.address, self.clock.now());
        self.renew_hash(&mut row, input.password).await?;
        let id = row.id.clone();
        let signed_in = self.signed_in(row, client, old_token).await?;
        let done = Done::new("sign_in.succeeded", id.as_str());
        let scribe = self.scribe();
        scribe.record(&id, Some(client.address), done).await?;
        Ok(signed_in)
    }

    /// Lets whoever knows the password on, where their account has no second factor or the code fits.
    /// Until it does, the attempt counts as a failed one.
    async fn must_have_second_factor(
        &self,
        row: &UserRow,
        code: Option<&TypedCode>,
        client: Client,
    ) -> Result<(), ApiError> {
        let Some(factor) = self.second_factor(&row.id).await? else {
            return Ok(());
        };
        let code = code.filter(|code| !code.is_blank());
        let words = match code {
            None => CODE_WANTED,
            Some(code) if self.takes_code(&factor, code, client).await? => return Ok(()),
            Some(_) => WRONG_CODE,
        };
        let mut error = ApiError::new(ErrorCode::Unauthenticated, words);
        error.second_factor = true;
        Err(error)
    }

    /// The database for a change that somebody makes to their own account, which writes it down.
    pub(super) fn noting(&self, action: &'static str, account: &UserId, client: Client) -> Db {
        let done = Done::new(action, account.as_str());
        let scribe = self.scribe();
        scribe.noting(account, Some(client.address), done)
    }

    /// Writes down that somebody failed to sign in to an account, well after the answer: it must not
    /// take longer for an address that has one, not even because the disk is busy.
    fn note_failure(&self, account: Option<UserId>, client: Client) {
        let Some(account) = account else { return };
        let done = Done::new("sign_in.failed", account.as_str());
        let event = self.scribe().event(&account, Some(client.address), done);
        let db = self.db.clone();
        tokio::spawn(async move {
            tokio::time::sleep(LATER).await;
            if let Err(error) = store::audit::append(&db, &event).await {
                tracing::error!(%error, "a failed sign-in could not be written down");
            }
        });
    }

    fn scribe(&self) -> Scribe<'_> {
        Scribe {
            db: self.db,
            clock: self.clock,
            ids: self.ids,
        }
    }

    /// Stores the password's hash anew where it was made with another cost than today's.
    async fn renew_hash(&self, row: &mut UserRow, password: Password) -> Result<(), ApiError> {
        if self.hasher.is_outdated(&row.password_hash.0) {
            let hash = PasswordHash(self.hasher.hash(password).await?);
            let from = std::mem::replace(&mut row.password_hash, hash);
            users::renew_password_hash(self.db, &row.id, &from, &row.password_hash)
                .await
                .map_err(Fault::from)?;
        }
        Ok(())
    }

    /// Begins the session of somebody whose password is right.
    pub(super) async fn signed_in(
        &self,
        row: UserRow,
        client: Client,
        old_token: Option<&str>,
    ) -> Result<SignedIn, ApiError> {
        let begun = self.begin_session(&row, client, old_token).await?;
        // The password was changed, or the account disabled, while it was judged.
        let token = begun.ok_or_else(|| ApiError::new(ErrorCode::Unauthenticated, WRONG))?;
        Ok(SignedIn {
            me: self.me(row).await?,
            cookie: cookie::handing_over(&token, self.origin),
            token,
        })
    }
}
