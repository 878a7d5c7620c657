//! Small files with secrets in them: read only where nobody else can read them, and written so that
//! there is always a whole one.

use std::{
    fs::{File, Metadata, OpenOptions},
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};
use zeroize::Zeroizing;

/// No such file is larger.
const LARGEST: u64 = 64 * 1024;

/// Who else may read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Nobody.
    Owner,
    /// Who is in the file's group; a service manager hands files over like that.
    Group,
}

/// Why a file is not read. The sentence goes after the name of the variable.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// It is not there, or not for us.
    #[error("names a file that cannot be read ({0})")]
    Unreadable(io::ErrorKind),
    /// A folder, or far too large.
    #[error("must name a small file")]
    NotSmall,
    /// Others can read it.
    #[error("names a file that other users of this machine can read; run chmod 600 on it")]
    OpenToOthers,
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error.kind())
    }
}

/// The text of a file.
///
/// # Errors
/// [`Problem`].
pub fn read(path: &Path, readers: Readers) -> Result<Zeroizing<String>, Problem> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() || metadata.len() > LARGEST {
        return Err(Problem::NotSmall);
    }
    if is_open_to_others(&metadata, readers) {
        return Err(Problem::OpenToOthers);
    }
    Ok(Zeroizing::new(std::fs::read_to_string(path)?))
}

fn is_open_to_others(metadata: &Metadata, readers: Readers) -> bool {
    let others = match readers {
        Readers::Owner => 0o077,
        Readers::Group => 0o027,
    };
    metadata.permissions().mode() & others != 0
}

/// Puts a file with this text in its place in one step, for its owner alone; once this returns it is
/// on the disk.
///
/// # Errors
/// The system's; the file in its place is the former one then.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = Path::new(&beside);
    // One that a crash left behind is in nobody's use.
    match std::fs::remove_file(beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(beside, path)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{Permissions, set_permissions};

    #[test]
    fn a_file_is_replaced_as_a_whole_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(folder.path().join("key.new"), "half").unwrap();
        for text in ["first", "second"] {
            write(&path, text).unwrap();
            assert_eq!(read(&path, Readers::Owner).unwrap().as_str(), text);
            let mode = path.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_others_can_read_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write(&path, "secret").unwrap();
        for (mode, owner, group) in [
            (0o600, true, true),
            (0o400, true, true),
            (0o440, false, true),
            (0o460, false, false),
            (0o444, false, false),
            (0o604, false, false),
        ] {
            set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert_eq!(read(&path, Readers::Owner).is_ok(), owner, "{mode:o}");
            assert_eq!(read(&path, Readers::Group).is_ok(), group, "{mode:o}");
        }
        assert!(matches!(
            read(folder.path(), Readers::Owner),
            Err(Problem::NotSmall)
        ));
    }
}
