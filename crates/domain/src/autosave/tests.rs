//! The machine against a model server that delays, loses and fails at will.

use super::*;
use proptest::prelude::*;

mod two_clients;

fn text(saved: &str) -> Autosave<String> {
    Autosave::loaded(saved.into(), saved.into(), 1, AfterFailure::KeepDraft)
}

fn edited(value: &str) -> Event<String> {
    Event::Edited(value.into())
}

#[test]
fn typing_is_saved_once_after_the_pause() {
    let mut field = text("");
    let first = field.on(edited("a"));
    let second = field.on(edited("ab"));
    assert_eq!(
        (first, second),
        (vec![Command::StartTimer(1)], vec![Command::StartTimer(2)])
    );
    assert!(field.on(Event::Elapsed(1)).is_empty(), "an overtaken timer");
    assert_eq!(
        field.on(Event::Elapsed(2)),
        [Command::Send {
            save: 3,
            value: "ab".into(),
            base: 1
        }]
    );
    assert_eq!(field.status(), SaveStatus::Saving);
    assert!(
        field
            .on(Event::Acknowledged {
                save: 3,
                value: "ab".into(),
                version: 2
            })
            .is_empty()
    );
    assert_eq!(field.status(), SaveStatus::Saved);
}

#[test]
fn a_failed_choice_shows_the_saved_one_and_retry_sends_the_wish() {
    let mut field: Autosave<String> =
        Autosave::loaded("kie".into(), "kie".into(), 1, AfterFailure::ShowSaved);
    let _ = field.on(edited("gemini"));
    let _ = field.on(Event::Flush);
    assert_eq!(
        field.on(Event::Failed { save: 2 }),
        [Command::Show("kie".into())]
    );
    assert_eq!(field.status(), SaveStatus::Failed);
    assert_eq!(
        field.on(Event::Retry),
        [
            Command::Show("gemini".into()),
            Command::Send {
                save: 3,
                value: "gemini".into(),
                base: 1
            }
        ]
    );
}

#[test]
fn a_change_elsewhere_shows_in_an_idle_field_and_conflicts_in_an_edited_one() {
    let mut field = text("a");
    let remote = |version| Event::Remote {
        value: "theirs".to_owned(),
        version,
    };
    assert_eq!(field.on(remote(2)), [Command::Show("theirs".into())]);
    let _ = field.on(edited("mine"));
    let _ = field.on(Event::Flush);
    assert!(field.on(remote(3)).is_empty());
    assert_eq!(field.draft(), "mine");
    let save = field.in_flight.as_ref().unwrap().0;
    let _ = field.on(Event::Conflicted {
        save,
        theirs: "theirs".into(),
        version: 3,
    });
    assert_eq!(field.status(), SaveStatus::Conflict);
    assert_eq!(
        field.on(Event::KeepMine),
        [Command::Send {
            save: save + 1,
            value: "mine".into(),
            base: 3
        }]
    );
}

#[test]
fn without_a_network_an_edit_waits_and_is_sent_on_return() {
    let mut field: Autosave<String> =
        Autosave::loaded("kie".into(), "kie".into(), 1, AfterFailure::ShowSaved);
    let _ = field.on(edited("gemini"));
    let _ = field.on(Event::Flush);
    assert!(field.on(Event::Offline { save: 2 }).is_empty());
    assert_eq!(field.status(), SaveStatus::Waiting);
    assert_eq!(
        field.draft(),
        "gemini",
        "a waiting choice stays as it was made"
    );
    assert_eq!(
        field.on(Event::Retry),
        [Command::Send {
            save: 3,
            value: "gemini".into(),
            base: 1
        }]
    );
}

#[test]
fn a_save_whose_answer_was_lost_does_not_conflict_with_itself() {
    let mut field = text("");
    let _ = field.on(edited("mine"));
    let _ = field.on(Event::Flush);
    let _ = field.on(Event::Failed { save: 2 });
    // It had been stored as version 2. The person goes on typing.
    let _ = field.on(edited("mine, longer"));
    let _ = field.on(Event::Flush);
    assert_eq!(
        field.on(Event::Conflicted {
            save: 4,
            theirs: "mine".into(),
            version: 2
        }),
        [Command::Send {
            save: 5,
            value: "mine, longer".into(),
            base: 2
        }]
    );
}

