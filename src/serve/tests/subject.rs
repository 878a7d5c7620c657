//! What is asked for: things that one person owns, made anew for each question, as an answer may take
//! them away; or ids of nothing.

use super::world::{Person, World};
use domain::account::OrganizationRole;
use serde_json::json;
use std::time::Duration;

/// An id that nothing has.
const NOTHING: &str = "01980000-0000-7000-8000-000000000000";

/// The ids to put into addresses and bodies.
#[derive(Clone)]
pub struct Subject {
    pub project: String,
    pub item: String,
    pub generation: String,
    pub output: String,
    pub organization: String,
    pub session: String,
    pub token: String,
    pub account: String,
    pub invitation: String,
}

/// What is made for a question, beside a project with something planned and budgets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Nothing more.
    Plain,
    /// A picture and a batch, which take a while.
    Made,
    /// A session and a token of the owner, and somebody else's account.
    Account,
    /// Another member, and an invitation that nobody has accepted.
    Shared,
}

impl Subject {
    /// Ids of nothing.
    pub fn nothing() -> Self {
        Self::all(NOTHING)
    }

    /// Other ids of nothing.
    pub fn other() -> Self {
        Self::all("01980000-0000-7000-8000-000000000001")
    }

    fn all(id: &str) -> Self {
        Self {
            project: id.to_owned(),
            item: id.to_owned(),
            generation: id.to_owned(),
            output: id.to_owned(),
            organization: id.to_owned(),
            session: id.to_owned(),
            token: id.to_owned(),
            account: id.to_owned(),
            invitation: id.to_owned(),
        }
    }

    /// A project of the organization with something planned and something made in it.
    pub async fn new(world: &World, owner: &Person, kind: Kind) -> Self {
        let body = json!({ "name": "Film", "organization_id": world.organization });
        let project = id_of(world, owner, "/api/v1/projects", &body).await;
        let items = json!({ "items": [
            { "step": "scenes", "provider": "kie", "input": { "prompt": "A lighthouse" } },
        ] });
        let plan = format!("/api/v1/projects/{project}/plan");
        let planned = world.ask(owner, "POST", &plan, Some(&items)).await;
        let item = planned.json()["ids"][0].as_str().unwrap().to_owned();
        let (generation, output) = if kind == Kind::Made {
            let made = picture(world, owner, &project).await;
            batch(world, owner, &plan).await;
            made
        } else {
            (NOTHING.to_owned(), NOTHING.to_owned())
        };
        let (session, token, mut account) = if kind == Kind::Account {
            account(world, owner).await
        } else {
            (NOTHING.to_owned(), NOTHING.to_owned(), NOTHING.to_owned())
        };
        let mut invitation = NOTHING.to_owned();
        if kind == Kind::Shared {
            let somebody = world.person(&format!("member-{project}")).await;
            world.join(&somebody, OrganizationRole::Member).await;
            account = somebody.id.to_string();
            invitation = world
                .invite(&format!("guest-{project}@example.com"), owner)
                .await;
        }
        for kind in ["user", "projects", "organizations"] {
            let whose = match kind {
                "projects" => format!("/{project}"),
                "organizations" => format!("/{}", world.organization),
                _ => String::new(),
            };
            let path = format!("/api/v1/budgets/{kind}{whose}/daily");
            let limit = json!({ "limit_micro_usd": 1_000_000_000 });
            let set = world.ask(owner, "PUT", &path, Some(&limit)).await;
            assert_eq!(set.status, 200, "{path}: {}", set.body);
        }
        Self {
            project,
            item,
            generation,
            output,
            organization: world.organization.to_string(),
            session,
            token,
            account,
            invitation,
        }
    }

    /// An address with its ids. What `{id}` stands for is said by what comes before it.
    pub fn fill(&self, address: &str) -> String {
        let id = [
            ("/generations/", &self.generation),
            ("/outputs/", &self.output),
            ("/organizations/", &self.organization),
            ("/sessions/", &self.session),
            ("/tokens/", &self.token),
            ("/accounts/", &self.account),
            ("/projects/", &self.project),
        ]
        .into_iter()
        .find(|(before, _)| address.contains(&format!("{before}{{id}}")))
        .map_or("", |(_, id)| id.as_str());
        address
            .replace("{id}", id)
            .replace("{member}", &self.account)
            .replace("{invitation}", &self.invitation)
            .replace("{project}", &self.project)
            .replace("{organization}", &self.organization)
            .replace("{item}", &self.item)
            .replace("{provider}", "kie")
            .replace("{operation}", "video")
            .replace("{kind}", "user")
            .replace("{period}", "daily")
    }
}

async fn id_of(world: &World, owner: &Person, path: &str, body: &serde_json::Value) -> String {
    let made = world.ask(owner, "POST", path, Some(body)).await;
    let json = made.json();
    let id = json["id"].as_str();
    id.unwrap_or_else(|| panic!("{path}: {}", made.body))
        .to_owned()
}

/// A picture that was made in a project: its generation and its file.
async fn picture(world: &World, owner: &Person, project: &str) -> (String, String) {
    let key = json!({ "key": "sandbox-1234567890abcdef1234" });
    let stored = world
        .ask(owner, "PUT", "/api/v1/keys/kie", Some(&key))
        .await;
    assert_eq!(stored.status, 200, "{}", stored.body);
    let wanted = json!({
        "operation": "image",
        "provider": "kie",
        "project_id": project,
        "input": { "prompt": "A lighthouse at dusk" },
    });
    let generation = id_of(world, owner, "/api/v1/generations", &wanted).await;
    let path = format!("/api/v1/generations/{generation}");
    for _ in 0..600 {
        let now = world.ask(owner, "GET", &path, None).await.json();
        if let Some(output) = now["outputs"][0]["id"].as_str() {
            return (generation, output.to_owned());
        }
        assert_ne!(now["status"], "failed", "{now}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the picture was not made");
}

/// A batch that has come to its end.
async fn batch(world: &World, owner: &Person, plan: &str) {
    let seen = world.ask(owner, "GET", plan, None).await.json();
    let start = json!({ "agreed": seen["agreed"] });
    let started = world
        .ask(owner, "POST", &format!("{plan}/start"), Some(&start))
        .await;
    assert_eq!(started.status, 202, "{}", started.body);
    for _ in 0..600 {
        let now = world.ask(owner, "GET", plan, None).await.json();
        if now["batch"]["state"] == "done" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the batch has no end");
}

/// Another session and a token of the owner, and the account of somebody else.
async fn account(world: &World, owner: &Person) -> (String, String, String) {
    world.sign_in_again("owner").await;
    let sessions = world.ask(owner, "GET", "/api/v1/sessions", None).await;
    let sessions = sessions.json();
    let session = sessions["data"].as_array().unwrap().iter();
    let session = session.rev().find(|session| session["current"] == false);
    let session = session.unwrap()["id"].as_str().unwrap().to_owned();
    let wish = json!({ "name": "Night", "scopes": ["read"] });
    let token = id_of(world, owner, "/api/v1/tokens", &wish).await;
    let somebody = world.person(&format!("somebody-{token}")).await;
    (session, token, somebody.id.to_string())
}
