//! Proof of safety: the real program as a process, attacked from outside. Each part says which
//! promise of docs/security.md it holds the program to.

mod accounts;
mod canaries;
mod client;
mod collector;
mod cross_site;
mod headers;
mod injection;
mod inventory;
mod limits;
mod media;
mod program;
mod search;
