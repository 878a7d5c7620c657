//! What the trace says of a fallback: why it cannot be, or that it took over from whom.

use super::{Entry, Level, Outcome, Reason, Resolution, Subject};
use crate::{ProviderFault, ProviderId};

impl Resolution {
    /// Notes that the fallback of the settings of a level is not kept, and why.
    pub fn without_fallback(&mut self, level: Level, provider: ProviderId, reason: Reason) {
        self.trace.push(Entry {
            subject: Subject::Fallback,
            level,
            outcome: Outcome::Blocked,
            reason: Some(reason),
            value: Some(provider.as_str().to_owned()),
        });
    }

    /// This resolution in the place of `first`, whose provider failed like this, as the settings of
    /// a level allow. The provider was found as before and failed; the rest is found for this one.
    #[must_use]
    pub fn taking_over(mut self, first: &Self, level: Level, fault: ProviderFault) -> Self {
        let mut entries = Vec::with_capacity(self.trace.entries().len() + 1);
        for entry in first.trace.about(Subject::Provider) {
            let mut entry = entry.clone();
            if entry.outcome == Outcome::Chosen {
                entry.outcome = Outcome::Blocked;
                entry.reason = Some(Reason::Failed);
            }
            entries.push(entry);
        }
        entries.push(Entry {
            subject: Subject::Fallback,
            level,
            outcome: Outcome::Chosen,
            reason: None,
            value: Some(format!(
                "{} {}; {} took over, as the {} settings allow",
                first.provider.label(),
                happened(fault),
                self.provider.label(),
                if level == Level::Project {
                    "project's"
                } else {
                    "personal"
                }
            )),
        });
        let rest = self.trace.entries().iter();
        entries.extend(
            rest.filter(|entry| !matches!(entry.subject, Subject::Provider | Subject::Fallback))
                .cloned(),
        );
        self.trace.replace(entries);
        self
    }
}

const fn happened(fault: ProviderFault) -> &'static str {
    match fault {
        ProviderFault::Overloaded => "was overloaded",
        ProviderFault::RateLimited => "was receiving too many requests",
        ProviderFault::Timeout => "did not answer in time",
        ProviderFault::Upstream => "had a problem of its own",
        _ => "did not deliver",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Operation,
        resolution::{Payer, Trace},
    };

    fn resolution(provider: ProviderId, entries: &str) -> Resolution {
        Resolution {
            operation: Operation::Image,
            provider,
            model: "m".into(),
            endpoint: None,
            shared_endpoint: None,
            credential: None,
            payer: Payer::User,
            trace: serde_json::from_str::<Trace>(entries).unwrap(),
        }
    }

    #[test]
    fn the_trace_of_who_took_over_tells_who_failed_how_and_by_whose_word() {
        let first = resolution(
            ProviderId::Gemini,
            r#"[{"subject":"provider","level":"request","outcome":"not_set"},
                {"subject":"provider","level":"user","outcome":"chosen","value":"gemini"},
                {"subject":"model","level":"default","outcome":"chosen","value":"g"}]"#,
        );
        let other = resolution(
            ProviderId::Kie,
            r#"[{"subject":"provider","level":"request","outcome":"chosen","value":"kie"},
                {"subject":"model","level":"default","outcome":"chosen","value":"k"}]"#,
        );
        let whole = other.taking_over(&first, Level::Project, ProviderFault::Overloaded);
        assert_eq!(whole.provider, ProviderId::Kie);
        assert_eq!(
            serde_json::to_value(&whole.trace).unwrap(),
            serde_json::json!([
                {"subject":"provider","level":"request","outcome":"not_set"},
                {"subject":"provider","level":"user","outcome":"blocked","reason":"failed","value":"gemini"},
                {"subject":"fallback","level":"project","outcome":"chosen",
                 "value":"Google Gemini was overloaded; KIE.ai took over, as the project's settings allow"},
                {"subject":"model","level":"default","outcome":"chosen","value":"k"},
            ])
        );
    }

    #[test]
    fn a_fallback_that_is_not_kept_says_why() {
        let mut first = resolution(ProviderId::Gemini, "[]");
        first.without_fallback(Level::User, ProviderId::Kie, Reason::OtherPayer);
        assert_eq!(
            serde_json::to_value(&first.trace).unwrap(),
            serde_json::json!([
                {"subject":"fallback","level":"user","outcome":"blocked","reason":"other_payer","value":"kie"},
            ])
        );
    }
}
