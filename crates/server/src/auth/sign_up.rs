//! Making an account. The first one of an instance runs it, and can be made even where strangers
//! may make none; so can that of somebody whom a link invites.

use super::{Client, Desk, Password, SignedIn, TypedCode, email, hash_of_token};
use crate::{config::SignUpPolicy, fault::Fault};
use domain::{ApiError, ErrorCode, FieldError, UserId};
use serde::Deserialize;
use store::{
    invitations,
    users::{self, NewUser, PasswordHash},
};
use utoipa::ToSchema;

/// The longest name in characters.
const LONGEST_NAME: usize = 100;
const TAKEN: &str = "There is already an account with this address. Sign in instead.";

/// What is sent to make an account.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "email": "ada@example.com", "password": "a long enough secret" }))]
pub struct SignUp {
    /// The address to sign in with.
    pub email: String,
    /// The password to sign in with.
    #[schema(value_type = String, format = Password, write_only)]
    pub password: Password,
    /// What to call the person; the part before the `@` where it is missing.
    #[serde(default)]
    pub name: Option<String>,
    /// The last part of an invitation's link to this address, where the instance takes no strangers.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, write_only)]
    pub invitation: Option<TypedCode>,
}

/// What is accepted of it.
struct Checked {
    email: String,
    name: String,
}

impl Desk<'_> {
    pub(super) async fn sign_up(
        &self,
        client: Client,
        input: SignUp,
    ) -> Result<SignedIn, ApiError> {
        self.throttle.sign_up(client.address, self.clock.now())?;
        if self.policy == SignUpPolicy::Closed && !self.may_come(&input).await? {
            return Err(ApiError::new(
                ErrorCode::Forbidden,
                "This instance takes new accounts by invitation alone. Open the link that you were sent, and use the address that it was made for.",
            ));
        }
        let checked = check(&input)?;
        let now = self.clock.now();
        let user = NewUser {
            id: UserId(self.ids.next()),
            email: checked.email,
            name: checked.name,
            password_hash: PasswordHash(self.hasher.hash(input.password).await?),
            created_at: now,
        };
        let db = self.noting("account.created", &user.id, client);
        match users::insert_first_or_later(&db, &user)
            .await
            .map_err(Fault::from)?
        {
            users::SignUp::EmailTaken => Err(ApiError::invalid_field("email", TAKEN)),
            users::SignUp::Inserted { .. } => {
                let row = users::by_id(self.db, &user.id)
                    .await
                    .map_err(Fault::from)?
                    .ok_or(Fault::Damaged("new account"))?;
                self.signed_in(row, client, None).await
            }
        }
    }
}

impl Desk<'_> {
    /// Whether an account may be made where strangers may make none.
    async fn may_come(&self, input: &SignUp) -> Result<bool, Fault> {
        let token = input.invitation.as_ref();
        let hash = token.and_then(|token| hash_of_token(token.as_str()));
        if let Some((hash, email)) = hash.zip(email::normalize(&input.email)) {
            return Ok(invitations::invites(self.db, &hash, &email, self.clock.now()).await?);
        }
        Ok(users::count(self.db).await? == 0)
    }
}

fn check(input: &SignUp) -> Result<Checked, ApiError> {
    let mut fields = Vec::new();
    let mut wrong = |field: &str, message: &str| {
        fields.push(FieldError {
            field: field.to_owned(),
            message: message.to_owned(),
        });
    };
    let email = email::normalize(&input.email);
    if email.is_none() {
        wrong("email", "Enter an e-mail address such as name@example.com.");
    }
    let email = email.unwrap_or_default();
    let local = email.split('@').next().unwrap_or_default();
    let name = input.name.as_deref().map(str::trim).unwrap_or_default();
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        wrong("name", "Use a name of at most 100 characters on one line.");
    }
    if let Some(problem) = input.password.problem(&[&email, name]) {
        wrong("password", problem);
    }
    let name = if name.is_empty() { local } else { name }.to_owned();
    if fields.is_empty() {
        Ok(Checked { name, email })
    } else {
        Err(ApiError::invalid(fields))
    }
}
