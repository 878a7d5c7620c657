//! What the people who run the instance see and do: accounts, organizations, and how the server was
//! started. Nobody else sees any of it, and none of it shows a secret.

pub mod accounts;
pub mod organizations;
pub mod overview;
pub mod started;

use crate::{actor::Actor, page};
use domain::{ApiError, ErrorCode};
use serde::{Deserialize, Serialize};

/// The longest text to look for, in bytes.
const LONGEST_SEARCH: usize = 200;

/// Whether the acting person runs the instance.
///
/// # Errors
/// `FORBIDDEN` where they do not.
pub fn must(actor: &Actor) -> Result<(), ApiError> {
    if actor.runs_the_instance() {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::Forbidden,
        "Only the people who run this instance can see and change this.",
    ))
}

/// What of a list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// A part of a name or an address.
    pub search: Option<String>,
    /// How many at once, 50 where nothing is said and at most 100.
    pub limit: Option<u32>,
    /// Where the former page ended.
    pub cursor: Option<String>,
}

impl Search {
    fn part(&self) -> Result<Option<&str>, ApiError> {
        let part = self.search.as_deref().map(str::trim);
        let part = part.filter(|part| !part.is_empty());
        if part.is_some_and(|part| part.len() > LONGEST_SEARCH) {
            let message = format!("Look for a text of at most {LONGEST_SEARCH} bytes.");
            return Err(ApiError::invalid_field("search", message));
        }
        Ok(part)
    }

    fn limit(&self) -> Result<u32, ApiError> {
        page::limit(self.limit)
    }

    fn after(&self) -> &str {
        self.cursor.as_deref().unwrap_or_default()
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = AdminPage)]
pub struct Page<T> {
    /// What is on it.
    pub data: Vec<T>,
    /// What to send as `cursor` for the next page; `None` at the end.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page of at most `limit` things, of which one more was read.
    fn of<R: Into<T>>(mut rows: Vec<R>, limit: u32, cursor: impl Fn(&R) -> String) -> Self {
        let limit = limit as usize;
        let is_more = rows.len() > limit;
        rows.truncate(limit);
        let last = rows.last().map(cursor);
        Self {
            next_cursor: last.filter(|_| is_more),
            data: rows.into_iter().map(Into::into).collect(),
        }
    }
}
