//! Where the master keys come from: a file that only its owner can read, a credential of the service
//! manager, or a variable.

use super::{ConfigError, secret};
use crate::{
    private_file::Readers,
    vault::{MasterKeys, Vault},
};
use std::path::{Path, PathBuf};

const VARIABLE: &str = "FILM_MASTER_KEY";
/// The variable that names the file.
pub const FILE: &str = "FILM_MASTER_KEY_FILE";

/// The master keys and where they came from.
#[derive(Debug, Clone)]
pub struct MasterKeySource {
    /// The keys.
    pub keys: MasterKeys,
    /// The variable that they came from, to name in messages.
    pub variable: String,
    /// The file that is read again when it has changed.
    file: Option<(PathBuf, Readers)>,
}

impl MasterKeySource {
    /// The keys of the environment. `lookup` gives the value of a variable; an empty one counts as not
    /// set.
    ///
    /// # Errors
    /// One sentence with the variable's name and no byte of a key.
    pub fn read(lookup: &impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let found = secret::find(lookup, VARIABLE)?.ok_or_else(|| {
            ConfigError::new(
                FILE,
                "must name a file with the master key that protects all stored API keys: 32 random bytes as 64 hexadecimal digits, as `openssl rand -hex 32` prints them",
            )
        })?;
        let keys = MasterKeys::parse(&found.text)
            .map_err(|problem| ConfigError::new(&found.place, problem))?;
        Ok(Self {
            keys,
            variable: found.place,
            file: found.file,
        })
    }

    /// The file that keys can be added to and taken from.
    ///
    /// # Errors
    /// One sentence where they come from elsewhere.
    pub fn writable_file(&self) -> Result<&Path, ConfigError> {
        match &self.file {
            Some((path, Readers::Owner)) => Ok(path),
            _ => Err(ConfigError::new(
                FILE,
                format!(
                    "must name the file with the master keys, because {} cannot be written to",
                    self.variable
                ),
            )),
        }
    }

    /// A vault over these keys, which follows their file.
    #[must_use]
    pub fn vault(&self) -> Vault {
        match &self.file {
            Some((path, readers)) => Vault::following(self.keys.clone(), path, *readers),
            None => Vault::new(self.keys.clone()),
        }
    }
}
