//! Where the data are: the folder, and the database in it or elsewhere.

use super::{ConfigError, PlaceOptions, database_url, secret, set};
use std::{fmt, path::PathBuf};

/// Where the data are.
#[derive(Debug, Clone)]
pub struct Place {
    /// The folder of the database (unless it is elsewhere) and of generated media.
    pub data: PathBuf,
    /// Another database than SQLite in `data`.
    pub database_url: Option<DatabaseUrl>,
}

impl Place {
    /// Reads the options; `lookup` gives the value of an environment variable.
    ///
    /// # Errors
    /// One sentence with the variable's name.
    pub fn from_parts(
        options: &PlaceOptions,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        // The option holds the variable already where that is set.
        let address = set(&options.database_url).map(str::to_owned);
        let lookup = |name: &str| match name {
            secret::DATABASE_URL => address.clone(),
            name => lookup(name).filter(|value| !value.trim().is_empty()),
        };
        let url = secret::find(&lookup, secret::DATABASE_URL)?;
        Ok(Self {
            data: set(&options.data).unwrap_or("./data").into(),
            database_url: url.map(|url| database_url(url.text.trim())).transpose()?,
        })
    }

    /// The database to open: the configured one, or SQLite in the data folder.
    #[must_use]
    pub fn database(&self) -> DatabaseUrl {
        self.database_url
            .clone()
            .unwrap_or_else(|| DatabaseUrl(format!("sqlite://{}", self.sqlite_file().display())))
    }

    /// The file of the SQLite database.
    #[must_use]
    pub fn sqlite_file(&self) -> PathBuf {
        self.data.join("film-generator.db")
    }

    /// The folder of generated media; of those that are still being written, where the others are
    /// in a bucket.
    #[must_use]
    pub fn media_dir(&self) -> PathBuf {
        self.data.join("media")
    }
}

/// The address of a database, with its password inside: `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(pub(super) String);

impl DatabaseUrl {
    /// The whole address, for the database driver alone.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::private_file;

    #[test]
    fn the_address_of_the_database_may_be_a_file_and_is_never_in_two_places() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("database-url");
        private_file::write(&path, "postgres://film:hunter2222@db.example/film\n").unwrap();
        let shown = path.display().to_string();
        let lookup = |name: &str| (name == "FILM_DATABASE_URL_FILE").then(|| shown.clone());
        let mut options = PlaceOptions::default();
        let place = Place::from_parts(&options, lookup).unwrap();
        let address = "postgres://film:hunter2222@db.example/film";
        assert_eq!(place.database().as_str(), address);
        assert!(!format!("{place:?}").contains("hunter2222"));

        options.database_url = Some(address.to_owned());
        let error = Place::from_parts(&options, lookup).unwrap_err().to_string();
        assert!(
            error.starts_with("FILM_DATABASE_URL_FILE and FILM_DATABASE_URL are both set"),
            "{error}"
        );
        assert!(!error.contains("hunter2222"), "{error}");
        let none = Place::from_parts(&PlaceOptions::default(), |_| None).unwrap();
        let file = none.database();
        assert_eq!(file.as_str(), "sqlite://./data/film-generator.db");
    }
}
