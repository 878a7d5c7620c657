//! A server of one test with the people who ask: who owns what is asked for, and who does not.

use super::super::{embedded_sandbox, router};
use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use domain::{
    InvitationId, OrganizationId, UserId,
    account::{OrganizationRole, Plan},
    invitation::VALID_MILLIS,
};
use film_generator::shell::Bundle;
use serde_json::{Value, json};
use server::{
    app::App,
    config::{Config, PlaceOptions, ServeOptions},
    generation::worker,
    start::start,
};
use store::{
    invitations::{NewInvitation, Place, put},
    organizations::{NewOrganization, add_member, insert},
};
use tempfile::TempDir;
use tower::ServiceExt;

const MASTER_KEY: &str = "8f1d0c2b4a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f00f";
const ORIGIN: &str = "http://127.0.0.1:3000";

/// The running server.
pub struct World {
    app: App,
    router: Router,
    _data: TempDir,
    /// The organization that what is asked for belongs to.
    pub organization: OrganizationId,
}

/// Somebody who asks.
#[derive(Clone)]
pub struct Person {
    /// Their account; empty for nobody.
    pub id: UserId,
    /// What their requests carry beside their origin.
    headers: Vec<(&'static str, String)>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    /// Where a form leads to.
    pub location: Option<String>,
    /// Which methods are taken.
    pub allow: Option<String>,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// Whether somebody could tell the one from the other, beside the ids that they sent.
    pub fn differs_from(&self, other: &Self) -> bool {
        self.status != other.status || (self.location.is_none() && self.body != other.body)
    }
}

impl World {
    pub async fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let sandbox = embedded_sandbox().await.unwrap();
        let options = ServeOptions {
            place: PlaceOptions {
                data: Some(data.path().display().to_string()),
                ..PlaceOptions::default()
            },
            providers: Some(sandbox.origin().ascii_serialization()),
            ..ServeOptions::default()
        };
        let config = Config::from_parts(&options, |name| {
            (name == "FILM_MASTER_KEY").then(|| MASTER_KEY.to_owned())
        })
        .unwrap();
        let app = start(config, Some(&sandbox)).await.unwrap();
        tokio::spawn(worker::run(app.clone()));
        let bundle =
            Bundle::from_html(r#""/pkg/client.js" "/pkg/client.wasm" "/pkg/style.css""#).unwrap();
        Self {
            router: router(app.clone(), bundle),
            app,
            _data: data,
            organization: OrganizationId("studio".to_owned()),
        }
    }

    pub fn nobody(&self) -> Person {
        Person {
            id: UserId(String::new()),
            headers: Vec::new(),
        }
    }

    /// Somebody with a new account.
    pub async fn person(&self, name: &str) -> Person {
        let mut person = self.nobody();
        let body =
            json!({ "email": format!("{name}@example.com"), "password": "a long enough secret" });
        let request = self.request(&person, "POST", "/api/v1/auth/sign-up");
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let answer = request.body(Body::from(body.to_string())).unwrap();
        let answer = self.router.clone().oneshot(answer).await.unwrap();
        assert_eq!(answer.status(), 201);
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        person.headers.push(("cookie", cookie));
        let me = self.ask(&person, "GET", "/api/v1/me", None).await.json();
        person.id = UserId(me["user"]["id"].as_str().unwrap().to_owned());
        person
    }

    /// Begins another session of somebody.
    pub async fn sign_in_again(&self, name: &str) {
        let body =
            json!({ "email": format!("{name}@example.com"), "password": "a long enough secret" });
        let answer = self
            .ask(&self.nobody(), "POST", "/api/v1/auth/sign-in", Some(&body))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// Somebody as their access token with these scopes makes them.
    pub async fn with_token(&self, person: &Person, scopes: &[&str]) -> Person {
        let wish = json!({ "name": "Program", "scopes": scopes });
        let made = self
            .ask(person, "POST", "/api/v1/tokens", Some(&wish))
            .await
            .json();
        let token = made["token"].as_str().unwrap();
        Person {
            id: person.id.clone(),
            headers: vec![("authorization", format!("Bearer {token}"))],
        }
    }

    /// Makes an organization of these people, the first of whom owns it.
    pub async fn found(&self, id: &str, owner: &Person, others: &[(&Person, OrganizationRole)]) {
        let now = self.app.clock.now();
        let organization = NewOrganization {
            id: OrganizationId(id.to_owned()),
            name: id.to_owned(),
            plan: Plan::Premium,
            policy: "{}".to_owned(),
            created_at: now,
        };
        insert(&self.app.db, &organization, &owner.id)
            .await
            .unwrap();
        for (person, role) in others {
            add_member(&self.app.db, &organization.id, &person.id, *role, now)
                .await
                .unwrap();
        }
    }

    /// Takes somebody into the organization.
    pub async fn join(&self, person: &Person, role: OrganizationRole) {
        let now = self.app.clock.now();
        add_member(&self.app.db, &self.organization, &person.id, role, now)
            .await
            .unwrap();
    }

    /// Invites an address to the organization; the invitation's id. The brake on inviting is for people.
    pub async fn invite(&self, email: &str, by: &Person) -> String {
        let (id, now) = (InvitationId(self.app.ids.next()), self.app.clock.now());
        let new = NewInvitation {
            id: &id,
            place: Place::Organization(&self.organization),
            email,
            role: OrganizationRole::Member.as_str(),
            token_hash: id.as_str().as_bytes(),
            invited_by: &by.id,
            created_at: now,
            expires_at: now.plus_millis(VALID_MILLIS),
        };
        put(&self.app.db, &new).await.unwrap();
        id.to_string()
    }

    fn request(&self, person: &Person, method: &str, path: &str) -> axum::http::request::Builder {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("origin", ORIGIN);
        person
            .headers
            .iter()
            .fold(request, |request, (name, value)| {
                request.header(*name, value)
            })
    }

    /// Sends JSON.
    pub async fn ask(
        &self,
        person: &Person,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let request = self.request(person, method, path);
        let request = match body {
            Some(body) => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.send(request.unwrap()).await
    }

    /// Sends a form.
    pub async fn fill_in(&self, person: &Person, path: &str, form: &str) -> Answer {
        let request = self.request(person, "POST", path);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.to_owned())).unwrap())
            .await
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        let text = |name| {
            let value = answer.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let (location, allow) = (text(header::LOCATION), text(header::ALLOW));
        let streams = text(header::CONTENT_TYPE).is_some_and(|kind| kind.contains("event-stream"));
        let body = if streams {
            Vec::new()
        } else {
            axum::body::to_bytes(answer.into_body(), 64 << 20)
                .await
                .unwrap()
                .to_vec()
        };
        Answer {
            status,
            location,
            allow,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }
}
