//! What was written down, for the admins whom it concerns: those of an organization see what was done
//! to it, those of the instance all of it.

use super::{OPERATOR, words};
use crate::{actor::Actor, app::App, fault::Fault, organizations, page};
use domain::{ApiError, OrganizationId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::audit::read::{Filter, Read};

/// What of an organization is for its admins.
pub(super) const SEE: &str = "see what was done in it";

/// Who did something, by what they are called now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = AuditActor)]
pub struct Who {
    /// The account's id; `operator` for the command line.
    pub id: UserId,
    /// The name, unless the account is gone.
    pub name: Option<String>,
    /// The address to sign in with.
    pub email: Option<String>,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = AuditEvent)]
pub struct Event {
    /// Its place in the chain, counted from 1.
    pub sequence: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Who,
    /// What, as a name such as `key.replaced`.
    pub action: String,
    /// What, as a sentence.
    pub what: String,
    /// To which key, setting, project or person.
    pub target: String,
    /// The organization that it concerns.
    pub organization_id: Option<OrganizationId>,
    /// Its name.
    pub organization_name: Option<String>,
    /// The address that the request came from.
    pub address: Option<String>,
    /// More about it.
    pub detail: Value,
}

impl From<Read> for Event {
    fn from(read: Read) -> Self {
        let event = read.event;
        let detail = serde_json::from_str(&event.detail).unwrap_or(Value::Null);
        let is_operator = event.actor_id.as_str() == OPERATOR;
        Self {
            sequence: read.sequence,
            at: event.at,
            actor: Who {
                name: read
                    .actor_name
                    .or_else(|| is_operator.then(|| "Command line".to_owned())),
                email: read.actor_email,
                id: event.actor_id,
            },
            what: words::sentence(&event.action, &event.target, &detail),
            action: event.action,
            target: event.target,
            organization_id: event.organization_id,
            organization_name: read.organization_name,
            address: event.address,
            detail,
        }
    }
}

/// Some events, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = AuditPage)]
pub struct Page {
    /// The events.
    pub data: Vec<Event>,
    /// What to send as `before` for those that follow; `None` at the end.
    pub next_cursor: Option<i64>,
}

impl Page {
    /// A page of at most `limit` events, of which one more was read.
    fn of(mut rows: Vec<Read>, limit: u32) -> Self {
        let limit = limit as usize;
        let is_more = rows.len() > limit;
        rows.truncate(limit);
        let last = rows.last().map(|row| row.sequence);
        Self {
            next_cursor: last.filter(|_| is_more),
            data: rows.into_iter().map(Event::from).collect(),
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Query {
    /// By the one with this id or address.
    pub actor: Option<String>,
    /// Of this kind, such as `key.replaced`.
    pub action: Option<String>,
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// The first day in UTC, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// The last day.
    pub to: Option<String>,
    /// How many at once, 50 where nothing is said and at most 100.
    pub limit: Option<u32>,
    /// From before this place.
    pub before: Option<i64>,
}

impl Query {
    pub(crate) fn filter(&self) -> Result<Filter, ApiError> {
        const DAY: i64 = 86_400_000;
        let day = |field: &str, text: &Option<String>| {
            let read = |text: &String| {
                Timestamp::of_day(text)
                    .ok_or_else(|| ApiError::invalid_field(field, "Give a day such as 2026-11-30."))
            };
            text.as_ref()
                .filter(|text| !text.is_empty())
                .map(read)
                .transpose()
        };
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let all = Filter::default();
        let organization = self.organization.clone();
        Ok(Filter {
            actor: given(&self.actor).map(|actor| actor.trim().to_lowercase()),
            action: given(&self.action),
            organization: organization.filter(|id| !id.as_str().is_empty()),
            from: day("from", &self.from)?.unwrap_or(all.from),
            to: day("to", &self.to)?.map_or(all.to, |to| to.plus_millis(DAY)),
        })
    }

    fn limit(&self) -> Result<u32, ApiError> {
        page::limit(self.limit)
    }
}

/// What concerns an organization.
///
/// # Errors
/// `NOT_FOUND` for an organization that the acting person does not belong to, `FORBIDDEN` for its
/// members that are no admins.
pub async fn of_organization(
    app: &App,
    actor: &Actor,
    id: &OrganizationId,
    limit: Option<u32>,
    before: Option<i64>,
) -> Result<Page, ApiError> {
    organizations::admin(app, actor, id, SEE).await?;
    let limit = page::limit(limit)?;
    let rows = store::audit::read::of_organization(&app.db, id, before, limit + 1)
        .await
        .map_err(Fault::from)?;
    Ok(Page::of(rows, limit))
}

/// All that was done on the instance.
///
/// # Errors
/// `FORBIDDEN` for who does not run the instance, `INVALID_INPUT` for what is no day.
pub async fn of_instance(app: &App, actor: &Actor, query: &Query) -> Result<Page, ApiError> {
    crate::admin::must(actor)?;
    let (filter, limit) = (query.filter()?, query.limit()?);
    let rows = store::audit::read::before(&app.db, &filter, query.before, limit + 1)
        .await
        .map_err(Fault::from)?;
    Ok(Page::of(rows, limit))
}
