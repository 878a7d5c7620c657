//! Rows of either database, read by column name into plain structs. What does not fit its type is
//! a corrupt row and says which column, never what stood in it.

use crate::StoreError;
use domain::{
    BatchId, GenerationId, InvitationId, Operation, OrganizationId, OutputId, PlannedItemId,
    ProjectId, ProviderFault, ProviderId, SecretId, Timestamp, UserId,
    account::{OrganizationRole, Plan},
    budget::{OwnerKind, Period, UnknownPrices},
    generation::Status,
    money::MicroUsd,
    plan::BatchState,
    project::{ProjectRole, Step},
    resolution::{Level, Payer},
    scope::Scopes,
};
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type, postgres::PgRow, sqlite::SqliteRow};

/// One row of a result.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// The value in a column.
    pub(crate) fn get<T: Column>(&self, column: &'static str) -> Result<T, StoreError> {
        let raw = match self {
            Self::Sqlite(row) => row.try_get::<Option<T::Raw>, _>(column),
            Self::Postgres(row) => row.try_get::<Option<T::Raw>, _>(column),
        }
        .map_err(|_| StoreError::Corrupt { column })?;
        T::from_raw(raw).ok_or(StoreError::Corrupt { column })
    }
}

/// A struct that is read from a row.
pub(crate) trait FromRow: Sized {
    fn from_row(row: &Row) -> Result<Self, StoreError>;
}

/// What both databases hold.
pub(crate) trait Raw:
    for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}
impl Raw for i64 {}
impl Raw for String {}
impl Raw for Vec<u8> {}

/// A type that one column holds.
pub(crate) trait Column: Sized {
    /// As which of the four column types it is stored.
    type Raw: Raw;

    /// The value, or `None` where the stored one does not fit.
    fn from_raw(raw: Option<Self::Raw>) -> Option<Self>;
}

impl<T: Column> Column for Option<T> {
    type Raw = T::Raw;

    fn from_raw(raw: Option<T::Raw>) -> Option<Self> {
        match raw {
            None => Some(None),
            some => T::from_raw(some).map(Some),
        }
    }
}

macro_rules! column {
    ($($raw:ty => $($type:ty = $read:expr),+;)+) => {$($(
        impl Column for $type {
            type Raw = $raw;

            fn from_raw(raw: Option<$raw>) -> Option<Self> {
                raw.and_then($read)
            }
        }
    )+)+};
}
column! {
    i64 =>
        i64 = Some,
        bool = |number| match number { 0 => Some(false), 1 => Some(true), _ => None },
        MicroUsd = |amount| Some(MicroUsd(amount)),
        Timestamp = |millis| Some(Timestamp(millis));
    Vec<u8> => Vec<u8> = Some;
    String =>
        String = Some,
        UserId = |id| Some(UserId(id)),
        OrganizationId = |id| Some(OrganizationId(id)),
        ProjectId = |id| Some(ProjectId(id)),
        SecretId = |id| Some(SecretId(id)),
        GenerationId = |id| Some(GenerationId(id)),
        OutputId = |id| Some(OutputId(id)),
        PlannedItemId = |id| Some(PlannedItemId(id)),
        BatchId = |id| Some(BatchId(id)),
        InvitationId = |id| Some(InvitationId(id)),
        Operation = |id| Operation::parse(&id),
        ProviderId = |id| ProviderId::parse(&id),
        ProviderFault = |id| ProviderFault::parse(&id),
        Scopes = |names| Scopes::parse(&names),
        Status = |id| Status::parse(&id),
        Step = |id| Step::parse(&id),
        BatchState = |id| BatchState::parse(&id),
        Payer = |id| {
            [Payer::User, Payer::Organization, Payer::Instance]
                .into_iter()
                .find(|payer| payer.as_str() == id)
        },
        Level = |id| Level::ALL.into_iter().find(|level| level_id(*level) == id),
        OwnerKind = |id| OwnerKind::ALL.into_iter().find(|kind| kind.as_str() == id),
        Period = |id| Period::parse(&id),
        UnknownPrices = |id| {
            [UnknownPrices::Allow, UnknownPrices::Refuse]
                .into_iter()
                .find(|word| word.as_str() == id)
        },
        OrganizationRole = |id| OrganizationRole::parse(&id),
        ProjectRole = |id| ProjectRole::parse(&id),
        Plan = |id| [Plan::Free, Plan::Premium].into_iter().find(|plan| plan_id(*plan) == id);
}

/// How a level is stored.
pub(crate) const fn level_id(level: Level) -> &'static str {
    match level {
        Level::Request => "request",
        Level::Project => "project",
        Level::Organization => "organization",
        Level::User => "user",
        Level::Environment => "environment",
        Level::Default => "default",
    }
}

/// How a plan is stored.
pub(crate) const fn plan_id(plan: Plan) -> &'static str {
    match plan {
        Plan::Free => "free",
        Plan::Premium => "premium",
    }
}

/// Declares a struct whose fields are columns of the same names.
macro_rules! row {
    (
        $(#[$about:meta])*
        $vis:vis struct $name:ident {
            $($(#[$field_about:meta])* $field_vis:vis $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$about])*
        $vis struct $name {
            $($(#[$field_about])* $field_vis $field: $type,)*
        }

        impl $crate::row::FromRow for $name {
            fn from_row(row: &$crate::row::Row) -> Result<Self, $crate::StoreError> {
                Ok(Self { $($field: row.get(stringify!($field))?,)* })
            }
        }
    };
}
pub(crate) use row;
