//! Text while it is written: kept in memory until the generation is settled, and told in small
//! pieces to whoever listens. What counts in the end is the stored text.

use crate::{app::App, events::Event};
use domain::{GenerationId, UserId};
use providers::{Adapter, Job, sse};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How often listeners are told of new text at most.
const EVERY: Duration = Duration::from_millis(60);

/// The texts that are being written right now.
#[derive(Debug, Default)]
pub struct LiveTexts(Mutex<HashMap<GenerationId, String>>);

impl LiveTexts {
    fn texts(&self) -> MutexGuard<'_, HashMap<GenerationId, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The text so far.
    #[must_use]
    pub fn get(&self, id: &GenerationId) -> Option<String> {
        self.texts().get(id).cloned()
    }

    /// The text so far, which is forgotten here.
    pub fn take(&self, id: &GenerationId) -> Option<String> {
        self.texts().remove(id)
    }

    /// Takes over what another process writes: what follows on what is known here.
    pub fn follow(&self, id: &GenerationId, at: usize, text: &str) {
        let mut texts = self.texts();
        let whole = texts.entry(id.clone()).or_default();
        if whole.len() == at {
            whole.push_str(text);
        }
    }

    /// Adds text; the length in bytes that was there before.
    fn add(&self, id: &GenerationId, text: &str) -> usize {
        let mut texts = self.texts();
        let whole = texts.entry(id.clone()).or_default();
        let before = whole.len();
        whole.push_str(text);
        before
    }
}

/// Writes down and tells the text of one job.
pub struct Pen<'a> {
    app: &'a App,
    user: &'a UserId,
    id: &'a GenerationId,
    untold: Option<(usize, String)>,
    told: Option<Instant>,
}

impl<'a> Pen<'a> {
    /// For the text of this generation.
    #[must_use]
    pub const fn new(app: &'a App, user: &'a UserId, id: &'a GenerationId) -> Self {
        Self {
            app,
            user,
            id,
            untold: None,
            told: None,
        }
    }

    /// Adds text.
    pub fn write(&mut self, text: &str) {
        let at = self.app.live_texts.add(self.id, text);
        self.untold
            .get_or_insert_with(|| (at, String::new()))
            .1
            .push_str(text);
        if self.told.is_some_and(|told| told.elapsed() < EVERY) {
            return;
        }
        self.told = Some(Instant::now());
        if let Some((at, text)) = self.untold.take() {
            let id = self.id.clone();
            self.app
                .events
                .tell(self.user, Event::Text { id, at, text });
        }
    }
}

/// Listens to a streamed answer.
pub struct Listener<'a> {
    pen: Pen<'a>,
    adapter: &'a dyn Adapter,
    job: &'a Job,
    parser: sse::Parser,
}

impl<'a> Listener<'a> {
    /// Reads with this adapter what it answers to this job.
    pub fn new(pen: Pen<'a>, adapter: &'a dyn Adapter, job: &'a Job) -> Self {
        Self {
            pen,
            adapter,
            job,
            parser: sse::Parser::default(),
        }
    }

    /// Takes the next piece of the answer.
    pub fn hear(&mut self, piece: &[u8]) {
        if !self.job.streams() {
            return;
        }
        for event in self.parser.push(piece) {
            if let Some(text) = self.adapter.delta(self.job, &event) {
                self.pen.write(&text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_grows_until_it_is_taken() {
        let texts = LiveTexts::default();
        let id = GenerationId("a".to_owned());
        assert_eq!(texts.add(&id, "Ein Hä"), 0);
        assert_eq!(texts.add(&id, "fen"), 7);
        assert_eq!(texts.get(&id).as_deref(), Some("Ein Häfen"));
        assert_eq!(texts.take(&id).as_deref(), Some("Ein Häfen"));
        assert_eq!(texts.get(&id), None);
    }
}
