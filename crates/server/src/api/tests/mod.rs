//! The HTTP API over real use cases, both databases and the sandbox, request by request.

mod accounts;
mod admin_catalog;
mod adopt;
mod bad_input;
mod budgets;
mod confirmation;
mod defaults;
mod generations;
mod history;
mod jobs;
mod key_health;
mod key_undo;
mod keys;
mod ledger;
mod metrics;
mod modal;
mod models;
mod outputs;
mod pairs;
mod plan;
mod plan_batches;
mod processes;
mod settings;
mod streaming;
mod support;
mod transfer;
