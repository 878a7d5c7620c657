//! Moves against a small model: one browser with two tabs, two people, and a network that loses
//! questions and answers. Whatever happens, each thing is in the browser or in an account.

use super::{blob_with, found};
use crate::{
    Map, ProviderId, Timestamp,
    keys::{SecretStatus, SecretView, last4},
    old_settings::{Adopted, BLOB, Item, Moving, Plan, Removal, State, Target, names, plan},
    settings::{Fields, SettingsView, Stored},
};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;

/// What one person's account holds, by the place of each thing.
#[derive(Default)]
struct Account(BTreeMap<String, String>);

impl Account {
    fn adopt(&mut self, item: &Item) -> Adopted {
        match self.0.get(&item.target.label()) {
            None if item.value.contains("gone") => Adopted::Invalid {
                detail: "There is no such model.".to_owned(),
            },
            None => {
                self.0.insert(item.target.label(), item.value.clone());
                Adopted::Stored
            }
            Some(value) if *value == item.value => Adopted::Same,
            Some(_) => Adopted::KeptExisting,
        }
    }

    fn holds(&self, item: &Item) -> bool {
        self.0.get(&item.target.label()) == Some(&item.value)
    }

    fn view(&self, all: &Plan) -> SettingsView {
        let mut fields = Fields::new();
        let mut keys = Map::new();
        for item in &all.items {
            let Some(value) = self.0.get(&item.target.label()) else {
                continue;
            };
            match item.target {
                Target::Field(field) => {
                    let stored = Stored {
                        value: Some(value.clone()),
                        version: 1,
                        updated_at: Timestamp(0),
                    };
                    fields.insert(field, stored);
                }
                Target::Key(slot) => {
                    keys.insert(slot, key_view(last4(value), SecretStatus::Ready));
                }
            }
        }
        SettingsView {
            keys,
            ..SettingsView::from_fields(&fields)
        }
    }
}

fn key_view(last4: Option<String>, status: SecretStatus) -> SecretView {
    SecretView {
        configured: true,
        last4,
        updated_at: Timestamp(0),
        status,
        tested: None,
        health: None,
    }
}

/// One tab of the browser and who is signed in there.
struct Tab {
    moving: Moving,
    person: usize,
    removable: Vec<&'static str>,
}

struct World {
    browser: BTreeMap<&'static str, String>,
    accounts: [Account; 2],
    tabs: [Tab; 2],
    all: Plan,
}

/// What gets lost on the way.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Arrives,
    QuestionLost,
    AnswerLost,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Open,
    Start,
    Stop,
    Retry,
    Send(Fate),
    Look(Fate),
    Remove { works: bool },
}

