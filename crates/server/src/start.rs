//! Puts the parts of the application together: folder, catalogue, database, vault, outbound client.
//! It listens on nothing.

use crate::{
    app::{App, Parts},
    auth::{PasswordHasher, Throttle},
    catalog,
    clock::{Chance, Clock, Ids},
    config::Config,
    events::Events,
    generation::{installation::Installation, live::LiveTexts, protection::Protection},
    metrics::Metrics,
    models::Refreshes,
    plan, relay,
    stop::Stop,
    storage::Storage,
    upkeep,
    vault::{StartError, Vault},
};
use providers::{Bases, Outbound, Policy};
use std::{fmt::Display, os::unix::fs::DirBuilderExt, path::Path, sync::Arc};
use store::Db;
use url::Url;

/// Why the server does not start, in one sentence.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// It is configured wrongly.
    #[error("{0}")]
    Config(String),
    /// Something that it needs does not work.
    #[error("{0}")]
    Start(String),
}

impl Problem {
    /// Something that the server needs does not work.
    #[must_use]
    pub fn start(what: &str, error: &dyn Display) -> Self {
        Self::Start(format!("{what}: {error}"))
    }
}

/// The running application, with the providers or the sandbox at this origin.
///
/// # Errors
/// [`Problem`], naming the part.
pub async fn start(mut config: Config, sandbox: Option<&Url>) -> Result<App, Problem> {
    make_folder(&config.data)
        .map_err(|error| Problem::start("FILM_DATA cannot be used", &error))?;
    let shipped = catalog::load().map_err(|error| Problem::start("The catalogue", &error))?;
    let db = Db::open(config.database().as_str())
        .await
        .map_err(|error| Problem::start("The database cannot be opened", &error))?;
    db.migrate()
        .await
        .map_err(|error| Problem::start("The database cannot be brought up to date", &error))?;
    let clock = Clock::default();
    let catalog = catalog::Live::start(&db, shipped, clock.now())
        .await
        .map_err(|error| Problem::start("The catalogue cannot be loaded", &error))?;
    let keys = config.master_keys.clone();
    let vault = Vault::start(keys, config.master_key_source, &db, clock.now())
        .await
        .map_err(|error| match error {
            StartError::WrongMasterKey { .. } => Problem::Config(error.to_string()),
            StartError::Store(error) => Problem::start("The vault cannot be opened", &error),
        })?;
    let outbound = outbound(config.policy.clone(), sandbox)?;
    if let Some(sandbox) = sandbox {
        config.environment.fill_endpoints(sandbox);
    }
    let claude_cli = config
        .claude_cli
        .clone()
        .map(|cli| Installation::new(cli.program, cli.login));
    let storage = Storage::new(config.media_dir(), &config.media)
        .map_err(|error| Problem::start("The media storage", &error))?;
    storage
        .check()
        .await
        .map_err(|error| Problem::start("FILM_MEDIA cannot be used", &error))?;
    let protection = Protection::new(config.providers.pace());
    let app = App::new(Parts {
        config,
        db,
        storage,
        vault,
        catalog,
        refreshes: Refreshes::default(),
        outbound,
        clock,
        ids: Ids::default(),
        chance: Chance::default(),
        hasher: PasswordHasher::new(),
        throttle: Throttle::new(),
        events: Events::default(),
        claude_cli,
        live_texts: LiveTexts::default(),
        metrics: Metrics::default(),
        protection,
        bell: Arc::default(),
        stop: Stop::default(),
    });
    tokio::spawn(catalog::watch(app.weak()));
    tokio::spawn(upkeep::run(app.weak()));
    tokio::spawn(relay::run(app.weak()));
    tokio::spawn(plan::feeder::run(app.weak()));
    Ok(app)
}

fn outbound(policy: Policy, sandbox: Option<&Url>) -> Result<Outbound, Problem> {
    let (bases, policy) = match sandbox {
        None => (Bases::live(), policy),
        Some(origin) => {
            let admitted = policy.with_sandbox(origin);
            (
                Bases::at(origin),
                admitted.map_err(|error| Problem::start("The sandbox", &error))?,
            )
        }
    };
    Outbound::new(bases, policy).map_err(|error| Problem::start("The outbound client", &error))
}

/// Makes a folder for its owner alone.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}
