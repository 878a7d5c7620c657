//! The server: use cases and the HTTP API in front of them. It knows rows by `store` and
//! providers by `providers`; it holds no SQL, opens no connection by itself, and draws no page.

pub mod actor;
pub mod admin;
pub mod adopt;
pub mod api;
pub mod app;
pub mod audit;
pub mod auth;
pub mod catalog;
pub mod clock;
pub mod compare;
pub mod config;
pub mod events;
pub mod failpoint;
pub mod fault;
pub mod generation;
pub mod keys;
pub mod ledger;
pub mod metrics;
pub mod models;
pub mod operate;
mod past;
pub mod plan;
mod private_file;
pub mod projects;
pub mod reach;
pub mod relay;
pub mod resolve;
pub mod settings;
pub mod snapshot;
pub mod start;
pub mod stop;
pub mod storage;
pub mod traces;
pub mod upkeep;
pub mod vault;
pub mod web;
