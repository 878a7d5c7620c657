//! Server-sent events: what changes in the settings and generations of the acting person.

use super::{Answer, generations::GenerationView};
use crate::{
    actor::Actor,
    app::App,
    auth::session,
    events::{Event as News, News as Item},
    generation,
};
use axum::{
    extract::{Path, State},
    response::sse::{Event, KeepAlive, Sse},
};
use domain::ErrorCode::NotFound;
use domain::{GenerationId, generation::Generation};
use futures::{Stream, StreamExt, future, stream};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};

type Line = Result<Event, Infallible>;

/// What changes for whoever is signed in
///
/// Server-sent events: `settings`, `keys`, `models`, `generation`, `text`, `plan`, and `missed` for a listener that fell behind and should load again. The schema is that of one event, `{event, data}`, in which `data` is a text of JSON.
#[utoipa::path(
    get,
    path = "/events",
    responses((status = 200, content_type = "text/event-stream", body = Object))
)]
pub async fn all(State(app): State<App>, actor: Actor) -> Sse<impl Stream<Item = Line>> {
    let user = actor.user.id.clone();
    let news = heard(&app).filter_map(move |item| {
        future::ready(match item {
            Ok(item) if item.concerns(&user) => Some(line(&item.event)),
            Ok(_) => None,
            Err(_) => Some(line(&News::Missed)),
        })
    });
    let lines = while_let_in(app.clone(), actor, HEARTBEAT, news.map(Ok));
    Sse::new(until_the_end(app, lines)).keep_alive(KeepAlive::new().interval(HEARTBEAT))
}

/// How often a stream on which nothing happens shows that it lives, and how often is looked whether its
/// listener may still hear it.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// A stream that closes, at the latest after `every`, once the session or access token that opened it has
/// ended.
pub(super) fn while_let_in(
    app: App,
    actor: Actor,
    every: Duration,
    lines: impl Stream<Item = Line>,
) -> impl Stream<Item = Line> {
    let ended = async move {
        loop {
            tokio::time::sleep(every).await;
            match session::still_lets_in(&app, &actor).await {
                Ok(true) => {}
                Ok(false) => return,
                // It is looked again with the next heartbeat.
                Err(fault) => tracing::warn!(%fault, "a listener's session could not be looked at"),
            }
        }
    };
    lines.take_until(Box::pin(ended))
}

/// When a listener should come back whose stream was closed because the server ends.
const COME_BACK: Duration = Duration::from_secs(2);

/// A stream that closes when the end of the server is announced, and says when to come back.
fn until_the_end(app: App, lines: impl Stream<Item = Line>) -> impl Stream<Item = Line> {
    let begun = app.stop.begun();
    let farewell = stream::once(future::ready(Ok(Event::default().retry(COME_BACK))))
        .filter(move |_| future::ready(app.stop.has_begun()));
    lines.take_until(begun).chain(farewell)
}

fn heard(app: &App) -> impl Stream<Item = Result<Arc<Item>, BroadcastStreamRecvError>> + use<> {
    BroadcastStream::new(app.events.listen())
}

fn line(event: &News) -> Event {
    let name = match event {
        News::Settings { .. } => "settings",
        News::Keys => "keys",
        News::Models { .. } => "models",
        News::Text { .. } => "text",
        News::Plan { .. } => "plan",
        News::Generation { .. } => "generation",
        News::Missed => return Event::default().event("missed"),
    };
    // The event is made of texts and numbers, which always have a JSON form.
    Event::default()
        .event(name)
        .json_data(event)
        .unwrap_or_default()
}

/// A generation while it is made
///
/// Server-sent events: `generation` with the whole at the start and at each change until its end, and in between `text` with what is added while it is written. The schema is that of one event, `{event, data}`.
#[utoipa::path(
    get,
    path = "/generations/{id}/events",
    responses((status = 200, content_type = "text/event-stream", body = Object)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub async fn of_generation(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<GenerationId>,
) -> Answer<Sse<impl Stream<Item = Line>>> {
    let news = BroadcastStream::new(app.events.listen());
    let now = generation::get(&app, &actor, &id).await?;
    let (end, who) = (app.clone(), actor.clone());
    let follow = Follow {
        app,
        actor,
        news,
        shown: 0,
        next: Some(now),
        ended: false,
        id,
    };
    let lines = stream::unfold(follow, |mut follow| async move {
        follow.line().await.map(|line| (Ok(line), follow))
    });
    let lines = while_let_in(end.clone(), who, HEARTBEAT, lines);
    Ok(Sse::new(until_the_end(end, lines)).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

/// One listener of one generation.
struct Follow {
    app: App,
    actor: Actor,
    id: GenerationId,
    news: BroadcastStream<Arc<Item>>,
    /// How many bytes of the text the listener has.
    shown: usize,
    /// The state to show first.
    next: Option<Generation>,
    ended: bool,
}

impl Follow {
    async fn line(&mut self) -> Option<Event> {
        if let Some(now) = self.next.take() {
            return Some(self.state(now));
        }
        while !self.ended {
            match self.news.next().await? {
                Ok(item) if !item.concerns(&self.actor.user.id) => {}
                Ok(item) => match &item.event {
                    News::Generation { id, .. } if *id == self.id => return self.reload().await,
                    News::Missed => return self.reload().await,
                    News::Text { id, at, text } if *id == self.id => {
                        if let Some(line) = self.added(*at, text) {
                            return Some(line);
                        }
                    }
                    _ => {}
                },
                Err(_) => return self.reload().await,
            }
        }
        None
    }

    async fn reload(&mut self) -> Option<Event> {
        let now = generation::get(&self.app, &self.actor, &self.id)
            .await
            .ok()?;
        Some(self.state(now))
    }

    fn state(&mut self, generation: Generation) -> Event {
        self.ended = generation.status.is_final();
        self.shown = generation.text.as_ref().map_or(0, String::len);
        // Everything in a generation has a JSON form.
        Event::default()
            .event("generation")
            .json_data(GenerationView::from(generation))
            .unwrap_or_default()
    }

    /// The part of an addition that the listener does not have yet.
    fn added(&mut self, at: usize, text: &str) -> Option<Event> {
        let known = self.shown.saturating_sub(at);
        let new = text.get(known..).filter(|new| !new.is_empty())?;
        self.shown = at + text.len();
        let data = serde_json::json!({ "delta": new });
        Event::default().event("text").json_data(data).ok()
    }
}
