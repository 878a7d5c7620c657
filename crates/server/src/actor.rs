//! Who acts. An actor is only ever made from a session, or for a batch that goes on alone from who
//! started it with one; never from anything a request says about itself. Every use case takes one.

use domain::account::User;

/// The acting person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account.
    pub user: User,
    /// The SHA-256 of the session's token, where a session is what they came with.
    pub session: Option<[u8; 32]>,
}
