//! Who is answered what. Every call of the API, every server function and every form is asked by
//! everybody, about what is theirs, what is somebody else's and what is not there; what comes back
//! must be what `docs/authorization.md` says. A call that is not in that table fails the test, and so
//! does a row without a call.

use super::{
    bodies,
    subject::{Kind, Subject},
    world::{Answer, Person, World},
};
use domain::account::OrganizationRole;
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

const TABLE: &str = "docs/authorization.md";
/// What anybody may call who is not signed in.
const OPEN: [&str; 8] = [
    "POST /auth/sign-up",
    "POST /auth/sign-in",
    "POST /auth/sign-out",
    "GET /openapi.json",
    "part /api/v1/docs",
    "fn sign_up",
    "fn sign_in",
    "fn sign_out",
];

/// Something that can be asked.
enum Call {
    Api {
        method: String,
        path: String,
        operation: &'static Value,
    },
    Function(String),
    Form(String),
    Part(String),
}

impl Call {
    fn name(&self) -> String {
        match self {
            Self::Api { method, path, .. } => format!("{method} {path}"),
            Self::Function(name) => format!("fn {name}"),
            Self::Form(path) => format!("form {path}"),
            Self::Part(path) => format!("part {path}"),
        }
    }

    /// What has to be there for it.
    fn needs(&self) -> Kind {
        let name = self.name();
        let of_batch = ["/plan/pause", "/plan/resume", "/plan/cancel", "/plan/retry"];
        let of_account = ["/sessions/", "/tokens/", "/accounts/"];
        if ["member", "invitation"]
            .iter()
            .any(|part| name.contains(part))
        {
            Kind::Shared
        } else if of_account.iter().any(|part| name.contains(part)) {
            Kind::Account
        } else if of_batch.iter().any(|end| name.ends_with(end))
            || name.contains("/generations/{")
            || name.contains("/outputs/{")
            || name.contains("generation_")
        {
            Kind::Made
        } else {
            Kind::Plain
        }
    }

    fn changes(&self) -> bool {
        !matches!(self, Self::Api { method, .. } if method == "GET")
            && !matches!(self, Self::Part(_))
    }

    /// Whether what is asked for depends on the ids that are sent.
    fn is_about(&self, person: &Person) -> bool {
        let nothing = Subject::nothing();
        let other = Subject::other();
        match self {
            Self::Api {
                path, operation, ..
            } => {
                other.fill(path) != nothing.fill(path)
                    || bodies::of_call(operation, &other) != bodies::of_call(operation, &nothing)
            }
            Self::Function(name) => {
                bodies::of_function(name, &other) != bodies::of_function(name, &nothing)
            }
            Self::Form(path) => {
                other.fill(path) != nothing.fill(path)
                    || bodies::of_form(path, &other, person)
                        != bodies::of_form(path, &nothing, person)
            }
            Self::Part(path) => other.fill(path) != nothing.fill(path),
        }
    }

    async fn ask(&self, world: &World, person: &Person, of: &Subject) -> Answer {
        match self {
            Self::Api {
                method,
                path,
                operation,
            } => {
                let body = bodies::of_call(operation, of);
                let path = of.fill(&format!("/api/v1{path}"));
                let path = if path.ends_with("/history") {
                    format!("{path}?field=operations.image.provider")
                } else {
                    path
                };
                world.ask(person, method, &path, body.as_ref()).await
            }
            Self::Function(name) => {
                let body = bodies::of_function(name, of)
                    .unwrap_or_else(|| panic!("say in bodies.rs what is sent to {name}"));
                world
                    .ask(person, "POST", &format!("/fn/{name}"), Some(&body))
                    .await
            }
            Self::Form(path) => {
                let form = bodies::of_form(path, of, person)
                    .unwrap_or_else(|| panic!("say in bodies.rs what {path} is filled in with"));
                world.fill_in(person, &of.fill(path), &form).await
            }
            Self::Part(path) => {
                let path = format!("{}?for={}", of.fill(path), person.id);
                world.ask(person, "GET", &path, None).await
            }
        }
    }
}

/// Things to ask for, kept until an answer may have taken them away.
#[derive(Default)]
struct Subjects(BTreeMap<Kind, Subject>);

impl Subjects {
    /// What `owner` owns and `viewer` may only look at.
    async fn get(&mut self, world: &World, owner: &Person, viewer: &Person, kind: Kind) -> Subject {
        if let Some(kept) = self.0.get(&kind) {
            return kept.clone();
        }
        let subject = Subject::new(world, owner, kind).await;
        let path = format!("/api/v1/projects/{}/members/{}", subject.project, viewer.id);
        let role = serde_json::json!({ "role": "viewer" });
        let set = world.ask(owner, "PUT", &path, Some(&role)).await;
        assert!(set.status < 300, "{path}: {}", set.body);
        self.0.insert(kind, subject.clone());
        subject
    }
}

/// Every call of the API, every server function, every form and part of a page.
fn calls() -> Vec<Call> {
    let document = server::api::document();
    let mut calls = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        // What is taken away is stored before.
        let mut operations: Vec<_> = item.as_object().unwrap().iter().collect();
        operations.sort_by_key(|(method, _)| *method == "delete");
        for (method, operation) in operations {
            calls.push(Call::Api {
                method: method.to_uppercase(),
                path: path.clone(),
                operation,
            });
        }
    }
    let mut functions: Vec<String> = server_fn::axum::server_fn_paths()
        .map(|(path, _)| path.trim_start_matches("/fn/").to_owned())
        .collect();
    functions.sort();
    calls.extend(functions.into_iter().map(Call::Function));
    // Its address stands under a name there.
    calls.push(Call::Form("/account".to_owned()));
    for (path, method) in served() {
        calls.push(match method.as_str() {
            "post" => Call::Form(path),
            _ => Call::Part(path),
        });
    }
    calls
}

