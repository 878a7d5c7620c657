//! Where a model's input takes pictures. By their own name only: masks, last frames and clips are
//! other things. Every picture is used or the job is refused.

use super::{Entry, Field, Kind};
use crate::Failure;
use domain::ProviderFault;
use serde_json::{Map, Value, json};

/// The names of the first or the reference picture, the more exact ones first.
const NAMES: [&str; 7] = [
    "first_frame_url",
    "image_urls",
    "image_input",
    "input_urls",
    "image_url",
    "reference_image",
    "reference_image_urls",
];

/// The fields of this model that take our pictures: those that must be filled, or the best one.
pub fn fields(entry: &Entry) -> Vec<(&str, &Field)> {
    let all = NAMES.iter().filter_map(|name| {
        let (name, field) = entry.input.get_key_value(*name)?;
        Some((name.as_str(), field))
    });
    let required: Vec<_> = all.clone().filter(|(_, field)| field.required).collect();
    if required.is_empty() {
        all.take(1).collect()
    } else {
        required
    }
}

/// Whether it cannot do without a picture.
pub fn needed(entry: &Entry) -> bool {
    fields(entry).iter().any(|(_, field)| field.required)
}

/// Puts the pictures into their fields. Where a model wants one to work on and others that show a
/// person, the first is worked on; a single picture is both.
pub fn fill(
    body: &mut Map<String, Value>,
    entry: &Entry,
    addresses: &[String],
) -> Result<(), Failure> {
    if addresses.is_empty() {
        return if needed(entry) {
            Err(refused("this model needs a picture"))
        } else {
            Ok(())
        };
    }
    let mut left = addresses;
    let fields = fields(entry);
    if fields.is_empty() {
        return Err(refused("this model takes no picture"));
    }
    for (name, field) in fields {
        let value = match (field.kind, left) {
            (Kind::List, []) => json!(addresses),
            (Kind::List, all) => {
                left = &[];
                json!(all)
            }
            (_, [first, others @ ..]) => {
                left = others;
                json!(first)
            }
            (_, []) => json!(addresses[0]),
        };
        let count = value.as_array().map_or(1, Vec::len);
        if field.most.is_some_and(|most| count > most) {
            return Err(refused("this model takes fewer pictures"));
        }
        body.insert(name.to_owned(), value);
    }
    if left.is_empty() {
        Ok(())
    } else {
        Err(refused("this model takes one picture"))
    }
}

fn refused(why: &str) -> Failure {
    Failure::ours(ProviderFault::BadRequest, why)
}
