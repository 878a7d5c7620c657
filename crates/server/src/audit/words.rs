//! Audit events as sentences. An event that has none of its own is shown by its name.

use domain::ProviderId;
use serde_json::Value;

/// What was done, for people.
#[must_use]
pub fn sentence(action: &str, target: &str, detail: &Value) -> String {
    let provider = || match ProviderId::parse(target) {
        Some(provider) => provider.label(),
        None => target,
    };
    let said = |name: &str| detail.get(name).and_then(Value::as_str);
    match action {
        "key.stored" => format!("Stored a key for {}", provider()),
        "key.replaced" => format!("Replaced the key for {}", provider()),
        "key.removed" => format!("Removed the key for {}", provider()),
        "key.restored" => format!("Brought back the former key for {}", provider()),
        "catalog.corrected" => format!("Corrected the catalogue: {target}"),
        "catalog.correction_removed" => {
            format!("Took back a correction of the catalogue: {target}")
        }
        "budget.set" => format!("Set the budget {target}"),
        "budget.removed" => format!("Removed the budget {target}"),
        "account.created" => "Made the account".to_owned(),
        "sign_in.succeeded" => "Signed in".to_owned(),
        "sign_in.failed" => "Somebody failed to sign in to this account".to_owned(),
        "account.disabled" => format!("Disabled the account {}", said("email").unwrap_or(target)),
        "account.enabled" => format!("Enabled the account {}", said("email").unwrap_or(target)),
        "account.admin_granted" => {
            format!("Let {} run this instance", said("email").unwrap_or(target))
        }
        "account.admin_revoked" => format!(
            "Took the running of this instance from {}",
            said("email").unwrap_or(target)
        ),
        "organization.plan_set" => format!(
            "Put the organization {} on the plan {}",
            said("name").unwrap_or(target),
            said("plan").unwrap_or("that was chosen")
        ),
        "project.deleted" => format!("Deleted the project {}", said("name").unwrap_or(target)),
        "master_key.added" => format!("Added the master key {target}"),
        "master_key.rotated" => format!("Sealed all secrets anew with the master key {target}"),
        "master_key.retired" => format!("Retired the master key {target}"),
        _ => format!("{}: {target}", readable(action)),
    }
}

/// `member.role_changed` as `Member: role changed`.
fn readable(action: &str) -> String {
    let words = action.replace('_', " ").replacen('.', ": ", 1);
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn known_events_are_sentences_and_others_keep_their_names() {
        for (action, target, detail, words) in [
            (
                "key.stored",
                "gemini",
                json!({}),
                "Stored a key for Google Gemini",
            ),
            (
                "account.disabled",
                "u1",
                json!({"email": "ada@example.com"}),
                "Disabled the account ada@example.com",
            ),
            (
                "account.disabled",
                "u1",
                json!(null),
                "Disabled the account u1",
            ),
            (
                "member.role_changed",
                "u1",
                json!({}),
                "Member: role changed: u1",
            ),
            ("", "", json!({}), ": "),
        ] {
            assert_eq!(sentence(action, target, &detail), words, "{action}");
        }
    }
}