impl World {
    fn new(texts: &[(&'static str, String)], there: &[(usize, usize, bool)]) -> Self {
        let all = plan(texts);
        let mut accounts = [Account::default(), Account::default()];
        for (person, index, same) in there {
            let item = &all.items[index % all.items.len()];
            let value = if *same { &item.value } else { "other" };
            accounts[*person]
                .0
                .insert(item.target.label(), value.to_owned());
        }
        let tab = |person| Tab {
            moving: Moving::new(&all),
            person,
            removable: Vec::new(),
        };
        Self {
            browser: texts.iter().cloned().collect(),
            accounts,
            tabs: [tab(0), tab(1)],
            all,
        }
    }

    fn plan(&self) -> Plan {
        let texts: Vec<(&str, String)> = names()
            .filter_map(|name| Some((name, self.browser.get(name)?.clone())))
            .collect();
        plan(&texts)
    }

    fn take(&mut self, tab: usize, id: &'static str, works: bool) {
        let tab = &mut self.tabs[tab];
        let line = tab.moving.lines().iter().find(|line| line.item.id == id);
        let name = line.unwrap().item.name();
        let text = self.browser.get(name).map(String::as_str);
        let Some(removal) = tab.moving.remove(id, text) else {
            return;
        };
        if works {
            match removal {
                Removal::Name => drop(self.browser.remove(name)),
                Removal::Text(text) => drop(self.browser.insert(name, text)),
            }
        }
        tab.moving.removed(id, works);
    }

    fn step(&mut self, number: usize, step: Step) {
        let found = self.plan();
        let tab = &mut self.tabs[number];
        match step {
            Step::Open => {
                tab.moving = Moving::new(&found);
                tab.removable.clear();
            }
            Step::Start => tab.moving.start(),
            Step::Stop => tab.moving.stop(),
            Step::Retry => {
                for item in &self.all.items {
                    tab.moving.retry(item.id);
                }
            }
            Step::Send(fate) => {
                let Some(item) = tab.moving.next(|name| self.browser.get(name).cloned()) else {
                    return;
                };
                let account = &mut self.accounts[tab.person];
                let answer = match fate {
                    Fate::QuestionLost => Err("no".to_owned()),
                    Fate::AnswerLost => {
                        account.adopt(&item);
                        Err("no".to_owned())
                    }
                    Fate::Arrives => Ok(account.adopt(&item)),
                };
                tab.moving.answered(item.id, answer);
            }
            Step::Look(fate) => {
                let view = self.accounts[tab.person].view(&self.all);
                tab.removable = tab.moving.seen(match fate {
                    Fate::Arrives => Ok(&view),
                    _ => Err("no".to_owned()),
                });
            }
            Step::Remove { works } => {
                for id in std::mem::take(&mut tab.removable) {
                    self.take(number, id, works);
                }
            }
        }
    }

    fn is_in_an_account(&self, item: &Item) -> bool {
        self.accounts.iter().any(|account| account.holds(item))
    }

    fn calm(&mut self, tab: usize) {
        self.step(tab, Step::Open);
        self.step(tab, Step::Start);
        for _ in 0..self.all.items.len() {
            self.step(tab, Step::Send(Fate::Arrives));
        }
        self.step(tab, Step::Look(Fate::Arrives));
        self.step(tab, Step::Remove { works: true });
    }
}

fn texts() -> Vec<(&'static str, String)> {
    let keys = json!({
        "geminiApiKey": "sandbox-gemini-0123456789",
        "claudeApiKey": "sandbox-short",
        "kieApiKey": "sandbox-kie-0123456789",
        "grokApiKey": "xai-0123456789",
    });
    vec![
        ("app-llm-provider", "openrouter".to_owned()),
        ("app-tts-provider", "gemini-tts".to_owned()),
        ("app-kie-video-model", "gone/model".to_owned()),
        (
            "app-openrouter-model",
            "anthropic/claude-4.5-sonnet".to_owned(),
        ),
        (BLOB, blob_with(&keys)),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    let fate = || {
        prop_oneof![
            3 => Just(Fate::Arrives),
            1 => Just(Fate::QuestionLost),
            1 => Just(Fate::AnswerLost),
        ]
    };
    prop_oneof![
        1 => Just(Step::Open),
        2 => Just(Step::Start),
        1 => Just(Step::Stop),
        2 => Just(Step::Retry),
        6 => fate().prop_map(Step::Send),
        4 => fate().prop_map(Step::Look),
        4 => prop::bool::weighted(0.8).prop_map(|works| Step::Remove { works }),
    ]
}

proptest! {
    #[test]
    fn nothing_is_ever_lost_and_in_the_end_everything_has_one_place(
        there in prop::collection::vec((0..2_usize, 0..7_usize, any::<bool>()), 0..4),
        steps in prop::collection::vec((0..2_usize, any_step()), 0..80),
    ) {
        let mut world = World::new(&texts(), &there);
        prop_assert_eq!(world.all.items.len(), 7);
        for (tab, step) in steps {
            world.step(tab, step);
            let held = world.plan().items;
            for item in &world.all.items {
                prop_assert!(held.contains(item) || world.is_in_an_account(item), "{item:?} is lost");
            }
        }
        for tab in [0, 1] {
            world.calm(tab);
        }
        let held = world.plan();
        for item in &world.all.items {
            prop_assert!(held.items.contains(item) != world.is_in_an_account(item), "{item:?}");
        }
        prop_assert_eq!(held.leftovers.len(), 1);
    }
}

/// A move of one item that was sent.
fn sent(name: &'static str, text: &str) -> (Moving, Item) {
    let mut moving = Moving::new(&plan(&found(name, text)));
    moving.start();
    let item = moving.next(|_| Some(text.to_owned())).unwrap();
    (moving, item)
}

#[test]
fn an_answer_alone_removes_nothing() {
    let (mut moving, item) = sent("app-llm-provider", "kie");
    moving.answered(item.id, Ok(Adopted::Stored));
    let elsewhere = SettingsView::from_fields(&Fields::new());
    assert!(moving.seen(Ok(&elsewhere)).is_empty());
    assert!(matches!(moving.lines()[0].state, State::Failed(_)));
    assert!(moving.remove(item.id, Some("kie")).is_none());
}

#[test]
fn a_key_counts_as_seen_only_where_it_can_be_used() {
    let text = blob_with(&json!({ "kieApiKey": "sandbox-0123456789-1c96" }));
    for (end, status, seen) in [
        ("1c96", SecretStatus::Ready, true),
        ("1c97", SecretStatus::Ready, false),
        ("1c96", SecretStatus::NeedsReentry, false),
    ] {
        let (mut moving, item) = sent(BLOB, &text);
        moving.answered(item.id, Ok(Adopted::Same));
        let mut view = SettingsView::default();
        let key = key_view(Some(end.to_owned()), status);
        view.keys.insert(ProviderId::Kie, key);
        assert_eq!(moving.seen(Ok(&view)).len(), usize::from(seen), "{end}");
    }
}

#[test]
fn what_changed_meanwhile_is_shown_before_it_is_sent() {
    let mut moving = Moving::new(&plan(&found("app-llm-provider", "kie")));
    moving.start();
    assert!(moving.next(|_| Some("gemini".to_owned())).is_none());
    assert_eq!(moving.lines()[0].item.value, "gemini");
    assert!(matches!(moving.lines()[0].state, State::Failed(_)));
    moving.retry("app-llm-provider");
    assert_eq!(
        moving.next(|_| Some("gemini".to_owned())).unwrap().value,
        "gemini"
    );
    moving.answered("app-llm-provider", Err("no".to_owned()));
    moving.retry("app-llm-provider");
    assert!(moving.next(|_| None).is_none());
    assert_eq!(moving.lines()[0].state, State::Gone);
}

#[test]
fn what_is_kept_leaves_the_browser_only_when_the_person_says_so() {
    let (mut moving, item) = sent("app-llm-provider", "kie");
    moving.answered(item.id, Ok(Adopted::KeptExisting));
    assert!(!moving.is_under_way());
    assert!(moving.seen(Ok(&SettingsView::default())).is_empty());
    assert!(moving.remove(item.id, Some("kie")) == Some(Removal::Name));
    moving.removed(item.id, true);
    assert_eq!(moving.lines()[0].state, State::Gone);
    assert_eq!(moving.lines()[0].item.value, "");
}

#[test]
fn stopping_lets_what_was_sent_come_to_its_end() {
    let mut moving = Moving::new(&plan(&texts()));
    moving.start();
    let all: BTreeMap<&str, String> = texts().into_iter().collect();
    let first = moving.next(|name| all.get(name).cloned()).unwrap();
    moving.stop();
    assert!(moving.next(|name| all.get(name).cloned()).is_none());
    moving.answered(first.id, Ok(Adopted::Stored));
    assert!(moving.has_answers() && !moving.is_untouched());
    let waiting = |line: &&crate::old_settings::Line| line.state == State::Waiting;
    assert_eq!(moving.lines().iter().filter(waiting).count(), 6);
}
