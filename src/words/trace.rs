//! How an answer was found, in words, and what a level would be without its own setting.

use domain::{
    Operation, ProjectId, ProviderId,
    resolution::{Entry, Level, Outcome, Subject, Trace},
};

/// One level's part in a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceRow {
    /// Who.
    pub level: &'static str,
    /// What it said and what became of that.
    pub words: String,
    /// What became of it, for the eye.
    pub outcome: Outcome,
}

/// Each level in the order in which it was asked about a subject; nothing where no level has
/// anything to do with it.
#[must_use]
pub fn trace_rows(trace: &Trace, subject: Subject) -> Vec<TraceRow> {
    let concerned = trace
        .about(subject)
        .any(|entry| entry.outcome != Outcome::NotSet);
    if subject == Subject::Endpoint && !concerned {
        return Vec::new();
    }
    let provider = trace
        .chosen(Subject::Provider)
        .and_then(|entry| ProviderId::parse(entry.value.as_deref()?));
    trace
        .about(subject)
        .filter(|entry| can_speak(entry))
        .map(|entry| TraceRow {
            level: entry.level.words(),
            words: words(entry, provider),
            outcome: entry.outcome,
        })
        .collect()
}

/// What a person can do to have it another way: what, and where.
#[must_use]
pub fn changes(
    trace: &Trace,
    operation: Operation,
    project: Option<&ProjectId>,
) -> Vec<(&'static str, String)> {
    let mut ways = Vec::new();
    let decides = |level| {
        [Subject::Provider, Subject::Model]
            .into_iter()
            .any(|subject| {
                trace
                    .chosen(subject)
                    .is_some_and(|entry| entry.level == level)
            })
    };
    if let Some(project) = project {
        let name = if decides(Level::Project) {
            "change what the project says"
        } else {
            "choose for this project alone"
        };
        ways.push((name, format!("/projects/{project}/settings#{operation}")));
    }
    let name = if trace.chosen(Subject::Credential).is_none()
        && trace.about(Subject::Credential).next().is_some()
    {
        "enter a key or choose another provider in your settings"
    } else if decides(Level::Project) {
        "change your settings, which hold where a project says nothing"
    } else {
        "change your settings"
    };
    ways.push((name, format!("/settings#{operation}")));
    ways
}

/// That a field is set at a level, and what the way back is called. `name` is the inherited value.
#[must_use]
pub fn back_to_inherited(
    own: Level,
    from: Option<Level>,
    name: Option<String>,
) -> (String, String) {
    let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
    match (own, from) {
        (Level::Project, Some(Level::User)) => (
            format!("Set for this project; it comes before your own setting{name}."),
            "Use my setting".to_owned(),
        ),
        (Level::Project, _) => (
            "Set for this project.".to_owned(),
            format!("Back to automatic{name}"),
        ),
        _ => ("Set by you.".to_owned(), format!("Back to automatic{name}")),
    }
}

/// Levels that never say anything about a subject are left out: neither a request nor a project
/// holds a key, and nothing is built in but the catalogue's provider and model.
fn can_speak(entry: &Entry) -> bool {
    match entry.subject {
        Subject::Provider | Subject::Model | Subject::Fallback => true,
        Subject::Endpoint => !matches!(entry.level, Level::Request | Level::Default),
        Subject::Credential => !matches!(
            entry.level,
            Level::Request | Level::Project | Level::Default
        ),
    }
}

fn words(entry: &Entry, provider: Option<ProviderId>) -> String {
    let said = match (entry.subject, entry.level) {
        (Subject::Credential, Level::Environment) if entry.outcome != Outcome::NotSet => provider
            .and_then(|provider| provider.key_slot().variable())
            .map(str::to_owned),
        _ => entry.value.as_deref().map(named),
    };
    match (entry.outcome, said) {
        (Outcome::NotSet, _) => match entry.subject {
            Subject::Credential => "no key".to_owned(),
            _ => "not set".to_owned(),
        },
        (Outcome::Chosen, Some(said)) => format!("{said} — used"),
        (Outcome::Chosen, None) => "key — used".to_owned(),
        (Outcome::Skipped, Some(said)) => format!("{said} — a higher level decides"),
        (Outcome::Skipped, None) => "key — a higher level decides".to_owned(),
        (Outcome::Blocked, said) => format!(
            "{} — cannot be used: {}",
            said.unwrap_or_else(|| "key".to_owned()),
            entry
                .reason
                .map_or("no reason is known", domain::resolution::Reason::words)
        ),
    }
}

