//! Who acts. An actor is only ever made from a session, or for a batch that goes on alone from who
//! started it with one; never from anything a request says about itself. Every use case takes one.

use domain::{ApiError, ErrorCode, Timestamp, account::User};
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
    /// When they last entered their password or a code in this session.
    pub confirmed_at: Option<Timestamp>,
    /// Where the request came from.
    pub address: Option<IpAddr>,
}

impl Actor {
    /// What touches shared keys and addresses wants somebody who has just shown who they are.
    ///
    /// # Errors
    /// `FORBIDDEN` where that was more than ten minutes ago, or never.
    pub fn must_have_confirmed(&self, now: Timestamp) -> Result<(), ApiError> {
        let fresh = self
            .confirmed_at
            .is_some_and(|at| now.0 - at.0 <= CONFIRMED_MILLIS);
        if fresh {
            return Ok(());
        }
        Err(ApiError::new(
            ErrorCode::Forbidden,
            "Confirm that it is you: enter your password again, then repeat this.",
        ))
    }
}
