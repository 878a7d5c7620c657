//! A file of settings as a tree: names over names over plain values. A list, or a name that is
//! there twice, has no place in one.

use crate::Map;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, Visitor},
};
use std::fmt;

/// A part of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// Parts by their names.
    Members(Map<String, Node>),
    /// A text, or a number as it is written.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// `null`.
    Nothing,
}

impl Default for Node {
    fn default() -> Self {
        Self::Members(Map::new())
    }
}

impl Node {
    /// Puts a part at a path of names with dots between them.
    pub(super) fn put(&mut self, path: &str, node: Self) {
        let Self::Members(members) = self else { return };
        match path.split_once('.') {
            None => {
                members.insert(path.to_owned(), node);
            }
            Some((name, rest)) => members.or_default(name.to_owned()).put(rest, node),
        }
    }

    /// Takes out the part of this name.
    pub(super) fn take(&mut self, name: &str) -> Option<Self> {
        match self {
            Self::Members(members) => members.remove(name),
            _ => None,
        }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Members(members) => serializer.collect_map(members),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Flag(on) => serializer.serialize_bool(*on),
            Self::Nothing => serializer.serialize_unit(),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a plain value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_bool<E: Error>(self, on: bool) -> Result<Node, E> {
        Ok(Node::Flag(on))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Text(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Text(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Text(number.to_string()))
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Nothing)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members = Map::new();
        while let Some((name, node)) = map.next_entry::<String, Node>()? {
            if members.insert(name, node).is_some() {
                return Err(A::Error::custom("a name is there twice"));
            }
        }
        Ok(Node::Members(members))
    }
}
