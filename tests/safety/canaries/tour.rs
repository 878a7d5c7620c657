//! Uses the program with every secret: keys are given, tested, replaced, refused; everything is
//! generated; providers echo what they were sent.

use super::{
    secrets::{Secrets, key_slots},
    shown_once, walk,
};
use crate::{
    client::{Answer, Client},
    program::{Program, Sandbox},
    search::Place,
};
use domain::{Operation, ProviderId, provider::EndpointKind};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinHandle;

/// What is being done, and what was answered so far.
pub struct Tour<'a> {
    sandbox: &'a Sandbox,
    pub metrics_token: String,
    /// Somebody with a key in each slot.
    pub ada: Client,
    /// Somebody who uses the keys of ada's organization.
    pub bob: Client,
    /// Somebody who lives on the environment's keys.
    eve: Client,
    /// A key that no provider knows.
    refused: String,
    /// A key that is only tested.
    draft: String,
    /// What is typed where it does not belong.
    pub typed: String,
    pub project: String,
    pub studio: String,
    pub generation: String,
    pub output: String,
    places: Vec<Place>,
    streams: Vec<JoinHandle<Vec<u8>>>,
}

impl<'a> Tour<'a> {
    /// Two people come, and one of them gives a key for each slot.
    pub async fn begin(
        program: &Program,
        sandbox: &'a Sandbox,
        secrets: &mut Secrets,
        planted: &str,
    ) -> Self {
        let mut tour = Self {
            sandbox,
            metrics_token: secrets.metrics_token.clone(),
            ada: program.nobody(),
            bob: program.nobody(),
            eve: program.nobody(),
            refused: secrets.secret("a refused key", "sk-or-v1-CANARY-"),
            draft: secrets.secret("a key that is only tested", "sandbox-CANARY-"),
            typed: secrets.secret("what is typed in the wrong place", "sandbox-CANARY-"),
            project: String::new(),
            studio: String::new(),
            generation: String::new(),
            output: String::new(),
            places: Vec::new(),
            streams: Vec::new(),
        };
        for (client, name) in [
            (&mut tour.ada, "ada"),
            (&mut tour.bob, "bob"),
            (&mut tour.eve, "eve"),
        ] {
            let password = secrets.secret("a password", "CANARY ");
            let mut answer = client
                .sign_up(&format!("{name}@example.com"), &password)
                .await;
            // The one place in which a session may be handed over.
            answer.headers.remove("set-cookie");
            tour.places
                .push(place("POST /api/v1/auth/sign-up", &answer));
            let token = client.cookie.split_once('=').expect("a cookie").1;
            secrets.watch("a session", token.into());
        }
        let wrong = json!({ "email": "ada@example.com", "password": tour.typed });
        tour.ask("POST", "/api/v1/auth/sign-in", Some(&wrong)).await;
        let wrong = json!({ "email": tour.typed, "password": tour.typed });
        tour.ask("POST", "/api/v1/auth/sign-in", Some(&wrong)).await;
        tour.ask("POST", "/api/v1/auth/sign-up", Some(&wrong)).await;
        tour.streams.push(tour.ada.listen("/api/v1/events"));

        let endpoints: serde_json::Map<String, Value> = EndpointKind::ALL
            .into_iter()
            .filter(|kind| *kind != EndpointKind::Suno)
            .map(|kind| {
                let path = kind.as_str().replace('_', "-");
                let address = format!("{}/modal/{path}", sandbox.origin());
                (kind.as_str().to_owned(), address.into())
            })
            .collect();
        let patch = json!({ "endpoints": endpoints, "preferences": { "prefer_own_keys": true } });
        tour.must("PATCH", "/api/v1/settings", Some(&patch)).await;
        let (key, secret) = (
            secrets.secret("ada's modal key", "wk-sandbox-CANARY-"),
            secrets.secret("ada's modal secret", "ws-sandbox-CANARY-"),
        );
        let pair = json!({ "key": key, "secret": secret });
        tour.must("PUT", "/api/v1/keys/modal", Some(&pair)).await;
        for slot in key_slots() {
            let former = secrets.secret(&format!("ada's former {slot} key"), "sandbox-CANARY-");
            let key = secrets.secret(&format!("ada's {slot} key"), "sandbox-CANARY-");
            let path = format!("/api/v1/keys/{slot}");
            tour.must("PUT", &path, Some(&json!({ "key": former })))
                .await;
            let by_page = json!({ "provider": slot, "key": key, "secret": null });
            tour.must("POST", "/fn/key_put", Some(&by_page)).await;
        }
        tour.studio = shown_once::an_organization(&mut tour, secrets).await;
        shown_once::a_token(&mut tour, secrets).await;
        shown_once::a_second_factor(&mut tour, secrets).await;
        let project = json!({ "name": planted });
        let project = tour.must("POST", "/api/v1/projects", Some(&project)).await;
        tour.project = project["id"].as_str().expect("an id").to_owned();
        tour
    }

    /// Asks as ada and keeps what is answered.
    pub async fn ask(&mut self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let answer = self.ada.send(method, path, body).await;
        self.keep(format!("{method} {path}"), &answer);
        answer
    }

    /// As [`Self::ask`], for what has to work.
    pub async fn must(&mut self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let answer = self.ask(method, path, body).await;
        assert!(answer.status < 300, "{method} {path}: {}", answer.text());
        answer.json()
    }

    pub fn keep(&mut self, name: String, answer: &Answer) {
        self.places.push(Place {
            name,
            bytes: answer.whole(),
        });
    }

