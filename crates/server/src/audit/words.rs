//! Audit events as sentences. An event that has none of its own is shown by its name.

use domain::ProviderId;
use serde_json::Value;

/// What was done, for people.
#[must_use]
pub fn sentence(action: &str, target: &str, detail: &Value) -> String {
    // An organization's key is named with the organization before it.
    let slot = target.rsplit('/').next().unwrap_or(target);
    let provider = || match ProviderId::parse(slot) {
        Some(provider) => provider.label(),
        None => target,
    };
    let said = |name: &str| detail.get(name).and_then(Value::as_str);
    let name = || said("name").unwrap_or(target);
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
            name(),
            said("plan").unwrap_or("that was chosen")
        ),
        "organization.created" => format!("Made the organization {}", name()),
        "organization.renamed" => format!("Renamed the organization to {}", name()),
        "organization.deleted" => format!("Deleted the organization {}", name()),
        "organization.settings" => "Changed the organization's defaults or addresses".to_owned(),
        "organization.policy" => "Changed what the organization's keys may be used for".to_owned(),
        "member.invited" => match said("role") {
            Some(role) => format!("Invited {target} with the role {role}"),
            None => format!("Invited {target}"),
        },
        "member.uninvited" => "Withdrew an invitation".to_owned(),
        "member.joined" => "Accepted the invitation".to_owned(),
        "member.left" => "Left the organization".to_owned(),
        "member.removed" => format!("Removed the member {target}"),
        "member.role_changed" => match said("from").zip(said("to")) {
            Some((from, to)) => {
                format!("Changed the role of the member {target} from {from} to {to}")
            }
            None => format!("Changed the role of the member {target}"),
        },
        "project.deleted" => format!("Deleted the project {}", name()),
        "master_key.added" => format!("Added the master key {target}"),
        "master_key.rotated" => format!("Sealed all secrets anew with the master key {target}"),
        "master_key.retired" => format!("Retired the master key {target}"),
        _ => format!("{}: {target}", readable(action)),
    }
}

/// `project.role_changed` as `Project: role changed`.
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
                "key.removed",
                "o1/gemini",
                json!({}),
                "Removed the key for Google Gemini",
            ),
            (
                "member.role_changed",
                "u1",
                json!({"from": "member", "to": "admin"}),
                "Changed the role of the member u1 from member to admin",
            ),
            (
                "project.role_changed",
                "p1",
                json!({}),
                "Project: role changed: p1",
            ),
            ("", "", json!({}), ": "),
        ] {
            assert_eq!(sentence(action, target, &detail), words, "{action}");
        }
    }
}
