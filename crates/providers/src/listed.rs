//! What the adapters' lists of models have in common: ids that may be sent, names that may be
//! shown, days. Never trusts a text of the list for more than that.

use domain::{
    Operation,
    catalog::is_model_id,
    listing::{Listed, Listing},
};

/// The longest name shown, in characters.
const NAME: usize = 120;

/// A model of a list; `None` where its id could not be sent.
pub fn entry(operation: Operation, id: &str, name: Option<&str>) -> Option<Listed> {
    is_model_id(id).then(|| Listed {
        operation,
        id: id.to_owned(),
        name: self::name(name, id),
        prices: Vec::new(),
        retires_on: None,
        max_characters: None,
        json_schema: false,
    })
}

/// The name to show: one line of it, or the id where there is none.
pub fn name(name: Option<&str>, id: &str) -> String {
    let shown: String = name
        .unwrap_or_default()
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(NAME)
        .collect();
    if shown.is_empty() {
        id.to_owned()
    } else {
        shown
    }
}

/// The day of a date or a moment that begins `YYYY-MM-DD`.
pub fn day(text: &str) -> Option<String> {
    let day = text.get(..10)?;
    let holds = day.bytes().enumerate().all(|(place, byte)| match place {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    holds.then(|| day.to_owned())
}

/// Models of a list that is all there is.
pub fn whole(models: Vec<Listed>) -> Listing {
    Listing {
        models,
        voices: Vec::new(),
        whole: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_from_dates_and_moments() {
        assert_eq!(day("2027-01-06").as_deref(), Some("2027-01-06"));
        assert_eq!(day("2026-11-30T00:00:00Z").as_deref(), Some("2026-11-30"));
        for other in ["", "2027-1-6", "6 Jan 2027", "2027/01/06", "202é-01-06"] {
            assert_eq!(day(other), None, "{other}");
        }
    }

    #[test]
    fn ids_that_cannot_be_sent_are_left_out_and_names_are_one_line() {
        assert_eq!(entry(Operation::Llm, "../keys", Some("Keys")), None);
        let shown = |name| entry(Operation::Llm, "a/b", name).unwrap().name;
        assert_eq!(shown(Some(" A\nB ")), "AB");
        assert_eq!(shown(Some(" ")), "a/b");
        assert_eq!(shown(Some("é".repeat(500).as_str())).chars().count(), NAME);
    }
}