#[test]
fn a_save_whose_answer_was_lost_is_saved_when_it_is_tried_again() {
    let mut field = text("");
    let _ = field.on(edited("mine"));
    let _ = field.on(Event::Flush);
    let _ = field.on(Event::Failed { save: 2 });
    let _ = field.on(Event::Retry);
    let _ = field.on(Event::Conflicted {
        save: 3,
        theirs: "mine".into(),
        version: 2,
    });
    assert_eq!(field.status(), SaveStatus::Saved);
    assert_eq!((field.draft().as_str(), field.version()), ("mine", 2));
}

#[test]
fn going_back_to_the_old_value_after_a_lost_answer_is_saved_too() {
    let mut field = text("old");
    let _ = field.on(edited("new"));
    let _ = field.on(Event::Flush);
    let _ = field.on(Event::Failed { save: 2 });
    let _ = field.on(edited("old"));
    assert_eq!(
        field.on(Event::Flush),
        [Command::Send {
            save: 4,
            value: "old".into(),
            base: 1
        }],
        "nobody knows whether the new value was stored"
    );
}

#[test]
fn an_edit_of_an_earlier_page_waits_or_asks() {
    let restored = |base| Event::Restored {
        value: "mine".to_owned(),
        base,
    };
    let mut field = text("a");
    assert_eq!(field.on(restored(1)), [Command::Show("mine".into())]);
    assert_eq!(field.status(), SaveStatus::Waiting);
    let mut field = text("a");
    let _ = field.on(restored(0));
    assert_eq!(
        field.status(),
        SaveStatus::Conflict,
        "the field changed meanwhile"
    );
    assert_eq!(
        (field.draft().as_str(), field.theirs()),
        ("mine", Some(&"a".to_owned()))
    );
    let mut field = text("mine");
    assert!(field.on(restored(0)).is_empty(), "it had been stored");
    assert_eq!(field.status(), SaveStatus::Idle);
}

#[test]
fn news_about_an_edited_field_asks_and_news_that_agrees_does_not() {
    let mut field = text("a");
    let _ = field.on(edited("mine"));
    let _ = field.on(Event::Remote {
        value: "theirs".into(),
        version: 2,
    });
    assert_eq!(field.status(), SaveStatus::Conflict);
    assert_eq!(field.draft(), "mine");
    assert_eq!(
        field.on(Event::TakeTheirs),
        [Command::Show("theirs".into())]
    );

    let mut field = text("a");
    let _ = field.on(edited("same"));
    let _ = field.on(Event::Remote {
        value: "same".into(),
        version: 2,
    });
    assert_eq!(field.status(), SaveStatus::Saved);
    assert!(field.on(Event::Flush).is_empty());
}

#[test]
fn typing_back_to_the_saved_value_saves_nothing() {
    let mut field = text("a");
    let _ = field.on(edited("ab"));
    let _ = field.on(edited("a"));
    assert!(field.on(Event::Flush).is_empty());
    assert_eq!(field.status(), SaveStatus::Idle);
}

/// What the world may do next.
#[derive(Debug, Clone)]
enum World {
    Type(u8),
    Elapse,
    Flush,
    Answer,
    Fail,
    FailAfterStoring,
    Offline,
    Retry,
    OtherTab(u8),
    KeepMine,
    TakeTheirs,
    LateAnswer,
}

fn world() -> impl Strategy<Value = World> {
    prop_oneof![
        4 => (0..6_u8).prop_map(World::Type),
        3 => Just(World::Elapse),
        1 => Just(World::Flush),
        4 => Just(World::Answer),
        1 => Just(World::Fail),
        1 => Just(World::FailAfterStoring),
        1 => Just(World::Retry),
        1 => Just(World::Offline),
        1 => (0..6_u8).prop_map(World::OtherTab),
        1 => Just(World::KeepMine),
        1 => Just(World::TakeTheirs),
        1 => Just(World::LateAnswer),
    ]
}

