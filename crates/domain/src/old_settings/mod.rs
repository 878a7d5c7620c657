//! What an earlier product left in the browser's storage: choices of providers and models as plain
//! texts, and API keys in the open. From the texts that were found comes a plan of what can be moved
//! to an account, and how each thing is taken out of the browser afterwards. No `Debug` shows a
//! value.

mod blob;
mod moving;
#[cfg(test)]
mod tests;

pub use moving::{Line, Moving, State};

use crate::{
    Operation, ProviderId,
    catalog::is_model_id,
    keys::{check_key, clean_key, last4},
    settings::{Field, SettingsView},
};
use serde::{Deserialize, Serialize};

/// The name of the text that holds the keys, as JSON with much else.
pub const BLOB: &str = "film-generator-storage";

/// The names of the single choices.
const CHOICES: [(&str, Field); 11] = [
    ("app-llm-provider", Field::Provider(Operation::Llm)),
    ("app-image-provider", Field::Provider(Operation::Image)),
    ("app-video-provider", Field::Provider(Operation::Video)),
    ("app-tts-provider", Field::Provider(Operation::Tts)),
    ("app-music-provider", Field::Provider(Operation::Music)),
    (
        "app-openrouter-model",
        Field::Model(Operation::Llm, ProviderId::OpenRouter),
    ),
    (
        "app-kie-llm-model",
        Field::Model(Operation::Llm, ProviderId::Kie),
    ),
    (
        "app-kie-image-model",
        Field::Model(Operation::Image, ProviderId::Kie),
    ),
    (
        "app-kie-video-model",
        Field::Model(Operation::Video, ProviderId::Kie),
    ),
    (
        "app-kie-tts-model",
        Field::Model(Operation::Tts, ProviderId::Kie),
    ),
    (
        "app-kie-music-model",
        Field::Model(Operation::Music, ProviderId::Kie),
    ),
];

/// The names of the keys in `state.apiConfig` of the blob.
const KEYS: [(&str, ProviderId); 9] = [
    ("geminiApiKey", ProviderId::Gemini),
    ("nanoBananaApiKey", ProviderId::NanoBanana),
    ("claudeApiKey", ProviderId::Claude),
    ("kieApiKey", ProviderId::Kie),
    ("elevenLabsApiKey", ProviderId::ElevenLabs),
    ("openRouterApiKey", ProviderId::OpenRouter),
    ("openaiApiKey", ProviderId::OpenAi),
    ("piapiApiKey", ProviderId::PiApi),
    ("sunoApiKey", ProviderId::Suno),
];

/// Every name in the browser's storage that is looked at.
pub fn names() -> impl Iterator<Item = &'static str> {
    CHOICES
        .into_iter()
        .map(|(name, _)| name)
        .chain(std::iter::once(BLOB))
}

/// Where something goes in the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A setting.
    Field(Field),
    /// The slot of a key.
    Key(ProviderId),
}

impl Target {
    /// What it is called in the interface.
    #[must_use]
    pub fn label(self) -> String {
        match self {
            Self::Field(Field::Provider(operation)) => format!("{} provider", operation.label()),
            Self::Field(Field::Model(operation, provider)) => {
                format!("{} model of {}", operation.label(), provider.label())
            }
            Self::Field(field) => field.to_string(),
            Self::Key(slot) => format!("{} API key", slot.label()),
        }
    }
}

/// One thing that can be moved.
#[derive(Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name in the storage, or in the blob; the same each time it is found.
    pub id: &'static str,
    /// Where it goes.
    pub target: Target,
    /// What it is; may be a secret.
    pub value: String,
}

impl Item {
    /// The name in the browser's storage that it stands under.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.target {
            Target::Field(_) => self.id,
            Target::Key(_) => BLOB,
        }
    }

    /// What may be shown of its value: a key by no more than its end.
    #[must_use]
    pub fn shown(&self) -> String {
        match self.target {
            Target::Key(_) => format!("····{}", last4(&self.value).unwrap_or_default()),
            Target::Field(Field::Provider(_)) => ProviderId::parse(&self.value)
                .map_or_else(|| self.value.clone(), |one| one.label().to_owned()),
            Target::Field(_) => self.value.clone(),
        }
    }

    /// Whether an account that looks like this holds it.
    #[must_use]
    pub fn is_in(&self, account: &SettingsView) -> bool {
        match self.target {
            Target::Field(field) => account.value(field).as_deref() == Some(&self.value),
            Target::Key(slot) => account
                .keys
                .get(&slot)
                .is_some_and(|view| view.is_ready() && view.last4 == last4(&self.value)),
        }
    }
}

impl std::fmt::Debug for Item {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Item")
            .field("id", &self.id)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

/// Something that is not understood and stays where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// Where it was found.
    pub place: String,
    /// Why it is not moved.
    pub why: &'static str,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// What can be moved: choices first, then keys.
    pub items: Vec<Item>,
    /// What cannot.
    pub leftovers: Vec<Leftover>,
}

/// What came of an item in the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Adopted {
    /// The account had nothing there and holds it now.
    Stored,
    /// The account held the same already.
    Same,
    /// The account holds something else there, which stays.
    KeptExisting,
    /// It cannot be stored.
    Invalid {
        /// Why, in words.
        detail: String,
    },
}

