//! What a backup holds, as a file in it: enough to find a lost, added or changed byte.

use crate::start::Problem;
use domain::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Component, Path},
};

/// The name of the manifest in a backup.
pub(super) const NAME: &str = "manifest.json";
/// The name of the database in a backup and in a data folder.
pub(super) const DATABASE: &str = "film-generator.db";
/// The folder of media in both.
pub(super) const MEDIA: &str = "media";
/// The format of the manifest.
pub(super) const FORMAT: u32 = 1;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format of this file.
    pub format: u32,
    /// The version of the program that made it.
    pub program: String,
    /// When it was begun.
    pub made_at: Timestamp,
    /// What it does not hold, in a sentence.
    pub without: String,
    /// The ids of the master keys that its secrets are sealed with; the keys themselves are not here.
    pub master_keys: Vec<String>,
    /// The database; `None` where it is PostgreSQL, which has a backup of its own.
    pub database: Option<Stored>,
    /// How many accounts there are in it.
    pub accounts: i64,
    /// How many audit events there are in it, and the hash of the last.
    pub audit: Option<Head>,
    /// The media; `None` where they are in a bucket.
    pub media: Option<Vec<Stored>>,
    /// Media that the database names and that were not there.
    pub missing: Vec<String>,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Its path in the backup.
    pub name: String,
    /// How long it is.
    pub bytes: u64,
    /// The SHA-256 of its content.
    pub sha256: String,
}

/// The end of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// How many events.
    pub count: i64,
    /// The hash of the last.
    pub hash: String,
}

impl Stored {
    /// What stands in a file.
    pub(super) fn of(name: &str, path: &Path) -> io::Result<Self> {
        let (bytes, sha256) = hashed(File::open(path)?, io::sink())?;
        Ok(Self {
            name: name.to_owned(),
            bytes,
            sha256,
        })
    }

    /// Copies a file to its place below a folder, for its owner alone; it is on the disk when this
    /// returns.
    pub(super) fn copy(name: &str, from: &Path, below: &Path) -> io::Result<Self> {
        let to = below.join(name);
        if let Some(folder) = to.parent() {
            make_folder(folder)?;
        }
        let mut file = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&to)?;
        let (bytes, sha256) = hashed(File::open(from)?, &mut file)?;
        file.sync_all()?;
        Ok(Self {
            name: name.to_owned(),
            bytes,
            sha256,
        })
    }

    /// Whether its name leads below the folder of a backup and nowhere else.
    pub(super) fn is_inside(&self) -> bool {
        let path = Path::new(&self.name);
        !self.name.is_empty()
            && path
                .components()
                .all(|part| matches!(part, Component::Normal(_)))
    }
}

fn hashed(mut from: impl Read, mut to: impl Write) -> io::Result<(u64, String)> {
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 64 * 1024];
    let mut bytes = 0;
    loop {
        let read = from.read(&mut piece)?;
        if read == 0 {
            return Ok((bytes, hex::encode(hasher.finalize())));
        }
        hasher.update(&piece[..read]);
        to.write_all(&piece[..read])?;
        bytes += read as u64;
    }
}

/// Makes a folder for its owner alone.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

/// Makes a folder that has to be empty.
pub(super) fn make_empty(folder: &Path) -> Result<(), Problem> {
    let failed = |error| Problem::start(&format!("{} cannot be used", folder.display()), &error);
    make_folder(folder).map_err(|error: io::Error| failed(error))?;
    let mut entries = std::fs::read_dir(folder).map_err(failed)?;
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(Problem::Start(format!(
            "{} is not empty. Name a folder that is, so that nothing is overwritten.",
            folder.display()
        ))),
    }
}

/// Waits until the names of files in a folder and in those below it are on the disk.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sync(&path)?;
        }
    }
    File::open(folder)?.sync_all()
}
