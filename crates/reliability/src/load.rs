//! People at work: they save settings and ask for generations without a pause that matters, go on
//! through every failure, and hold the server to each save that it acknowledged.

use crate::{
    Broken,
    check::{self, Saved},
    person::{Person, Way, Wish, setting},
    spans::Spans,
    world::World,
};
use std::time::{Duration, Instant};
use tokio::{sync::watch, task::JoinSet};

/// Two people save these at the same time.
pub const FIELDS: [&str; 4] = ["llm", "image", "video", "tts"];
/// The pause after something that did not work.
const BREATH: Duration = Duration::from_millis(100);

/// What was done.
#[derive(Debug, Default)]
pub struct Worked {
    /// How long acknowledged saves took.
    pub saves: Spans,
    /// How long acknowledged wishes took.
    pub asks: Spans,
    /// Requests without a good answer.
    pub unanswered: usize,
}

impl Worked {
    /// Adds what others did.
    pub fn add(&mut self, other: Self) {
        self.saves.extend(other.saves);
        self.asks.extend(other.asks);
        self.unanswered += other.unanswered;
    }
}

/// A field that somebody saves over and over.
pub struct Saver {
    person: Person,
    field: &'static str,
    saved: Saved,
    number: u64,
    /// How it went.
    pub worked: Worked,
}

impl Saver {
    /// A saver for each field of this person.
    pub fn all(person: &Person) -> impl Iterator<Item = Self> {
        FIELDS.into_iter().map(|field| Self {
            person: person.with_own_connections(),
            field,
            saved: Saved::default(),
            number: 0,
            worked: Worked::default(),
        })
    }

    /// Saves the next value; whether that was acknowledged.
    ///
    /// # Errors
    /// It was refused.
    pub async fn save(&mut self) -> Result<bool, Broken> {
        self.number += 1;
        let value = format!("https://{}-{}.modal.run/", self.field, self.number);
        let began = Instant::now();
        let done = self
            .person
            .save(self.field, &value, &mut self.saved)
            .await?;
        if done {
            self.worked.saves.add(began.elapsed());
        } else {
            self.worked.unanswered += 1;
        }
        Ok(done)
    }

    /// Compares what stands with what was acknowledged; goes on from there. False when the server
    /// does not answer.
    ///
    /// # Errors
    /// An acknowledged save is lost.
    pub async fn compare(&mut self) -> Result<bool, Broken> {
        let Ok(settings) = self.person.settings().await else {
            return Ok(false);
        };
        let stands = setting(&settings, self.field);
        let told = stands.as_ref().map(|(value, at)| (value.as_str(), *at));
        if let Some(lost) = check::lost(&self.saved, told) {
            return Err(format!("{}: {lost}", self.field).into());
        }
        self.saved = Saved {
            acknowledged: stands,
            open: None,
        };
        Ok(true)
    }

    /// Saves as soon as the server lets it; how long that took.
    ///
    /// # Errors
    /// An acknowledged save is lost, or it took too long.
    pub async fn save_again(&mut self, within: Duration) -> Result<Duration, Broken> {
        let began = Instant::now();
        while !self.compare().await? || !self.save().await? {
            if began.elapsed() > within {
                return Err(format!("no save was possible within {within:?}").into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(began.elapsed())
    }

    async fn until(mut self, stop: watch::Receiver<bool>) -> Result<Worked, Broken> {
        while !*stop.borrow() {
            if self.save().await? {
                tokio::time::sleep(Duration::from_millis(20)).await;
            } else {
                while !self.compare().await? {
                    if *stop.borrow() {
                        break;
                    }
                    tokio::time::sleep(BREATH).await;
                }
            }
        }
        Ok(self.worked)
    }
}

/// People at work.
pub struct Load {
    stop: watch::Sender<bool>,
    working: JoinSet<Result<Worked, Broken>>,
}

impl Load {
    /// Sets people to work on this world: its wishes are their wishes. `pause` is how long each of
    /// the three who ask waits between two wishes.
    #[must_use]
    pub fn start(world: &World, people: &[Person], name: &str, pause: Duration) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut working = JoinSet::new();
        for person in people {
            for saver in Saver::all(person) {
                working.spawn(saver.until(stopped.clone()));
            }
        }
        for (number, way) in Way::ALL.into_iter().enumerate() {
            let person = people[number % people.len()].with_own_connections();
            let (stopped, wishes) = (stopped.clone(), world.wishes.clone());
            let name = format!("{}-{name}-{way:?}", world.seed);
            working.spawn(async move {
                let mut worked = Worked::default();
                let mut number = 0;
                while !*stopped.borrow() {
                    number += 1;
                    let wish = Wish::new(way, &format!("{name}-{number}"));
                    loop {
                        let began = Instant::now();
                        if person.ask(&wishes, &wish).await? {
                            worked.asks.add(began.elapsed());
                            break;
                        }
                        worked.unanswered += 1;
                        if *stopped.borrow() {
                            break;
                        }
                        tokio::time::sleep(BREATH).await;
                    }
                    tokio::time::sleep(pause).await;
                }
                Ok(worked)
            });
        }
        Self { stop, working }
    }

    /// Sends them home.
    ///
    /// # Errors
    /// What one of them found broken.
    pub async fn stop(mut self) -> Result<Worked, Broken> {
        self.stop.send_replace(true);
        let mut all = Worked::default();
        while let Some(worked) = self.working.join_next().await {
            all.add(worked??);
        }
        Ok(all)
    }
}
