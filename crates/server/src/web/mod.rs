//! What stands in front of every route: the cross-site guard, the session, the headers, the log,
//! and the one form that errors have. No route does any of this by itself.

mod bearer;
pub mod body;
pub(crate) mod client;
pub mod guard;
pub mod headers;
mod json;
pub mod log;
pub mod one_origin;
pub mod panics;
pub mod problem;
pub mod rate_limits;
pub mod scopes;
pub mod session;

pub use headers::{Cacheable, Nonce};
pub use json::{Json, Query};
pub use problem::Problem;
pub use session::{MaybeActor, PresentedToken};

/// The largest body where settings, keys and names are sent, in bytes.
pub const SMALL_BODY: usize = 64 * 1024;
