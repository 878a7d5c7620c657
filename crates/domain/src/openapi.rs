//! How the types describe themselves whose JSON is written by hand.

use crate::{Timestamp, settings::Field};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type},
    },
};

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        text()
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("A moment in UTC, as RFC 3339"))
            .examples(["2026-11-22T10:00:00.5Z"])
            .into()
    }
}

impl ToSchema for Timestamp {}

impl PartialSchema for Field {
    fn schema() -> RefOr<Schema> {
        text()
            .description(Some("The path of a setting"))
            .examples(["operations.image.provider"])
            .into()
    }
}

impl ToSchema for Field {
    fn name() -> std::borrow::Cow<'static, str> {
        "SettingPath".into()
    }
}
