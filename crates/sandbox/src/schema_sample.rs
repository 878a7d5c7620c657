//! Makes a value that a JSON schema accepts, filled with the scenes of a story. It covers what
//! structured outputs use and must always end, whatever the schema says.

use serde_json::{Map, Value, json};

use crate::ids::{Sequence, seed};
use crate::story;

const DEEPEST: usize = 12;
const MOST_ITEMS: usize = 50;
/// How many values an answer has at most; what would follow is null.
const MOST_VALUES: usize = 10_000;

/// A value for `schema` (JSON Schema, or Gemini's form of it with types in capitals).
pub(crate) fn sample(schema: &Value, prompt: &str) -> Value {
    let mut writer = Writer {
        root: schema,
        prompt,
        chance: Sequence::new(seed(prompt)),
        item: 1,
        left: MOST_VALUES,
    };
    writer.value(schema, "", 0)
}

/// A film in JSON for answers that must be JSON of no particular shape.
pub(crate) fn film(prompt: &str) -> Value {
    let scenes: Vec<Value> = (1..=story::scene_count(prompt))
        .map(|number| {
            let scene = story::scene(prompt, number);
            json!({"number": number, "title": scene.title, "description": scene.description,
                "duration_seconds": 6})
        })
        .collect();
    json!({"title": "Simulated film", "logline": story::quote(prompt), "scenes": scenes})
}

struct Writer<'a> {
    root: &'a Value,
    prompt: &'a str,
    chance: Sequence,
    /// The number of the array item that is being written, from 1.
    item: usize,
    /// How many more values may be written.
    left: usize,
}

impl<'a> Writer<'a> {
    fn value(&mut self, schema: &'a Value, name: &str, depth: usize) -> Value {
        if depth > DEEPEST || self.left == 0 {
            return Value::Null;
        }
        self.left -= 1;
        let schema = self.resolved(schema);
        if let Some(fixed) = schema.get("const") {
            return fixed.clone();
        }
        if let Some(first) = schema.get("enum").and_then(|choices| choices.get(0)) {
            return first.clone();
        }
        for alternatives in ["anyOf", "oneOf", "allOf"] {
            if let Some(first) = schema.get(alternatives).and_then(|list| list.get(0)) {
                return self.value(first, name, depth + 1);
            }
        }
        match kind(schema).as_str() {
            "object" => self.object(schema, depth),
            "array" => self.array(schema, name, depth),
            "string" => Value::String(self.string(schema, name)),
            "integer" => json!(self.number(schema, name).ceil() as i64),
            "number" => json!(self.number(schema, name)),
            "boolean" => json!(true),
            _ => Value::Null,
        }
    }

    /// Follows local references (`#/$defs/Scene`), each at most once per level.
    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        for _ in 0..DEEPEST {
            let Some(reference) = schema.get("$ref").and_then(Value::as_str) else {
                break;
            };
            match self.root.pointer(reference.trim_start_matches('#')) {
                Some(target) => schema = target,
                None => break,
            }
        }
        schema
    }

    fn object(&mut self, schema: &'a Value, depth: usize) -> Value {
        let mut object = Map::new();
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            for (name, property) in properties {
                object.insert(name.clone(), self.value(property, name, depth + 1));
            }
        }
        Value::Object(object)
    }

    fn array(&mut self, schema: &'a Value, name: &str, depth: usize) -> Value {
        let bound = |key: &str| {
            // Gemini writes bounds as strings.
            let value = schema.get(key)?;
            let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
            usize::try_from(number).ok()
        };
        let least = bound("minItems").unwrap_or(0);
        let most = bound("maxItems").unwrap_or(MOST_ITEMS).min(MOST_ITEMS);
        let count = story::scene_count(self.prompt).max(least).min(most);
        let Some(items) = schema.get("items") else {
            return json!([]);
        };
        let outer = self.item;
        let values = (1..=count)
            .map(|item| {
                self.item = item;
                self.value(items, name, depth + 1)
            })
            .collect();
        self.item = outer;
        Value::Array(values)
    }

    fn string(&mut self, schema: &Value, name: &str) -> String {
        match schema.get("format").and_then(Value::as_str) {
            Some("date-time") => return "2026-01-01T00:00:00Z".to_owned(),
            Some("date") => return "2026-01-01".to_owned(),
            Some("uri") => return "https://example.com/".to_owned(),
            Some("email") => return "someone@example.com".to_owned(),
            _ => {}
        }
        let scene = story::scene(self.prompt, self.item);
        let name = name.to_lowercase();
        let text = if name.contains("title") || name.contains("name") || name.contains("heading") {
            scene.title
        } else if name.contains("logline") || name.contains("summary") || name.contains("premise") {
            story::quote(self.prompt)
        } else if name == "id" || name.ends_with("_id") {
            format!("{name}-{}", self.item)
        } else {
            scene.description
        };
        let length = |key: &str| {
            let length = schema.get(key)?.as_u64()?;
            usize::try_from(length).ok()
        };
        let mut text: String = match length("maxLength") {
            Some(most) => text.chars().take(most).collect(),
            None => text,
        };
        let short = length("minLength").unwrap_or(0).min(10_000);
        while text.chars().count() < short {
            text.push('.');
        }
        text
    }

    fn number(&mut self, schema: &Value, name: &str) -> f64 {
        let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
        let least = bound("minimum").or_else(|| bound("exclusiveMinimum").map(|bound| bound + 1.0));
        let most = bound("maximum").or_else(|| bound("exclusiveMaximum").map(|bound| bound - 1.0));
        let name = name.to_lowercase();
        let natural = if name.contains("duration") || name.contains("seconds") {
            6.0
        } else if name.contains("number") || name.contains("index") || name == "id" {
            self.item as f64
        } else {
            (1 + self.chance.below(9)) as f64
        };
        natural
            .max(least.unwrap_or(f64::MIN))
            .min(most.unwrap_or(f64::MAX))
    }
}

