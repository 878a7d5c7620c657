//! The audit as a file, the oldest first: a line of JSON for each event, or CSV for spreadsheets. It
//! is read and sent page by page, so that its length costs no memory.

use super::{Event, Query, read::SEE};
use crate::{actor::Actor, app::App, fault::Fault, ledger::csv, organizations};
use domain::{ApiError, OrganizationId};
use futures::{Stream, stream};
use store::{
    Db,
    audit::read::{Filter, after},
};

/// How many events are read at once.
const AT_A_TIME: u32 = 500;

/// How the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For spreadsheets.
    Csv,
    /// For programs: one object a line.
    JsonLines,
}

impl Format {
    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::JsonLines => "application/jsonl; charset=utf-8",
        }
    }

    /// The name of the file.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Csv => "audit.csv",
            Self::JsonLines => "audit.jsonl",
        }
    }

    fn heading(self) -> String {
        let mut text = String::new();
        if self == Self::Csv {
            csv::line(
                &mut text,
                &[
                    "sequence",
                    "at",
                    "actor_id",
                    "actor_name",
                    "actor_email",
                    "action",
                    "what",
                    "target",
                    "organization_id",
                    "organization_name",
                    "address",
                    "detail",
                ]
                .map(str::to_owned),
            );
        }
        text
    }

    fn write(self, text: &mut String, event: &Event) -> Result<(), Fault> {
        match self {
            Self::JsonLines => {
                text.push_str(&serde_json::to_string(event)?);
                text.push('\n');
            }
            Self::Csv => {
                let optional = |text: &Option<String>| text.clone().unwrap_or_default();
                let organization = event.organization_id.as_ref();
                csv::line(
                    text,
                    &[
                        event.sequence.to_string(),
                        event.at.to_rfc3339(),
                        event.actor.id.to_string(),
                        optional(&event.actor.name),
                        optional(&event.actor.email),
                        event.action.clone(),
                        event.what.clone(),
                        event.target.clone(),
                        organization.map(ToString::to_string).unwrap_or_default(),
                        optional(&event.organization_name),
                        optional(&event.address),
                        event.detail.to_string(),
                    ],
                );
            }
        }
        Ok(())
    }
}

/// What to write of the instance's audit.
///
/// # Errors
/// `FORBIDDEN` for who does not run the instance, `INVALID_INPUT` for what is no day.
pub fn of_instance(actor: &Actor, query: &Query) -> Result<Filter, ApiError> {
    crate::admin::must(actor)?;
    query.filter()
}

/// What to write of an organization's audit.
///
/// # Errors
/// As [`super::of_organization`].
pub async fn of_organization(
    app: &App,
    actor: &Actor,
    id: &OrganizationId,
) -> Result<Filter, ApiError> {
    organizations::admin(app, actor, id, SEE).await?;
    Ok(Filter {
        organization: Some(id.clone()),
        ..Filter::default()
    })
}

/// The file in pieces.
pub fn pieces(
    db: Db,
    filter: Filter,
    format: Format,
) -> impl Stream<Item = Result<String, Fault>> + Send {
    let start = Some((0, format.heading()));
    stream::try_unfold(start, move |state| {
        let (db, filter) = (db.clone(), filter.clone());
        async move {
            let Some((last, mut text)) = state else {
                return Ok(None);
            };
            let rows = after(&db, &filter, last, AT_A_TIME).await?;
            let next = rows.last().map(|row| (row.sequence, String::new()));
            for row in rows {
                format.write(&mut text, &Event::from(row))?;
            }
            Ok(Some((text, next)))
        }
    })
}
