//! The parameters that stand in addresses.

use serde_json::{Map, Value, json};

/// Puts the parameters of an address before those that a handler has named.
pub(super) fn add(path: &str, operation: &mut Map<String, Value>) {
    let mut parameters: Vec<Value> = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(describe)
        .collect();
    if let Some(Value::Array(named)) = operation.remove("parameters") {
        parameters.extend(named);
    }
    if !parameters.is_empty() {
        operation.insert("parameters".to_owned(), json!(parameters));
    }
}

fn describe(name: &str) -> Value {
    let (about, schema) = match name {
        "provider" => (
            "The provider",
            json!({ "$ref": "#/components/schemas/ProviderId" }),
        ),
        "operation" => (
            "The operation",
            json!({ "$ref": "#/components/schemas/Operation" }),
        ),
        "kind" => (
            "Whose: one's own, or the instance's",
            json!({ "type": "string", "enum": ["user", "instance"] }),
        ),
        "period" => (
            "How long it lasts",
            json!({ "$ref": "#/components/schemas/BudgetPeriod" }),
        ),
        _ => ("Its id", json!({ "type": "string" })),
    };
    json!({ "name": name, "in": "path", "required": true, "description": about, "schema": schema })
}
