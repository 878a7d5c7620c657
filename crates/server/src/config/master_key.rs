//! Where the master keys come from: a file that only its owner can read, or a variable.

use super::ConfigError;
use crate::vault::MasterKeys;
use std::path::Path;
use zeroize::Zeroizing;

const FILE: &str = "FILM_MASTER_KEY_FILE";
const VARIABLE: &str = "FILM_MASTER_KEY";
/// No key file is larger.
const LARGEST: u64 = 64 * 1024;

/// The keys and the variable that they came from.
pub(super) fn read(
    lookup: &impl Fn(&str) -> Option<String>,
) -> Result<(MasterKeys, &'static str), ConfigError> {
    let value = lookup(VARIABLE).map(Zeroizing::new);
    let (text, source) = match (lookup(FILE), value) {
        (Some(_), Some(_)) => {
            return Err(ConfigError::new(
                FILE,
                format!("and {VARIABLE} are both set; keep one of them"),
            ));
        }
        (Some(path), None) => (read_file(Path::new(path.trim()))?, FILE),
        (None, Some(value)) => (value, VARIABLE),
        (None, None) => {
            return Err(ConfigError::new(
                FILE,
                "must name a file with the master key that protects all stored API keys: 32 random bytes as 64 hexadecimal digits, as `openssl rand -hex 32` prints them",
            ));
        }
    };
    let keys = MasterKeys::parse(&text).map_err(|problem| ConfigError::new(source, problem))?;
    Ok((keys, source))
}

fn read_file(path: &Path) -> Result<Zeroizing<String>, ConfigError> {
    let unreadable = |error: std::io::Error| {
        ConfigError::new(
            FILE,
            format!("names a file that cannot be read ({})", error.kind()),
        )
    };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() || metadata.len() > LARGEST {
        return Err(ConfigError::new(FILE, "must name a small file"));
    }
    if is_open_to_others(&metadata) {
        return Err(ConfigError::new(
            FILE,
            "names a file that other users of this machine can read; run chmod 600 on it",
        ));
    }
    std::fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(unreadable)
}

#[cfg(unix)]
fn is_open_to_others(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o077 != 0
}

/// Elsewhere there are no such permission bits to read.
#[cfg(not(unix))]
fn is_open_to_others(_: &std::fs::Metadata) -> bool {
    false
}
