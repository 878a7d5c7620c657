//! Accounts: found, disabled and enabled, let run the instance or no longer.

use super::{Page, Search, must};
use crate::{
    actor::Actor,
    app::App,
    audit::{self, Done},
    events::Event,
    fault::Fault,
};
use domain::{ApiError, ErrorCode, Timestamp, UserId, generation::Status};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    administration::{self, AccountRow, Change, Changed},
    generations::Cancellation,
};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = Account)]
pub struct Account {
    /// Its id.
    pub id: UserId,
    /// The address to sign in with.
    pub email: String,
    /// What the person is called.
    pub name: String,
    /// Whether it runs the instance.
    pub is_admin: bool,
    /// Since when it exists.
    pub created_at: Timestamp,
    /// When the latest of its sessions was last used; `None` where it has none.
    pub last_seen_at: Option<Timestamp>,
    /// Since when it may not sign in.
    pub disabled_at: Option<Timestamp>,
    /// To how many organizations it belongs.
    pub organizations: i64,
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self {
            id: row.id,
            email: row.email,
            name: row.name,
            is_admin: row.is_admin,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            disabled_at: row.disabled_at,
            organizations: row.organizations,
        }
    }
}

/// What is to become of an account. One thing at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccountWish, example = json!({ "disabled": true }))]
pub struct Wish {
    /// Whether it may not sign in.
    #[serde(default)]
    pub disabled: Option<bool>,
    /// Whether it runs the instance.
    #[serde(default)]
    pub is_admin: Option<bool>,
}

/// Accounts by their addresses.
///
/// # Errors
/// `FORBIDDEN` for who does not run the instance.
pub async fn list(app: &App, actor: &Actor, search: &Search) -> Result<Page<Account>, ApiError> {
    must(actor)?;
    let (part, limit) = (search.part()?, search.limit()?);
    let rows = administration::accounts(&app.db, part, search.after(), limit + 1)
        .await
        .map_err(Fault::from)?;
    Ok(Page::of(rows, limit, |row| row.email.clone()))
}

/// Changes an account. One that is disabled is signed out everywhere at once, and what it has asked
/// for is cancelled at its next step.
///
/// # Errors
/// `FORBIDDEN` for who does not run the instance, `NOT_FOUND`, `INVALID_INPUT` where not one thing is
/// wished, `CONFLICT` where nobody would be left who runs the instance.
pub async fn change(
    app: &App,
    actor: &Actor,
    id: &UserId,
    wish: Wish,
) -> Result<Account, ApiError> {
    must(actor)?;
    let (change, action) = match wish {
        Wish {
            disabled: Some(true),
            is_admin: None,
        } => (Change::Disable(app.clock.now()), "account.disabled"),
        Wish {
            disabled: Some(false),
            is_admin: None,
        } => (Change::Enable, "account.enabled"),
        Wish {
            disabled: None,
            is_admin: Some(true),
        } => (Change::Admin(true), "account.admin_granted"),
        Wish {
            disabled: None,
            is_admin: Some(false),
        } => (Change::Admin(false), "account.admin_revoked"),
        _ => {
            return Err(ApiError::invalid_field(
                "disabled",
                "Say either whether the account is disabled or whether it runs the instance.",
            ));
        }
    };
    let before = administration::account(&app.db, id)
        .await
        .map_err(Fault::from)?
        .ok_or_else(|| ApiError::not_found("account"))?;
    let done = Done {
        detail: json!({"email": before.email}),
        ..Done::new(action, id.as_str())
    };
    let event = audit::event(app, actor, done);
    let changed = administration::change_account(&app.db, id, change, &event)
        .await
        .map_err(Fault::from)?;
    match changed {
        Changed::Missing => Err(ApiError::not_found("account")),
        Changed::LastAdmin => Err(ApiError::new(
            ErrorCode::Conflict,
            "This is the last account that can run this instance. Let another one run it first.",
        )),
        Changed::Same(row) => Ok(row.into()),
        Changed::Done(row) => {
            if matches!(change, Change::Disable(_)) {
                stop_work(app, id).await?;
            }
            Ok(row.into())
        }
    }
}

/// Cancels what an account has asked for. What a provider works on already is asked to stop at its
/// next step.
async fn stop_work(app: &App, id: &UserId) -> Result<(), Fault> {
    for generation in administration::unfinished_of(&app.db, id).await? {
        let now = app.clock.now();
        let outcome = store::generations::request_cancel(&app.db, id, &generation, now).await?;
        let status = match outcome {
            None | Some(Cancellation::Finished(_)) => continue,
            Some(Cancellation::Cancelled) => Status::Cancelled,
            Some(Cancellation::Cancelling) => Status::Cancelling,
        };
        let news = Event::Generation {
            id: generation,
            status,
        };
        app.events.tell(id, news);
    }
    app.bell.notify_one();
    Ok(())
}
