//! What the address of the page asks for. What it cannot mean is left out.

use axum::{extract::Query, http::Uri};
use domain::{Operation, OrganizationId, ProviderId};
use serde::Deserialize;
use server::ledger::usage::Of;

/// What is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// The first day.
    pub from: Option<String>,
    /// The last day.
    pub to: Option<String>,
    /// Whose spending: `me`, `instance`, or an organization's id.
    pub of: Option<String>,
    /// Of one operation alone.
    pub operation: Option<Operation>,
    /// Of one provider alone.
    pub provider: Option<ProviderId>,
    /// Of one project alone.
    pub project: Option<String>,
    /// What became of a form that was sent: a word that the page has a sentence for.
    pub outcome: Option<String>,
}

/// As a form sends it: every field, empty where nothing was chosen.
#[derive(Deserialize, Default)]
struct Sent {
    from: Option<String>,
    to: Option<String>,
    of: Option<String>,
    operation: Option<String>,
    provider: Option<String>,
    project: Option<String>,
    outcome: Option<String>,
}

impl Asked {
    /// Reads an address.
    #[must_use]
    pub fn of(uri: &Uri) -> Self {
        let sent = Query::<Sent>::try_from_uri(uri).map_or_else(|_| Sent::default(), |sent| sent.0);
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        Self {
            from: given(sent.from),
            to: given(sent.to),
            of: given(sent.of),
            operation: sent.operation.as_deref().and_then(Operation::parse),
            provider: sent.provider.as_deref().and_then(ProviderId::parse),
            project: given(sent.project),
            outcome: given(sent.outcome),
        }
    }

    /// Whose spending that is.
    #[must_use]
    pub fn whose(&self) -> Of {
        match self.of.as_deref() {
            None | Some("me") => Of::Me,
            Some("instance") => Of::Instance,
            Some(id) => Of::Organization(OrganizationId(id.to_owned())),
        }
    }

    /// Whether a row of the report is shown.
    #[must_use]
    pub fn shows(
        &self,
        provider: Option<&str>,
        operation: Option<&str>,
        project: Option<&str>,
    ) -> bool {
        let is = |wanted: Option<&str>, found: Option<&str>| wanted.is_none() || wanted == found;
        is(self.provider.map(ProviderId::as_str), provider)
            && is(self.operation.map(Operation::as_str), operation)
            && is(self.project.as_deref(), project)
    }

    /// The address of the same days as a file for spreadsheets, with everything that can be told
    /// apart.
    #[must_use]
    pub fn csv(&self) -> String {
        let base = match self.whose() {
            Of::Me => "/api/v1/usage.csv".to_owned(),
            Of::Instance => "/api/v1/admin/usage.csv".to_owned(),
            Of::Organization(id) => format!("/api/v1/organizations/{id}/usage.csv"),
        };
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        for (name, day) in [("from", &self.from), ("to", &self.to)] {
            if let Some(day) = day {
                pairs.append_pair(name, day);
            }
        }
        pairs.append_pair(
            "group_by",
            "day,provider,operation,model,project,payer,key_source",
        );
        format!("{base}?{}", pairs.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_leaves_empty_is_not_asked_for() {
        let uri =
            Uri::from_static("/usage?from=&to=2026-11-29&provider=kie&operation=nothing&project=");
        let asked = Asked::of(&uri);
        assert_eq!(asked.from, None);
        assert_eq!(asked.to.as_deref(), Some("2026-11-29"));
        assert_eq!(asked.provider, Some(ProviderId::Kie));
        assert_eq!(asked.operation, None);
        assert!(asked.shows(Some("kie"), Some("image"), None));
        assert!(!asked.shows(Some("gemini"), Some("image"), None));
    }

    #[test]
    fn a_day_cannot_add_to_the_address_of_the_file() {
        let asked = Asked {
            from: Some("2026-11-01&of=instance".to_owned()),
            ..Asked::default()
        };
        assert!(
            asked
                .csv()
                .starts_with("/api/v1/usage.csv?from=2026-11-01%26of%3Dinstance&group_by=")
        );
    }
}
