//! The only code that speaks to the browser itself. Each function says what it does on the server:
//! nothing, unless it says otherwise.

pub mod channel;
pub mod dialog;
pub mod events;
pub mod file;
pub mod form;
pub mod page;
pub mod post;
pub mod refresh;
pub mod save;
pub mod storage;
pub mod task;
pub mod timer;
