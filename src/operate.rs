//! The commands of an operator: what is typed, and what is printed about it.

use clap::{Args, Subcommand};
use server::{
    config::{MasterKeySource, Place, PlaceOptions},
    operate::{Operator, backup, restore},
    start::Problem,
    vault::{file, rotation::Rotated},
};
use std::path::PathBuf;

/// `film-generator keys`.
#[derive(Subcommand)]
pub enum Keys {
    /// List the master keys and how much each has sealed
    Status(PlaceOptions),
    /// Add a new master key to the key file
    Add {
        #[command(flatten)]
        place: PlaceOptions,
        /// Put it last: it opens, and seals nothing until it stands first
        #[arg(long)]
        last: bool,
    },
    /// Seal everything anew with the first key
    Rotate(PlaceOptions),
    /// Retire a master key that nothing needs
    Retire {
        #[command(flatten)]
        place: PlaceOptions,
        /// The key's id, as `status` lists it
        kid: String,
    },
}

/// `film-generator audit`.
#[derive(Subcommand)]
pub enum Audit {
    /// Walk the chain of audit events and find what was changed
    Verify {
        #[command(flatten)]
        place: PlaceOptions,
        /// The hash of an earlier head, which has to be part of the chain
        #[arg(long, value_name = "HASH")]
        expect: Option<String>,
    },
    /// Write audit events to standard output, one of JSON a line
    Export {
        #[command(flatten)]
        place: PlaceOptions,
        /// The first day
        #[arg(long, value_name = "YYYY-MM-DD")]
        from: Option<String>,
        /// The last day
        #[arg(long, value_name = "YYYY-MM-DD")]
        to: Option<String>,
    },
}

/// `film-generator admin`.
#[derive(Subcommand)]
pub enum Admin {
    /// Let an account run the instance
    Grant {
        #[command(flatten)]
        place: PlaceOptions,
        /// The address of the account
        email: String,
    },
    /// Turn two-step sign-in off for an account that has lost its phone and its recovery codes
    RemoveSecondFactor {
        #[command(flatten)]
        place: PlaceOptions,
        /// The address of the account
        email: String,
    },
}

/// `film-generator backup`.
#[derive(Args)]
pub struct Backup {
    #[command(flatten)]
    place: PlaceOptions,
    /// Where media are, if not in the data folder
    #[arg(long, env = "FILM_MEDIA", value_name = "s3://BUCKET/PREFIX")]
    media: Option<String>,
    /// An empty folder for it
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
}

/// `film-generator restore`.
#[derive(Args)]
pub struct Restore {
    #[command(flatten)]
    place: PlaceOptions,
    /// The folder of the backup
    #[arg(long, value_name = "FOLDER")]
    from: PathBuf,
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.trim().is_empty())
}

fn place(options: &PlaceOptions) -> Result<Place, Problem> {
    Place::from_parts(options, variable).map_err(Problem::config)
}

/// Does something with the database and closes it.
async fn with<T>(
    options: &PlaceOptions,
    act: impl AsyncFnOnce(&Operator) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let operator = Operator::open(place(options)?).await?;
    let outcome = act(&operator).await;
    operator.close().await;
    outcome
}

fn master_key() -> Result<MasterKeySource, Problem> {
    MasterKeySource::read(&variable).map_err(Problem::config)
}

/// Runs a command of `keys`.
///
/// # Errors
/// [`Problem`].
pub async fn keys(command: Keys) -> Result<(), Problem> {
    let source = master_key()?;
    match command {
        Keys::Status(options) => {
            let keys = with(&options, async |it| it.keys_status(&source).await).await?;
            for key in &keys {
                println!("{key}");
            }
            if keys.iter().any(|key| key.is_needed_and_missing()) {
                return Err(Problem::Start(
                    "Some rows are sealed with a key that is not configured.".to_owned(),
                ));
            }
        }
        Keys::Add { place, last } => {
            let at = if last {
                file::Place::Last
            } else {
                file::Place::First
            };
            let kid = with(&place, async |it| it.keys_add(&source, at).await).await?;
            println!("Added the master key {kid}.");
            if !last {
                println!(
                    "Everything that is saved from now on is sealed with it. Next: film-generator keys rotate"
                );
            }
        }
        Keys::Rotate(options) => {
            let tell = |so_far: &Rotated| eprint!("\r{} rows sealed anew", so_far.resealed);
            let rotated = with(&options, async |it| it.keys_rotate(&source, tell).await).await?;
            eprintln!();
            println!("Sealed {} rows anew.", rotated.resealed);
            if rotated.unreadable > 0 {
                return Err(Problem::Start(format!(
                    "{} rows could not be opened and stay as they are; their owners have to enter them again.",
                    rotated.unreadable
                )));
            }
        }
        Keys::Retire { place, kid } => {
            with(&place, async |it| it.keys_retire(&source, &kid).await).await?;
            println!(
                "Retired the master key {kid}. Backups from before the rotation still need it: keep it with them."
            );
        }
    }
    Ok(())
}

/// Runs a command of `audit`.
///
/// # Errors
/// [`Problem`].
pub async fn audit(command: Audit) -> Result<(), Problem> {
    match command {
        Audit::Verify { place, expect } => {
            let expected = expect.as_deref();
            let (count, hash) = with(&place, async |it| it.verify_audit(expected).await).await?;
            println!("{count} events, the last has the hash {hash}");
        }
        Audit::Export { place, from, to } => {
            let mut out = std::io::stdout().lock();
            with(&place, async |it| it.export_audit(from, to, &mut out).await).await?;
        }
    }
    Ok(())
}

/// Runs a command of `admin`.
///
/// # Errors
/// [`Problem`].
pub async fn admin(command: Admin) -> Result<(), Problem> {
    match command {
        Admin::Grant { place, email } => {
            let email = with(&place, async |it| it.grant(&email).await).await?;
            println!("{email} runs this instance now.");
        }
        Admin::RemoveSecondFactor { place, email } => {
            let email = with(&place, async |it| it.remove_second_factor(&email).await).await?;
            println!("{email} signs in with the password alone now, and is signed out everywhere.");
        }
    }
    Ok(())
}

/// Makes a backup.
///
/// # Errors
/// [`Problem`].
pub async fn backup(options: Backup) -> Result<(), Problem> {
    let place = place(&options.place)?;
    let in_bucket = options.media.is_some_and(|media| !media.trim().is_empty());
    let made = backup::backup(&place, in_bucket, &options.to).await?;
    match &made.database {
        Some(database) => println!("The database: {} bytes", database.bytes),
        None => println!("The database is PostgreSQL: back it up with pg_dump, before this."),
    }
    match &made.media {
        Some(media) => println!("Media: {} files", media.len()),
        None => println!("Media are in the bucket and are not part of this."),
    }
    if !made.missing.is_empty() {
        println!("{} files were not there any more.", made.missing.len());
    }
    println!("{}", made.without);
    Ok(())
}

/// Brings a backup back.
///
/// # Errors
/// [`Problem`].
pub fn restore(options: &Restore) -> Result<(), Problem> {
    let restored = restore::restore(&place(&options.place)?, &options.from)?;
    println!(
        "Restored the state of {}: {} accounts, {} files.",
        restored.made_at,
        restored.accounts,
        restored.media.iter().flatten().count()
    );
    println!(
        "Its secrets need the master keys {:?}.",
        restored.master_keys
    );
    Ok(())
}