    /// Every operation at every provider, with ada's keys; and with the environment's, for bob.
    pub async fn generate_everything(&mut self) {
        let wish = json!({ "operation": "image", "provider": "gemini", "project_id": self.project,
            "input": { "prompt": "A harbour" } });
        self.generation = self.started(&wish).await;
        let done = self.ended(&self.generation.clone()).await;
        assert_eq!(done["status"], "succeeded", "{done}");
        done["outputs"][0]["id"]
            .as_str()
            .expect("an output")
            .clone_into(&mut self.output);
        let ended = self.everything().await;
        let good = ended.iter().filter(|done| done["status"] == "succeeded");
        assert_eq!(good.count(), ended.len(), "{ended:#?}");
        for (who, payer) in [
            (self.bob.clone(), "organization"),
            (self.eve.clone(), "instance"),
        ] {
            for operation in Operation::ALL {
                let provider = ProviderId::serving(operation)[0];
                let wish = json!({ "operation": operation, "provider": provider,
                    "input": input(operation, DOT, false) });
                let answer = who.send("POST", "/api/v1/generations", Some(&wish)).await;
                assert_eq!(answer.status, 202, "{}", answer.text());
                assert_eq!(answer.json()["resolution"]["payer"], payer);
                self.keep("POST /api/v1/generations".to_owned(), &answer);
            }
        }
    }

    /// The same, while providers answer with the key that they were sent.
    pub async fn meet_echoes(&mut self) {
        for status in [400, 401, 200] {
            let fault = json!({ "path": "/", "status": status, "answer": "echo" });
            self.sandbox.fault(&fault).await;
            let ended = self.everything().await;
            let bad = ended.iter().filter(|done| done["status"] != "succeeded");
            assert_eq!(bad.count(), ended.len(), "{ended:#?}");
        }
        for path in [
            "/api/v1/keys/{}/test",
            "/api/v1/providers/{}/models?operation=llm&refresh=1",
        ] {
            for slot in key_slots() {
                let path = path.replace("{}", slot.as_str());
                let method = if path.ends_with("test") {
                    "POST"
                } else {
                    "GET"
                };
                self.ask(method, &path, None).await;
            }
        }
        self.sandbox.heal().await;
    }

    /// Keys that are tested, wrong, replaced and brought back.
    pub async fn look_at_keys(&mut self) {
        let path = "/api/v1/keys/openrouter";
        let draft = json!({ "key": self.draft });
        self.ask("POST", &format!("{path}/test"), Some(&draft))
            .await;
        let wrong = json!({ "key": format!("{} and more", self.draft) });
        self.ask("PUT", path, Some(&wrong)).await;
        let wrong = json!({ "key": format!("····{}", self.draft) });
        self.ask("PUT", path, Some(&wrong)).await;
        let refused = json!({ "key": self.refused });
        self.must("PUT", path, Some(&refused)).await;
        let wish = json!({ "operation": "llm", "provider": "openrouter",
            "input": { "prompt": "A lighthouse" } });
        let id = self.started(&wish).await;
        let failed = self.ended(&id).await;
        assert_eq!(failed["error"]["reason"], "bad_key", "{failed}");
        self.must("POST", &format!("{path}/undo"), None).await;
        let endpoint = format!("http://example.com/?key={}", self.typed);
        let patch = json!({ "endpoints": { "image": endpoint } });
        let answer = self.ask("PATCH", "/api/v1/settings", Some(&patch)).await;
        assert_eq!(answer.status, 422);
    }

    /// Each address of the inventory, asked rightly and wrongly.
    pub async fn walk_everywhere(&mut self) {
        walk::everywhere(self).await;
    }

    /// What was answered, and the streams that are still open.
    pub fn end(self) -> (Vec<Place>, Vec<JoinHandle<Vec<u8>>>) {
        (self.places, self.streams)
    }

    async fn everything(&mut self) -> Vec<Value> {
        let mut started = Vec::new();
        for operation in Operation::ALL {
            for &provider in ProviderId::serving(operation) {
                if provider == ProviderId::ClaudeCli {
                    continue;
                }
                let needs_picture = provider == ProviderId::ModalEdit;
                let input = input(operation, &self.output, needs_picture);
                let wish = json!({ "operation": operation, "provider": provider,
                    "project_id": self.project, "input": input });
                started.push(self.started(&wish).await);
            }
        }
        let mut ended = Vec::new();
        for id in started {
            ended.push(self.ended(&id).await);
        }
        ended
    }

    async fn started(&mut self, wish: &Value) -> String {
        let answer = self.must("POST", "/api/v1/generations", Some(wish)).await;
        answer["id"].as_str().expect("an id").to_owned()
    }

    async fn ended(&mut self, id: &str) -> Value {
        let path = format!("/api/v1/generations/{id}");
        for _ in 0..1200 {
            let now = self.ada.get(&path).await;
            let status = now.json()["status"].as_str().map(str::to_owned);
            let is_over = |status: &str| ["succeeded", "failed", "unknown"].contains(&status);
            if status.as_deref().is_some_and(is_over) {
                self.keep(format!("GET {path}"), &now);
                self.ask("GET", &format!("{path}/events"), None).await;
                return now.json();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the generation {id} has no end");
    }
}

/// A picture of one point.
const DOT: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn place(name: &str, answer: &Answer) -> Place {
    Place {
        name: name.to_owned(),
        bytes: answer.whole(),
    }
}

fn input(operation: Operation, picture: &str, needs_picture: bool) -> Value {
    match operation {
        Operation::Llm => json!({ "prompt": "A lighthouse" }),
        Operation::Image if needs_picture => {
            json!({ "prompt": "The same, at night", "reference_images": [picture] })
        }
        Operation::Image => json!({ "prompt": "A harbour" }),
        Operation::Video => json!({ "prompt": "Waves", "image": picture }),
        Operation::Tts => json!({ "text": "Come home." }),
        Operation::Music => json!({ "prompt": "Calm strings", "instrumental": true }),
    }
}
