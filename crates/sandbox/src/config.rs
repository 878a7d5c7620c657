//! The settings of a sandbox: how slow a slow key is and how long tasks take. It must never hold a
//! key or anything that changes the shape of an answer.

use std::time::Duration;

/// Settings of a sandbox. The defaults suit a person who tries the product.
#[derive(Clone, Debug)]
pub struct Config {
    /// How long a call with a `sandbox-slow…` key waits before its answer. Default 5 s.
    pub slow_delay: Duration,
    /// An asynchronous task is finished at this poll, counted from 1, or after
    /// [`Self::task_duration`], whichever comes first. Default 3.
    pub task_polls: u32,
    /// An asynchronous task is finished when it is this old, or at its poll number
    /// [`Self::task_polls`], whichever comes first. Default 3 s.
    pub task_duration: Duration,
    /// The pause between two chunks of a streamed answer. Default 30 ms.
    pub stream_pause: Duration,
    /// The origin (`http://host:port`) that result URLs start with when a request has no `Host`
    /// header. [`crate::serve`] sets it from the listener when it is `None`.
    pub origin: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            slow_delay: Duration::from_secs(5),
            task_polls: 3,
            task_duration: Duration::from_secs(3),
            stream_pause: Duration::from_millis(30),
            origin: None,
        }
    }
}
