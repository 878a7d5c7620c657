//! Server-sent events: what changes in the settings and generations of the acting person.

use super::{Answer, generations::GenerationView};
use crate::{
    actor::Actor,
    app::App,
    events::{Event as News, News as Item},
    generation,
};
use axum::{
    extract::{Path, State},
    response::sse::{Event, KeepAlive, Sse},
};
use domain::{GenerationId, UserId, generation::Generation};
use futures::{Stream, StreamExt, future, stream};
use std::{convert::Infallible, sync::Arc};
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};

type Line = Result<Event, Infallible>;

/// `GET /events`: everything that concerns the acting person. A listener that fell behind is told
/// `missed` and should load again.
pub async fn all(State(app): State<App>, actor: Actor) -> Sse<impl Stream<Item = Line>> {
    let user = actor.user.id;
    let news = heard(&app).filter_map(move |item| {
        future::ready(match item {
            Ok(item) if item.user == user => Some(line(&item.event)),
            Ok(_) => None,
            Err(_) => Some(Event::default().event("missed")),
        })
    });
    Sse::new(news.map(Ok)).keep_alive(KeepAlive::default())
}

fn heard(app: &App) -> impl Stream<Item = Result<Arc<Item>, BroadcastStreamRecvError>> + use<> {
    BroadcastStream::new(app.events.listen())
}

fn line(event: &News) -> Event {
    let name = match event {
        News::Settings { .. } => "settings",
        News::Keys => "keys",
        News::Generation { .. } => "generation",
    };
    // The event is made of texts and numbers, which always have a JSON form.
    Event::default()
        .event(name)
        .json_data(event)
        .unwrap_or_default()
}

/// `GET /generations/{id}/events`: the generation as it is, and again at each change until its end.
pub async fn of_generation(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<GenerationId>,
) -> Answer<Sse<impl Stream<Item = Line>>> {
    let news = heard(&app);
    let now = generation::get(&app, &actor, &id).await?;
    let user = actor.user.id.clone();
    let changes = news
        .filter(move |item| future::ready(concerns(item, &user, &id)))
        .then({
            let id = now.id.clone();
            move |_| {
                let (app, actor, id) = (app.clone(), actor.clone(), id.clone());
                async move { generation::get(&app, &actor, &id).await.ok() }
            }
        })
        .filter_map(future::ready);
    let all = stream::once(future::ready(now))
        .chain(changes)
        .scan(false, |ended, generation| {
            let before = std::mem::replace(ended, generation.status.is_final());
            future::ready((!before).then_some(generation))
        });
    Ok(Sse::new(all.map(|generation| Ok(state(generation)))).keep_alive(KeepAlive::default()))
}

fn concerns(
    item: &Result<Arc<Item>, BroadcastStreamRecvError>,
    user: &UserId,
    id: &GenerationId,
) -> bool {
    match item {
        Ok(item) => {
            item.user == *user
                && matches!(&item.event, News::Generation { id: changed, .. } if changed == id)
        }
        Err(_) => true,
    }
}

fn state(generation: Generation) -> Event {
    let event = Event::default().event("generation");
    // Everything in a generation has a JSON form.
    GenerationView::try_from(generation)
        .ok()
        .and_then(|view| event.json_data(view).ok())
        .unwrap_or_default()
}
