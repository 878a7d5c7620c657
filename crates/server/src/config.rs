//! How the server is started: command line and environment, read once, checked, and from then on
//! a plain value. No message of this file and no `Debug` shows a secret.

mod claude_cli;
mod environment;
mod master_key;
mod media;
mod metrics_token;
mod options;
mod origin;
mod place;
mod rate_limits;
mod secret;
#[cfg(test)]
mod tests;

pub use claude_cli::ClaudeCli;
pub use environment::Environment;
pub use master_key::{FILE as MASTER_KEY_FILE, MasterKeySource};
pub use media::{BucketOptions, Media, MediaPlace};
pub use metrics_token::MetricsToken;
pub use options::{PlaceOptions, ServeOptions};
pub use origin::PublicOrigin;
pub use place::{DatabaseUrl, Place};
pub use rate_limits::RateLimits;

use domain::resolution::EnvironmentKeys;
use providers::Policy;
use std::{
    collections::BTreeSet,
    fmt,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};
use url::{Host, Url};

/// The exit status of a process that was configured wrongly (`EX_CONFIG`).
pub const EXIT_CONFIG: u8 = 78;

/// Everything that the operator decides.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen.
    pub addr: SocketAddr,
    /// Where the data are.
    pub place: Place,
    /// Whom the providers' addresses lead to.
    pub providers: ProviderMode,
    /// The one origin that browsers reach this instance at.
    pub public_origin: PublicOrigin,
    /// Whether strangers may make accounts.
    pub sign_up: SignUpPolicy,
    /// Whom the environment's keys serve.
    pub environment_keys: EnvironmentKeys,
    /// The environment's keys and endpoints.
    pub environment: Environment,
    /// What the outbound client may reach beyond the public providers and `*.modal.run`.
    pub policy: Policy,
    /// The operator's own Claude installation, where it is switched on.
    pub claude_cli: Option<ClaudeCli>,
    /// Where generated media are kept, and for how long.
    pub media: Media,
    /// The folder with the browser's bundle.
    pub dist: PathBuf,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: BTreeSet<IpAddr>,
    /// How many requests a minute are answered.
    pub rate_limits: RateLimits,
    /// What a program from elsewhere has to bring to read the figures; `None`: only this machine may.
    pub metrics_token: Option<MetricsToken>,
    /// The keys that wrap all stored secrets.
    pub master_key: MasterKeySource,
}

/// Whom the providers' addresses lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderMode {
    /// The providers themselves.
    Live,
    /// An embedded sandbox on a loopback port.
    Sandbox,
    /// A sandbox that somebody else runs at this loopback address.
    At(Url),
}

impl ProviderMode {
    /// What a stored key is bound to, so that a real key never reaches a sandbox: empty for the
    /// providers' own addresses.
    #[must_use]
    pub fn audience(&self) -> String {
        match self {
            Self::Live => String::new(),
            Self::Sandbox | Self::At(_) => "sandbox".to_owned(),
        }
    }

    /// The factor by which pauses between two looks at a running job are shortened: a sandbox
    /// takes no minutes.
    #[must_use]
    pub const fn pace(&self) -> f64 {
        match self {
            Self::Live => 1.0,
            Self::Sandbox | Self::At(_) => 0.05,
        }
    }
}

/// Whether strangers may make accounts. The first account of an instance can always be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignUpPolicy {
    /// They may.
    Open,
    /// They may not.
    Closed,
}

/// Why the server does not start: one sentence that names the variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl ConfigError {
    /// The sentence; `variable` comes first in it.
    pub(crate) fn new(variable: &str, says: impl fmt::Display) -> Self {
        Self(format!("{variable} {says}."))
    }
}

