//! The simulated providers as a process that outlives the server, with their journal, which here is
//! the truth about what was sent and so may have been paid.

use crate::{
    Broken,
    check::Submit,
    client::Client,
    program::{Launch, Program, free_address},
};
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path};
use tokio::sync::Mutex;

/// The paths under which a request is one for something that costs, and not an upload or a poll.
const PAID: [&str; 4] = [
    "/kie/api/v1/jobs/createTask",
    "/openrouter/api/v1/chat/completions",
    "/gemini/",
    "/elevenlabs/v1/text-to-speech/",
];

/// The simulated providers.
pub struct Sandbox {
    /// Where they listen.
    pub origin: String,
    client: Client,
    /// By their number; the sandbox itself forgets the oldest.
    seen: Mutex<BTreeMap<u64, Entry>>,
    _program: Program,
}

#[derive(Debug, Clone, Deserialize)]
struct Entry {
    sequence: u64,
    method: String,
    path: String,
    body_sha256: String,
}

impl Sandbox {
    /// Starts them.
    ///
    /// # Errors
    /// They cannot be started.
    pub async fn start(folder: &Path) -> Result<Self, Broken> {
        let address = free_address()?;
        let origin = format!("http://{address}");
        let program = Program::start(&Launch {
            arguments: vec!["sandbox".into(), "--addr".into(), address],
            variables: vec![("RUST_LOG".into(), "warn".into())],
            ready: format!("{origin}/__journal"),
            log: folder.join("sandbox.log"),
        })
        .await?;
        Ok(Self {
            origin,
            client: Client::new(),
            seen: Mutex::default(),
            _program: program,
        })
    }

    /// Takes over what is new in the journal; often enough, so that nothing is forgotten before.
    ///
    /// # Errors
    /// There is no answer, or some of it was missed.
    pub async fn read_journal(&self) -> Result<(), Broken> {
        let mut seen = self.seen.lock().await;
        let reply = self
            .client
            .get(&format!("{}/__journal", self.origin))
            .await?;
        let entries: Vec<Entry> = serde_json::from_value(reply.body)?;
        let last = seen.last_key_value().map_or(0, |(sequence, _)| *sequence);
        if entries
            .first()
            .is_some_and(|first| first.sequence > last + 1)
        {
            return Err("the journal was not read often enough: some of it is lost".into());
        }
        for entry in entries {
            seen.insert(entry.sequence, entry);
        }
        Ok(())
    }

    /// Every request that may have been paid for, in order.
    ///
    /// # Errors
    /// As [`Self::read_journal`].
    pub async fn submits(&self) -> Result<Vec<Submit>, Broken> {
        self.read_journal().await?;
        let seen = self.seen.lock().await;
        let paid = seen.values().filter(|entry| {
            entry.method == "POST" && PAID.iter().any(|path| entry.path.starts_with(path))
        });
        Ok(paid
            .map(|entry| Submit {
                path: entry.path.clone(),
                digest: entry.body_sha256.clone(),
            })
            .collect())
    }

    /// How many requests there were.
    ///
    /// # Errors
    /// As [`Self::read_journal`].
    pub async fn requests(&self) -> Result<u64, Broken> {
        self.read_journal().await?;
        let seen = self.seen.lock().await;
        Ok(seen.last_key_value().map_or(0, |(sequence, _)| *sequence))
    }

    /// Sets a fault.
    ///
    /// # Errors
    /// It was refused.
    pub async fn fault(&self, fault: &Value) -> Result<(), Broken> {
        let url = format!("{}/__faults", self.origin);
        let reply = self.client.send(Method::POST, &url, Some(fault), None);
        let reply = reply.await?;
        if reply.status >= 400 {
            return Err(format!("a fault was refused: {}", reply.body).into());
        }
        Ok(())
    }

    /// How often a fault with a number of times still applies.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn left(&self, path: &str) -> Result<u64, Broken> {
        let reply = self
            .client
            .get(&format!("{}/__faults", self.origin))
            .await?;
        let set = reply.body.as_array().cloned().unwrap_or_default();
        let fault = set.iter().find(|fault| fault["path"] == json!(path));
        Ok(fault.and_then(|fault| fault["times"].as_u64()).unwrap_or(0))
    }

    /// Takes all faults away.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn no_faults(&self) -> Result<(), Broken> {
        let url = format!("{}/__faults", self.origin);
        self.client.send(Method::DELETE, &url, None, None).await?;
        Ok(())
    }
}
