//! Whether a job is doing what must not be cut off: a request that is paid for has gone out, and what
//! came of it is not written down yet.

use tokio::sync::watch;

/// The flight of one job.
#[derive(Debug)]
pub struct Flight(watch::Sender<bool>);

impl Default for Flight {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Flight {
    /// The paid request is about to go out.
    pub fn took_off(&self) {
        self.0.send_replace(true);
    }

    /// What came of it is written down.
    pub fn landed(&self) {
        self.0.send_replace(false);
    }

    /// Waits until nothing is in flight.
    pub async fn is_down(&self) {
        // The sender is in `self`: it cannot be gone.
        drop(self.0.subscribe().wait_for(|flying| !*flying).await);
    }
}
