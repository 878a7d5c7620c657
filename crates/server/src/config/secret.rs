//! Secrets of the environment: each is a variable, a file that a variable with `_FILE` behind its
//! name points to, or a file of the service manager's credentials. Never two of them.

use super::{ConfigError, metrics_token};
use crate::private_file::{self, Readers};
use domain::{ProviderId, provider::CredentialKind};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Where systemd puts the credentials of a service (systemd.exec, `LoadCredential=`).
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
/// The variable of the database's address, which may hold a password.
pub(super) const DATABASE_URL: &str = "FILM_DATABASE_URL";

/// A secret and where it was found.
pub(super) struct Found {
    pub(super) text: Zeroizing<String>,
    /// What to call its place in messages.
    pub(super) place: String,
    /// The file that it was read from.
    pub(super) file: Option<(PathBuf, Readers)>,
}

/// The secrets by the names of their variables, apart from those that are looked for by themselves:
/// the master key and the database's address.
fn names() -> impl Iterator<Item = &'static str> {
    let providers = ProviderId::ALL
        .into_iter()
        .filter(|provider| provider.credential_kind() == CredentialKind::ApiKey)
        .filter_map(ProviderId::variable);
    providers.chain([
        "MODAL_KEY",
        "MODAL_SECRET",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "CLAUDE_CODE_OAUTH_TOKEN",
        metrics_token::VARIABLE,
    ])
}

/// The secrets that are files, by the names of their variables.
pub(super) fn in_files(
    lookup: &impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<&'static str, String>, ConfigError> {
    let mut found = BTreeMap::new();
    for name in names() {
        if let Some(secret) = find(lookup, name)?
            && secret.file.is_some()
        {
            found.insert(name, secret.text.trim().to_owned());
        }
    }
    Ok(found)
}

/// The secret of a variable, from the one place that it is at.
pub(super) fn find(
    lookup: &impl Fn(&str) -> Option<String>,
    name: &str,
) -> Result<Option<Found>, ConfigError> {
    let by_file = format!("{name}_FILE");
    let credential = lookup(CREDENTIALS)
        .map(|folder| Path::new(folder.trim()).join(name.to_lowercase()))
        .filter(|path| path.exists());
    let pointed = lookup(&by_file).map(|path| PathBuf::from(path.trim()));
    let places = [
        pointed.map(|path| (by_file.clone(), path, Readers::Owner)),
        credential.map(|path| {
            let place = format!("{CREDENTIALS}/{}", name.to_lowercase());
            (place, path, Readers::Group)
        }),
    ];
    let mut found = lookup(name).map(|value| Found {
        text: Zeroizing::new(value),
        place: name.to_owned(),
        file: None,
    });
    for (place, path, readers) in places.into_iter().flatten() {
        if let Some(other) = found {
            return Err(ConfigError::new(
                &place,
                format!("and {} are both set; keep one of them", other.place),
            ));
        }
        let text = private_file::read(&path, readers)
            .map_err(|problem| ConfigError::new(&place, problem))?;
        if text.trim().is_empty() {
            return Err(ConfigError::new(&place, "names an empty file"));
        }
        found = Some(Found {
            text,
            place,
            file: Some((path, readers)),
        });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn every_secret_may_be_a_file_and_none_is_in_two_places() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        private_file::write(&path, "sk-0123456789abcdef\n").unwrap();
        let shown = path.display().to_string();
        let mut count = 0;
        for name in names() {
            count += 1;
            let file = format!("{name}_FILE");
            let by_file = |wanted: &str| (wanted == file).then(|| shown.clone());
            assert_eq!(in_files(&by_file).unwrap()[name], "sk-0123456789abcdef");
            let both = |wanted: &str| by_file(wanted).or_else(|| Some("x".to_owned()));
            let error = find(&both, name).err().unwrap().to_string();
            assert!(
                error.contains(&file) && error.contains("both set"),
                "{error}"
            );
            assert!(!error.contains("0123456789"), "{error}");
        }
        assert!(count >= 15, "{count}");
    }

    #[test]
    fn credentials_of_the_service_manager_are_found_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gemini_api_key");
        private_file::write(&path, "sk-0123456789abcdef").unwrap();
        // As the manager hands it to a user of its own.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o440)).unwrap();
        let shown = folder.path().display().to_string();
        let lookup = |wanted: &str| (wanted == CREDENTIALS).then(|| shown.clone());
        let found = in_files(&lookup).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found["GEMINI_API_KEY"], "sk-0123456789abcdef");
        let twice = |wanted: &str| {
            lookup(wanted).or_else(|| (wanted == "GEMINI_API_KEY").then(|| "x".to_owned()))
        };
        let error = in_files(&twice).unwrap_err().to_string();
        assert!(error.contains("GEMINI_API_KEY") && error.contains("gemini_api_key"));
    }

    #[test]
    fn a_file_that_others_can_read_or_that_is_empty_ends_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let shown = path.display().to_string();
        let lookup = |wanted: &str| (wanted == "FILM_METRICS_TOKEN_FILE").then(|| shown.clone());
        let refused = |because: &str| {
            let error = in_files(&lookup).unwrap_err().to_string();
            assert!(error.starts_with("FILM_METRICS_TOKEN_FILE "), "{error}");
            assert!(error.contains(because), "{error}");
        };
        refused("cannot be read");
        private_file::write(&path, " \n").unwrap();
        refused("empty");
        private_file::write(&path, "a token of some length").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        refused("chmod 600");
    }
}
