//! The film generator's web application: rendered on the server, then made alive in the browser
//! from the same code. Nothing here decides anything; it asks the use cases and shows the answers.

#![recursion_limit = "512"]

pub mod app;
mod browser;
mod components;
mod erase;
mod pages;
pub mod seed;
#[cfg(feature = "ssr")]
pub mod served;
mod server_fns;
pub mod shell;
mod stores;
mod wire;
mod words;
