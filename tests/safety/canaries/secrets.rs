//! The secrets of a sweep. A new kind of secret is added here, and put in where `tour` puts in the
//! others.

use crate::{
    program::{self, private_file},
    search::Canary,
};
use domain::{ProviderId, provider::CredentialKind};
use tempfile::TempDir;

/// All that must not be found, and how the operator gives their part of it.
pub struct Secrets {
    pub canaries: Vec<Canary>,
    /// The environment of the program.
    pub variables: Vec<(String, String)>,
    /// The figures' word.
    pub metrics_token: String,
    _master_key: TempDir,
}

impl Secrets {
    /// Those that are there before anybody signs in.
    pub fn of_the_operator() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("master.key");
        let key = program::random::<32>();
        private_file(&file, &hex::encode(key));
        let mut secrets = Self {
            canaries: Vec::new(),
            variables: vec![(
                "FILM_MASTER_KEY_FILE".to_owned(),
                file.display().to_string(),
            )],
            metrics_token: String::new(),
            _master_key: folder,
        };
        secrets.watch("the master key", key.to_vec());
        secrets.watch("the digits of the master key", hex::encode(key).into());
        for slot in key_slots() {
            let variable = slot.variable().expect("a key has a variable");
            secrets.variable(variable, "sandbox-CANARY-");
        }
        secrets.variable("MODAL_KEY", "wk-sandbox-CANARY-");
        secrets.variable("MODAL_SECRET", "ws-sandbox-CANARY-");
        secrets.metrics_token = secrets.variable("FILM_METRICS_TOKEN", "CANARY-");
        for name in [
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
        ] {
            secrets.variable(name, "CANARY");
        }
        secrets
    }

    /// A new secret with this beginning.
    pub fn secret(&mut self, name: &str, beginning: &str) -> String {
        let mark = hex::encode(program::random::<16>());
        self.watch(name, mark.clone().into());
        format!("{beginning}{mark}")
    }

    /// A secret that the program made.
    pub fn watch(&mut self, name: &str, mark: Vec<u8>) {
        let name = name.to_owned();
        self.canaries.push(Canary { name, mark });
    }

    fn variable(&mut self, name: &str, beginning: &str) -> String {
        let value = self.secret(name, beginning);
        self.variables.push((name.to_owned(), value.clone()));
        value
    }
}

/// The slots for keys, of a person and of the environment alike.
pub fn key_slots() -> impl Iterator<Item = ProviderId> {
    ProviderId::ALL
        .into_iter()
        .filter(|slot| slot.credential_kind() == CredentialKind::ApiKey)
}