impl Config {
    /// Puts the options and the environment together and checks all of it. `lookup` gives the
    /// value of an environment variable; an empty value counts as not set.
    ///
    /// # Errors
    /// The first thing that is wrong, as one sentence with the variable's name.
    pub fn from_parts(
        options: &ServeOptions,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let lookup = |name: &str| lookup(name).filter(|value| !value.trim().is_empty());
        let place = Place::from_parts(&options.place, lookup)?;
        let master_key = MasterKeySource::read(&lookup)?;
        let in_files = secret::in_files(&lookup)?;
        let lookup = |name: &str| in_files.get(name).cloned().or_else(|| lookup(name));
        let addr = set(&options.addr).unwrap_or("127.0.0.1:3000");
        let addr: SocketAddr = addr.parse().map_err(|_| {
            ConfigError::new(
                "FILM_ADDR",
                "must be an IP address and a port, such as 127.0.0.1:3000",
            )
        })?;
        let policy = policy(
            set(&options.allow_private_endpoints).unwrap_or_default(),
            set(&options.allow_endpoint_hosts).unwrap_or_default(),
        )?;
        Ok(Self {
            addr,
            place,
            providers: provider_mode(set(&options.providers).unwrap_or("live"))?,
            public_origin: PublicOrigin::from_option(set(&options.public_origin), addr)?,
            sign_up: sign_up(set(&options.sign_up).unwrap_or("open"))?,
            environment_keys: environment_keys(
                set(&options.environment_keys).unwrap_or("everyone"),
            )?,
            environment: Environment::read(&lookup, &policy)?,
            policy,
            claude_cli: ClaudeCli::read(
                set(&options.claude_cli).unwrap_or("off"),
                set(&options.claude_cli_path),
                &lookup,
            )?,
            media: Media::read(options, &lookup)?,
            dist: set(&options.dist).unwrap_or("./dist").into(),
            trusted_proxies: trusted_proxies(set(&options.trusted_proxies))?,
            rate_limits: RateLimits::read(set(&options.rate_limits))?,
            metrics_token: MetricsToken::read(lookup)?,
            master_key,
        })
    }
}

impl Config {
    /// Whether the providers are simulated.
    #[must_use]
    pub const fn is_sandbox(&self) -> bool {
        !matches!(self.providers, ProviderMode::Live)
    }

    /// The folder of generated media; of those that are still being written, where the others are
    /// in a bucket.
    #[must_use]
    pub fn media_dir(&self) -> PathBuf {
        self.place.media_dir()
    }
}

/// The option's value; an empty one counts as not set.
fn set(option: &Option<String>) -> Option<&str> {
    option.as_deref().map(str::trim).filter(|v| !v.is_empty())
}

fn list(value: Option<&str>) -> impl Iterator<Item = &str> {
    value
        .into_iter()
        .flat_map(|value| value.split([',', ' ']))
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

fn database_url(value: &str) -> Result<DatabaseUrl, ConfigError> {
    let is_postgres = Url::parse(value)
        .is_ok_and(|url| matches!(url.scheme(), "postgres" | "postgresql") && url.has_host());
    if !is_postgres {
        return Err(ConfigError::new(
            "FILM_DATABASE_URL",
            "must be the address of a PostgreSQL database (postgres://user:password@host/name), or be left out to keep the data in SQLite",
        ));
    }
    Ok(DatabaseUrl(value.to_owned()))
}

fn provider_mode(value: &str) -> Result<ProviderMode, ConfigError> {
    match value {
        "live" => Ok(ProviderMode::Live),
        "sandbox" => Ok(ProviderMode::Sandbox),
        address => Url::parse(address)
            .ok()
            .filter(is_loopback_http)
            .map(ProviderMode::At)
            .ok_or_else(|| {
                ConfigError::new(
                    "FILM_PROVIDERS",
                    "must be live, sandbox, or the address of a running sandbox such as http://127.0.0.1:4010",
                )
            }),
    }
}

fn is_loopback_http(url: &Url) -> bool {
    url.scheme() == "http" && is_loopback(url) && url.port().is_some() && is_bare_origin(url)
}

/// Whether an address is an origin and nothing more.
fn is_bare_origin(url: &Url) -> bool {
    url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn sign_up(value: &str) -> Result<SignUpPolicy, ConfigError> {
    match value {
        "open" => Ok(SignUpPolicy::Open),
        "closed" => Ok(SignUpPolicy::Closed),
        _ => Err(ConfigError::new("FILM_SIGN_UP", "must be open or closed")),
    }
}

fn environment_keys(value: &str) -> Result<EnvironmentKeys, ConfigError> {
    match value {
        "everyone" => Ok(EnvironmentKeys::Everyone),
        "admins" => Ok(EnvironmentKeys::Admins),
        "off" => Ok(EnvironmentKeys::Off),
        _ => Err(ConfigError::new(
            "FILM_ENVIRONMENT_KEYS",
            "must be everyone, admins or off",
        )),
    }
}

fn policy(networks: &str, hosts: &str) -> Result<Policy, ConfigError> {
    Policy::default()
        .with_networks(networks)
        .and_then(|policy| policy.with_hosts(hosts))
        .map_err(|problem| ConfigError(problem.to_string()))
}

fn trusted_proxies(value: Option<&str>) -> Result<BTreeSet<IpAddr>, ConfigError> {
    list(value)
        .map(|item| {
            item.parse().map_err(|_| {
                ConfigError::new(
                    "FILM_TRUSTED_PROXIES",
                    "must be IP addresses with commas between them",
                )
            })
        })
        .collect()
}
