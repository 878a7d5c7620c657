//! Media files under the data folder: checked by their first bytes, named by their hash, put in
//! place in one step. Nothing in a name comes from a person or a provider.

use domain::{Operation, OutputId};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use store::outputs::NewOutput;
use tokio::{
    fs,
    io::{AsyncReadExt, AsyncWriteExt},
};

/// A file in its place.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its type by its first bytes.
    pub media_type: &'static str,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: Vec<u8>,
    /// Its path below the media folder.
    pub file: String,
}

impl Kept {
    /// The row for it.
    #[must_use]
    pub fn into_row(self, id: OutputId) -> NewOutput {
        NewOutput {
            id,
            media_type: self.media_type.to_owned(),
            bytes: i64::try_from(self.bytes).unwrap_or(i64::MAX),
            sha256: self.sha256,
            file: self.file,
        }
    }
}

/// Why a file was not kept.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// Its first bytes are not those of the media that was asked for.
    #[error("not the media that was asked for")]
    WrongType,
    /// The disk.
    #[error("{0}")]
    Storage(#[from] std::io::Error),
}

/// How many bytes decide the type.
const HEAD: usize = 8 * 1024;

/// The type of a file by its first bytes, if it is one that may be stored.
#[must_use]
pub fn sniff(head: &[u8]) -> Option<&'static str> {
    let is_mp3_frame = head.len() > 2 && head[0] == 0xff && head[1] & 0xe6 == 0xe2;
    let found = infer::get(head).map(|kind| kind.mime_type());
    match found {
        Some("image/png") => Some("image/png"),
        Some("image/jpeg") => Some("image/jpeg"),
        Some("image/webp") => Some("image/webp"),
        Some("video/mp4" | "video/x-m4v") => Some("video/mp4"),
        Some("video/webm") => Some("video/webm"),
        Some("audio/mpeg") => Some("audio/mpeg"),
        Some("audio/x-wav" | "audio/wav") => Some("audio/wav"),
        Some("audio/ogg") => Some("audio/ogg"),
        Some("audio/x-flac" | "audio/flac") => Some("audio/flac"),
        _ if is_mp3_frame => Some("audio/mpeg"),
        _ => None,
    }
}

/// Whether a type is a result of the operation.
#[must_use]
pub fn fits(operation: Operation, media_type: &str) -> bool {
    match operation {
        Operation::Llm => false,
        Operation::Image => media_type.starts_with("image/"),
        Operation::Video => media_type.starts_with("video/"),
        Operation::Tts | Operation::Music => media_type.starts_with("audio/"),
    }
}

/// The ending of a stored file's name.
fn ending(media_type: &str) -> &'static str {
    match media_type {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        "video/mp4" => "mp4",
        "video/webm" => "webm",
        "audio/mpeg" => "mp3",
        "audio/wav" => "wav",
        "audio/ogg" => "ogg",
        _ => "flac",
    }
}

/// A file that is still being written. Dropping it removes it.
pub struct Part {
    path: PathBuf,
    /// Where the bytes go.
    pub file: fs::File,
}

impl Part {
    /// Starts a file beside its later place.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn create(media: &Path, id: &str) -> std::io::Result<Self> {
        make_folder(media).await?;
        let path = media.join(format!("{id}.part"));
        let file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)
            .await?;
        Ok(Self { path, file })
    }

    /// Checks the written bytes and puts the file in its place.
    ///
    /// # Errors
    /// [`NotKept::WrongType`] for anything that `accept` does not take, or those of the disk.
    pub async fn keep(
        mut self,
        media: &Path,
        accept: impl Fn(&str) -> bool,
    ) -> Result<Kept, NotKept> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        let (sha256, bytes, head) = digest(&self.path).await?;
        let media_type = sniff(&head)
            .filter(|found| accept(found))
            .ok_or(NotKept::WrongType)?;
        let name = hex::encode(&sha256);
        let file = format!("{}/{name}.{}", &name[..2], ending(media_type));
        let place = media.join(&file);
        if let Some(folder) = place.parent() {
            make_folder(folder).await?;
            fs::rename(&self.path, &place).await?;
            fs::File::open(folder).await?.sync_all().await?;
        }
        Ok(Kept {
            media_type,
            bytes,
            sha256,
            file,
        })
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // After a rename there is nothing left to remove, which is the ordinary case.
        drop(std::fs::remove_file(&self.path));
    }
}

/// Makes a folder for the server's own user alone.
async fn make_folder(folder: &Path) -> std::io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .await
}

async fn digest(path: &Path) -> std::io::Result<(Vec<u8>, u64, Vec<u8>)> {
    let mut file = fs::File::open(path).await?;
    let mut hash = Sha256::new();
    let mut head = Vec::with_capacity(HEAD);
    let mut bytes = 0;
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut chunk).await?;
        if read == 0 {
            return Ok((hash.finalize().to_vec(), bytes, head));
        }
        let missing = HEAD.saturating_sub(head.len()).min(read);
        head.extend_from_slice(&chunk[..missing]);
        hash.update(&chunk[..read]);
        bytes += read as u64;
    }
}

/// Removes what an earlier run left half written.
///
/// # Errors
/// Those of the disk.
pub async fn remove_parts(media: &Path) -> std::io::Result<()> {
    let mut entries = match fs::read_dir(media).await {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    while let Some(entry) = entries.next_entry().await? {
        if entry
            .path()
            .extension()
            .is_some_and(|ending| ending == "part")
        {
            fs::remove_file(entry.path()).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01";

    async fn keep(bytes: &[u8], operation: Operation) -> Result<Kept, NotKept> {
        let folder = tempfile::tempdir().unwrap();
        let mut part = Part::create(folder.path(), "a").await.unwrap();
        part.file.write_all(bytes).await.unwrap();
        let kept = part
            .keep(folder.path(), |found| fits(operation, found))
            .await;
        assert!(!folder.path().join("a.part").exists());
        if let Ok(kept) = &kept {
            use std::os::unix::fs::PermissionsExt;
            let stored = std::fs::metadata(folder.path().join(&kept.file)).unwrap();
            assert_eq!(stored.permissions().mode() & 0o777, 0o600);
        }
        kept
    }

    #[tokio::test]
    async fn a_picture_is_kept_under_its_hash() {
        let kept = keep(PNG, Operation::Image).await.unwrap();
        assert_eq!(
            (kept.media_type, kept.bytes),
            ("image/png", PNG.len() as u64)
        );
        assert!(kept.file.ends_with(".png") && kept.file.contains(&hex::encode(&kept.sha256)));
    }

    #[tokio::test]
    async fn what_is_not_the_media_asked_for_is_not_kept() {
        for bytes in [
            b"<html><script>alert(1)</script>".as_slice(),
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"GIF89a;<script>",
            b"%PDF-1.7",
            b"",
        ] {
            assert!(matches!(
                keep(bytes, Operation::Image).await,
                Err(NotKept::WrongType)
            ));
        }
        assert!(matches!(
            keep(PNG, Operation::Video).await,
            Err(NotKept::WrongType)
        ));
    }
}
