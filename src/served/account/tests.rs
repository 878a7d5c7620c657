//! What the page offers, by how its owner has shown who they are.

use super::*;
use crate::served::parts::Sent;
use domain::{
    ErrorCode, Timestamp,
    scope::{Scope, Scopes},
};

const NOW: Timestamp = Timestamp(1_795_341_600_000);

fn account(is_confirmed: bool, on_since: Option<Timestamp>) -> Account {
    Account {
        made_for: "user-1".to_owned(),
        name: "<b>Ada</b>".to_owned(),
        email: "ada@example.com".to_owned(),
        is_confirmed,
        next: None,
        standing: Ok(Standing {
            on_since,
            recovery_codes_left: 1,
        }),
        sessions: Ok(vec![SessionView {
            id: "session-1".to_owned(),
            created_at: NOW,
            last_used_at: NOW,
            address: Some("203.0.113.9".to_owned()),
            agent: "an unknown program".to_owned(),
            current: true,
        }]),
        tokens: Ok(vec![TokenView {
            id: "token-1".to_owned(),
            name: "Build server".to_owned(),
            scopes: Scopes::new([Scope::Read]),
            created_at: NOW,
            expires_at: NOW,
            last_used_at: None,
            expired: true,
        }]),
        wished: Wished::default(),
    }
}

fn html(account: &Account) -> String {
    crate::served::html(|| account.view(None))
}

#[test]
fn who_has_just_shown_who_they_are_can_do_everything() {
    let html = html(&account(true, None));
    assert!(html.contains("Make token") && html.contains("Set up two-step sign-in"));
    assert!(!html.contains("/account/confirm"));
    assert!(html.contains("&lt;b>Ada&lt;/b>") || html.contains("&lt;b&gt;Ada&lt;/b&gt;"));
    assert!(html.contains("An unknown program") && html.contains("This one"));
    assert!(html.contains("Expired") && html.contains("Never"));
    assert!(
        !html.contains("Sign out everywhere else"),
        "there is no other"
    );
}

#[test]
fn everybody_else_is_asked_first_for_what_their_account_has() {
    let with_password = html(&account(false, None));
    let with_code = html(&account(false, Some(NOW)));
    for html in [&with_password, &with_code] {
        assert!(html.contains("/account/confirm"));
        for offered in ["Make token", "Set up two-step", "Turn two-step sign-in off"] {
            assert!(!html.contains(offered), "{offered}");
        }
        // These do no lasting harm.
        assert!(html.contains("Revoke") && html.contains("Change password"));
    }
    assert!(with_password.contains("confirm-password") && !with_password.contains("confirm-code"));
    assert!(with_code.contains("confirm-code") && !with_code.contains("confirm-password"));
    assert!(with_code.contains("1 recovery code is left."));
}

#[test]
fn whoever_was_sent_here_to_confirm_is_sent_back() {
    let sent = Account {
        next: Some("/projects/x/settings".to_owned()),
        ..account(false, None)
    };
    assert!(html(&sent).contains("name=\"next\" value=\"/projects/x/settings\""));
    assert!(!html(&account(false, None)).contains("name=\"next\""));
}

#[test]
fn a_token_that_was_not_made_is_still_filled_in() {
    let sent = [
        ("act", "token"),
        ("name", "Night \"build\""),
        ("days", "30"),
    ];
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let refused = Account {
        wished: Wished::of(&Sent(sent.map(own).into())),
        ..account(true, None)
    };
    let (before, after) = (html(&account(true, None)), html(&refused));
    for (page, days, ticked) in [(&before, 90, 1), (&after, 30, 0)] {
        assert_eq!(page.matches(" checked").count(), ticked);
        let chosen = page
            .split("<option")
            .find(|option| option.contains(" selected"));
        let days = format!("{days} days");
        assert!(
            chosen.is_some_and(|chosen| chosen.contains(&days)),
            "{days}"
        );
    }
    assert!(after.contains("value=\"Night &quot;build&quot;\""));
}

#[test]
fn each_form_says_whose_page_it_is_on() {
    let html = html(&account(true, Some(NOW)));
    let forms = html.matches("<form").count();
    assert!(forms >= 5, "{forms}");
    assert_eq!(html.matches("name=\"made_for\"").count(), forms);
    assert_eq!(html.matches("method=\"post\"").count(), forms);
}

#[test]
fn a_part_that_cannot_be_shown_says_why_and_the_others_are_there() {
    let mut account = account(true, None);
    account.sessions = Err(ApiError::new(ErrorCode::Internal, "Try again in a moment."));
    let html = html(&account);
    assert!(html.contains("Try again in a moment.") && html.contains("Make token"));
}
