//! A sandbox of one's own for a case: served on a free port, with faults and a journal. Its control
//! calls go through the same client, as nothing else here may build one.

use domain::{
    Operation, ProviderId,
    input::{GenerationInput, ImageInput, LlmInput, MusicInput, TtsInput, VideoInput},
};
use providers::{Auth, Bases, Call, Job, Outbound, Picture, Policy, Purpose, SecretString};
use serde_json::Value;
use std::{future::pending, time::Duration};
use url::Url;

use crate::pairs::{Access, Pair, Pictures};

/// One sandbox and the client that goes nowhere else.
pub struct Stage {
    pub origin: Url,
    pub outbound: Outbound,
}

impl Stage {
    /// A sandbox with pauses as short as they can be.
    pub async fn new() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("a bound listener");
        let config = sandbox::Config {
            slow_delay: Duration::from_millis(300),
            task_polls: 2,
            task_duration: Duration::from_secs(600),
            stream_pause: Duration::ZERO,
            origin: None,
        };
        tokio::spawn(sandbox::serve(listener, config, pending()));
        let origin = Url::parse(&format!("http://{address}")).expect("an address");
        let policy = Policy::default()
            .with_sandbox(&origin)
            .expect("an http origin");
        let outbound = Outbound::new(Bases::at(&origin), policy).expect("a client");
        Self { origin, outbound }
    }

    /// The address of this path of the sandbox.
    pub fn at(&self, path: &str) -> Url {
        self.origin.join(path).expect("a path")
    }

    /// Sets a fault.
    pub async fn fault(&self, fault: &Value) {
        let call = Call::endpoint(Purpose::Check, http::Method::POST, self.at("/__faults"))
            .with_json(fault)
            .expect("a JSON value");
        let status = self.control(call).await.0;
        assert_eq!(status, 201, "the fault was not set: {fault}");
    }

    /// The requests that came in, as `POST /path`, without those of the control.
    pub async fn received(&self) -> Vec<String> {
        let entries = self.journal().await;
        let lines = entries.iter().map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap_or_default();
            assert_eq!(entry["known_key_in_url"], false, "{entry}");
            format!("{} {}", text("method"), text("path"))
        });
        lines.collect()
    }

    /// The size of the largest request that came in, in bytes.
    pub async fn largest_body(&self) -> usize {
        let entries = self.journal().await;
        let sizes = entries
            .iter()
            .filter_map(|entry| entry["body_bytes"].as_u64());
        usize::try_from(sizes.max().unwrap_or(0)).expect("it was in memory")
    }

    async fn journal(&self) -> Vec<Value> {
        let journal = self.at("/__journal");
        let call = Call::endpoint(Purpose::Check, http::Method::GET, journal);
        match self.control(call).await {
            (200, Value::Array(entries)) => entries,
            other => panic!("no journal: {other:?}"),
        }
    }

    async fn control(&self, mut call: Call) -> (u16, Value) {
        call.auth = Auth::None;
        let reply = self
            .outbound
            .send(&call, None)
            .await
            .expect("the sandbox answers");
        let body = serde_json::from_slice(&reply.body).unwrap_or_default();
        (reply.status, body)
    }

    /// A picture as a person might add it.
    pub async fn picture(&self) -> Picture {
        let mut bytes = Vec::new();
        let url = self.at("/media/a/512x512.png");
        self.outbound
            .download(url.as_str(), 1 << 22, &mut bytes)
            .await
            .expect("the sandbox draws pictures");
        Picture::Bytes {
            bytes: bytes.into(),
            media_type: "image/png".to_owned(),
        }
    }

    /// A job of this pair, with a picture where the pair takes one.
    pub async fn job(&self, pair: &Pair, prompt: &str) -> Job {
        let pictures = match pair.pictures {
            Pictures::None => Vec::new(),
            Pictures::Sent => vec![self.picture().await],
        };
        Job {
            generation: "0190-behaviour".to_owned(),
            model: pair.model.to_owned(),
            input: input(pair.operation, prompt, !pictures.is_empty()),
            pictures,
            endpoint: pair.endpoint.map(|path| self.at(path)),
        }
    }

    /// The same job, its text wanted while it is written.
    pub async fn streaming_job(&self, pair: &Pair, prompt: &str) -> Job {
        let mut job = self.job(pair, prompt).await;
        if let GenerationInput::Llm(input) = &mut job.input {
            input.stream = true;
        }
        job
    }
}

fn input(operation: Operation, prompt: &str, with_picture: bool) -> GenerationInput {
    let prompt = prompt.to_owned();
    let picture = with_picture.then(|| "picture".to_owned());
    match operation {
        Operation::Llm => GenerationInput::Llm(LlmInput {
            prompt,
            ..LlmInput::default()
        }),
        Operation::Image => GenerationInput::Image(ImageInput {
            prompt,
            reference_images: picture.into_iter().collect(),
            ..ImageInput::default()
        }),
        Operation::Video => GenerationInput::Video(VideoInput {
            prompt,
            image: picture,
            ..VideoInput::default()
        }),
        Operation::Tts => GenerationInput::Tts(TtsInput {
            text: prompt,
            ..TtsInput::default()
        }),
        Operation::Music => GenerationInput::Music(MusicInput {
            prompt,
            instrumental: Some(true),
            ..MusicInput::default()
        }),
    }
}

/// A credential of this pair that behaves so; `None` where none is taken.
pub fn secret(pair: &Pair, behaviour: &str) -> Option<SecretString> {
    let key = match pair.access {
        Access::Key => format!("sandbox-{behaviour}-0123456789"),
        Access::ProxyToken => {
            format!("wk-sandbox-{behaviour}-0123456789\nws-sandbox-0123456789")
        }
        Access::Open => return None,
    };
    Some(SecretString::from(key))
}

/// A credential that nobody gave out.
pub fn wrong_secret(pair: &Pair) -> Option<SecretString> {
    let key = match pair.access {
        Access::Key if pair.provider == ProviderId::Claude => "sk-ant-api03-wrong-0123456789",
        Access::Key => "wrong-0123456789abcdef",
        Access::ProxyToken => "wk-wrong-0123456789\nws-wrong-0123456789",
        Access::Open => return None,
    };
    Some(SecretString::from(key))
}
