//! The server program: reads the command line, wires the parts and serves. What the parts do is
//! decided elsewhere.

mod operate;
mod serve;

use clap::{Parser, Subcommand};
use server::{
    config::{Config, EXIT_CONFIG, ServeOptions},
    start::Problem,
    traces::Traces,
};
use std::{net::SocketAddr, process::ExitCode};
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

/// The system's own keeps what the unpacking of pictures needed, in an arena for each thread; this one
/// gives it back.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Choose per operation who generates your film, with whose key and which model.
#[derive(Parser)]
#[command(name = "film-generator", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the application
    Serve(ServeOptions),
    /// Serve simulated providers
    Sandbox {
        /// Where to listen
        #[arg(long, default_value = "127.0.0.1:3999", value_name = "IP:PORT")]
        addr: SocketAddr,
    },
    /// Check the configuration without serving
    CheckConfig(ServeOptions),
    /// The life of the master key
    #[command(subcommand)]
    Keys(operate::Keys),
    /// What was done, and whether it was tampered with
    #[command(subcommand)]
    Audit(operate::Audit),
    /// Who runs the instance, and who is locked out
    #[command(subcommand)]
    Admin(operate::Admin),
    /// Make a backup while the server runs
    Backup(operate::Backup),
    /// Bring a backup back into an empty data folder
    Restore(operate::Restore),
    /// List the seams at which FILM_FAILPOINT can end the process
    #[cfg(feature = "failpoints")]
    Failpoints,
}

#[tokio::main]
async fn main() -> ExitCode {
    let command = CommandLine::parse().command;
    server::start::keep_private();
    let traces = match Traces::read(|name| std::env::var(name).ok()) {
        Ok(traces) => traces,
        Err(problem) => return told(&problem),
    };
    start_log(traces.as_ref());
    server::web::panics::log_location_only();
    let outcome = match command {
        Command::Serve(options) => match configured(&options) {
            Ok(config) => serve::run(config).await,
            Err(problem) => Err(problem),
        },
        Command::CheckConfig(options) => configured(&options).map(|config| {
            println!(
                "The configuration is good: {} would be served.",
                config.public_origin.as_str()
            );
        }),
        Command::Keys(command) => operate::keys(command).await,
        Command::Audit(command) => operate::audit(command).await,
        Command::Admin(command) => operate::admin(command).await,
        Command::Backup(options) => operate::backup(options).await,
        Command::Restore(options) => operate::restore(&options),
        Command::Sandbox { addr } => serve::sandbox_alone(addr).await,
        #[cfg(feature = "failpoints")]
        Command::Failpoints => {
            for seam in server::failpoint::Seam::ALL {
                println!("{}", seam.name());
            }
            Ok(())
        }
    };
    if let Some(traces) = traces {
        traces.close().await;
    }
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => told(&problem),
    }
}

/// Says what is wrong, and with which code the program ends.
fn told(problem: &Problem) -> ExitCode {
    eprintln!("{problem}");
    match problem {
        Problem::Config(_) => ExitCode::from(EXIT_CONFIG),
        Problem::Start(_) => ExitCode::FAILURE,
    }
}

fn configured(options: &ServeOptions) -> Result<Config, Problem> {
    Config::from_parts(options, |name| std::env::var(name).ok())
        .map_err(|error| Problem::Config(error.to_string()))
}

fn start_log(traces: Option<&Traces>) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if std::env::var("FILM_LOG").is_ok_and(|format| format == "json") {
        lines.json().boxed()
    } else {
        lines.boxed()
    };
    tracing_subscriber::registry()
        .with(traces.map(Traces::layer))
        .with(lines.with_filter(filter))
        .init();
}
