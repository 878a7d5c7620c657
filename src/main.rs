//! The server program: reads the command line, wires the parts and serves. What the parts do is
//! decided elsewhere.

mod serve;

use clap::{Parser, Subcommand};
use server::{
    config::{Config, EXIT_CONFIG, ServeOptions},
    start::Problem,
};
use std::{net::SocketAddr, process::ExitCode};
use tracing_subscriber::EnvFilter;

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
    /// List the seams at which FILM_FAILPOINT can end the process
    #[cfg(feature = "failpoints")]
    Failpoints,
}

#[tokio::main]
async fn main() -> ExitCode {
    let command = CommandLine::parse().command;
    start_log();
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
        Command::Sandbox { addr } => serve::sandbox_alone(addr).await,
        #[cfg(feature = "failpoints")]
        Command::Failpoints => {
            for seam in server::failpoint::Seam::ALL {
                println!("{}", seam.name());
            }
            Ok(())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            exit_code(&problem)
        }
    }
}

fn configured(options: &ServeOptions) -> Result<Config, Problem> {
    Config::from_parts(options, |name| std::env::var(name).ok())
        .map_err(|error| Problem::Config(error.to_string()))
}

fn start_log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if std::env::var("FILM_LOG").is_ok_and(|format| format == "json") {
        builder.json().init();
    } else {
        builder.init();
    }
}

fn exit_code(problem: &Problem) -> ExitCode {
    match problem {
        Problem::Config(_) => ExitCode::from(EXIT_CONFIG),
        Problem::Start(_) => ExitCode::FAILURE,
    }
}
