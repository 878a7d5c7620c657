//! Carries news between the processes that work on one database: a person whose page listens to one
//! process hears of what happens in another, and a worker wakes for a job that was asked for
//! elsewhere. What is lost on the way is told as `missed`; the queue is looked at anyway.

use crate::{
    app::Parts,
    events::{Event, News},
};
use domain::{UserId, generation::Status};
use serde::{Deserialize, Serialize};
use std::{
    sync::{Arc, Weak},
    time::Duration,
};
use store::{
    Db,
    notices::{self, Heard, LONGEST},
};
use tokio::sync::broadcast::{
    Receiver,
    error::{RecvError, TryRecvError},
};

/// The pause before a lost connection is made again.
const PAUSE: Duration = Duration::from_secs(1);
/// The most news that is put together.
const TOGETHER: usize = 64;

/// A piece of news on its way.
#[derive(Serialize, Deserialize)]
struct Notice<'a> {
    /// The process that tells it.
    from: std::borrow::Cow<'a, str>,
    user: Option<UserId>,
    event: Event,
}

/// Relays both ways for as long as the application lives; ends at once where nobody else can work on
/// the database.
pub async fn run(parts: Weak<Parts>) {
    let Some((db, news, own)) = parts.upgrade().map(|parts| {
        let own = parts.ids.next();
        (parts.db.clone(), parts.events.listen(), own)
    }) else {
        return;
    };
    if db.is_shared() {
        tokio::join!(tell(&db, news, &own), hear(&parts, &db, &own));
    }
}

/// Tells the others what happens here.
async fn tell(db: &Db, mut news: Receiver<Arc<News>>, own: &str) {
    loop {
        let (first, missed) = match news.recv().await {
            Ok(first) => (Some(first), false),
            Err(RecvError::Lagged(_)) => (None, true),
            Err(RecvError::Closed) => return,
        };
        let mut pieces: Vec<(Option<UserId>, Event)> = Vec::new();
        if missed {
            pieces.push((None, Event::Missed));
        }
        first.into_iter().for_each(|first| add(&mut pieces, &first));
        while pieces.len() < TOGETHER {
            match news.try_recv() {
                Ok(next) => add(&mut pieces, &next),
                Err(TryRecvError::Lagged(_)) => pieces.push((None, Event::Missed)),
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        for (user, event) in pieces {
            if let Err(error) = notices::tell(db, &written(own, user, event)).await {
                tracing::warn!(%error, "other processes could not be told");
            }
        }
    }
}

/// Adds a piece of news, a text to the text before it.
fn add(pieces: &mut Vec<(Option<UserId>, Event)>, news: &News) {
    if news.is_relayed {
        return;
    }
    if let Event::Text { id, text: more, .. } = &news.event
        && let Some((
            _,
            Event::Text {
                id: before, text, ..
            },
        )) = pieces.last_mut()
        && before == id
        && text.len() + more.len() < LONGEST / 4
    {
        text.push_str(more);
        return;
    }
    pieces.push((news.user.clone(), news.event.clone()));
}

/// A notice as it is sent. What is too long for one is told as missed.
fn written(own: &str, user: Option<UserId>, event: Event) -> String {
    let json = |user: &Option<UserId>, event| {
        let notice = Notice {
            from: own.into(),
            user: user.clone(),
            event,
        };
        // Texts and numbers always have a JSON form.
        serde_json::to_string(&notice).unwrap_or_default()
    };
    let whole = json(&user, event);
    if whole.len() <= LONGEST {
        whole
    } else {
        json(&user, Event::Missed)
    }
}

/// Hears what happens elsewhere.
async fn hear(parts: &Weak<Parts>, db: &Db, own: &str) {
    let mut is_first = true;
    loop {
        let mut notices = match db.listen().await {
            Ok(Some(notices)) => notices,
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "other processes cannot be heard");
                tokio::time::sleep(PAUSE).await;
                if parts.strong_count() == 0 {
                    return;
                }
                continue;
            }
        };
        let mut heard = Ok(Heard::Gap);
        loop {
            let Some(parts) = parts.upgrade() else { return };
            match &heard {
                Ok(Heard::Notice(notice)) => take_in(&parts, notice, own),
                Ok(Heard::Gap) if is_first => {}
                Ok(Heard::Gap) => {
                    parts.events.relay(None, Event::Missed);
                    parts.bell.notify_one();
                }
                Err(error) => {
                    tracing::warn!(%error, "other processes are not heard any more");
                    break;
                }
            }
            is_first = false;
            drop(parts);
            heard = notices.next().await;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn take_in(parts: &Parts, notice: &str, own: &str) {
    // What a newer version tells and this one does not understand is as good as missed.
    let Ok(Notice { from, user, event }) = serde_json::from_str(notice) else {
        parts.events.relay(None, Event::Missed);
        return;
    };
    if from == own {
        return;
    }
    match &event {
        Event::Text { id, at, text } => parts.live_texts.follow(id, *at, text),
        Event::Generation { id, status } if status.is_final() => {
            parts.live_texts.take(id);
        }
        Event::Generation {
            status: Status::Queued | Status::Cancelling,
            ..
        } => parts.bell.notify_one(),
        _ => {}
    }
    parts.events.relay(user, event);
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::GenerationId;

    fn news(event: Event, is_relayed: bool) -> News {
        News {
            user: Some(UserId("ada".to_owned())),
            event,
            is_relayed,
        }
    }

    fn text(at: usize, text: &str) -> News {
        let event = Event::Text {
            id: GenerationId("g".to_owned()),
            at,
            text: text.to_owned(),
        };
        news(event, false)
    }

    #[test]
    fn pieces_of_a_text_are_put_together_and_nothing_is_told_back() {
        let mut pieces = Vec::new();
        for piece in [text(0, "Ein "), text(4, "Hafen"), news(Event::Keys, true)] {
            add(&mut pieces, &piece);
        }
        assert_eq!(pieces.len(), 1);
        let Event::Text { at: 0, text, .. } = &pieces[0].1 else {
            panic!("{pieces:?}")
        };
        assert_eq!(text, "Ein Hafen");
    }

    #[test]
    fn what_is_too_long_to_tell_is_told_as_missed() {
        let user = || Some(UserId("ada".to_owned()));
        let long = text(0, &"x".repeat(LONGEST)).event;
        for (event, is_missed) in [(long, true), (Event::Keys, false)] {
            let sent = written("here", user(), event);
            assert!(sent.len() <= LONGEST);
            let Notice {
                from,
                user: to,
                event,
            } = serde_json::from_str(&sent).unwrap();
            assert_eq!((from.as_ref(), to), ("here", user()));
            assert_eq!(matches!(event, Event::Missed), is_missed);
        }
    }
}
