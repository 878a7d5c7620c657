//! Proof that the server keeps its promises when things break: it runs the product's program as
//! others do, breaks something, and judges what stands in the database, in the folder of media and
//! in the simulated providers' journal afterwards. It is for tests alone; nothing depends on it.

pub mod check;
pub mod client;
pub mod database;
pub mod load;
pub mod person;
pub mod program;
pub mod random;
pub mod sandbox;
pub mod scenario;
pub mod spans;
pub mod world;

/// What went wrong, in words for whoever reads the output.
pub type Broken = Box<dyn std::error::Error + Send + Sync>;
