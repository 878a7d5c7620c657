//! Somebody with an account, a budget and keys, who saves settings and asks for generations, also
//! while the server dies under their hands.

use crate::{
    Broken,
    check::Saved,
    client::{Client, Reply},
};
use http::Method;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A person at one server.
#[derive(Debug, Clone)]
pub struct Person {
    client: Client,
    origin: String,
}

/// What somebody wants generated, under one idempotency key for good.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The idempotency key.
    pub key: String,
    body: Value,
}

/// Ways to ask for something that take different ways through the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A task that is polled and whose file is fetched.
    Task,
    /// One call that answers with a text.
    Text,
    /// One call that answers with a file.
    Voice,
    /// A task with a picture, which is uploaded first.
    Picture,
}

/// One pixel.
const PIXEL: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

impl Way {
    /// Those whose requests are the same, byte for byte, whenever they are sent: their digest finds
    /// one that was sent twice.
    pub const ALL: [Self; 3] = [Self::Task, Self::Text, Self::Voice];

    /// The path that its request is sent to, at the sandbox.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Task | Self::Picture => "/kie/api/v1/jobs/createTask",
            Self::Text => "/openrouter/api/v1/chat/completions",
            Self::Voice => "/elevenlabs/v1/text-to-speech",
        }
    }
}

impl Wish {
    /// A wish that no other of the run is like.
    #[must_use]
    pub fn new(way: Way, name: &str) -> Self {
        let words = format!("A lighthouse, take {name}.");
        let body = match way {
            Way::Task => {
                json!({ "operation": "image", "provider": "kie", "input": { "prompt": words } })
            }
            Way::Text => {
                json!({ "operation": "llm", "provider": "openrouter", "input": { "prompt": words } })
            }
            Way::Voice => {
                json!({ "operation": "tts", "provider": "elevenlabs", "input": { "text": words } })
            }
            Way::Picture => {
                json!({ "operation": "image", "provider": "kie",
                    "input": { "prompt": words, "reference_images": [PIXEL] } })
            }
        };
        Self {
            key: format!("wish-{name}"),
            body,
        }
    }
}

/// What was asked for in a run, and what was acknowledged of it.
#[derive(Debug, Clone, Default)]
pub struct Wishes(Arc<Mutex<Asked>>);

/// The wishes of a run.
#[derive(Debug, Default)]
pub struct Asked {
    /// By idempotency key.
    pub acknowledged: BTreeMap<String, String>,
    /// Sent, and no answer came.
    pub open: BTreeMap<String, Wish>,
    /// Answers that contradict each other.
    pub wrong: Vec<String>,
}

impl Wishes {
    /// The wishes as they stand.
    pub fn look(&self) -> MutexGuard<'_, Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Person {
    /// Makes an account with keys for all ways and a budget that is looked at for each generation.
    ///
    /// # Errors
    /// Something was refused.
    pub async fn sign_up(origin: &str, name: &str) -> Result<Self, Broken> {
        let account = json!({
            "email": format!("{name}@example.org"), "password": "a long dry summer by the sea",
        });
        let nobody = Client::new().signed_in(origin, "");
        let url = format!("{origin}/api/v1/auth/sign-up");
        let reply = nobody
            .send(Method::POST, &url, Some(&account), None)
            .await?;
        let cookie = expect(201, reply)?.cookie;
        let person = Self {
            client: Client::new().signed_in(origin, &cookie),
            origin: origin.to_owned(),
        };
        for provider in ["kie", "openrouter", "elevenlabs"] {
            let key = json!({ "key": format!("sandbox-{name}-0123456789abcdef") });
            let path = format!("/keys/{provider}");
            expect(200, person.send(Method::PUT, &path, Some(&key)).await?)?;
        }
        let budget = json!({ "limit_micro_usd": 900_000_000_000_i64, "unknown_prices": "allow" });
        let put = person.send(Method::PUT, "/budgets/user/monthly", Some(&budget));
        expect(200, put.await?)?;
        Ok(person)
    }

    /// The same person with connections of their own.
    #[must_use]
    pub fn with_own_connections(&self) -> Self {
        Self {
            client: self.client.with_own_connections(),
            origin: self.origin.clone(),
        }
    }

