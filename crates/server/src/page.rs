//! Pages of the lists that grow, the newest first. A page begins after a row and not at a number, so
//! that nothing is left out or shown twice while rows are added.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{ApiError, Timestamp};

/// How long a page is where nobody says.
const USUAL: u32 = 50;
/// How long it is at most.
pub const LONGEST: u32 = 100;

/// The place after which a page begins: that of the last row already seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// When it was made.
    pub at: Timestamp,
    /// Its id.
    pub id: String,
}

impl Place {
    /// The place as one word, of which others need to know nothing.
    #[must_use]
    pub fn cursor(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(format!("{}:{}", self.at.0, self.id))
    }

    fn read(cursor: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (at, id) = text.split_once(':')?;
        let is_id = !id.is_empty()
            && id.len() <= 64
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        is_id.then_some(Self {
            at: Timestamp(at.parse().ok()?),
            id: id.to_owned(),
        })
    }
}

/// How many rows a request wants.
///
/// # Errors
/// `INVALID_INPUT` where that is out of bounds.
pub fn limit(wanted: Option<u32>) -> Result<u32, ApiError> {
    let limit = wanted.unwrap_or(USUAL);
    if (1..=LONGEST).contains(&limit) {
        return Ok(limit);
    }
    let message = format!("Ask for 1 to {LONGEST} at a time.");
    Err(ApiError::invalid_field("limit", message))
}

/// Which page is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    limit: u32,
    after: Option<Place>,
}

impl Wanted {
    /// The first page, of this length.
    #[must_use]
    pub const fn first(limit: u32) -> Self {
        Self { limit, after: None }
    }

    /// What a request says of it.
    ///
    /// # Errors
    /// `INVALID_INPUT` for a length out of bounds and for a cursor that is not one of ours.
    pub fn read(limit: Option<u32>, cursor: Option<&str>) -> Result<Self, ApiError> {
        let limit = self::limit(limit)?;
        let after = cursor
            .map(|cursor| {
                Place::read(cursor).ok_or_else(|| {
                    let message = "Take the cursor from `next_cursor` of the page before.";
                    ApiError::invalid_field("cursor", message)
                })
            })
            .transpose()?;
        Ok(Self { limit, after })
    }

    /// The row after which it begins.
    #[must_use]
    pub fn after(&self) -> Option<(Timestamp, &str)> {
        self.after
            .as_ref()
            .map(|place| (place.at, place.id.as_str()))
    }

    /// How many rows to read: one more than are shown, which says whether there is another page.
    #[must_use]
    pub const fn rows(&self) -> u32 {
        self.limit + 1
    }

    /// The page of the rows that were read.
    pub fn page<T>(&self, mut rows: Vec<T>, place: impl Fn(&T) -> Place) -> Page<T> {
        let limit = self.limit as usize;
        let goes_on = rows.len() > limit;
        rows.truncate(limit);
        Page {
            next: rows.last().filter(|_| goes_on).map(place),
            rows,
        }
    }
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub rows: Vec<T>,
    /// Where the next one begins; `None` for the last page.
    pub next: Option<Place>,
}

impl<T> Page<T> {
    /// The page with each row made into something else.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            rows: self.rows.into_iter().map(f).collect(),
            next: self.next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a database answers: the rows after a place, the newest first.
    fn answer(rows: &[(i64, u32)], wanted: &Wanted) -> Page<(i64, u32)> {
        let id = |number: u32| format!("{number:08}");
        let mut found: Vec<(i64, u32)> = rows
            .iter()
            .copied()
            .filter(|(at, number)| {
                wanted
                    .after()
                    .is_none_or(|(last, last_id)| (*at, id(*number).as_str()) < (last.0, last_id))
            })
            .collect();
        found.sort_by(|a, b| b.cmp(a));
        found.truncate(wanted.rows() as usize);
        wanted.page(found, |(at, number)| Place {
            at: Timestamp(*at),
            id: id(*number),
        })
    }

    proptest! {
        #[test]
        fn nothing_is_left_out_or_shown_twice_while_rows_are_added(
            old in prop::collection::vec(0..20_i64, 0..60),
            added in prop::collection::vec(20..40_i64, 0..60),
            limit in 1..10_u32,
        ) {
            let number = |(number, at): (usize, i64)| (at, u32::try_from(number).unwrap());
            let mut rows: Vec<_> = old.iter().copied().enumerate().map(number).collect();
            let mut expected = rows.clone();
            expected.sort_by(|a, b| b.cmp(a));
            let mut added = added.into_iter();
            let mut seen = Vec::new();
            let mut cursor = None;
            loop {
                let wanted = Wanted::read(Some(limit), cursor.as_deref()).unwrap();
                let page = answer(&rows, &wanted);
                prop_assert!(page.rows.len() <= limit as usize);
                seen.extend(page.rows);
                rows.extend(added.next().map(|at| (at, u32::try_from(rows.len()).unwrap())));
                match page.next {
                    Some(next) => cursor = Some(next.cursor()),
                    None => break,
                }
            }
            prop_assert_eq!(seen, expected);
        }

        #[test]
        fn a_cursor_is_read_again_and_nothing_else_is(at in any::<i64>(), id in "[a-z0-9-]{1,64}", other in ".*") {
            let place = Place { at: Timestamp(at), id };
            prop_assert_eq!(Place::read(&place.cursor()), Some(place));
            if let Some(read) = Place::read(&other) {
                prop_assert_eq!(Place::read(&read.cursor()), Some(read));
            }
        }
    }

    #[test]
    fn a_page_has_1_to_100_rows() {
        for limit in [0, 101] {
            let error = Wanted::read(Some(limit), None).unwrap_err();
            assert_eq!(error.fields[0].field, "limit");
        }
        assert_eq!(Wanted::read(None, None).unwrap(), Wanted::first(50));
        for cursor in ["", "x", "MTox", "OjE", "MTo"] {
            let outcome = Wanted::read(None, Some(cursor));
            assert_eq!(outcome.is_ok(), cursor == "MTox", "{cursor}");
        }
    }
}
