//! An installation for one test: its folder, its database, its key file, and the program on it.

use server::{config::MasterKeySource, vault::generate};
use std::{
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};
use store::{Db, test_support::postgres_address};
use tempfile::TempDir;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// An installation.
pub struct Place {
    folder: TempDir,
    address: Option<String>,
}

impl Place {
    /// With one master key and an empty database.
    pub async fn new(kind: Kind) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        let address = match kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(postgres_address().await),
        };
        let place = Self { folder, address };
        place.write_key(&generate().unwrap(), 0o600);
        let db = place.open().await;
        db.migrate().await.unwrap();
        db.close().await;
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    pub fn key_file(&self) -> PathBuf {
        self.path("master.key")
    }

    pub fn write_key(&self, text: &str, mode: u32) {
        std::fs::write(self.key_file(), text).unwrap();
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(self.key_file(), mode).unwrap();
    }

    pub async fn open(&self) -> Db {
        let file = self.data().join("film-generator.db");
        let address = self.address.clone();
        let address = address.unwrap_or_else(|| format!("sqlite://{}", file.display()));
        Db::open(&address).await.unwrap()
    }

    /// The master keys as the program finds them.
    pub fn source(&self) -> MasterKeySource {
        let file = self.key_file().display().to_string();
        MasterKeySource::read(&|name: &str| (name == "FILM_MASTER_KEY_FILE").then(|| file.clone()))
            .unwrap()
    }

    /// The program on this installation, with nothing of the test's own environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_film-generator"));
        command
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("RUST_LOG", "warn")
            .env("FILM_DATA", self.data())
            .env("FILM_MASTER_KEY_FILE", self.key_file())
            .stdin(Stdio::null());
        if let Some(address) = &self.address {
            command.env("FILM_DATABASE_URL", address);
        }
        command
    }

    /// As [`Place::succeeds`], while other work of the test goes on.
    pub async fn succeeds_meanwhile(&self, arguments: &[&str]) -> String {
        let mut command = tokio::process::Command::from(self.command(arguments));
        let output = command.output().await.unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", shown(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs it to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs it to its good end; what it printed.
    pub fn succeeds(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", shown(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs it to a bad end; what it said.
    pub fn fails(&self, arguments: &[&str], status: i32) -> String {
        let output = self.run(arguments);
        assert_eq!(
            output.status.code(),
            Some(status),
            "{arguments:?}: {}",
            shown(&output)
        );
        String::from_utf8(output.stderr).unwrap()
    }

    /// Starts it and does not wait.
    pub fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    }
}

pub fn shown(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}
