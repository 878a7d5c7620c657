//! The end of the server, announced: whoever works, waits or listens hears of it and finishes.

use tokio::sync::watch;

/// Whether the server is about to end.
#[derive(Debug)]
pub struct Stop(watch::Sender<bool>);

impl Default for Stop {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Stop {
    /// Announces it. It cannot be taken back.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was announced.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for it.
    pub fn begun(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut heard = self.0.subscribe();
        async move {
            // An error says that the announcer is gone, which is an end as well.
            drop(heard.wait_for(|stop| *stop).await);
        }
    }
}