fn named(value: &str) -> String {
    domain::ProviderId::parse(value)
        .map_or_else(|| value.to_owned(), |provider| provider.label().to_owned())
}

/// What a level gets from below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inherited {
    /// From where.
    pub level: Level,
    /// What.
    pub value: String,
}

/// What would hold for a subject if `own` said nothing: the first usable word of a level below it.
#[must_use]
pub fn inherited(trace: &Trace, subject: Subject, own: Level) -> Option<Inherited> {
    trace
        .about(subject)
        .filter(|entry| entry.level > own)
        .find(|entry| matches!(entry.outcome, Outcome::Chosen | Outcome::Skipped))
        .and_then(|entry| {
            Some(Inherited {
                level: entry.level,
                value: entry.value.clone()?,
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(json: &str) -> Trace {
        serde_json::from_str(json).unwrap()
    }

    const TRACE: &str = r#"[
        {"subject":"provider","level":"request","outcome":"not_set"},
        {"subject":"provider","level":"project","outcome":"chosen","value":"kie"},
        {"subject":"provider","level":"organization","outcome":"blocked","reason":"not_entitled","value":"gemini"},
        {"subject":"provider","level":"user","outcome":"skipped","value":"gemini"},
        {"subject":"provider","level":"environment","outcome":"not_set"},
        {"subject":"provider","level":"default","outcome":"skipped","value":"kie"},
        {"subject":"endpoint","level":"project","outcome":"not_set"},
        {"subject":"credential","level":"project","outcome":"not_set"},
        {"subject":"credential","level":"organization","outcome":"not_set"},
        {"subject":"credential","level":"user","outcome":"blocked","reason":"unreadable"},
        {"subject":"credential","level":"environment","outcome":"skipped"}
    ]"#;

    #[test]
    fn every_level_says_its_part_in_order() {
        let rows = trace_rows(&trace(TRACE), Subject::Provider);
        let words: Vec<&str> = rows.iter().map(|row| row.words.as_str()).collect();
        assert_eq!(
            words,
            [
                "not set",
                "KIE.ai — used",
                "Google Gemini — cannot be used: your role and plan there do not include its keys",
                "Google Gemini — a higher level decides",
                "not set",
                "KIE.ai — a higher level decides",
            ]
        );
    }

    #[test]
    fn a_key_is_named_and_never_shown() {
        let rows = trace_rows(&trace(TRACE), Subject::Credential);
        let words: Vec<&str> = rows.iter().map(|row| row.words.as_str()).collect();
        assert_eq!(
            words,
            [
                "no key",
                "key — cannot be used: the key cannot be read and needs to be entered again",
                "KIE_API_KEY — a higher level decides",
            ]
        );
    }

    #[test]
    fn the_way_to_another_answer_begins_where_it_was_decided() {
        let project = ProjectId("p1".into());
        let ways = changes(&trace(TRACE), Operation::Image, Some(&project));
        assert_eq!(
            ways[0],
            (
                "change what the project says",
                "/projects/p1/settings#image".to_owned()
            )
        );
        let ways = changes(&trace(TRACE), Operation::Image, None);
        assert_eq!(ways.len(), 1);
        assert!(ways[0].0.contains("key"), "nothing opens the provider");
    }

    #[test]
    fn the_way_back_names_what_it_leads_to() {
        let (said, button) = back_to_inherited(
            Level::Project,
            Some(Level::User),
            Some("Google Gemini".into()),
        );
        assert!(
            said.contains("before your own setting (Google Gemini)"),
            "{said}"
        );
        assert_eq!(button, "Use my setting");
        let (_, button) =
            back_to_inherited(Level::User, Some(Level::Default), Some("KIE.ai".into()));
        assert_eq!(button, "Back to automatic (KIE.ai)");
    }

    #[test]
    fn an_endpoint_that_concerns_nobody_is_left_out() {
        assert!(trace_rows(&trace(TRACE), Subject::Endpoint).is_empty());
    }

    #[test]
    fn what_is_inherited_comes_from_below_and_skips_what_is_blocked() {
        let trace = trace(TRACE);
        let from = |own| inherited(&trace, Subject::Provider, own);
        assert_eq!(
            from(Level::Project),
            Some(Inherited {
                level: Level::User,
                value: "gemini".into()
            })
        );
        assert_eq!(
            from(Level::User),
            Some(Inherited {
                level: Level::Default,
                value: "kie".into()
            })
        );
    }
}
