//! A generation from the wish to the result. It is a row before it is a request, a paid request is
//! sent at most once, and its outputs are files that only the people who may see it can open.

mod create;
mod dispatch;
mod fallback;
mod flight;
pub mod installation;
pub mod live;
mod look_again;
pub(crate) mod media;
mod pictures;
pub mod protection;
mod queue;
mod read;
pub mod retention;
mod thumbnail;
pub mod worker;

pub use create::create;
pub use look_again::look_again;
pub use read::{StoredFile, cancel, get, list, output, thumbnail};
