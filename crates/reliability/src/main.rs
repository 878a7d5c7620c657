//! The scenarios from the command line. Each prints one line of figures, or says what was broken
//! and with which seed, and ends with 1.

use clap::{Parser, Subcommand};
use reliability::{Broken, database::Kind, scenario, world::machine_load};
use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

/// Breaks things and looks whether the promises were kept.
#[derive(Parser)]
struct CommandLine {
    #[command(subcommand)]
    scenario: Scenario,
    /// On which database
    #[arg(long, global = true, value_enum, default_value = "sqlite")]
    database: Kind,
    /// What the moments and kinds of faults are drawn from
    #[arg(long, global = true, default_value_t = 1)]
    seed: u64,
}

#[derive(Subcommand, Debug, Clone, Copy)]
enum Scenario {
    /// Kill the server while settings are saved
    Saves {
        /// How often
        #[arg(long, default_value_t = 200)]
        kills: u64,
    },
    /// Kill the server while generations run
    Generations {
        /// How often
        #[arg(long, default_value_t = 200)]
        kills: u64,
    },
    /// Kill the server between any two steps of a job
    Seams,
    /// Freeze one of two servers past its leases
    Frozen,
    /// Lose providers' answers
    LostReplies,
    /// Take the database away under load
    DatabaseRestart,
    /// Fill the disk
    DiskFull,
    /// Ask for ten times too much
    Overload {
        /// For how long
        #[arg(long, default_value_t = 60)]
        seconds: u64,
    },
    /// Restore a backup that was made under load
    Backup,
    /// Measure how fast jobs go through
    Pace,
    /// Break one thing after the other
    Soak {
        /// For how long
        #[arg(long, default_value_t = 1200)]
        seconds: u64,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let CommandLine {
        scenario,
        database,
        seed,
    } = CommandLine::parse();
    let (began, load) = (Instant::now(), machine_load());
    // What is dropped here takes its processes with it.
    let outcome = tokio::select! {
        outcome = run(scenario, database, seed) => outcome,
        () = told_to_stop() => Err("it was told to stop".into()),
    };
    let head = format!(
        "{scenario:?} on {}, seed {seed}, {:.0} s, load {load} to {}",
        database.name(),
        began.elapsed().as_secs_f64(),
        machine_load()
    );
    match outcome {
        Ok(figures) => {
            println!("{head}: {figures}");
            ExitCode::SUCCESS
        }
        Err(broken) => {
            eprintln!("{head}: BROKEN\n{broken}");
            ExitCode::FAILURE
        }
    }
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

async fn run(scenario: Scenario, database: Kind, seed: u64) -> Result<String, Broken> {
    match scenario {
        Scenario::Saves { kills } => scenario::saves::run(database, seed, kills).await,
        Scenario::Generations { kills } => scenario::generations::run(database, seed, kills).await,
        Scenario::Seams => scenario::seams::run(database, seed).await,
        Scenario::Frozen => scenario::frozen::run(database, seed).await,
        Scenario::LostReplies => scenario::lost_replies::run(database, seed).await,
        Scenario::DatabaseRestart => scenario::database_restart::run(database, seed).await,
        Scenario::DiskFull => scenario::disk_full::run(database, seed).await,
        Scenario::Overload { seconds } => {
            scenario::overload::run(database, seed, Duration::from_secs(seconds)).await
        }
        Scenario::Backup => scenario::backup::run(database, seed).await,
        Scenario::Pace => scenario::pace::run(database, seed).await,
        Scenario::Soak { seconds } => {
            scenario::soak::run(database, seed, Duration::from_secs(seconds)).await
        }
    }
}
