//! The HTTP API over real use cases, both databases and the sandbox, request by request.

mod accounts;
mod bad_input;
mod generations;
mod keys;
mod settings;
mod support;
