//! Where media lie: a folder, or a bucket of any store that speaks the S3 protocol. A file is
//! written whole beside its place, checked, named by its hash and only then put there, so that no
//! name ever leads to half a file and the same bytes are there once. Nothing in a name comes from a
//! person or a provider, and no error of this module carries an address or a credential.

mod bucket;
mod folder;
mod part;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use part::{Checked, Part};

use self::{bucket::Bucket, folder::Folder};
use crate::config::{Media, MediaPlace};
use bytes::Bytes;
use domain::Timestamp;
use futures::{StreamExt, stream::BoxStream};
use std::{
    io::{Error, ErrorKind, Result},
    ops::Range,
    path::{Path, PathBuf},
};
use tokio::sync::RwLock;

/// How long a file that nothing names stays: what has just been put there may not be written down
/// yet.
pub const ORPHANS_STAY: i64 = 24 * 60 * 60 * 1000;

/// The bytes of a file as they are read.
pub type Pieces = BoxStream<'static, Result<Bytes>>;

/// Where media lie.
pub struct Storage {
    /// Where files are written before they are put in their place.
    incoming: PathBuf,
    min_free: u64,
    place: Place,
    /// Held for writing while a file is removed: it cannot be put there again meanwhile.
    moving: RwLock<()>,
}

enum Place {
    Folder(Folder),
    Bucket(Bucket),
}

impl Storage {
    /// The storage as it is configured, with `folder` for files that are being written, and for all
    /// where there is no bucket.
    ///
    /// # Errors
    /// The client of the bucket could not be set up.
    pub fn new(folder: PathBuf, media: &Media) -> Result<Self> {
        let place = match &media.place {
            MediaPlace::Folder => Place::Folder(Folder::new(folder.clone())),
            MediaPlace::Bucket(options) => Place::Bucket(Bucket::new(options)?),
        };
        Ok(Self {
            incoming: folder,
            min_free: media.min_free,
            place,
            moving: RwLock::default(),
        })
    }

    /// Asks the bucket, if there is one, whether it can be used.
    ///
    /// # Errors
    /// It does not answer, or refuses the credentials.
    pub async fn check(&self) -> Result<()> {
        match &self.place {
            Place::Folder(_) => Ok(()),
            Place::Bucket(bucket) => bucket.check().await,
        }
    }

    /// How many bytes may still be written.
    ///
    /// # Errors
    /// [`ErrorKind::StorageFull`] where it is none, or those of the disk.
    pub async fn room(&self) -> Result<u64> {
        folder::make(&self.incoming).await?;
        room(&self.incoming, self.min_free)
    }

    /// Starts a file; `id` is a new one.
    ///
    /// # Errors
    /// [`ErrorKind::StorageFull`], or those of the disk.
    pub async fn receive(&self, id: &str) -> Result<Part> {
        self.room().await?;
        Part::create(&self.incoming, id, self.min_free).await
    }

    /// Puts a checked file in its place and gives the name that it has there. It is on the disk, or
    /// in the bucket, when this returns; what held the same bytes before is that file now.
    ///
    /// # Errors
    /// Those of the disk or of the bucket; nothing is there then that was not there before.
    pub async fn place(&self, file: Checked, now: Timestamp) -> Result<String> {
        let name = file.name();
        let _moving = self.moving.read().await;
        match &self.place {
            Place::Folder(folder) => folder.take(file, &name).await?,
            Place::Bucket(bucket) => bucket.take(&file, &name, now).await?,
        }
        Ok(name)
    }

    /// Opens a file, or a range of it that lies within it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where it is not there, or those of the disk or the bucket.
    pub async fn open(&self, name: &str, range: Option<Range<u64>>) -> Result<Pieces> {
        match &self.place {
            Place::Folder(folder) => folder.open(name, range).await,
            Place::Bucket(bucket) => bucket.open(name, range).await,
        }
    }

    /// A whole file of at most `limit` bytes.
    ///
    /// # Errors
    /// As [`Storage::open`], or [`ErrorKind::FileTooLarge`].
    pub async fn read(&self, name: &str, limit: usize) -> Result<Bytes> {
        let mut pieces = self.open(name, None).await?;
        let mut whole = Vec::new();
        while let Some(piece) = pieces.next().await {
            let piece = piece?;
            if whole.len() + piece.len() > limit {
                return Err(ErrorKind::FileTooLarge.into());
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole.into())
    }

    /// The names of files that were last touched within a time and begin with the two hex digits
    /// `shelf`. Whatever has another kind of name is left out.
    ///
    /// # Errors
    /// Those of the disk or of the bucket.
    pub async fn touched(&self, shelf: u8, within: &Range<Timestamp>) -> Result<Vec<String>> {
        let shelf = format!("{shelf:02x}");
        let mut names = match &self.place {
            Place::Folder(folder) => folder.touched(&shelf, within).await?,
            Place::Bucket(bucket) => bucket.touched(&shelf, within).await?,
        };
        names.retain(|name| is_name(name));
        Ok(names)
    }

    /// Removes a file that has not been touched since `before`, unless one is being put in its place
    /// right now; whether it was removed.
    ///
    /// # Errors
    /// Those of the disk or of the bucket.
    pub async fn remove_old(&self, name: &str, before: Timestamp) -> Result<bool> {
        let Ok(_moving) = self.moving.try_write() else {
            return Ok(false);
        };
        let removed = match &self.place {
            Place::Folder(folder) => folder.remove_old(name, before).await,
            Place::Bucket(bucket) => bucket.remove_old(name, before).await,
        };
        match removed {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            removed => removed,
        }
    }

    /// Removes half written files: all, or those that have not been touched since a moment.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn remove_parts(&self, before: Option<Timestamp>) -> Result<()> {
        part::remove(&self.incoming, before).await
    }
}

/// How many bytes may be written to the disk of `folder` until only `min_free` are left.
fn room(folder: &Path, min_free: u64) -> Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    match free.checked_sub(min_free) {
        Some(room) if room > 0 || min_free == 0 => Ok(room),
        _ => Err(full()),
    }
}

fn full() -> Error {
    Error::new(ErrorKind::StorageFull, "the disk is too full")
}

/// Whether a name is one that this module gives.
fn is_name(name: &str) -> bool {
    let digits = |text: &str| {
        text.bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    name.split_once('/').is_some_and(|(shelf, file)| {
        file.split_once('.').is_some_and(|(hash, ending)| {
            hash.len() == 64
                && digits(hash)
                && hash.starts_with(shelf)
                && shelf.len() == 2
                && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    })
}
