//! The database: accounts, settings, sealed keys, projects, generations and their jobs, the
//! catalogue and the providers' lists, on SQLite or PostgreSQL. This crate alone holds SQL; it reads
//! no clock, draws no random number, opens no secret and decides nothing that is not about rows.
//!
//! Functions take the scope first: what belongs to others is not found. Lookups return `Option`.

pub mod administration;
pub mod audit;
pub mod budgets;
pub mod catalog;
mod db;
mod error;
pub mod generations;
pub mod invitations;
pub mod jobs;
pub mod key_health;
pub mod key_tests;
pub mod ledger;
pub mod listings;
pub mod notices;
pub mod organizations;
pub mod outputs;
pub mod past;
pub mod plan;
pub mod plan_batches;
pub mod projects;
pub mod replaced;
mod row;
pub mod sealed;
pub mod secrets;
pub mod sessions;
pub mod settings;
pub mod settings_history;
pub mod snapshot;
mod statement;
#[cfg(any(test, feature = "test-support"))]
pub mod test_support;
pub mod tokens;
pub mod totp;
pub mod users;

#[cfg(test)]
mod contract;

pub use db::{Db, MigrationError, OpenError};
pub use error::StoreError;
