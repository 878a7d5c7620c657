//! An application for one test: a fresh database, a fixed clock, a sandbox on a loopback port, and
//! people who send requests.

use super::described;
use crate::{
    actor::Actor,
    api,
    app::{App, Parts},
    auth::{self, PasswordHasher, Throttle},
    catalog::{self, Live},
    clock::{Chance, Clock, Ids},
    config::{Config, PlaceOptions, ServeOptions},
    events::Events,
    generation::{installation::Installation, live::LiveTexts, protection::Protection, worker},
    metrics::Metrics,
    models::Refreshes,
    plan,
    stop::Stop,
    storage::Storage,
    web::{self, rate_limits::RateLimits},
};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, header},
    middleware,
    response::Response,
};
use domain::Timestamp;
use providers::{Bases, Outbound};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use store::{Db, test_support::TestDb};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};
use tower::ServiceExt;
use url::Url;

const MASTER_KEY: &str = "8f1d0c2b4a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f00f";
pub const ORIGIN: &str = "http://127.0.0.1:3000";

/// The application of one test.
pub struct Stage {
    pub app: App,
    pub sandbox: Url,
    router: Router,
    _data: TempDir,
    url: String,
    _db: Option<TestDb>,
}

impl Stage {
    pub async fn new(test: TestDb) -> Self {
        Self::with_environment(test, &[]).await
    }

    /// With the lists of models fetched in the background when a key changes.
    pub async fn with_refreshes(test: TestDb) -> Self {
        Self::build(test, &[], Refreshes::default(), sandbox_origin().await).await
    }

    /// With providers that nobody answers for.
    pub async fn without_providers(test: TestDb) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        Self::build(test, &[], Refreshes::none(), Url::parse(&origin).unwrap()).await
    }

    pub async fn with_environment(test: TestDb, variables: &[(&str, &str)]) -> Self {
        Self::build(test, variables, Refreshes::none(), sandbox_origin().await).await
    }

    async fn build(
        test: TestDb,
        variables: &[(&str, &str)],
        refreshes: Refreshes,
        sandbox: Url,
    ) -> Self {
        let mut stage = Self::on(test.db.clone(), variables, refreshes, sandbox).await;
        stage.url = test.url().to_owned();
        stage._db = Some(test);
        stage
    }

    /// Another process on the same database, with the same providers.
    pub async fn beside(&self) -> Self {
        let db = Db::open(&self.url).await.unwrap();
        Self::on(db, &[], Refreshes::none(), self.sandbox.clone()).await
    }

    async fn on(db: Db, variables: &[(&str, &str)], refreshes: Refreshes, sandbox: Url) -> Self {
        let data = tempfile::tempdir().unwrap();
        let option = |name: &str| {
            let found = variables.iter().find(|(n, _)| *n == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let options = ServeOptions {
            claude_cli: option("FILM_CLAUDE_CLI"),
            claude_cli_path: option("FILM_CLAUDE_CLI_PATH"),
            environment_keys: option("FILM_ENVIRONMENT_KEYS"),
            allow_private_endpoints: option("FILM_ALLOW_PRIVATE_ENDPOINTS"),
            media: option("FILM_MEDIA"),
            min_free_disk: option("FILM_MIN_FREE_DISK"),
            keep_outputs_days: option("FILM_KEEP_OUTPUTS_DAYS"),
            rate_limits: option("FILM_RATE_LIMITS"),
            place: PlaceOptions {
                data: Some(data.path().display().to_string()),
                database_url: None,
            },
            providers: Some(sandbox.origin().ascii_serialization()),
            ..ServeOptions::default()
        };
        let mut config = Config::from_parts(&options, |name| match name {
            "FILM_MASTER_KEY" => Some(MASTER_KEY.to_owned()),
            _ => option(name),
        })
        .unwrap();
        config.environment.fill_endpoints(&sandbox);
        let claude_cli = config
            .claude_cli
            .clone()
            .map(|cli| Installation::new(cli.program, cli.login));
        let clock = Clock::fixed(Timestamp(1_795_341_600_000));
        let vault = config.master_key.vault();
        let policy = config.policy.clone().with_sandbox(&sandbox).unwrap();
        let app = App::new(Parts {
            db: db.clone(),
            storage: Storage::new(config.media_dir(), &config.media).unwrap(),
            vault,
            catalog: Live::start(&db, catalog::load().unwrap(), clock.now())
                .await
                .unwrap(),
            refreshes,
            outbound: Outbound::new(Bases::at(&sandbox), policy).unwrap(),
            clock,
            ids: Ids::default(),
            chance: Chance::fixed(0.5),
            hasher: PasswordHasher::new(),
            throttle: Throttle::new(),
            rate_limits: RateLimits::new(&config.rate_limits),
            events: Events::default(),
            claude_cli,
            live_texts: LiveTexts::default(),
            metrics: Metrics::default(),
            protection: Protection::new(config.providers.pace()),
            bell: Arc::default(),
            stop: Stop::default(),
            config,
        });
        let own = app.config.public_origin.clone();
        let api =
            api::router(app.clone()).layer(middleware::from_fn_with_state(own, web::guard::api));
        let router = Router::new()
            .nest("/api/v1", api)
            .layer(middleware::from_fn(web::session::refuse))
            .layer(middleware::from_fn_with_state(
                app.clone(),
                web::rate_limits::apply,
            ))
            .layer(middleware::from_fn_with_state(
                app.clone(),
                web::session::find,
            ))
            .merge(api::health(app.clone()));
        Self {
            app,
            sandbox,
            router,
            _data: data,
            url: String::new(),
            _db: None,
        }
    }

    /// Somebody who is not signed in.
    pub fn anybody(&self) -> Person {
        Person {
            router: self.router.clone(),
            cookie: None,
            token: None,
        }
    }

    /// Somebody with a new account.
    pub async fn person(&self, name: &str) -> Person {
        let mut person = self.anybody();
        let answer = person
            .post(
                "/auth/sign-up",
                &json!({ "email": format!("{name}@example.com"), "password": "a long enough secret" }),
            )
            .await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        person.cookie = Some(answer.cookie());
        person
    }

    /// Who a person is to the use cases: what their session says.
    pub async fn actor(&self, person: &Person) -> Actor {
        let cookie = person.cookie.as_deref().unwrap();
        let (_, token) = cookie.split_once('=').unwrap();
        auth::actor(&self.app, Some(token)).await.unwrap().unwrap()
    }

    /// Who a program is to the use cases: what its access token says.
    pub async fn actor_of_token(&self, program: &Person) -> Actor {
        let token = program.token.as_deref().unwrap();
        let actor = auth::access_token::actor(&self.app, token).await.unwrap();
        actor.unwrap()
    }

    /// Starts a worker; it stops with the test.
    pub fn start_worker(&self) -> JoinHandle<()> {
        tokio::spawn(worker::run(self.app.clone()))
    }

    /// Starts a feeder of batches; it lives as long as the application, or until it is stopped.
    pub fn start_feeder(&self) -> JoinHandle<()> {
        tokio::spawn(plan::feeder::run(self.app.weak()))
    }

    /// Sets a fault of the sandbox.
    pub async fn fault(&self, fault: &Value) {
        let sent = sandbox_ask(&self.sandbox, "POST", "/__faults", &fault.to_string()).await;
        assert!(sent.contains(" 201 "), "{sent}");
    }

    /// Takes back all faults of the sandbox.
    pub async fn heal(&self) {
        sandbox_ask(&self.sandbox, "DELETE", "/__faults", "").await;
    }

    /// What the sandbox has received: method and path of each request.
    pub async fn received(&self) -> Vec<String> {
        let journal = sandbox_json(&self.sandbox, "/__journal").await;
        journal
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| {
                format!(
                    "{} {}",
                    entry["method"].as_str().unwrap(),
                    entry["path"].as_str().unwrap()
                )
            })
            .collect()
    }
}

