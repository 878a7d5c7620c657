//! A file that is being written: hashed and counted as its bytes come, stopped where the disk
//! becomes too full, and gone when it is dropped.

use super::room;
use crate::generation::media::{NotKept, ending, sniff};
use domain::Timestamp;
use sha2::{Digest, Sha256};
use std::{
    fs::TryLockError,
    io::{Error, ErrorKind, Result},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::{
    fs,
    io::{AsyncWrite, AsyncWriteExt},
};

/// How many bytes decide the type.
const HEAD: usize = 8 * 1024;
/// After how many bytes the disk is looked at again.
const LOOK_EVERY: u64 = 4 << 20;

/// A file that is still being written. Dropping it removes it.
pub struct Part {
    place: Half,
    file: fs::File,
    hash: Sha256,
    head: Vec<u8>,
    bytes: u64,
    min_free: u64,
    unlooked: u64,
    problem: Option<ErrorKind>,
}

impl Part {
    pub(super) async fn create(folder: &Path, id: &str, min_free: u64) -> Result<Self> {
        let path = folder.join(format!("{id}.part"));
        // Opened together with what removes it: a job that is given up at this moment, as where its
        // lease is lost, leaves nothing behind.
        let opening = tokio::task::spawn_blocking(move || {
            let place = Half(path);
            let file = std::fs::OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&place.0)?;
            // As long as this is held, no other process takes the file for one that was left behind.
            file.lock()?;
            Ok::<_, Error>((place, file))
        });
        let (place, file) = opening.await.map_err(Error::other)??;
        Ok(Self {
            place,
            file: fs::File::from_std(file),
            hash: Sha256::new(),
            head: Vec::with_capacity(HEAD),
            bytes: 0,
            min_free,
            unlooked: 0,
            problem: None,
        })
    }

    /// What went wrong here while it was written, if anything did: whoever wrote was told only that
    /// it cannot go on.
    #[must_use]
    pub fn problem(&self) -> Option<Error> {
        self.problem.map(Error::from)
    }

    /// Ends the writing: all bytes are on the disk, and they are of a type that `accept` takes.
    ///
    /// # Errors
    /// [`NotKept::WrongType`] for any other type, or those of the disk.
    pub async fn check(
        mut self,
        accept: impl Fn(&str) -> bool,
    ) -> std::result::Result<Checked, NotKept> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        if self.file.metadata().await?.len() != self.bytes {
            return Err(Error::other("a file is shorter than what was written").into());
        }
        let media_type = sniff(&self.head)
            .filter(|found| accept(found))
            .ok_or(NotKept::WrongType)?;
        Ok(Checked {
            media_type,
            bytes: self.bytes,
            sha256: self.hash.finalize().to_vec(),
            place: self.place,
            _held: self.file,
        })
    }

    fn note<T>(&mut self, outcome: Result<T>) -> Result<T> {
        if let Err(error) = &outcome {
            self.problem = Some(error.kind());
        }
        outcome
    }

    fn look(&mut self) -> Result<()> {
        if self.unlooked < LOOK_EVERY {
            return Ok(());
        }
        self.unlooked = 0;
        let folder = self.place.0.parent().unwrap_or(&self.place.0).to_owned();
        room(&folder, self.min_free).map(drop)
    }
}

impl AsyncWrite for Part {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        let part = self.get_mut();
        let looked = part.look();
        part.note(looked)?;
        let written = ready!(Pin::new(&mut part.file).poll_write(context, bytes));
        let written = part.note(written)?;
        let taken = &bytes[..written];
        let missing = HEAD.saturating_sub(part.head.len()).min(written);
        part.head.extend_from_slice(&taken[..missing]);
        part.hash.update(taken);
        part.bytes += written as u64;
        part.unlooked += written as u64;
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let part = self.get_mut();
        let flushed = ready!(Pin::new(&mut part.file).poll_flush(context));
        Poll::Ready(part.note(flushed))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let part = self.get_mut();
        let shut = ready!(Pin::new(&mut part.file).poll_shutdown(context));
        Poll::Ready(part.note(shut))
    }
}

/// A whole file of a known type that is not in its place yet. Dropping it removes it.
pub struct Checked {
    /// Its type by its first bytes.
    pub media_type: &'static str,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: Vec<u8>,
    place: Half,
    _held: fs::File,
}

impl Checked {
    /// Where it lies until it is put in its place.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.place.0
    }

    /// The name that its place has.
    pub(super) fn name(&self) -> String {
        let hash = hex::encode(&self.sha256);
        format!("{}/{hash}.{}", &hash[..2], ending(self.media_type))
    }
}

/// The path of a half written file.
struct Half(PathBuf);

impl Drop for Half {
    fn drop(&mut self) {
        // After a rename there is nothing left to remove, which is the ordinary case.
        drop(std::fs::remove_file(&self.0));
    }
}

/// Removes half written files of a folder: all that nobody writes any more, or those of them that were
/// not touched since a moment.
pub(super) async fn remove(folder: &Path, before: Option<Timestamp>) -> Result<()> {
    let mut entries = match fs::read_dir(folder).await {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    while let Some(entry) = entries.next_entry().await? {
        let path = entry.path();
        if path.extension().is_none_or(|ending| ending != "part") {
            continue;
        }
        let is_old = match before {
            None => true,
            Some(before) => super::folder::touched(&path).await? < before,
        };
        if is_old && !is_held(&path)? {
            fs::remove_file(&path).await?;
        }
    }
    Ok(())
}

/// Whether a process, this one or another, is writing a file.
fn is_held(path: &Path) -> Result<bool> {
    match std::fs::File::open(path)?.try_lock() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::Part;

    #[test]
    fn a_job_that_is_given_up_while_its_file_is_opened_leaves_none() {
        let folder = tempfile::tempdir().unwrap();
        // One thread for such work, which has something else to do first.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .max_blocking_threads(1)
            .build()
            .unwrap();
        let (go_on, busy) = std::sync::mpsc::sync_channel::<()>(1);
        runtime.block_on(async {
            let first = tokio::task::spawn_blocking(move || busy.recv().is_ok());
            let mut creating = Box::pin(Part::create(folder.path(), "a", 0));
            tokio::select! {
                biased;
                _ = &mut creating => panic!("it was not given up"),
                () = std::future::ready(()) => {}
            }
            drop(creating);
            drop(go_on);
            first.await.unwrap();
            tokio::task::spawn_blocking(|| {}).await.unwrap();
        });
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
