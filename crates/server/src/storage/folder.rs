//! Media in a folder of this machine, for the server's own user alone.

use super::{Checked, Pieces};
use domain::Timestamp;
use futures::StreamExt;
use std::{
    io::{ErrorKind, Result, SeekFrom},
    ops::Range,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};
use tokio::{
    fs,
    io::{AsyncReadExt, AsyncSeekExt},
};
use tokio_util::io::ReaderStream;

/// How much is read at a time.
const PIECE: usize = 64 * 1024;

/// The folder of media.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Moves a file to its place in one step. The file, its name and a new shelf outlive a loss of
    /// power when this returns.
    pub(super) async fn take(&self, file: Checked, name: &str) -> Result<()> {
        let place = self.0.join(name);
        let shelf = place.parent().unwrap_or(&self.0);
        let is_new = !fs::try_exists(shelf).await?;
        make(shelf).await?;
        fs::rename(file.path(), &place).await?;
        sync(shelf).await?;
        if is_new {
            sync(&self.0).await?;
        }
        Ok(())
    }

    pub(super) async fn open(&self, name: &str, range: Option<Range<u64>>) -> Result<Pieces> {
        let mut file = fs::File::open(self.0.join(name)).await?;
        let Some(range) = range else {
            return Ok(ReaderStream::with_capacity(file, PIECE).boxed());
        };
        file.seek(SeekFrom::Start(range.start)).await?;
        let part = file.take(range.end.saturating_sub(range.start));
        Ok(ReaderStream::with_capacity(part, PIECE).boxed())
    }

    pub(super) async fn touched(
        &self,
        shelf: &str,
        within: &Range<Timestamp>,
    ) -> Result<Vec<String>> {
        let mut entries = match fs::read_dir(self.0.join(shelf)).await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        while let Some(entry) = entries.next_entry().await? {
            if let Some(name) = entry.file_name().to_str()
                && within.contains(&touched(&entry.path()).await?)
            {
                names.push(format!("{shelf}/{name}"));
            }
        }
        Ok(names)
    }

    pub(super) async fn remove_old(&self, name: &str, before: Timestamp) -> Result<bool> {
        let place = self.0.join(name);
        if touched(&place).await? >= before {
            return Ok(false);
        }
        fs::remove_file(&place).await?;
        Ok(true)
    }
}

/// When a file was last written.
pub(super) async fn touched(path: &Path) -> Result<Timestamp> {
    let modified = fs::metadata(path).await?.modified()?;
    let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Timestamp(
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
    ))
}

/// Makes a folder for the server's own user alone.
pub(super) async fn make(folder: &Path) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .await
}

async fn sync(folder: &Path) -> Result<()> {
    fs::File::open(folder).await?.sync_all().await
}
