//! The calls of the API, by their areas.

use super::{entries, items, prose, schemas, text};
use leptos::prelude::*;
use serde_json::Value;

/// One call.
struct Call {
    path: &'static str,
    method: String,
    operation: &'static Value,
}

/// The calls of one area.
pub struct Area {
    name: &'static str,
    about: &'static str,
    calls: Vec<Call>,
}

/// Every area with its calls.
pub fn areas(document: &'static Value) -> Vec<Area> {
    items(&document["tags"])
        .map(|tag| Area {
            name: text(&tag["name"]),
            about: text(&tag["description"]),
            calls: calls_of(document, text(&tag["name"])),
        })
        .collect()
}

fn calls_of(document: &'static Value, area: &str) -> Vec<Call> {
    entries(&document["paths"])
        .flat_map(|(path, item)| {
            entries(item).map(move |(method, operation)| Call {
                path,
                method: method.to_uppercase(),
                operation,
            })
        })
        .filter(|call| call.operation["tags"][0] == area)
        .collect()
}

impl Area {
    /// Its part of the table of contents.
    pub fn entry(&self) -> AnyView {
        let calls = self.calls.iter().map(|call| {
            let href = format!("#{}", call.id());
            view! {
                <li>
                    <a href=href>
                        <code>{call.title()}</code>
                    </a>
                    " " {text(&call.operation["summary"])}
                </li>
            }
        });
        view! {
            <li>
                {self.name} <ul>{calls.collect_view()}</ul>
            </li>
        }
        .into_any()
    }

    /// Its calls in full.
    pub fn view(&self, document: &'static Value) -> AnyView {
        let calls = self.calls.iter().map(|call| call.view(document));
        view! {
            <h2>{self.name}</h2>
            <p>{self.about}</p>
            {calls.collect_view()}
        }
        .into_any()
    }
}

impl Call {
    fn id(&self) -> &'static str {
        text(&self.operation["operationId"])
    }

    fn title(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn view(&self, document: &'static Value) -> AnyView {
        let operation = self.operation;
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        view! {
            <section class="call" aria-labelledby=self.id()>
                <h3 id=self.id()>
                    <code>{self.title()}</code>
                </h3>
                <p>{text(&operation["summary"])} "."</p>
                <p>{prose(&operation["description"])}</p>
                <p class="hint">{who(operation)}</p>
                {parameters(operation, &self.title())}
                {(!body.is_null())
                    .then(|| view! { <p>"Body: " {schemas::shape(body)}</p> })}
                <p>"Example:"</p>
                <pre>
                    <code>{self.example(document)}</code>
                </pre>
                {answers(operation, &self.title())}
            </section>
        }
        .into_any()
    }

    /// The call on a command line.
    fn example(&self, document: &'static Value) -> String {
        let by_token = items(&self.operation["security"]).any(|way| way["token"].is_array());
        let mut command = if by_token {
            String::from("curl -H \"Authorization: Bearer $TOKEN\"")
        } else {
            String::from("curl -b cookies.txt -c cookies.txt")
        };
        if self.method != "GET" {
            command.push_str(&format!(" -X {}", self.method));
            if !by_token {
                command.push_str(" -H \"Origin: $SITE\"");
            }
        }
        let body = &self.operation["requestBody"]["content"]["application/json"]["schema"];
        if let Some(example) = schemas::example(document, body) {
            command.push_str(" \\\n  -H 'Content-Type: application/json'");
            command.push_str(&format!(" \\\n  -d '{example}'"));
        }
        let path = self.path.replace('{', "$").replace('}', "");
        command.push_str(&format!(" \\\n  \"$SITE/api/v1{path}\""));
        command
    }
}

/// Who may send it, and how they come.
fn who(operation: &'static Value) -> String {
    let scope = items(&operation["security"]).find_map(|way| way["token"][0].as_str());
    let is_open = items(&operation["security"]).next().is_none();
    match scope {
        Some(scope) => format!("With a session, or a token with the scope {scope}."),
        None if is_open => "For everybody.".to_owned(),
        None => "With a session alone.".to_owned(),
    }
}

fn parameters(operation: &'static Value, of: &str) -> Option<AnyView> {
    let rows = items(&operation["parameters"]).map(|parameter| {
        let required = parameter["required"] == true;
        view! {
            <tr>
                <th scope="row">
                    <code>{text(&parameter["name"])}</code>
                </th>
                <td>{text(&parameter["in"])}</td>
                <td>{schemas::shape(&parameter["schema"])}</td>
                <td>{if required { "required" } else { "" }}</td>
                <td>{prose(&parameter["description"])}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    (!rows.is_empty()).then(|| {
        view! {
            <div class="scroll" tabindex="0" role="region" aria-label=format!("Parameters of {of}")>
                <table class="data">
                    <caption>"Parameters"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"Where"</th>
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

fn answers(operation: &'static Value, of: &str) -> AnyView {
    let rows = entries(&operation["responses"]).map(|(status, answer)| {
        let answer = server::api::resolve(answer);
        let kinds = entries(&answer["content"]).map(|(kind, content)| {
            let codes: Vec<&str> = entries(&content["examples"])
                .map(|(code, _)| code.as_str())
                .collect();
            if codes.is_empty() {
                view! { <code>{kind.as_str()}</code> " " {schemas::shape(&content["schema"])} }
                    .into_any()
            } else {
                view! { <code>{codes.join(", ")}</code> }.into_any()
            }
        });
        view! {
            <tr>
                <th scope="row">{status.as_str()}</th>
                <td>{prose(&answer["description"])}</td>
                <td>{kinds.collect_view()}</td>
            </tr>
        }
    });
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=format!("Answers of {of}")>
            <table class="data">
                <caption>"Answers"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Status"</th>
                        <th scope="col">"What"</th>
                        <th scope="col">"Body or codes"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