/// The type of a schema in small letters; the first that is not null when there are several.
fn kind(schema: &Value) -> String {
    let named = match schema.get("type") {
        Some(Value::String(name)) => Some(name.as_str()),
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .find(|name| *name != "null"),
        _ => None,
    };
    match named {
        Some(name) => name.to_lowercase(),
        None if schema.get("properties").is_some() => "object".to_owned(),
        None if schema.get("items").is_some() => "array".to_owned(),
        None => "string".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::sample;

    #[test]
    fn a_sample_has_the_shape_that_the_schema_asks_for() {
        let schema = json!({
            "type": "object",
            "properties": {
                "title": {"type": "string", "maxLength": 5},
                "mood": {"enum": ["calm", "wild"]},
                "scenes": {"type": "array", "minItems": 4, "maxItems": 6, "items": {"$ref": "#/$defs/Scene"}}
            },
            "required": ["title", "scenes"],
            "$defs": {"Scene": {"type": "object", "properties": {
                "number": {"type": "integer", "minimum": 1},
                "length": {"type": "number", "maximum": 2.5},
                "text": {"type": ["null", "string"], "minLength": 3}
            }}}
        });
        let value = sample(&schema, "A fox. 5 scenes.");
        assert_eq!(value["mood"], "calm");
        assert!(
            value["title"]
                .as_str()
                .is_some_and(|title| title.chars().count() <= 5)
        );
        let scenes = value["scenes"].as_array().expect("an array");
        assert_eq!(scenes.len(), 5);
        for (index, scene) in scenes.iter().enumerate() {
            assert_eq!(scene["number"], index + 1);
            assert!(scene["length"].as_f64().is_some_and(|length| length <= 2.5));
            assert!(scene["text"].as_str().is_some_and(|text| text.len() >= 3));
        }
    }

    #[test]
    fn gemini_types_in_capitals_are_understood() {
        let schema = json!({"type": "OBJECT", "properties": {"tags": {"type": "ARRAY", "items": {"type": "STRING"}}}});
        let value = sample(&schema, "A fox");
        assert!(value["tags"][0].is_string());
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let schema = json!({"type": "object", "properties": {"child": {"$ref": "#"}}});
        assert!(sample(&schema, "A fox")["child"]["child"].is_object());
        let circle = json!({"$ref": "#"});
        assert!(sample(&circle, "A fox").is_string());
    }

    #[test]
    fn wide_and_deep_schemas_stay_small() {
        let mut schema = json!({"type": "integer"});
        for _ in 0..8 {
            schema = json!({"type": "array", "items": schema, "minItems": 50});
        }
        assert!(sample(&schema, "20 scenes").to_string().len() < 100_000);
    }
}
