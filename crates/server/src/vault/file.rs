//! The file with the master keys, one a line, the one that seals first. It is read again when it has
//! changed, so that a running server follows a rotation. No message of this file holds a byte of a
//! key.

use super::{
    MasterKeyProblem, MasterKeys,
    keyring::{Keyring, RingKey},
    master::parse_key,
};
use crate::private_file::{self, Readers};
use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use zeroize::Zeroizing;

/// Why a key file is of no use. The sentence goes after the name of the variable.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileProblem {
    /// The file.
    #[error(transparent)]
    File(#[from] private_file::Problem),
    /// What stands in it.
    #[error(transparent)]
    Key(#[from] MasterKeyProblem),
}

/// Reads the keys of a file.
///
/// # Errors
/// [`KeyFileProblem`].
pub fn read(path: &Path, readers: Readers) -> Result<MasterKeys, KeyFileProblem> {
    Ok(MasterKeys::parse(&private_file::read(path, readers)?)?)
}

/// By what a file is known to be the same: its number, size and time.
type Stamp = (u64, u64, i64, i64);

/// A file that is looked at again.
pub(super) struct Followed {
    path: PathBuf,
    readers: Readers,
    seen: Mutex<Option<Stamp>>,
}

impl Followed {
    pub(super) fn new(path: &Path, readers: Readers) -> Self {
        Self {
            seen: Mutex::new(stamp(path)),
            path: path.to_owned(),
            readers,
        }
    }

    /// What stands in the file, if it has changed since the last look. One that cannot be used is
    /// told once; what was read before goes on being used.
    pub(super) fn changed(&self) -> Option<Arc<Keyring>> {
        let now = stamp(&self.path);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == now {
            return None;
        }
        *seen = now;
        match read(&self.path, self.readers) {
            Ok(keys) => {
                let ring = Keyring::new(keys);
                tracing::info!(
                    current = ring.current().kid,
                    "the master keys were read again"
                );
                Some(Arc::new(ring))
            }
            Err(problem) => {
                tracing::error!(%problem, "the file with the master keys has changed and cannot be used; the former keys stay");
                None
            }
        }
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((
        metadata.ino(),
        metadata.size(),
        metadata.mtime(),
        metadata.mtime_nsec(),
    ))
}

/// Where a new key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It seals everything from now on.
    First,
    /// It only opens what others have sealed with it already.
    Last,
}

/// A key file's text with another key.
#[must_use]
pub fn with_key(text: &str, key: &str, place: Place) -> Zeroizing<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let at = match place {
        Place::First => lines
            .iter()
            .position(|line| is_key(line))
            .unwrap_or(lines.len()),
        Place::Last => lines.len(),
    };
    lines.insert(at, key);
    joined(&lines)
}

/// A key file's text without the key with this id; `None` where it is not there.
#[must_use]
pub fn without_key(text: &str, kid: &str) -> Option<Zeroizing<String>> {
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| {
        is_key(line) && parse_key(line.trim()).is_ok_and(|key| RingKey::new(key).kid == kid)
    })?;
    let mut kept = lines;
    kept.remove(at);
    Some(joined(&kept))
}

fn is_key(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#')
}

fn joined(lines: &[&str]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(lines.join("\n"));
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::{Vault, generate};

    #[test]
    fn keys_are_added_and_taken_out_by_lines() {
        let [first, second, third] = [(); 3].map(|()| generate().unwrap());
        let kid = |key: &str| Vault::new(MasterKeys::parse(key).unwrap()).current_kid();
        let text = with_key("# ours\n\n", &first, Place::First);
        let text = with_key(&text, &second, Place::First);
        let text = with_key(&text, &third, Place::Last);
        let (a, b, c) = (second.as_str(), first.as_str(), third.as_str());
        assert_eq!(text.as_str(), format!("# ours\n\n{a}\n{b}\n{c}\n"));
        assert_eq!(kid(&text), kid(&second));
        let text = without_key(&text, &kid(&first)).unwrap();
        assert_eq!(text.as_str(), format!("# ours\n\n{a}\n{c}\n"));
        assert!(without_key(&text, &kid(&first)).is_none());
    }

    #[test]
    fn a_changed_file_is_read_again_and_a_bad_one_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let (first, second) = (generate().unwrap(), generate().unwrap());
        private_file::write(&path, &first).unwrap();
        let followed = Followed::new(&path, Readers::Owner);
        assert!(followed.changed().is_none());
        private_file::write(&path, &with_key(&first, &second, Place::First)).unwrap();
        let ring = followed.changed().unwrap();
        assert_eq!(ring.iter().count(), 2);
        assert!(followed.changed().is_none());
        private_file::write(&path, "rubbish").unwrap();
        assert!(followed.changed().is_none());
        std::fs::remove_file(&path).unwrap();
        assert!(followed.changed().is_none());
    }
}
