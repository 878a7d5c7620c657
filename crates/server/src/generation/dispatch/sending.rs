//! Sends a call, again where it certainly was not sent or costs nothing, and tells the provider's
//! lane what became of it. A longer pause is no reason to hold a worker's place.

use super::Turn;
use crate::{
    clock::Stopwatch,
    generation::{
        live::{Listener, Pen},
        protection::{Outcome, Pass},
    },
    metrics::labels::{outcome, purpose},
    traces,
};
use providers::{Adapter, Call, Job, Purpose, Reply, SendError, retry};
use secrecy::SecretString;
use std::time::Duration;
use tracing::{Instrument, field::Empty};

/// The longest pause that is slept through in place.
const NAP: Duration = Duration::from_secs(1);

/// What came of sending.
pub(super) enum Sent {
    /// The provider answered.
    Answered(Reply),
    /// It was not sent; it is to be tried again after a pause.
    Later {
        /// How often it was tried.
        tried: u32,
        /// The pause.
        pause: Duration,
    },
    /// No whole answer, and it is not to be tried again.
    Not(SendError),
}

impl Turn<'_> {
    /// Sends a call that was tried so often before.
    pub(super) async fn send(
        &self,
        call: &Call,
        secret: Option<&SecretString>,
        adapter: &dyn Adapter,
        job: &Job,
        pass: &Pass<'_>,
        tried: u32,
    ) -> Sent {
        let (app, provider) = (self.app, self.provider());
        let mut tried = tried;
        if tried == 0 {
            app.protection.requested(provider, app.clock.now());
        }
        loop {
            let pen = Pen::new(app, &self.row.user_id, &self.row.id);
            let mut listener = Listener::new(pen, adapter, job);
            let mut hear = |piece: &[u8]| listener.hear(piece);
            let stopwatch = Stopwatch::start();
            let span = tracing::info_span!(
                target: traces::TARGET, "call", provider = provider.as_str(),
                purpose = purpose(call.purpose), outcome = Empty,
            );
            let sent = app.outbound.follow(call, secret, &mut hear);
            let answer = sent.instrument(span.clone()).await;
            let status = answer.as_ref().map(|reply| reply.status);
            let took = stopwatch.elapsed();
            span.record("outcome", outcome(status));
            app.metrics.call(provider, call.purpose, status, took);
            let error = match answer {
                Ok(reply) => return Sent::Answered(reply),
                Err(error) => error,
            };
            if let Some(outcome) = Outcome::of_error(&error) {
                pass.tell(outcome, app.clock.now(), app.chance.draw());
            }
            tried += 1;
            // A poll that failed is made again after the pauses of polls.
            let pause = retry::pause(call.purpose, tried, &error, app.chance.draw())
                .filter(|_| call.purpose != Purpose::Poll)
                .filter(|_| app.protection.may_retry(provider, app.clock.now()));
            if pause.is_some() {
                app.metrics.retry(provider);
            }
            match pause {
                None => return Sent::Not(error),
                Some(pause) if pause <= NAP => tokio::time::sleep(pause).await,
                Some(pause) => return Sent::Later { tried, pause },
            }
        }
    }
}
