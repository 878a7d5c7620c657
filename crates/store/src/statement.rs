//! SQL as constants: one text with `$1` placeholders that runs on SQLite and PostgreSQL alike.
//! No SQL is ever put together at run time, and no statement lives outside of a `statements!` list.

use domain::{
    BatchId, GenerationId, InvitationId, OrganizationId, OutputId, PlannedItemId, ProjectId,
    SecretId, Timestamp, UserId, money::MicroUsd,
};

/// One statement under its name, with which errors and tests speak of it.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) name: &'static str,
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

/// Declares the statements of a module as constants, and `STATEMENTS`, the list of all of them.
/// The form with two texts is for the few places in which the databases must differ.
macro_rules! statements {
    ($($name:ident = $sqlite:expr $(, postgres: $postgres:expr)?;)*) => {
        $(const $name: $crate::statement::Statement = $crate::statement::Statement {
            name: concat!(module_path!(), "::", stringify!($name)),
            sqlite: $sqlite,
            postgres: statements!(@postgres $sqlite $(, $postgres)?),
        };)*

        /// Every statement of this module, for the tests that go through all of them.
        #[cfg(test)]
        pub(crate) const STATEMENTS: &[&$crate::statement::Statement] = &[$(&$name),*];
    };
    (@postgres $both:expr) => { $both };
    (@postgres $sqlite:expr, $postgres:expr) => { $postgres };
}
pub(crate) use statements;

/// A value to bind. The null of each type is its own case because PostgreSQL wants to know it.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Integer(Option<i64>),
    Text(Option<&'a str>),
    Blob(Option<&'a [u8]>),
}

/// The values of a statement, in the order of its placeholders.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::statement::Value::from($value)),*] };
}
pub(crate) use values;

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(value: Option<i64>) -> Self {
        Self::Integer(value)
    }
}

impl From<MicroUsd> for Value<'_> {
    fn from(value: MicroUsd) -> Self {
        Self::Integer(Some(value.0))
    }
}

impl From<Option<MicroUsd>> for Value<'_> {
    fn from(value: Option<MicroUsd>) -> Self {
        Self::Integer(value.map(|amount| amount.0))
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Integer(Some(i64::from(value)))
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(value: Timestamp) -> Self {
        Self::Integer(Some(value.0))
    }
}

impl From<Option<Timestamp>> for Value<'_> {
    fn from(value: Option<Timestamp>) -> Self {
        Self::Integer(value.map(|moment| moment.0))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Some(value))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(Some(value))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Blob(Some(value))
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Self::Blob(Some(value))
    }
}

macro_rules! from_ids {
    ($($id:ty),*) => {$(
        impl<'a> From<&'a $id> for Value<'a> {
            fn from(id: &'a $id) -> Self {
                Self::Text(Some(id.as_str()))
            }
        }

        impl<'a> From<Option<&'a $id>> for Value<'a> {
            fn from(id: Option<&'a $id>) -> Self {
                Self::Text(id.map(|id| id.as_str()))
            }
        }
    )*};
}
from_ids!(
    UserId,
    OrganizationId,
    ProjectId,
    SecretId,
    GenerationId,
    OutputId,
    PlannedItemId,
    BatchId,
    InvitationId
);
