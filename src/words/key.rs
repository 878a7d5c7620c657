//! What is said of a stored key: its age, when it was last used, and what its provider thinks of it.

use domain::{
    ProviderFault, ProviderId, Timestamp,
    keys::{FindingResult, KeyHealth, SecretView},
};

/// What the credential of a slot is called.
#[must_use]
pub fn key_name(slot: ProviderId) -> String {
    match slot {
        ProviderId::Modal => "Modal proxy token".to_owned(),
        slot => format!("{} API key", slot.label()),
    }
}

/// How a stored key fares, in a line; true where it needs attention. `today` is the server's day,
/// `YYYY-MM-DD`.
#[must_use]
pub fn key_health(slot: ProviderId, view: &SecretView, today: &str) -> (String, bool) {
    let health = view.health.unwrap_or_default();
    if let (Some(fault), Some(at)) = (health.failing(), health.last_error_at) {
        return (refused(slot, fault, at), true);
    }
    let added = days(view.updated_at, today);
    let mut line = match health {
        KeyHealth {
            last_ok_at: Some(at),
            ..
        } => format!("Added {added} · last used {} · works", days(at, today)),
        _ => format!("Added {added} · not used yet"),
    };
    if let Some(tested) = &view.tested
        && tested.report.quota.result == FindingResult::Ok
    {
        let credit = tested.report.quota.message.trim_end_matches('.');
        line.push_str(&format!(" · {credit} (tested {})", days(tested.at, today)));
    }
    (line, false)
}

fn refused(slot: ProviderId, fault: ProviderFault, at: Timestamp) -> String {
    let (why, advice) = match fault {
        ProviderFault::NoCredit => ("no credit left", "Top up there, or replace the key."),
        ProviderFault::SpendLimit => (
            "a spending limit is reached",
            "Raise it there, or replace the key.",
        ),
        ProviderFault::RateLimited => ("too many requests", "Wait a minute, then try again."),
        ProviderFault::Forbidden => (
            "it may not do this",
            "Change its permissions there, or replace the key.",
        ),
        _ => ("it is not valid", "Replace the key."),
    };
    format!(
        "{} refused this key on {}: {why}. {advice}",
        slot.label(),
        super::minute(at)
    )
}

/// How many days ago. The page may have been opened before midnight: nothing lies in the future.
fn days(at: Timestamp, today: &str) -> String {
    let today = Timestamp::of_day(today).unwrap_or(at);
    match at.days_until(today) {
        ..=0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days => format!("{days} days ago"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::keys::{Finding, KeyReport, KeyTested, SecretStatus};

    const DAY: i64 = 86_400_000;
    /// 2026-11-22 10:00 UTC.
    const STORED: Timestamp = Timestamp(1_795_341_600_000);

    fn line(health: Option<KeyHealth>, today: &str) -> (String, bool) {
        let view = SecretView {
            configured: true,
            last4: None,
            updated_at: STORED,
            status: SecretStatus::Ready,
            tested: None,
            health,
        };
        key_health(ProviderId::Gemini, &view, today)
    }

    #[test]
    fn days_are_counted_from_the_servers_day() {
        for (today, words) in [
            ("2026-11-22", "Added today · not used yet"),
            ("2026-11-23", "Added yesterday · not used yet"),
            ("2026-12-04", "Added 12 days ago · not used yet"),
            ("2026-11-21", "Added today · not used yet"),
        ] {
            assert_eq!(line(None, today), (words.to_owned(), false), "{today}");
        }
    }

    #[test]
    fn a_key_that_works_is_said_calmly() {
        let health = KeyHealth {
            last_ok_at: Some(STORED.plus_millis(12 * DAY)),
            ..KeyHealth::default()
        };
        assert_eq!(
            line(Some(health), "2026-12-04"),
            (
                "Added 12 days ago · last used today · works".to_owned(),
                false
            )
        );
    }

    #[test]
    fn the_credit_that_the_last_test_found_is_told_with_its_day() {
        let report = |quota| KeyReport {
            format: Finding::skipped(),
            host: Finding::skipped(),
            auth: Finding::skipped(),
            quota,
            models: Finding::skipped(),
        };
        let tested = |quota| SecretView {
            configured: true,
            last4: None,
            updated_at: STORED,
            status: SecretStatus::Ready,
            tested: Some(KeyTested {
                report: report(quota),
                at: STORED.plus_millis(DAY),
            }),
            health: None,
        };
        let good = Finding {
            result: FindingResult::Ok,
            message: "98 credits are left at KIE.ai.".to_owned(),
        };
        assert_eq!(
            key_health(ProviderId::Kie, &tested(good), "2026-11-24").0,
            "Added 2 days ago · not used yet · 98 credits are left at KIE.ai (tested yesterday)"
        );
        assert_eq!(
            key_health(ProviderId::Kie, &tested(Finding::skipped()), "2026-11-24").0,
            "Added 2 days ago · not used yet"
        );
    }

    #[test]
    fn a_refusal_says_when_why_and_what_to_do() {
        for (fault, words) in [
            (
                ProviderFault::NoCredit,
                "no credit left. Top up there, or replace the key.",
            ),
            (ProviderFault::BadKey, "it is not valid. Replace the key."),
            (
                ProviderFault::RateLimited,
                "too many requests. Wait a minute, then try again.",
            ),
        ] {
            let health = KeyHealth {
                last_ok_at: Some(STORED),
                last_error_at: Some(STORED.plus_millis(DAY)),
                last_error: Some(fault),
            };
            let expected =
                format!("Google Gemini refused this key on 2026-11-23 10:00 UTC: {words}");
            assert_eq!(line(Some(health), "2026-12-04"), (expected, true));
        }
    }
}