    /// The client.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The address of a path of the API.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.origin)
    }

    /// Sends a request to the API.
    ///
    /// # Errors
    /// No whole answer came.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Reply, Broken> {
        self.client.send(method, &self.url(path), body, None).await
    }

    /// Asks for a generation, anew or once more. True when it was acknowledged, false when nobody
    /// knows or the server had no room.
    ///
    /// # Errors
    /// It was refused.
    pub async fn ask(&self, wishes: &Wishes, wish: &Wish) -> Result<bool, Broken> {
        wishes.look().open.insert(wish.key.clone(), wish.clone());
        let url = self.url("/generations");
        let sent = self
            .client
            .send(Method::POST, &url, Some(&wish.body), Some(&wish.key));
        let Ok(reply) = sent.await else {
            return Ok(false);
        };
        if matches!(reply.status, 429 | 500 | 503) {
            return Ok(false);
        }
        let reply = expect(202, reply)?;
        let id = reply.body["id"]
            .as_str()
            .ok_or("a generation without an id")?;
        let mut asked = wishes.look();
        asked.open.remove(&wish.key);
        let earlier = asked.acknowledged.insert(wish.key.clone(), id.to_owned());
        if let Some(earlier) = earlier.filter(|earlier| earlier != id) {
            asked.wrong.push(format!(
                "{} was answered with {earlier} and with {id}",
                wish.key
            ));
        }
        Ok(true)
    }

    /// Asks once more for everything that was not acknowledged.
    ///
    /// # Errors
    /// Something was refused, or still is not acknowledged.
    pub async fn ask_again(&self, wishes: &Wishes) -> Result<(), Broken> {
        let open: Vec<Wish> = wishes.look().open.values().cloned().collect();
        for wish in open {
            if !self.ask(wishes, &wish).await? {
                return Err(format!("{} is not acknowledged by a healthy server", wish.key).into());
            }
        }
        Ok(())
    }

    /// Listens to a generation until its end.
    ///
    /// # Errors
    /// The events broke off before.
    pub async fn follow(&self, id: &str) -> Result<(), Broken> {
        let url = self.url(&format!("/generations/{id}/events"));
        let response = self.client.open(Method::GET, &url, None, None).await?;
        let events = response.into_body().collect().await?.to_bytes();
        let last = String::from_utf8_lossy(&events);
        if !last.contains(r#""status":"succeeded""#) {
            return Err(format!("{id} did not succeed: {last}").into());
        }
        Ok(())
    }

    /// Saves an endpoint. True when it was acknowledged; otherwise it stays open.
    ///
    /// # Errors
    /// It was refused.
    pub async fn save(&self, field: &str, value: &str, saved: &mut Saved) -> Result<bool, Broken> {
        saved.open = Some(value.to_owned());
        let patch = json!({ "endpoints": { field: value } });
        let Ok(reply) = self.send(Method::PATCH, "/settings", Some(&patch)).await else {
            return Ok(false);
        };
        if reply.status >= 500 {
            return Ok(false);
        }
        let reply = expect(200, reply)?;
        let (stands, version) = setting(&reply.body, field).ok_or("a saved field is not there")?;
        if stands != value {
            return Err(format!("{value} was saved and {stands} came back").into());
        }
        *saved = Saved {
            acknowledged: Some((stands, version)),
            open: None,
        };
        Ok(true)
    }

    /// The stored endpoints, as one answer of the server.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn settings(&self) -> Result<Value, Broken> {
        let reply = self.send(Method::GET, "/settings", None).await?;
        Ok(expect(200, reply)?.body)
    }

    /// What the budget holds back for generations that are not at their end.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn reserved(&self) -> Result<i64, Broken> {
        let reply = self.send(Method::GET, "/budgets/user", None).await?;
        let body = expect(200, reply)?.body;
        let reserved = body["data"][0]["reserved_micro_usd"].as_i64();
        reserved.ok_or_else(|| format!("a budget without what is reserved: {body}").into())
    }
}

/// An endpoint in the settings, with its version.
#[must_use]
pub fn setting(settings: &Value, field: &str) -> Option<(String, i64)> {
    let value = settings["endpoints"][field].as_str()?;
    let version = settings["versions"][format!("endpoints.{field}")].as_i64()?;
    Some((value.to_owned(), version))
}

fn expect(status: u16, reply: Reply) -> Result<Reply, Broken> {
    if reply.status == status {
        Ok(reply)
    } else {
        Err(format!("{} instead of {status}: {}", reply.status, reply.body).into())
    }
}
