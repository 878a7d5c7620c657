//! Puts the parts of the application together: folder, catalogue, database, vault, outbound client.
//! It listens on nothing.

use crate::{
    app::{App, Parts},
    auth::{PasswordHasher, Throttle},
    catalog,
    clock::{Chance, Clock, Ids},
    config::{Config, ConfigError, MasterKeySource, Place},
    events::Events,
    generation::{installation::Installation, live::LiveTexts, protection::Protection},
    metrics::Metrics,
    models::Refreshes,
    plan, relay,
    stop::Stop,
    storage::Storage,
    upkeep,
    vault::{StartError, Vault},
    web::rate_limits::RateLimits,
};
use domain::Timestamp;
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
    /// It is configured wrongly.
    #[must_use]
    pub fn config(error: ConfigError) -> Self {
        Self::Config(error.to_string())
    }

    /// Something that the server needs does not work.
    #[must_use]
    pub fn start(what: &str, error: &dyn Display) -> Self {
        Self::Start(format!("{what}: {error}"))
    }
}

/// What this process writes is for its owner alone, and no image of its memory is left behind when it
/// dies: secrets are in it. In a release nobody but root can look into it or have it handed to a
/// collector of crashes; a build for development stays open to its debugger.
pub fn keep_private() {
    use rustix::{
        fs::Mode,
        process::{Resource, Rlimit, setrlimit, umask},
    };
    umask(Mode::RWXG | Mode::RWXO);
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    if let Err(error) = setrlimit(Resource::Core, none) {
        tracing::warn!(%error, "images of the memory cannot be switched off");
    }
    #[cfg(all(target_os = "linux", not(debug_assertions)))]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
            tracing::warn!(%error, "the memory can be looked into");
        }
    }
}

/// The running application, with the providers or the sandbox at this origin.
///
/// # Errors
/// [`Problem`], naming the part.
pub async fn start(mut config: Config, sandbox: Option<&Url>) -> Result<App, Problem> {
    make_folder(&config.place.data)
        .map_err(|error| Problem::start("FILM_DATA cannot be used", &error))?;
    let shipped = catalog::load().map_err(|error| Problem::start("The catalogue", &error))?;
    let db = open(&config.place).await?;
    let clock = Clock::default();
    let vault = match vault(&config.master_key, &db, clock.now()).await {
        Ok(vault) => vault,
        Err(problem) => {
            db.close().await;
            return Err(problem);
        }
    };
    store::audit::chain_old(&db)
        .await
        .map_err(|error| Problem::start("The audit cannot be chained", &error))?;
    let catalog = catalog::Live::start(&db, shipped, clock.now())
        .await
        .map_err(|error| Problem::start("The catalogue cannot be loaded", &error))?;
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
    let rate_limits = RateLimits::new(&config.rate_limits);
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
        rate_limits,
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

/// The database, brought up to date.
///
/// # Errors
/// [`Problem::Start`].
pub async fn open(place: &Place) -> Result<Db, Problem> {
    let db = Db::open(place.database().as_str())
        .await
        .map_err(|error| Problem::start("The database cannot be opened", &error))?;
    db.migrate()
        .await
        .map_err(|error| Problem::start("The database cannot be brought up to date", &error))?;
    Ok(db)
}

/// The vault of this database.
///
/// # Errors
/// [`Problem::Config`] for a master key that is not the database's.
pub async fn vault(source: &MasterKeySource, db: &Db, now: Timestamp) -> Result<Vault, Problem> {
    let started = source.vault().start(&source.variable, db, now).await;
    started.map_err(|error| match error {
        StartError::Store(error) => Problem::start("The vault cannot be opened", &error),
        error => Problem::Config(error.to_string()),
    })
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
