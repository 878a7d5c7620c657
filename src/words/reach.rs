//! How far a setting reaches, in words.

use domain::{
    reach::{Part, Personal, ProjectReach, part},
    settings::Field,
};

/// How many projects are named; of the rest only the number is said.
const NAMED: usize = 3;

/// Projects by what they make of a setting.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// Those that work with it.
    pub follow: Vec<String>,
    /// Those with a word of their own, with it.
    pub own: Vec<(String, String)>,
}

impl Names {
    /// What the projects make of a setting.
    #[must_use]
    pub fn of(projects: &[ProjectReach], field: Field, personal: Personal<'_>) -> Self {
        let mut names = Self::default();
        for project in projects {
            match part(project, field, personal) {
                Part::Follows => names.follow.push(project.name.clone()),
                Part::Overrides => {
                    let own = project.own.get(&field).cloned().unwrap_or_default();
                    names.own.push((project.name.clone(), own));
                }
                Part::Apart => {}
            }
        }
        names
    }
}

fn list(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    let more = names.len().saturating_sub(NAMED);
    let shown = names[..names.len() - more].join(", ");
    match more {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn counted(number: usize) -> String {
    match number {
        1 => "1 project".to_owned(),
        number => format!("{number} projects"),
    }
}

/// Which projects a change would reach, and which not; nothing where there are no projects.
/// `worded` says a value as its field does.
#[must_use]
pub fn reach_words(names: &Names, worded: impl Fn(&str) -> String) -> Option<String> {
    let follow = (!names.follow.is_empty()).then(|| {
        let which = list(names.follow.iter().cloned());
        match names.follow.len() {
            1 => format!("1 project follows this: {which}."),
            number => format!("{number} projects follow this: {which}."),
        }
    });
    let own = (!names.own.is_empty()).then(|| {
        let which = list(
            names
                .own
                .iter()
                .map(|(name, value)| format!("{name} ({})", worded(value))),
        );
        format!("With a word of their own: {which}.")
    });
    match (follow, own) {
        (None, None) => None,
        (Some(one), None) | (None, Some(one)) => Some(one),
        (Some(follow), Some(own)) => Some(format!("{follow} {own}")),
    }
}

/// Which projects work with a key; nothing where none does.
#[must_use]
pub fn used_words(names: Vec<String>) -> Option<String> {
    let number = names.len();
    (number > 0).then(|| format!("Used by {}: {}.", counted(number), list(names.into_iter())))
}

/// What a change does: to which projects, and to the price of a typical job.
#[must_use]
pub fn impact_words(names: &Names, job: &str, before: Option<&str>, after: Option<&str>) -> String {
    let counts = job.starts_with(|first: char| first.is_ascii_digit());
    let costs = if counts {
        format!("{job} cost")
    } else {
        format!("A typical {job} costs")
    };
    let price = match (before, after) {
        (Some(before), Some(after)) if before == after => format!("{costs} the same: {after}."),
        (before, Some(after)) => format!(
            "{costs} {after} instead of {}.",
            before.unwrap_or("an unknown price")
        ),
        (_, None) if counts => format!("The price of {job} is not known."),
        (_, None) => format!("The price of a typical {job} is not known."),
    };
    if names.follow.is_empty() {
        return price;
    }
    format!(
        "Changes {}: {}. {price}",
        counted(names.follow.len()),
        list(names.follow.iter().cloned())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(follow: &[&str], own: &[(&str, &str)]) -> Names {
        Names {
            follow: follow.iter().map(|name| (*name).to_owned()).collect(),
            own: own
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn projects_are_named_and_many_are_counted() {
        assert_eq!(reach_words(&names(&[], &[]), str::to_owned), None);
        assert_eq!(
            reach_words(&names(&["A"], &[("B", "kie")]), str::to_uppercase).as_deref(),
            Some("1 project follows this: A. With a word of their own: B (KIE).")
        );
        assert_eq!(
            reach_words(&names(&["A", "B", "C", "D", "E"], &[]), str::to_owned).as_deref(),
            Some("5 projects follow this: A, B, C and 2 more.")
        );
    }

    #[test]
    fn the_projects_that_use_a_key_are_named() {
        let names = vec!["A".to_owned(), "B".to_owned()];
        assert_eq!(
            used_words(names).as_deref(),
            Some("Used by 2 projects: A, B.")
        );
        assert_eq!(used_words(Vec::new()), None);
    }

    #[test]
    fn an_impact_says_projects_and_prices_and_never_calls_unknown_free() {
        let one = names(&["A"], &[]);
        assert_eq!(
            impact_words(&one, "clip", Some("9 credits"), Some("30 credits")),
            "Changes 1 project: A. A typical clip costs 30 credits instead of 9 credits."
        );
        assert_eq!(
            impact_words(&names(&[], &[]), "clip", Some("9 credits"), None),
            "The price of a typical clip is not known."
        );
        assert_eq!(
            impact_words(
                &names(&[], &[]),
                "500 characters",
                Some("5 credits"),
                Some("9 credits")
            ),
            "500 characters cost 9 credits instead of 5 credits."
        );
        assert!(impact_words(&one, "clip", None, Some("free")).contains("an unknown price"));
    }
}
