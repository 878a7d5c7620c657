//! What the people who run the instance see and do: accounts, organizations, and how the server was
//! started. Nobody else sees any of it, and none of it shows a secret.

pub mod accounts;
pub mod organizations;
pub mod overview;
pub mod started;

use crate::actor::Actor;
use domain::{ApiError, ErrorCode};
use serde::{Deserialize, Serialize};

/// How many things a page holds where nothing is said, and the most.
const USUAL: u32 = 50;
const MOST: u32 = 100;

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
    fn part(&self) -> Option<&str> {
        let part = self.search.as_deref().map(str::trim);
        part.filter(|part| !part.is_empty())
    }

    fn limit(&self) -> u32 {
        self.limit.unwrap_or(USUAL).clamp(1, MOST)
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
