//! What an operator does on the command line: the life of the master key, the audit, a lost admin,
//! backups. It works on the database as the server does, and may be used while servers run.

pub mod audit;
pub mod backup;
pub mod keys;
mod manifest;
pub mod restore;

use crate::{
    audit::{Done, Scribe},
    clock::{Clock, Ids},
    config::Place,
    start::{self, Problem},
};
use serde_json::json;
use store::{
    Db, StoreError,
    administration::{self, Change, Changed},
    audit::NewEvent,
    users::UserRow,
};

/// The database and what else an operator's command needs.
#[derive(Debug, Clone)]
pub struct Operator {
    /// Where the data are.
    pub place: Place,
    /// The database, brought up to date.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// New ids.
    pub ids: Ids,
}

impl Operator {
    /// Opens the database and brings it up to date.
    ///
    /// # Errors
    /// [`Problem::Start`], also where there is none: a wrong folder is not made a new installation.
    pub async fn open(place: Place) -> Result<Self, Problem> {
        must_exist(&place)?;
        let db = start::open(&place).await?;
        store::audit::chain_old(&db).await.map_err(failed)?;
        Ok(Self {
            place,
            db,
            clock: Clock::default(),
            ids: Ids::default(),
        })
    }

    /// Waits for what is running and closes the database.
    pub async fn close(&self) {
        self.db.close().await;
    }

    fn scribe(&self) -> Scribe<'_> {
        Scribe {
            db: &self.db,
            clock: &self.clock,
            ids: &self.ids,
        }
    }

    /// Lets the account with this address run the instance, and enables it; the address as it is
    /// stored.
    ///
    /// # Errors
    /// [`Problem::Start`] where there is no such account.
    pub async fn grant(&self, email: &str) -> Result<String, Problem> {
        let row = self.account(email).await?;
        for (change, action) in [
            (Change::Enable, "account.enabled"),
            (Change::Admin(true), "account.admin_granted"),
        ] {
            let event = self.event(action, &row);
            let changed = administration::change_account(&self.db, &row.id, change, &event)
                .await
                .map_err(failed)?;
            if changed == Changed::Missing {
                return Err(no_account(&row.email));
            }
        }
        Ok(row.email)
    }

    /// Takes the second factor from the account with this address, whose owner has lost it, and ends
    /// all its sessions; the address as it is stored.
    ///
    /// # Errors
    /// [`Problem::Start`] where there is no such account, or no second factor.
    pub async fn remove_second_factor(&self, email: &str) -> Result<String, Problem> {
        let row = self.account(email).await?;
        let event = self.event("totp.removed", &row);
        let removed = store::totp::turn_off(&self.db, &row.id, &event)
            .await
            .map_err(failed)?;
        store::sessions::delete_all_of_user(&self.db, &row.id)
            .await
            .map_err(failed)?;
        if removed {
            return Ok(row.email);
        }
        Err(Problem::Start(format!(
            "Two-step sign-in is off for {}.",
            row.email
        )))
    }

    async fn account(&self, email: &str) -> Result<UserRow, Problem> {
        let email = email.trim();
        store::users::by_email(&self.db, email)
            .await
            .map_err(failed)?
            .ok_or_else(|| no_account(email))
    }

    fn event(&self, action: &'static str, row: &UserRow) -> NewEvent {
        self.scribe().by_operator(Done {
            detail: json!({"email": row.email}),
            ..Done::new(action, row.id.as_str())
        })
    }
}

fn no_account(email: &str) -> Problem {
    Problem::Start(format!("There is no account {email}."))
}

/// Whether there is a database to work on.
fn must_exist(place: &Place) -> Result<(), Problem> {
    if place.database_url.is_some() || place.sqlite_file().exists() {
        return Ok(());
    }
    Err(Problem::Start(format!(
        "There is no database in {}. Name its folder with --data or FILM_DATA.",
        place.data.display()
    )))
}

/// A database that failed.
fn failed(error: StoreError) -> Problem {
    Problem::start("The database", &error)
}
