//! The life of the master key: what each key seals, a new one added, everything sealed anew with it,
//! the old one retired. Every step can be repeated, and servers may run meanwhile.

use super::{Operator, failed};
use crate::{
    audit::Done,
    config::MasterKeySource,
    private_file::{self, Readers},
    start::{self, Problem},
    vault::{
        self,
        file::{self, Place},
        generate,
        rotation::{self, Rotated},
    },
};
use serde_json::json;
use std::fmt;
use store::sealed::{self, Retired, Table};

/// One master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyStatus {
    /// Its id.
    pub kid: String,
    /// What it is there for.
    pub part: Part,
    /// How many rows of each table it has sealed.
    pub rows: Vec<(Table, i64)>,
}

/// What a master key is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Seals everything that is written.
    Seals,
    /// Opens what was sealed with it.
    Opens,
    /// Is not configured, although the database knows it.
    Missing,
    /// Is retired.
    Retired,
}

impl KeyStatus {
    /// Whether something is sealed with it that nobody can open.
    #[must_use]
    pub fn is_needed_and_missing(&self) -> bool {
        self.part == Part::Missing && self.rows.iter().any(|(_, number)| *number > 0)
    }
}

impl fmt::Display for KeyStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = match self.part {
            Part::Seals => "seals",
            Part::Opens => "opens",
            Part::Missing => "missing",
            Part::Retired => "retired",
        };
        write!(f, "{}  {part:<8}", self.kid)?;
        for (table, number) in &self.rows {
            write!(f, "  {number} {}", table.label())?;
        }
        Ok(())
    }
}

impl Operator {
    /// The master keys, the one that seals first.
    ///
    /// # Errors
    /// [`Problem`].
    pub async fn keys_status(&self, source: &MasterKeySource) -> Result<Vec<KeyStatus>, Problem> {
        let mut kids = source.vault().kids();
        let configured = kids.len();
        let checks = store::secrets::key_checks(&self.db).await.map_err(failed)?;
        kids.extend(checks.iter().map(|check| check.kid.clone()));
        let mut counts = Vec::new();
        for table in Table::ALL {
            for count in sealed::kids(&self.db, table).await.map_err(failed)? {
                kids.push(count.kid.clone());
                counts.push((table, count));
            }
        }
        let mut found: Vec<KeyStatus> = Vec::new();
        for (at, kid) in kids.into_iter().enumerate() {
            if found.iter().any(|status| status.kid == kid) {
                continue;
            }
            let is_retired = checks
                .iter()
                .any(|check| check.kid == kid && check.retired_at.is_some());
            let rows = Table::ALL.map(|table| {
                let of = |(its, count): &&(Table, store::secrets::KidCount)| {
                    *its == table && count.kid == kid
                };
                (
                    table,
                    counts.iter().find(of).map_or(0, |(_, count)| count.number),
                )
            });
            found.push(KeyStatus {
                part: match at {
                    _ if is_retired => Part::Retired,
                    0 => Part::Seals,
                    at if at < configured => Part::Opens,
                    _ => Part::Missing,
                },
                rows: rows.to_vec(),
                kid,
            });
        }
        Ok(found)
    }

    /// Puts a new master key into the key file and makes it known to the database; its id. In the
    /// first place it seals from now on, in the last it only opens.
    ///
    /// # Errors
    /// [`Problem`].
    pub async fn keys_add(
        &self,
        source: &MasterKeySource,
        place: Place,
    ) -> Result<String, Problem> {
        let path = source.writable_file().map_err(Problem::config)?;
        start::vault(source, &self.db, self.clock.now()).await?;
        let key = generate().map_err(|error| Problem::start("The system's chance", &error))?;
        let with_key = file::with_key(&read(path)?, &key, place);
        // The database first: a server that reads the file seals with the new key from then on.
        let kid = vault::announce(&self.db, &key, self.clock.now())
            .await
            .map_err(failed)?;
        private_file::write(path, &with_key)
            .map_err(|error| Problem::start("The key file cannot be written", &error))?;
        self.write_down(Done::new("master_key.added", &kid)).await?;
        Ok(kid)
    }

    /// Seals everything anew with the first key. `tell` hears of the progress.
    ///
    /// # Errors
    /// [`Problem`]; the next call goes on.
    pub async fn keys_rotate(
        &self,
        source: &MasterKeySource,
        tell: impl FnMut(&Rotated),
    ) -> Result<Rotated, Problem> {
        let vault = start::vault(source, &self.db, self.clock.now()).await?;
        let rotated = rotation::rotate(&vault, &self.db, tell)
            .await
            .map_err(failed)?;
        if rotated.resealed > 0 {
            let kid = vault.current_kid();
            self.write_down(Done {
                detail: json!({"resealed": rotated.resealed, "unreadable": rotated.unreadable}),
                ..Done::new("master_key.rotated", &kid)
            })
            .await?;
        }
        Ok(rotated)
    }

    /// Retires a master key that nothing needs any more: the database takes nothing from it, and it
    /// leaves the key file.
    ///
    /// # Errors
    /// [`Problem::Start`] where it is needed.
    pub async fn keys_retire(&self, source: &MasterKeySource, kid: &str) -> Result<(), Problem> {
        let path = source.writable_file().map_err(Problem::config)?;
        let vault = start::vault(source, &self.db, self.clock.now()).await?;
        if vault.current_kid() == kid {
            return Err(Problem::Start(format!(
                "The key {kid} seals everything. Add another one and rotate first."
            )));
        }
        let event = self
            .scribe()
            .by_operator(Done::new("master_key.retired", kid));
        let retired = sealed::retire(&self.db, kid, self.clock.now(), &event)
            .await
            .map_err(failed)?;
        match retired {
            Retired::Done => {}
            Retired::InUse(rows) => {
                return Err(Problem::Start(format!(
                    "The key {kid} is needed by {rows} rows. Rotate first; keys that were replaced are kept for ten minutes."
                )));
            }
            Retired::Unknown => {
                return Err(Problem::Start(format!("There is no key {kid}.")));
            }
        }
        if let Some(without) = file::without_key(&read(path)?, kid) {
            private_file::write(path, &without)
                .map_err(|error| Problem::start("The key file cannot be written", &error))?;
        }
        Ok(())
    }

    async fn write_down(&self, done: Done<'_>) -> Result<(), Problem> {
        let event = self.scribe().by_operator(done);
        store::audit::append(&self.db, &event).await.map_err(failed)
    }
}

fn read(path: &std::path::Path) -> Result<zeroize::Zeroizing<String>, Problem> {
    private_file::read(path, Readers::Owner)
        .map_err(|error| Problem::start("The key file cannot be read", &error))
}
