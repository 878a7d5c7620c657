//! The schemas of the API: in a word where they are used, and in full at the page's end.

use super::{entries, items, prose, text};
use leptos::prelude::*;
use serde_json::Value;

/// A schema in a word, with links to those that have a name.
pub fn shape(schema: &'static Value) -> AnyView {
    if let Some(name) = name(schema) {
        let href = format!("#schema-{name}");
        return view! { <a href=href>{name}</a> }.into_any();
    }
    let options: Vec<&Value> = ["oneOf", "anyOf", "allOf"]
        .into_iter()
        .flat_map(|key| items(&schema[key]))
        .collect();
    if !options.is_empty() {
        let options = options.into_iter().enumerate().map(|(number, option)| {
            let before = if number == 0 { "" } else { " or " };
            view! { {before} {shape(option)} }
        });
        return options.collect_view().into_any();
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values.iter().map(plain).collect();
        return view! { <code>{values.join(", ")}</code> }.into_any();
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(plain).collect::<Vec<_>>().join(" or "),
        kind => plain(kind),
    };
    if kinds.starts_with("array") {
        return view! { {kinds} " of " {shape(&schema["items"])} }.into_any();
    }
    let values = &schema["additionalProperties"];
    if values.is_object() {
        return view! { "object of " {shape(values)} }.into_any();
    }
    match text(&schema["format"]) {
        "" if kinds.is_empty() => "anything".into_any(),
        "" => kinds.into_any(),
        format => format!("{kinds} ({format})").into_any(),
    }
}

/// The name of a schema that is described elsewhere.
fn name(schema: &'static Value) -> Option<&'static str> {
    text(&schema["$ref"])
        .rsplit('/')
        .next()
        .filter(|name| !name.is_empty())
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The example of a body.
pub fn example(document: &'static Value, schema: &'static Value) -> Option<&'static Value> {
    let options = std::iter::once(schema).chain(items(&schema["oneOf"]));
    options
        .filter_map(name)
        .map(|name| &document["components"]["schemas"][name]["example"])
        .find(|example| !example.is_null())
}

/// Every schema that has a name.
pub fn all(document: &'static Value) -> AnyView {
    entries(&document["components"]["schemas"])
        .map(|(name, schema)| {
            let id = format!("schema-{name}");
            let members = members(schema, name);
            view! {
                <section class="schema" aria-labelledby=id.clone()>
                    <h3 id=id.clone()>{name.as_str()}</h3>
                    <p>{prose(&schema["description"])}</p>
                    {match members {
                        Some(members) => members,
                        None => view! { <p>{shape(schema)}</p> }.into_any(),
                    }}
                </section>
            }
        })
        .collect_view()
        .into_any()
}

/// The members of an object; `None` for what has none.
fn members(schema: &'static Value, of: &str) -> Option<AnyView> {
    let parts: Vec<&Value> = std::iter::once(schema)
        .chain(items(&schema["allOf"]))
        .collect();
    let rows = parts.iter().copied().flat_map(|part| {
        entries(&part["properties"]).map(move |(name, member)| {
            let required = items(&part["required"]).any(|one| one == name.as_str());
            view! {
                <tr>
                    <th scope="row">
                        <code>{name.as_str()}</code>
                    </th>
                    <td>{shape(member)}</td>
                    <td>{if required { "required" } else { "" }}</td>
                    <td>{prose(&member["description"])}</td>
                </tr>
            }
        })
    });
    let rows = rows.collect_view();
    let with = parts.iter().copied().filter_map(name).map(|name| {
        let href = format!("#schema-{name}");
        view! { <p>"With the members of " <a href=href>{name}</a> "."</p> }
    });
    let with = with.collect_view();
    (!rows.is_empty()).then(|| {
        view! {
            {with}
            <div class="scroll" tabindex="0" role="region" aria-label=format!("Members of {of}")>
                <table class="data">
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"Kind"</th>
                            <th scope="col">"Needed"</th>
                            <th scope="col">"What"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    })
}
