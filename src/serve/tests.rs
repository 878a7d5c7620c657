//! The whole router, as it is served, asked by people with and without a right to what they ask for.

mod addresses;
mod authorization;
mod bodies;
mod organization_forms;
mod subject;
mod world;
