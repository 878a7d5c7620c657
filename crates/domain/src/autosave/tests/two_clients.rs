//! Two people, or one in two tabs, at the same twelve fields: whatever happens in which order, no
//! stored edit is replaced by somebody who had not seen it, and in the end both see the same.

use super::*;
use std::collections::BTreeSet;

const FIELDS: usize = 12;

/// What happens next; the first number says to which client, the second to which field.
#[derive(Debug, Clone)]
enum Step {
    Edit(usize, usize, u8),
    Elapse(usize, usize),
    /// The server takes the oldest save of a client in.
    Arrive(usize),
    /// A client hears the oldest answer.
    Answer(usize),
    /// A client never hears it.
    LoseAnswer(usize),
    /// The oldest save of a client is lost on its way.
    LoseSave(usize),
    /// The same, and the client knows that there is no network.
    Offline(usize),
    Return(usize),
    Retry(usize, usize),
    /// A client hears of a change, in any order.
    News(usize, usize),
    LoseNews(usize, usize),
    /// A client loads everything.
    Reload(usize),
    KeepMine(usize, usize),
    TakeTheirs(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let (client, field) = (0..2_usize, 0..FIELDS);
    let at = (client.clone(), field.clone());
    prop_oneof![
        6 => (client.clone(), field, 0..4_u8).prop_map(|(c, f, v)| Step::Edit(c, f, v)),
        5 => at.clone().prop_map(|(c, f)| Step::Elapse(c, f)),
        5 => client.clone().prop_map(Step::Arrive),
        5 => client.clone().prop_map(Step::Answer),
        1 => client.clone().prop_map(Step::LoseAnswer),
        1 => client.clone().prop_map(Step::LoseSave),
        1 => client.clone().prop_map(Step::Offline),
        1 => client.clone().prop_map(Step::Return),
        1 => at.clone().prop_map(|(c, f)| Step::Retry(c, f)),
        3 => (client.clone(), any::<usize>()).prop_map(|(c, n)| Step::News(c, n)),
        1 => (client.clone(), any::<usize>()).prop_map(|(c, n)| Step::LoseNews(c, n)),
        1 => client.prop_map(Step::Reload),
        1 => at.clone().prop_map(|(c, f)| Step::KeepMine(c, f)),
        1 => at.prop_map(|(c, f)| Step::TakeTheirs(c, f)),
    ]
}

struct Client {
    fields: Vec<Autosave<u8>>,
    /// Saves on their way to the server: field, number, value, base.
    sent: Vec<(usize, u64, u8, i64)>,
    /// Answers on their way back.
    answers: Vec<(usize, Event<u8>)>,
    /// News on its way.
    news: Vec<(usize, u8, i64)>,
    /// The versions of each field that the person at this client has had before their eyes: as the
    /// shown value, as the other side of a question, or as their own.
    seen: Vec<BTreeSet<i64>>,
    /// The last save of each field that was never answered. Its value is known to its writer,
    /// whoever has stored it.
    unanswered: Vec<Option<u8>>,
}

impl Client {
    fn look(&mut self, field: usize) {
        let shown = &self.fields[field];
        if shown.draft() == shown.saved() {
            self.seen[field].insert(shown.version());
        }
        if let Some((_, version)) = shown.theirs {
            self.seen[field].insert(version);
        }
    }
}

struct World {
    /// Every value that a field ever had, by version.
    history: Vec<Vec<u8>>,
    clients: [Client; 2],
}

impl World {
    fn new(after: AfterFailure) -> Self {
        let client = || Client {
            fields: vec![Autosave::loaded(0, 0, 0, after); FIELDS],
            sent: Vec::new(),
            answers: Vec::new(),
            news: Vec::new(),
            seen: vec![BTreeSet::from([0]); FIELDS],
            unanswered: vec![None; FIELDS],
        };
        Self {
            history: vec![vec![0]; FIELDS],
            clients: [client(), client()],
        }
    }

    fn stored(&self, field: usize) -> (u8, i64) {
        let values = &self.history[field];
        (*values.last().unwrap(), values.len() as i64 - 1)
    }

    /// Feeds an event. Whoever sends has seen the value that the save would replace.
    fn feed(&mut self, client: usize, field: usize, event: Event<u8>) -> Result<(), TestCaseError> {
        let here = &mut self.clients[client];
        if let Event::Conflicted {
            theirs, version, ..
        } = event
            && here.unanswered[field] == Some(theirs)
        {
            here.seen[field].insert(version);
        }
        let answered = matches!(event, Event::Acknowledged { .. } | Event::Conflicted { .. });
        if let Event::Failed { .. } | Event::Offline { .. } = event {
            here.unanswered[field] = here.fields[field].in_flight.map(|(_, sent)| sent);
        }
        let chosen = matches!(event, Event::Edited(_));
        let answers = matches!(event, Event::KeepMine | Event::TakeTheirs | Event::Retry);
        let draft = *here.fields[field].draft();
        let before = here.fields[field].status();
        for command in here.fields[field].on(event) {
            if let Command::Send { save, value, base } = command {
                let replaced = self.history[field][base as usize];
                prop_assert!(
                    here.seen[field].contains(&base) || here.unanswered[field] == Some(replaced),
                    "a save replaces a value that its writer has not seen"
                );
                here.seen[field].insert(base);
                here.sent.push((field, save, value, base));
            }
        }
        if answered {
            here.unanswered[field] = None;
        }
        here.look(field);
        let typing = matches!(
            before,
            SaveStatus::Pending | SaveStatus::Waiting | SaveStatus::Conflict
        );
        if typing && !chosen && !answers {
            prop_assert_eq!(
                *here.fields[field].draft(),
                draft,
                "a field that is being edited was touched"
            );
        }
        Ok(())
    }

