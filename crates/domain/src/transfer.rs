//! Settings as a file: what is set at one level, written out, and what a file would change at a
//! level. Both are made of the settings' own fields, so a file has no place for a key, and one that
//! holds anything else is refused as a whole.

mod node;
#[cfg(test)]
mod tests;

pub use node::Node;

use crate::Map;
use crate::{
    error::CurrentValue,
    redact::redact,
    settings::{Field, Fields, SettingsView},
};
use serde::{Deserialize, Serialize};

/// What a file says that it is.
pub const FORMAT: &str = "film-generator-settings";
/// The version of the format that is written and read.
pub const VERSION: u32 = 1;
/// The largest file that is read, in bytes.
pub const LARGEST: usize = 256 * 1024;
/// The longest name of a project in a file's name, and of a member in a sentence, in characters.
const SHOWN: usize = 60;

/// What is set at one level, as it is written to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SettingsExport))]
pub struct Export {
    format: &'static str,
    version: u32,
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    operations: Node,
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    endpoints: Node,
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    preferences: Node,
}

impl Export {
    /// The fields that have a value.
    #[must_use]
    pub fn of(fields: &Fields) -> Self {
        let mut whole = Node::default();
        for (field, stored) in fields {
            if let Some(value) = &stored.value {
                whole.put(&field.to_string(), leaf(*field, value));
            }
        }
        let mut part = |name| whole.take(name).unwrap_or_default();
        Self {
            format: FORMAT,
            version: VERSION,
            operations: part("operations"),
            endpoints: part("endpoints"),
            preferences: part("preferences"),
        }
    }
}

fn leaf(field: Field, value: &str) -> Node {
    match field {
        Field::PreferOwnKeys => Node::Flag(value == "true"),
        _ => Node::Text(value.to_owned()),
    }
}

/// The name of the file with a project's settings, or with a person's own.
#[must_use]
pub fn file_name(project: Option<&str>) -> String {
    let words: Vec<String> = project
        .unwrap_or_default()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let name: String = words.join("-").chars().take(SHOWN).collect();
    match name.as_str() {
        "" => format!("{FORMAT}.json"),
        name => format!("{FORMAT}-{name}.json"),
    }
}

/// What a file wants of each field that it mentions; `None` clears it.
pub type Wishes = Map<Field, Option<String>>;

/// Why a file is not read, in a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is something else.
    #[error("This is not a file of settings. Choose a file that was made by “Export settings”.")]
    Other,
    /// It is of another version of the format.
    #[error(
        "This file was made by another version of this application. Export the settings again with this version, then import that file."
    )]
    Version,
    /// It holds something that is not a setting, such as a key.
    #[error(
        "This file contains “{0}”, which is not a setting here, so nothing was read. Take it out of the file and import it again. API keys are entered in their own fields."
    )]
    Stranger(String),
    /// A setting in it has a value of another kind.
    #[error(
        "This file has no plain value for “{0}”, so nothing was read. Correct it in the file, or export the settings again."
    )]
    Value(String),
}

/// What a file wants.
///
/// # Errors
/// The first reason not to read it. A member that is named in it is shown without what looks like
/// a secret.
pub fn read(file: Node) -> Result<Wishes, Unreadable> {
    let Node::Members(mut members) = file else {
        return Err(Unreadable::Other);
    };
    if members.remove("format") != Some(Node::Text(FORMAT.to_owned())) {
        return Err(Unreadable::Other);
    }
    match members.remove("version") {
        Some(Node::Text(version)) if version == VERSION.to_string() => {}
        Some(Node::Text(_)) => return Err(Unreadable::Version),
        _ => return Err(Unreadable::Other),
    }
    let mut wishes = Wishes::new();
    for (name, node) in members {
        if !["operations", "endpoints", "preferences"].contains(&name.as_str()) {
            return Err(Unreadable::Stranger(shown(&name)));
        }
        collect(name, node, &mut wishes)?;
    }
    Ok(wishes)
}

fn collect(path: String, node: Node, wishes: &mut Wishes) -> Result<(), Unreadable> {
    if let Some(field) = Field::parse(&path) {
        let value = match node {
            Node::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Node::Flag(on) => Some(on.to_string()),
            Node::Nothing => None,
            Node::Members(_) => return Err(Unreadable::Value(shown(&path))),
        };
        wishes.insert(field, value);
        return Ok(());
    }
    let Node::Members(members) = node else {
        return Err(Unreadable::Stranger(shown(&path)));
    };
    for (name, node) in members {
        // A dot would make one name look like two.
        if name.contains('.') {
            return Err(Unreadable::Stranger(shown(&name)));
        }
        collect(format!("{path}.{name}"), node, wishes)?;
    }
    Ok(())
}

/// A path of foreign names, fit to be shown.
fn shown(path: &str) -> String {
    let parts: Vec<String> = path.split('.').map(|part| redact(part, &[])).collect();
    let mut characters = parts.join(".").chars().collect::<Vec<char>>();
    if characters.len() > SHOWN {
        characters.truncate(SHOWN);
        characters.push('…');
    }
    characters.into_iter().collect()
}

/// What a file would change in one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The field.
    pub field: Field,
    /// Its value now.
    pub from: Option<String>,
    /// Its value in the file; `None` where the file clears it.
    pub to: Option<String>,
    /// Its version now, on which the change is to be made.
    pub base: i64,
    /// Why it cannot be set here.
    pub problem: Option<String>,
}

/// What the wishes would change at a level; what stands there already is left out.
#[must_use]
pub fn differences(current: &SettingsView, wishes: Wishes) -> Vec<Difference> {
    let mut after = current.clone();
    wishes
        .into_iter()
        .filter_map(|(field, to)| {
            let base = current.versions.get(&field).copied().unwrap_or(0);
            after.apply(&CurrentValue {
                field: field.to_string(),
                value: to.clone(),
                version: base,
                updated_at: None,
            });
            let from = current.value(field);
            (after.value(field) != from).then_some(Difference {
                field,
                from,
                to,
                base,
                problem: None,
            })
        })
        .collect()
}
