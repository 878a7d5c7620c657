//! The program as an operator meets it on the command line: what it refuses to start with, the life of
//! the master key under load and kills, the audit, backups.

#![expect(
    clippy::unwrap_used,
    reason = "what fails here fails the test, in helpers too"
)]

mod backup;
mod place;
mod rotation;
mod startup;