struct Simulation {
    field: Autosave<u8>,
    stored: (u8, i64),
    on_the_way: Vec<(u64, u8, i64)>,
    timers: Vec<u64>,
    shown: u8,
}

impl Simulation {
    fn feed(&mut self, event: Event<u8>) {
        for command in self.field.on(event) {
            match command {
                Command::StartTimer(number) => self.timers.push(number),
                Command::Send { save, value, base } => self.on_the_way.push((save, value, base)),
                Command::Show(value) => self.shown = value,
            }
        }
    }

    fn store(&mut self, value: u8, base: i64) -> bool {
        let stored = base == self.stored.1;
        if stored {
            self.stored = (value, base + 1);
        }
        stored
    }

    fn answer(&mut self) {
        if let Some((save, value, base)) = self.on_the_way.pop() {
            if self.store(value, base) {
                self.feed(Event::Acknowledged {
                    save,
                    value,
                    version: self.stored.1,
                });
            } else {
                let (theirs, version) = self.stored;
                self.feed(Event::Conflicted {
                    save,
                    theirs,
                    version,
                });
            }
        }
    }

    fn step(&mut self, happens: &World) {
        match *happens {
            World::Type(value) => {
                self.shown = value;
                self.feed(Event::Edited(value));
            }
            World::Elapse => {
                if let Some(number) = self.timers.pop() {
                    self.feed(Event::Elapsed(number));
                }
            }
            World::Flush => self.feed(Event::Flush),
            World::Answer => self.answer(),
            World::Fail => {
                if let Some((save, ..)) = self.on_the_way.pop() {
                    self.feed(Event::Failed { save });
                }
            }
            World::FailAfterStoring => {
                if let Some((save, value, base)) = self.on_the_way.pop() {
                    self.store(value, base);
                    self.feed(Event::Failed { save });
                }
            }
            World::Offline => {
                if let Some((save, ..)) = self.on_the_way.pop() {
                    self.feed(Event::Offline { save });
                }
            }
            World::Retry => self.feed(Event::Retry),
            World::OtherTab(value) => {
                self.stored = (value, self.stored.1 + 1);
                self.feed(Event::Remote {
                    value,
                    version: self.stored.1,
                });
            }
            World::KeepMine => self.feed(Event::KeepMine),
            World::TakeTheirs => self.feed(Event::TakeTheirs),
            World::LateAnswer => {
                self.feed(Event::Acknowledged {
                    save: 0,
                    value: 255,
                    version: 999,
                });
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn no_edit_is_lost_and_no_answer_overwrites_newer_typing(
        happenings in prop::collection::vec(world(), 0..60),
        restoring: bool,
    ) {
        let after = if restoring { AfterFailure::ShowSaved } else { AfterFailure::KeepDraft };
        let mut sim = Simulation {
            field: Autosave::loaded(0, 0, 1, after),
            stored: (0, 1),
            on_the_way: Vec::new(),
            timers: Vec::new(),
            shown: 0,
        };
        for happens in &happenings {
            sim.step(happens);
            prop_assert!(sim.on_the_way.len() <= 1, "more than one save in flight");
            prop_assert_eq!(sim.shown, *sim.field.draft(), "the field shows something else");
            if let World::Type(value) = happens {
                prop_assert_eq!(sim.shown, *value);
            }
            if sim.field.status() == SaveStatus::Saved {
                prop_assert_eq!(sim.field.draft(), sim.field.saved());
            }
        }
        // The person stops typing and the world calms down.
        let wanted = *sim.field.failed.as_ref().unwrap_or(sim.field.draft());
        sim.feed(Event::Flush);
        for _ in 0..6 {
            sim.answer();
            sim.feed(Event::Retry);
            sim.feed(Event::KeepMine);
        }
        prop_assert!(!sim.field.has_unsaved());
        prop_assert_eq!(*sim.field.draft(), wanted, "an edit was lost");
        prop_assert_eq!(sim.field.saved(), sim.field.draft());
    }
}