async fn sandbox_origin() -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(sandbox::serve(
        listener,
        sandbox::Config::default(),
        std::future::pending(),
    ));
    Url::parse(&origin).unwrap()
}

async fn sandbox_json(origin: &Url, path: &str) -> Value {
    let answer = sandbox_ask(origin, "GET", path, "").await;
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// A minimal request over a plain socket, for the sandbox's own pages.
async fn sandbox_ask(origin: &Url, method: &str, path: &str, body: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let authority = origin.authority();
    let mut socket = tokio::net::TcpStream::connect(authority).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.0\r\nHost: {authority}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Person {
    router: Router,
    pub cookie: Option<String>,
    /// An access token to send along.
    pub token: Option<String>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    pub body: Value,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or("none")
    }

    pub fn cookie(&self) -> String {
        let cookie = self.headers[header::SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

impl Person {
    /// Sends a request whose answer may never end.
    pub async fn open(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let (method, path) = (request.method().to_string(), request.uri().to_string());
        let response = self.open(request).await;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let bytes = axum::body::to_bytes(response.into_body(), 64 << 20)
            .await
            .unwrap()
            .to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let kind = headers.get(header::CONTENT_TYPE);
        let kind = kind.map_or("", |kind| kind.to_str().unwrap());
        described::check(&method, &path, status, kind, &body);
        Answer {
            status,
            headers,
            bytes,
            body,
        }
    }

    pub fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let outside = ["/healthz", "/readyz"].contains(&path);
        let prefix = if outside { "" } else { "/api/v1" };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{prefix}{path}"))
            .header("origin", ORIGIN);
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        request
    }

    pub async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let request = self.request(method, path);
        let request = match body {
            Some(body) => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.send(request.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.call("PUT", path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call("PATCH", path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, None).await
    }

    /// Asks for a generation and waits for its end.
    pub async fn generate(&self, stage: &Stage, body: &Value) -> Value {
        let answer = self.post("/generations", body).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        self.finished(stage, answer.body["id"].as_str().unwrap())
            .await
    }

    /// Waits for the end of a generation; time passes for the jobs that rest.
    pub async fn finished(&self, stage: &Stage, id: &str) -> Value {
        for _ in 0..600 {
            let now = self.get(&format!("/generations/{id}")).await.body;
            let status = now["status"].as_str().unwrap();
            if ["succeeded", "failed", "cancelled", "unknown"].contains(&status) {
                return now;
            }
            stage.app.clock.advance(Duration::from_millis(50));
            stage.app.bell.notify_one();
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the generation did not come to an end");
    }
}