    fn arrive(&mut self, client: usize) {
        let here = &mut self.clients[client];
        if here.sent.is_empty() {
            return;
        }
        let (field, save, value, base) = here.sent.remove(0);
        let (theirs, version) = self.stored(field);
        let answer = if base == version {
            self.history[field].push(value);
            let version = version + 1;
            self.clients[client].seen[field].insert(version);
            for other in &mut self.clients {
                other.news.push((field, value, version));
            }
            Event::Acknowledged {
                save,
                value,
                version,
            }
        } else {
            Event::Conflicted {
                save,
                theirs,
                version,
            }
        };
        self.clients[client].answers.push((field, answer));
    }

    fn reload(&mut self, client: usize) -> Result<(), TestCaseError> {
        for field in 0..FIELDS {
            let (value, version) = self.stored(field);
            self.feed(client, field, Event::Remote { value, version })?;
        }
        Ok(())
    }

    fn lost(&mut self, client: usize, event: fn(u64) -> Event<u8>) -> Result<(), TestCaseError> {
        if self.clients[client].sent.is_empty() {
            return Ok(());
        }
        let (field, save, ..) = self.clients[client].sent.remove(0);
        self.feed(client, field, event(save))
    }

    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match *step {
            Step::Edit(client, field, value) => {
                self.feed(client, field, Event::Edited(value))?;
                prop_assert_eq!(*self.clients[client].fields[field].draft(), value);
            }
            Step::Elapse(client, field) => {
                if let Some(number) = self.clients[client].fields[field].timer {
                    self.feed(client, field, Event::Elapsed(number))?;
                }
            }
            Step::Arrive(client) => self.arrive(client),
            Step::Answer(client) => {
                if !self.clients[client].answers.is_empty() {
                    let (field, answer) = self.clients[client].answers.remove(0);
                    self.feed(client, field, answer)?;
                }
            }
            Step::LoseAnswer(client) => {
                if !self.clients[client].answers.is_empty() {
                    let (field, answer) = self.clients[client].answers.remove(0);
                    if let Event::Acknowledged { save, .. } | Event::Conflicted { save, .. } =
                        answer
                    {
                        self.feed(client, field, Event::Failed { save })?;
                    }
                }
            }
            Step::LoseSave(client) => self.lost(client, |save| Event::Failed { save })?,
            Step::Offline(client) => self.lost(client, |save| Event::Offline { save })?,
            Step::Return(client) => {
                for field in 0..FIELDS {
                    if self.clients[client].fields[field].status() == SaveStatus::Waiting {
                        self.feed(client, field, Event::Retry)?;
                    }
                }
            }
            Step::Retry(client, field) => self.feed(client, field, Event::Retry)?,
            Step::News(client, number) => {
                if let Some((field, value, version)) = self.take_news(client, number) {
                    self.feed(client, field, Event::Remote { value, version })?;
                }
            }
            Step::LoseNews(client, number) => drop(self.take_news(client, number)),
            Step::Reload(client) => self.reload(client)?,
            Step::KeepMine(client, field) => self.feed(client, field, Event::KeepMine)?,
            Step::TakeTheirs(client, field) => self.feed(client, field, Event::TakeTheirs)?,
        }
        Ok(())
    }

    fn take_news(&mut self, client: usize, number: usize) -> Option<(usize, u8, i64)> {
        let news = &mut self.clients[client].news;
        (!news.is_empty()).then(|| news.remove(number % news.len()))
    }

    /// Everything arrives, everybody answers what they are asked, everybody looks again.
    fn calm(&mut self) -> Result<(), TestCaseError> {
        for round in 0..8 {
            for client in 0..2 {
                for field in 0..FIELDS {
                    self.feed(client, field, Event::Flush)?;
                    self.feed(client, field, Event::Retry)?;
                    let decision = if (client + field + round) % 2 == 0 {
                        Event::KeepMine
                    } else {
                        Event::TakeTheirs
                    };
                    self.feed(client, field, decision)?;
                }
                while !self.clients[client].sent.is_empty() {
                    self.arrive(client);
                }
                while !self.clients[client].answers.is_empty() {
                    let (field, answer) = self.clients[client].answers.remove(0);
                    self.feed(client, field, answer)?;
                }
            }
            self.reload(0)?;
            self.reload(1)?;
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn two_clients_never_lose_an_acknowledged_edit_silently_and_converge(
        steps in prop::collection::vec(step(), 0..200),
        restoring: bool,
    ) {
        let after = if restoring { AfterFailure::ShowSaved } else { AfterFailure::KeepDraft };
        let mut world = World::new(after);
        for step in &steps {
            world.step(step)?;
        }
        world.calm()?;
        for field in 0..FIELDS {
            let (value, version) = world.stored(field);
            for client in &world.clients {
                prop_assert!(!client.fields[field].has_unsaved());
                prop_assert_eq!(*client.fields[field].draft(), value, "they see different values");
                prop_assert_eq!(client.fields[field].version(), version);
            }
        }
    }
}
