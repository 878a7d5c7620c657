//! Who acts. An actor is only ever made from a session or an access token, or for a batch that goes on
//! alone from who started it with one; never from anything a request says about itself. Every use case
//! takes one.

use domain::{
    ApiError, ErrorCode, Timestamp,
    account::User,
    scope::{Scope, Scopes},
};
use std::net::IpAddr;

/// For how long it counts that somebody has shown that it is really them.
const CONFIRMED_MILLIS: i64 = 10 * 60 * 1000;

/// The acting person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account.
    pub user: User,
    /// The SHA-256 of the session's token, where a session is what they came with.
    pub session: Option<[u8; 32]>,
    /// The access token, where one is what they came with.
    pub token: Option<AccessToken>,
    /// When they last entered their password or a code in this session; never with an access token.
    pub confirmed_at: Option<Timestamp>,
    /// Where the request came from.
    pub address: Option<IpAddr>,
}

/// The access token that somebody came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// The id by which its owner names it; it opens nothing.
    pub id: String,
    /// What it may be used for.
    pub scopes: Scopes,
}

impl Actor {
    /// Whether they run the instance and came with what lets them do so.
    #[must_use]
    pub fn runs_the_instance(&self) -> bool {
        let may = |token: &AccessToken| token.scopes.allow(Scope::Admin);
        self.user.is_admin && self.token.as_ref().is_none_or(may)
    }

    /// What touches shared keys and addresses wants somebody who has just shown who they are.
    ///
    /// # Errors
    /// `FORBIDDEN` where that was more than ten minutes ago, or never.
    pub fn must_have_confirmed(&self, now: Timestamp) -> Result<(), ApiError> {
        if self.token.is_some() {
            return Err(not_by_token());
        }
        let fresh = self
            .confirmed_at
            .is_some_and(|at| now.0 - at.0 <= CONFIRMED_MILLIS);
        if fresh {
            return Ok(());
        }
        let mut error = ApiError::new(
            ErrorCode::Forbidden,
            "Confirm that it is you: enter your password or a code again, then repeat this.",
        );
        error.step_up = true;
        Err(error)
    }

    /// The session that they came with.
    ///
    /// # Errors
    /// `FORBIDDEN` where they came with something else.
    pub fn session(&self) -> Result<&[u8; 32], ApiError> {
        self.session.as_ref().ok_or_else(not_by_token)
    }
}

/// What a session alone can do.
#[must_use]
pub fn not_by_token() -> ApiError {
    ApiError::new(
        ErrorCode::Forbidden,
        "This cannot be done with an access token. Sign in and do it there.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::UserId;

    const NOW: Timestamp = Timestamp(1_795_341_600_000);

    fn admin(token: Option<&str>, confirmed_at: Option<Timestamp>) -> Actor {
        Actor {
            user: User {
                id: UserId("ada".to_owned()),
                email: "ada@example.com".to_owned(),
                name: "Ada".to_owned(),
                is_admin: true,
                created_at: NOW,
            },
            session: token.is_none().then_some([7; 32]),
            token: token.map(|scopes| AccessToken {
                id: "token".to_owned(),
                scopes: Scopes::parse(scopes).unwrap(),
            }),
            confirmed_at,
            address: None,
        }
    }

    #[test]
    fn who_has_shown_it_ten_minutes_ago_has_to_show_it_again() {
        let then = |minutes: i64| admin(None, Some(NOW.plus_millis(-minutes * 60_000)));
        assert_eq!(then(10).must_have_confirmed(NOW), Ok(()));
        for stale in [then(11), admin(None, None)] {
            let error = stale.must_have_confirmed(NOW).unwrap_err();
            assert_eq!((error.code, error.step_up), (ErrorCode::Forbidden, true));
        }
    }

    #[test]
    fn a_token_has_shown_nothing_whatever_it_may_be_used_for() {
        let actor = admin(
            Some("read generate settings keys organizations admin"),
            Some(NOW),
        );
        let error = actor.must_have_confirmed(NOW).unwrap_err();
        assert_eq!((error.code, error.step_up), (ErrorCode::Forbidden, false));
        assert!(actor.session().is_err());
    }

    #[test]
    fn an_admins_token_runs_the_instance_only_with_its_scope() {
        assert!(admin(None, None).runs_the_instance());
        assert!(admin(Some("admin"), None).runs_the_instance());
        assert!(!admin(Some("read settings keys"), None).runs_the_instance());
        let mut former = admin(Some("admin"), None);
        former.user.is_admin = false;
        assert!(!former.runs_the_instance());
    }
}
