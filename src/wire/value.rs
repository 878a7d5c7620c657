//! Reads types from one parsed JSON value. Every type that comes from the server is code of its own
//! in the browser, so all that it does not need is left out here: a struct is read from an object
//! alone, and why something cannot be read is not put into words. It must accept whatever
//! `serde_json` writes.

use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde_json::{Map, Number, Value, map};
use std::{fmt, slice};

/// The value is not what the type wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mismatch;

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the value is not what the type wants")
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }

    fn invalid_type(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self
    }

    fn invalid_value(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self
    }

    fn invalid_length(_: usize, _: &dyn de::Expected) -> Self {
        Self
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn missing_field(_: &'static str) -> Self {
        Self
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

/// A value, or the name of one in its object.
#[derive(Clone, Copy)]
pub enum Node<'a> {
    /// A name, or a text.
    Text(&'a str),
    /// Anything else.
    Other(&'a Value),
}

impl<'a> From<&'a Value> for Node<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text),
            other => Self::Other(other),
        }
    }
}

type Answer<T> = Result<T, Mismatch>;

impl<'a> Node<'a> {
    const fn text(self) -> Answer<&'a str> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Other(_) => Err(Mismatch),
        }
    }

    fn number(self) -> Answer<&'a Number> {
        match self {
            Self::Other(Value::Number(number)) => Ok(number),
            _ => Err(Mismatch),
        }
    }

    fn unsigned(self) -> Answer<u64> {
        self.number()?.as_u64().ok_or(Mismatch)
    }

    fn signed(self) -> Answer<i64> {
        self.number()?.as_i64().ok_or(Mismatch)
    }

    fn float(self) -> Answer<f64> {
        self.number()?.as_f64().ok_or(Mismatch)
    }

    fn boolean(self) -> Answer<bool> {
        match self {
            Self::Other(Value::Bool(value)) => Ok(*value),
            _ => Err(Mismatch),
        }
    }

    fn nothing(self) -> Answer<()> {
        match self {
            Self::Other(Value::Null) => Ok(()),
            _ => Err(Mismatch),
        }
    }

    fn entries(self) -> Answer<Entries<'a>> {
        match self {
            Self::Other(Value::Object(object)) => Ok(Entries::new(object)),
            _ => Err(Mismatch),
        }
    }

    fn items(self) -> Answer<Items<'a>> {
        match self {
            Self::Other(Value::Array(array)) => Ok(Items(array.iter())),
            _ => Err(Mismatch),
        }
    }

    fn choice(self) -> Answer<Choice<'a>> {
        match self {
            Self::Text(name) => Ok(Choice { name, value: None }),
            Self::Other(Value::Object(object)) if object.len() == 1 => {
                let (name, value) = object.iter().next().ok_or(Mismatch)?;
                Ok(Choice {
                    name,
                    value: Some(value.into()),
                })
            }
            Self::Other(_) => Err(Mismatch),
        }
    }
}

/// Reads each kind of value by what it is to be, without a look at what else it could be.
macro_rules! read_as {
    ($($method:ident: $read:ident => $visit:ident;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Answer<V::Value> {
            visitor.$visit(self.$read()?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = Mismatch;

    read_as! {
        deserialize_bool: boolean => visit_bool;
        deserialize_i8: signed => visit_i64;
        deserialize_i16: signed => visit_i64;
        deserialize_i32: signed => visit_i64;
        deserialize_i64: signed => visit_i64;
        deserialize_u8: unsigned => visit_u64;
        deserialize_u16: unsigned => visit_u64;
        deserialize_u32: unsigned => visit_u64;
        deserialize_u64: unsigned => visit_u64;
        deserialize_f32: float => visit_f64;
        deserialize_f64: float => visit_f64;
        deserialize_char: text => visit_str;
        deserialize_str: text => visit_str;
        deserialize_string: text => visit_str;
        deserialize_bytes: text => visit_str;
        deserialize_byte_buf: text => visit_str;
        deserialize_identifier: text => visit_str;
        deserialize_seq: items => visit_seq;
        deserialize_map: entries => visit_map;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Answer<V::Value> {
        match self {
            Self::Text(text) => visitor.visit_str(text),
            Self::Other(Value::Null) => visitor.visit_unit(),
            Self::Other(Value::Bool(value)) => visitor.visit_bool(*value),
            Self::Other(Value::Number(number)) => {
                if let Some(number) = number.as_u64() {
                    visitor.visit_u64(number)
                } else if let Some(number) = number.as_i64() {
                    visitor.visit_i64(number)
                } else {
                    visitor.visit_f64(self.float()?)
                }
            }
            Self::Other(Value::String(text)) => visitor.visit_str(text),
            Self::Other(Value::Array(_)) => visitor.visit_seq(self.items()?),
            Self::Other(Value::Object(_)) => visitor.visit_map(self.entries()?),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Answer<V::Value> {
        if self.nothing().is_ok() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Answer<V::Value> {
        self.nothing()?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Answer<V::Value> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Answer<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Answer<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Answer<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Answer<V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Answer<V::Value> {
        visitor.visit_enum(self.choice()?)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Answer<V::Value> {
        visitor.visit_unit()
    }
}

/// The items of an array.
struct Items<'a>(slice::Iter<'a, Value>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Answer<Option<T::Value>> {
        match self.0.next() {
            Some(item) => seed.deserialize(Node::from(item)).map(Some),
            None => Ok(None),
        }
    }
}

/// The entries of an object.
struct Entries<'a> {
    rest: map::Iter<'a>,
    value: Node<'a>,
}

impl<'a> Entries<'a> {
    fn new(object: &'a Map<String, Value>) -> Self {
        Self {
            rest: object.iter(),
            value: Node::Other(&Value::Null),
        }
    }

    fn next_name(&mut self) -> Option<Node<'a>> {
        let (name, value) = self.rest.next()?;
        self.value = value.into();
        Some(Node::Text(name))
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Answer<Option<K::Value>> {
        match self.next_name() {
            Some(name) => seed.deserialize(name).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Answer<V::Value> {
        seed.deserialize(self.value)
    }
}

/// A variant by its name, with what it holds.
struct Choice<'a> {
    name: &'a str,
    value: Option<Node<'a>>,
}

impl<'de> EnumAccess<'de> for Choice<'de> {
    type Error = Mismatch;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Answer<(V::Value, Self)> {
        Ok((seed.deserialize(Node::Text(self.name))?, self))
    }
}

impl<'de> VariantAccess<'de> for Choice<'de> {
    type Error = Mismatch;

    fn unit_variant(self) -> Answer<()> {
        self.value.map_or(Ok(()), Node::nothing)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Answer<T::Value> {
        seed.deserialize(self.value.ok_or(Mismatch)?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Answer<V::Value> {
        visitor.visit_seq(self.value.ok_or(Mismatch)?.items()?)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Answer<V::Value> {
        visitor.visit_map(self.value.ok_or(Mismatch)?.entries()?)
    }
}

#[cfg(test)]
mod tests;
