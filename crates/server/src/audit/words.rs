//! Audit events as sentences. An event that has none of its own is shown by its name.

use domain::ProviderId;
use serde_json::Value;

/// What was done, for people.
#[must_use]
pub fn sentence(action: &str, target: &str, detail: &Value) -> String {
    // An organization's key is called by its id and the provider.
    let slot = target.rsplit('/').next().unwrap_or(target);
    let provider = || match ProviderId::parse(slot) {
        Some(provider) => provider.label(),
        None => slot,
    };
    let said = |name: &str| detail.get(name).and_then(Value::as_str);
    let role = |name: &str| said(name).unwrap_or("something");
    let fields = || {
        let fields = detail.get("fields").and_then(Value::as_array);
        let fields = fields.into_iter().flatten().filter_map(Value::as_str);
        fields.collect::<Vec<_>>().join(", ")
    };
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
        "totp.on" => "Turned two-step sign-in on".to_owned(),
        "totp.off" => "Turned two-step sign-in off".to_owned(),
        "totp.removed" => format!(
            "Took two-step sign-in from {}, who had lost it",
            said("email").unwrap_or(target)
        ),
        "totp.recovery_codes" => "Made new recovery codes".to_owned(),
        "totp.recovery_code_used" => "Used a recovery code".to_owned(),
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
        "member.invited" => format!("Invited {target} as {}", role("role")),
        "member.uninvited" => "Took an invitation back".to_owned(),
        "member.joined" => format!("Joined as {}", role("role")),
        "member.left" => "Left the organization".to_owned(),
        "member.removed" => format!("Removed a member who was {}", role("from")),
        "member.role_changed" => format!("Made a member {} who was {}", role("to"), role("from")),
        "organization.created" => "Made the organization".to_owned(),
        "organization.renamed" => "Renamed the organization".to_owned(),
        "organization.deleted" => format!(
            "Deleted the organization {}",
            said("name").unwrap_or(target)
        ),
        "organization.policy" => "Changed what its keys may be used for".to_owned(),
        "organization.settings" => format!("Changed the organization's settings: {}", fields()),
        "project.settings" => format!("Changed a project's settings: {}", fields()),
        "settings.endpoints" => format!("Changed an address of their own: {}", fields()),
        "project.invited" => format!(
            "Invited {} to a project as {}",
            said("email").unwrap_or("somebody"),
            role("role")
        ),
        "project.uninvited" => "Took an invitation to a project back".to_owned(),
        "project.joined" => format!("Joined a project as {}", role("role")),
        "project.role_changed" => format!("Made somebody {} of a project", role("role")),
        "project.member_removed" => "Took somebody out of a project".to_owned(),
        "password.changed" => "Changed the password".to_owned(),
        "session.ended" => "Signed out a session".to_owned(),
        "sessions.ended" => "Signed out all other sessions".to_owned(),
        "token.made" => "Made an access token".to_owned(),
        "token.revoked" => "Revoked an access token".to_owned(),
        "project.deleted" => format!("Deleted the project {}", said("name").unwrap_or(target)),
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
                "Made a member admin who was member",
            ),
            (
                "key.replaced",
                "o1/kie",
                json!({}),
                "Replaced the key for KIE.ai",
            ),
            (
                "project.settings",
                "p1",
                json!({"fields": ["endpoints.image", "operations.image.provider"]}),
                "Changed a project's settings: endpoints.image, operations.image.provider",
            ),
            ("film.made", "f1", json!({}), "Film: made: f1"),
            ("", "", json!({}), ": "),
        ] {
            assert_eq!(sentence(action, target, &detail), words, "{action}");
        }
    }
}
