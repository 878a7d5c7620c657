//! What became of the forms of these pages: a word in the address, and our own sentence for it.

use crate::served::parts::Outcome;
use domain::{ApiError, ErrorCode, keys::KeyProblem};

/// What became of a form, in words.
pub fn words(outcome: &str) -> Option<Outcome> {
    good(outcome)
        .map(|words| (words, true))
        .or_else(|| bad(outcome).map(|words| (words, false)))
}

fn good(outcome: &str) -> Option<&'static str> {
    Some(match outcome {
        "created" => "The organization is there. Invite its people.",
        "active" => "This is the active organization now.",
        "inactive" => "No organization is active now.",
        "renamed" => "The organization has its new name.",
        "project" => "The project is there. Its members see it too.",
        "left" => "You have left the organization.",
        "deleted" => "The organization is deleted.",
        "role" => "The role was changed. It holds from the next step on.",
        "removed" => "The member was removed. Its keys serve them no longer.",
        "withdrawn" => "The invitation was withdrawn. Its link leads nowhere now.",
        "accepted" => "Welcome. You belong to the organization now.",
        "stored" => "The key is stored. Its last four characters are shown.",
        "tested" => "The key works.",
        "key-removed" => "The key is removed and out of use.",
        "undone" => "The key is back.",
        "saved" => "Saved. It holds from the next generation on.",
        _ => return None,
    })
}

fn bad(outcome: &str) -> Option<&'static str> {
    Some(match outcome {
        "not-sure" => {
            "You have not left: tick “I want to leave” on the page of the organization first."
        }
        "not-its-name" => "Nothing was deleted: that is not its name.",
        "not-working" => {
            "The provider does not take this key. Its state says why; nothing was changed."
        }
        "unreachable" => {
            "The provider could not be reached, so nobody can say whether the key works. Try again in a minute."
        }
        "no-credit" => {
            "The provider accepts the key, but its account there has no credit or is over its limit. Add credit or raise the limit at the provider."
        }
        "not-known" => {
            "Nobody can say whether the key works: the provider did not answer this test. A deployment that sleeps takes minutes to start; test again then."
        }
        "nothing-to-test" => {
            "There is nothing to test yet. Store the key first; Modal needs the address of a deployment too, under Defaults and rules."
        }
        "key-mask" => KeyProblem::Mask.message(),
        "key-wrong" => {
            "Nothing was stored: this is not a whole key of this provider. Paste the full key, without anything around it."
        }
        "key-halves" => {
            "Nothing was stored. A Modal proxy token has two halves: the key begins with wk-, the second half with ws-. Every other key has no second half."
        }
        "unreadable" => {
            "This key cannot be read any more. Nothing was changed; enter it again if you need it."
        }
        "name" => "Nothing was saved: a name has 1 to 120 characters on one line.",
        "email" => "Nobody was invited. Enter an e-mail address such as name@example.com.",
        "changed" => {
            "Somebody has changed this meanwhile, so nothing was saved. Look at it as it is now, and repeat it if you still want to."
        }
        "last-owner" => {
            "This is its last owner. Make somebody else an owner first, or delete the organization."
        }
        "has-projects" => {
            "Projects belong to this organization. Delete them first; what was generated in them stays with the people who made it."
        }
        "confirm" => "Confirm that it is you on your account page, then repeat this.",
        "address" => {
            "This address is not allowed. Modal's own are; whoever runs this server can allow others."
        }
        "wrong" => "Nothing was saved: something in the form cannot be. Look at it again.",
        "slower" => "Too many tries. Wait a minute, then repeat it.",
        "forbidden" => "Your role in the organization does not allow this.",
        "gone" => "It is not there any more.",
        "other-account" => {
            "Somebody else has signed in meanwhile. Nothing was done; look again and repeat it if you still want to."
        }
        "failed" => "It could not be done. Try again.",
        _ => return None,
    })
}

/// The word for why something was refused.
pub fn refused(error: &ApiError) -> &'static str {
    match error.code {
        ErrorCode::Forbidden if error.step_up => "confirm",
        ErrorCode::Forbidden => "forbidden",
        ErrorCode::NotFound => "gone",
        ErrorCode::Conflict => "changed",
        ErrorCode::EndpointNotAllowed => "address",
        ErrorCode::RateLimited => "slower",
        ErrorCode::ApiKeyRequired => "nothing-to-test",
        ErrorCode::KeyUnavailable => "unreadable",
        ErrorCode::InvalidInput => wrong(error),
        ErrorCode::ModelUnavailable => "wrong",
        _ => "failed",
    }
}

/// The word for the first field that is wrong.
fn wrong(error: &ApiError) -> &'static str {
    let Some(first) = error.fields.first() else {
        return "wrong";
    };
    match first.field.as_str() {
        "name" => "name",
        "email" => "email",
        "key" if first.message == KeyProblem::Mask.message() => "key-mask",
        "key" => "key-wrong",
        "secret" => "key-halves",
        _ => "wrong",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{organization, project};

    #[test]
    fn the_address_chooses_among_our_own_sentences_alone() {
        assert!(words("accepted").unwrap().1);
        assert_eq!(words("Send your key"), None);
    }

    #[test]
    fn what_is_refused_is_said_by_the_field_that_is_wrong() {
        let of = |field: &str, message: &str| refused(&ApiError::invalid_field(field, message));
        for (field, message, word) in [
            ("name", "Give the organization a name.", "name"),
            ("email", "Enter an e-mail address.", "email"),
            ("key", KeyProblem::Mask.message(), "key-mask"),
            ("key", KeyProblem::Length.message(), "key-wrong"),
            ("secret", "Enter both.", "key-halves"),
            ("provider", "It takes no key.", "wrong"),
        ] {
            assert_eq!(of(field, message), word);
            assert!(!words(word).unwrap().1, "{word}");
        }
        for code in [ErrorCode::ApiKeyRequired, ErrorCode::KeyUnavailable] {
            let word = refused(&ApiError::new(code, "x"));
            assert_ne!(word, "failed");
            assert!(words(word).is_some(), "{word}");
        }
    }

    #[test]
    fn the_longest_names_are_as_the_sentence_says() {
        let said = words("name").unwrap().0;
        for most in [organization::MAX_NAME, project::MAX_NAME] {
            assert!(said.contains(&format!(" {most} ")), "{most}");
        }
    }
}