/// Reads the texts that were found under their names. Names that are not of [`names`] do not matter.
#[must_use]
pub fn plan(found: &[(&str, String)]) -> Plan {
    let mut plan = Plan::default();
    let text = |name: &str| found.iter().find(|(n, _)| *n == name).map(|(_, text)| text);
    for (name, field) in CHOICES {
        let value = text(name).map_or("", |text| text.trim());
        if value.is_empty() {
            continue;
        }
        match choice(field, value) {
            Ok(value) => plan.items.push(Item {
                id: name,
                target: Target::Field(field),
                value,
            }),
            Err(why) => plan.leftovers.push(Leftover {
                place: name.to_owned(),
                why,
            }),
        }
    }
    if let Some(text) = text(BLOB) {
        keys(text, &mut plan);
    }
    plan
}

/// The value of a setting that an old choice stands for.
fn choice(field: Field, old: &str) -> Result<String, &'static str> {
    match field {
        Field::Provider(operation) => provider(old)
            .filter(|provider| provider.serves(operation))
            .map(|provider| provider.as_str().to_owned())
            .ok_or("It names a provider that does not exist here."),
        _ if is_model_id(old) => Ok(old.to_owned()),
        _ => Err("It is not the name of a model."),
    }
}

/// The provider that an old id stands for.
fn provider(old: &str) -> Option<ProviderId> {
    match old {
        "claude-sdk" => Some(ProviderId::ClaudeCli),
        "gemini-tts" => Some(ProviderId::Gemini),
        "openai-tts" => Some(ProviderId::OpenAi),
        "nanoBanana" => Some(ProviderId::NanoBanana),
        _ => ProviderId::parse(old),
    }
}

/// How much of a name that somebody else has chosen is repeated.
const LONGEST_NAME: usize = 40;

fn keys(text: &str, plan: &mut Plan) {
    let members = match config(text) {
        Ok(members) => members,
        Err(why) => {
            let place = BLOB.to_owned();
            plan.leftovers.push(Leftover { place, why });
            return;
        }
    };
    for (id, slot) in KEYS {
        let json = blob::member(&members, id).map_or("null", |member| &text[member.value.clone()]);
        if is_nothing(json) {
            continue;
        }
        let value = blob::string(json).unwrap_or_default();
        let key = clean_key(&value);
        if check_key(key).is_ok() {
            plan.items.push(Item {
                id,
                target: Target::Key(slot),
                value: key.to_owned(),
            });
        } else {
            leave(&mut plan.leftovers, id, "It is not a whole API key.");
        }
    }
    for member in &members {
        let is_known = KEYS.iter().any(|(id, _)| *id == member.name);
        if !is_known && !is_nothing(&text[member.value.clone()]) {
            let why = match member.name.as_str() {
                "grokApiKey" => "No provider here takes a key of Grok.",
                _ => "Nothing here is called this.",
            };
            leave(&mut plan.leftovers, &member.name, why);
        }
    }
}

/// Notes that a member of the blob stays.
fn leave(leftovers: &mut Vec<Leftover>, member: &str, why: &'static str) {
    let member: String = member.chars().take(LONGEST_NAME).collect();
    leftovers.push(Leftover {
        place: format!("{member} in {BLOB}"),
        why,
    });
}

/// The members of `state.apiConfig`; none where it is absent.
fn config(text: &str) -> Result<Vec<blob::Member>, &'static str> {
    const DAMAGED: &str = "It cannot be read. If it holds keys, they are still in it.";
    let mut object = blob::root(text).ok_or(DAMAGED)?;
    for name in ["state", "apiConfig"] {
        let members = blob::members(text, &object).ok_or(DAMAGED)?;
        match blob::member(&members, name) {
            Some(member) if text[member.value.clone()].starts_with('{') => {
                object = member.value.clone();
            }
            Some(member) if !is_nothing(&text[member.value.clone()]) => {
                return Err("Its part about keys has another form than expected.");
            }
            _ => return Ok(Vec::new()),
        }
    }
    blob::members(text, &object).ok_or(DAMAGED)
}

/// Whether a value is `null` or an empty text.
fn is_nothing(json: &str) -> bool {
    json == "null" || blob::string(json).is_some_and(|text| clean_key(&text).is_empty())
}

/// What has to be written to take something out of the browser.
#[derive(Clone, PartialEq, Eq)]
pub enum Removal {
    /// The whole name goes.
    Name,
    /// This text takes the place of the old one.
    Text(String),
}

/// How an item is taken out of the text that stands under its name.
fn removal(item: &Item, text: &str) -> Option<Removal> {
    match item.target {
        Target::Field(_) => Some(Removal::Name),
        Target::Key(_) => without_key(text, item.id).map(Removal::Text),
    }
}

/// The blob without one key, and without `apiConfig` when that was the last.
fn without_key(text: &str, id: &str) -> Option<String> {
    let shorter = blob::without(text, &config(text).ok()?, id)?;
    let rest = config(&shorter).ok()?;
    let is_empty = rest
        .iter()
        .all(|member| is_nothing(&shorter[member.value.clone()]));
    if !is_empty {
        return Some(shorter);
    }
    let root = blob::members(&shorter, &blob::root(&shorter)?)?;
    let state = blob::members(&shorter, &blob::member(&root, "state")?.value)?;
    blob::without(&shorter, &state, "apiConfig")
}
