//! A generation from the wish to the result. It is a row before it is a request, a paid request is
//! sent at most once, and its outputs are files that only the people who may see it can open.

mod create;
mod dispatch;
pub mod installation;
pub mod live;
pub(crate) mod media;
mod pictures;
mod read;
pub mod retention;
mod thumbnail;
pub mod worker;

pub use create::create;
pub use read::{StoredFile, cancel, get, list, output, thumbnail};