/// The addresses of forms and parts, as `src/served` mounts them.
fn served() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/served")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let text = fs::read_to_string(path).unwrap();
            for mounted in text.split(".route(").skip(1) {
                if !mounted.trim_start().starts_with('"') {
                    continue;
                }
                let mut parts = mounted.trim_start().splitn(3, '"');
                let path = parts.nth(1).unwrap_or_default().to_owned();
                let rest = parts.next().unwrap_or_default();
                let method = rest.trim_start_matches([',', ' ', '\n']);
                let method = method.split('(').next().unwrap_or_default();
                found.insert(path, method.to_owned());
            }
        }
    }
    assert!(found.len() > 5, "{found:?}");
    found
}

/// What an answer says, in a word: its status, or what became of a form.
fn cell(answer: &Answer) -> String {
    if let Some(location) = &answer.location {
        let outcome = location.split("outcome=").nth(1);
        return match outcome {
            Some(outcome) => outcome
                .split(['&', '#'])
                .next()
                .unwrap_or_default()
                .to_owned(),
            None => location.split('?').next().unwrap_or_default().to_owned(),
        };
    }
    // A preview answers what stands in the way as its result.
    let json = answer.json();
    let code = json["Err"]["code"].as_str().or(json["code"].as_str());
    match code {
        Some(code) if !["UNAUTHENTICATED", "FORBIDDEN"].contains(&code) => code.to_owned(),
        _ => answer.status.to_string(),
    }
}

/// Whether an answer lets nobody in.
fn refuses(cell: &str) -> bool {
    ["401", "403", "404", "NOT_FOUND", "/sign-in"].contains(&cell) || cell.ends_with("gone")
}

/// The rows of the table by their calls.
fn table() -> BTreeMap<String, String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(TABLE)).unwrap();
    text.lines()
        .filter_map(|line| {
            let name = line.strip_prefix("| `")?.split('`').next()?;
            Some((name.to_owned(), line.to_owned()))
        })
        .collect()
}

#[tokio::test]
async fn everybody_is_answered_as_the_table_says() {
    let world = World::new().await;
    let operator = world.person("operator").await;
    let owner = world.person("owner").await;
    let viewer = world.person("viewer").await;
    let member = world.person("member").await;
    let admin = world.person("admin").await;
    let stranger = world.person("stranger").await;
    world
        .found(
            world.organization.as_str(),
            &owner,
            &[
                (&viewer, OrganizationRole::Member),
                (&member, OrganizationRole::Member),
                (&admin, OrganizationRole::Admin),
            ],
        )
        .await;
    world.found("elsewhere", &stranger, &[]).await;
    let reader = world.with_token(&owner, &["read"]).await;
    let disabled = world.person("disabled").await;
    let path = format!("/api/v1/admin/accounts/{}", disabled.id);
    let wish = serde_json::json!({ "disabled": true });
    let answer = world.ask(&operator, "PATCH", &path, Some(&wish)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    // The owner comes last: an answer may take away what is asked for.
    let people = [
        world.nobody(),
        stranger,
        disabled,
        operator,
        viewer.clone(),
        member,
        admin,
        reader,
        owner.clone(),
    ];

    let mut expected = table();
    let mut wrong = Vec::new();
    let mut subjects = Subjects::default();
    for call in calls() {
        let name = call.name();
        let row = if OPEN.contains(&name.as_str()) {
            let answer = call.ask(&world, &people[0], &Subject::nothing()).await;
            format!("| `{name}` | {} | | | | | | | | | |", cell(&answer))
        } else {
            let mut cells = Vec::new();
            let mut answers = Vec::new();
            for person in &people {
                let of = subjects.get(&world, &owner, &viewer, call.needs()).await;
                let answer = call.ask(&world, person, &of).await;
                if name.ends_with("/leave") {
                    world.join(&people[4], OrganizationRole::Member).await;
                    world.join(&people[5], OrganizationRole::Member).await;
                    world.join(&people[6], OrganizationRole::Admin).await;
                }
                assert_ne!(answer.status, 500, "{name}: {}", answer.body);
                if call.changes() && !refuses(&cell(&answer)) {
                    subjects = Subjects::default();
                }
                cells.push(cell(&answer));
                answers.push(answer);
            }
            let missing = call.ask(&world, &owner, &Subject::nothing()).await;
            if !refuses(&cells[0]) {
                wrong.push(format!("{name} is open to everybody: {}", cells[0]));
            }
            let foreign = &answers[1];
            let lets_in = !refuses(&cells[1]) && foreign.body != "[]";
            if call.is_about(&people[1]) && (lets_in || foreign.differs_from(&missing)) {
                wrong.push(format!(
                    "{name} tells a stranger what is there: {} {}, and {} where nothing is",
                    cells[1], foreign.body, missing.body
                ));
            }
            cells.push(cell(&missing));
            format!("| `{name}` | {} |", cells.join(" | "))
        };
        match expected.remove(&name) {
            Some(line) if line == row => {}
            Some(line) => wrong.push(format!("{row}\nbut the table says\n{line}")),
            None => wrong.push(format!("{row}\nis not in the table")),
        }
    }
    wrong.extend(
        expected
            .into_values()
            .map(|row| format!("{row}\nhas no call")),
    );
    assert!(wrong.is_empty(), "{TABLE}:\n{}", wrong.join("\n"));
}
