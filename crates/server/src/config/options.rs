//! The command line of `serve`, and what of it the other commands share. Values are kept as they were typed: they are judged in one place,
//! so that a wrong one is told the same way wherever it came from.

use clap::Args;

/// Where the data are: what every command needs.
#[derive(Clone, Default, Args)]
pub struct PlaceOptions {
    /// Folder of the data [default: ./data]
    #[arg(long, env = "FILM_DATA", value_name = "DIR")]
    pub data: Option<String>,
    /// A PostgreSQL database in place of SQLite in the data folder
    #[arg(
        long,
        env = "FILM_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub database_url: Option<String>,
}

/// Options of `serve`. Each flag has an environment variable; an empty one counts as not set.
#[derive(Clone, Default, Args)]
pub struct ServeOptions {
    /// Where to listen [default: 127.0.0.1:3000]
    #[arg(long, env = "FILM_ADDR", value_name = "IP:PORT")]
    pub addr: Option<String>,
    /// Where the data are.
    #[command(flatten)]
    pub place: PlaceOptions,
    /// Whom to call: live, sandbox, or the address of a running sandbox [default: live]
    #[arg(long, env = "FILM_PROVIDERS", value_name = "live|sandbox|URL")]
    pub providers: Option<String>,
    /// The origin that browsers use [default: http:// and the listening address]
    #[arg(long, env = "FILM_PUBLIC_ORIGIN", value_name = "URL")]
    pub public_origin: Option<String>,
    /// Whether strangers may make accounts: open or closed [default: open]
    #[arg(long, env = "FILM_SIGN_UP", value_name = "open|closed")]
    pub sign_up: Option<String>,
    /// Whom the keys in the environment serve [default: everyone]
    #[arg(
        long,
        env = "FILM_ENVIRONMENT_KEYS",
        value_name = "everyone|admins|off"
    )]
    pub environment_keys: Option<String>,
    /// Private networks that endpoints may lie in, such as 10.1.2.0/24:8188, with commas between
    #[arg(long, env = "FILM_ALLOW_PRIVATE_ENDPOINTS", value_name = "NETWORKS")]
    pub allow_private_endpoints: Option<String>,
    /// Hosts that endpoints may have beside *.modal.run, with commas between them
    #[arg(long, env = "FILM_ALLOW_ENDPOINT_HOSTS", value_name = "HOSTS")]
    pub allow_endpoint_hosts: Option<String>,
    /// Whether admins may use this server's own Claude installation: on or off [default: off]
    #[arg(long, env = "FILM_CLAUDE_CLI", value_name = "on|off")]
    pub claude_cli: Option<String>,
    /// The program of that installation [default: the first `claude` that is found]
    #[arg(long, env = "FILM_CLAUDE_CLI_PATH", value_name = "FILE")]
    pub claude_cli_path: Option<String>,
    /// A bucket for media in place of the data folder; credentials are read from AWS_* variables
    #[arg(long, env = "FILM_MEDIA", value_name = "s3://BUCKET/PREFIX")]
    pub media: Option<String>,
    /// The free space of the disk that is left alone, such as 512MiB [default: 512MiB]
    #[arg(long, env = "FILM_MIN_FREE_DISK", value_name = "SIZE")]
    pub min_free_disk: Option<String>,
    /// After how many days media are removed [default: never]
    #[arg(long, env = "FILM_KEEP_OUTPUTS_DAYS", value_name = "DAYS")]
    pub keep_outputs_days: Option<String>,
    /// Folder of the browser's bundle [default: ./dist]
    #[arg(long, env = "FILM_DIST", value_name = "DIR")]
    pub dist: Option<String>,
    /// How many requests a minute are answered, such as reads=600,anonymous=60; 0 for no limit
    #[arg(long, env = "FILM_RATE_LIMITS", value_name = "LIMITS")]
    pub rate_limits: Option<String>,
    /// Addresses of proxies whose X-Forwarded-For is believed, with commas between them
    #[arg(long, env = "FILM_TRUSTED_PROXIES", value_name = "IPS")]
    pub trusted_proxies: Option<String>,
}
