//! What the people of an organization and those of a project have in common: the forms that give
//! somebody a role, remove them, invite somebody and take an invitation back, and the page that shows an
//! invitation's link, this once.

use super::{Served, html, parts::Table};
use crate::words::minute;
use axum::{
    http::Uri,
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    UserId,
    invitation::{Invitation, Invited},
};
use leptos::prelude::*;
use serde::Deserialize;
use server::actor::Actor;

/// A role that can be chosen: what is sent, and what it is called.
pub type Role = (&'static str, &'static str);

/// What the form that invites sends.
#[derive(Deserialize)]
pub struct Invite {
    made_for: String,
    /// For whom.
    pub email: String,
    /// As what: the id of a role there.
    pub role: String,
}

/// Answers the form that invites with the page of its link; `act` makes it, and says what the way back
/// is called. Where it is refused, the answer leads back to `page` with the word for why; from what is no
/// address, to `home`.
pub async fn answer(
    actor: Option<Actor>,
    (page, home): (String, &str),
    sent: &Invite,
    act: impl AsyncFnOnce(&Actor) -> Result<(String, Invited), &'static str>,
) -> Response {
    // What was sent as an id may be anything.
    let Ok(page) = page.parse::<Uri>() else {
        return Redirect::to(home).into_response();
    };
    let page = page.path();
    let back = |word: &str| Redirect::to(&format!("{page}?outcome={word}")).into_response();
    let Some(actor) = actor else {
        return Redirect::to(&format!("/sign-in?next={page}")).into_response();
    };
    if sent.made_for != actor.user.id.as_str() {
        return back("other-account");
    }
    match act(&actor).await {
        Ok((words, invited)) => Served(html(|| link(page, &words, &invited))).into_response(),
        Err(word) => back(word),
    }
}

/// No address leads to it again.
fn link(page: &str, back: &str, invited: &Invited) -> AnyView {
    view! {
        <p class="back">
            <a href=page.to_owned() rel="external">
                {format!("← Back to {back}")}
            </a>
        </p>
        <h1>"Invitation"</h1>
        <section class="card" aria-labelledby="link-heading">
            <h2 id="link-heading">"The link"</h2>
            <p>
                {format!(
                    "Hand it to {}. It works once, until {}, and is not shown again.",
                    invited.invitation.email,
                    minute(invited.invitation.expires_at),
                )}
            </p>
            <p>
                <output class="once">
                    <code>{invited.link.clone()}</code>
                </output>
            </p>
        </section>
    }
    .into_any()
}

/// The forms of one place, for whom they are shown to.
pub struct Membership {
    /// The address of its people; the forms are below it.
    pub base: String,
    /// Whom the page was made for.
    pub made_for: String,
}

impl Membership {
    fn made_for(&self) -> AnyView {
        view! { <input type="hidden" name="made_for" value=self.made_for.clone()/> }.into_any()
    }

    /// Gives somebody one of these roles; the one that they have is chosen.
    pub fn give(&self, member: &UserId, name: &str, roles: &[Role], has: &str) -> AnyView {
        let id = format!("role-{member}");
        view! {
            <form class="in-row" method="post" action=format!("{}/members/role", self.base)>
                {self.made_for()}
                <input type="hidden" name="member" value=member.to_string()/>
                <label class="visually-hidden" for=id.clone()>
                    {format!("Role of {name}")}
                </label>
                <select id=id name="role">
                    {options(roles, has)}
                </select>
                <button type="submit" class="small" aria-label=format!("Change the role of {name}")>
                    "Change"
                </button>
            </form>
        }
        .into_any()
    }

    /// Takes somebody out.
    pub fn remove(&self, member: &UserId, name: &str) -> AnyView {
        view! {
            <form method="post" action=format!("{}/members/remove", self.base)>
                {self.made_for()}
                <input type="hidden" name="member" value=member.to_string()/>
                <button type="submit" class="small danger" aria-label=format!("Remove {name}")>
                    "Remove"
                </button>
            </form>
        }
        .into_any()
    }

    /// Invites somebody in one of these roles, `usual` where nothing else is chosen; below it who is
    /// invited already, each with what the role is called.
    pub fn invitations(
        &self,
        action: String,
        roles: &[Role],
        usual: &str,
        open: &[(&Invitation, &'static str)],
    ) -> AnyView {
        view! {
            <section class="card" aria-labelledby="invite-heading">
                <h2 id="invite-heading">"Invite somebody"</h2>
                <p class="hint">
                    "You get a link to hand over. It works once, for seven days, and only for an account with this address."
                </p>
                <form class="filters" method="post" action=action>
                    {self.made_for()}
                    <div class="field">
                        <label for="invite-email">"Address"</label>
                        <input type="email" id="invite-email" name="email" maxlength="254" required=true autocomplete="off"/>
                    </div>
                    <div class="field">
                        <label for="invite-role">"Role"</label>
                        <select id="invite-role" name="role">
                            {options(roles, usual)}
                        </select>
                    </div>
                    <button type="submit">"Make a link"</button>
                </form>
                {(!open.is_empty()).then(|| self.open(open))}
            </section>
        }
        .into_any()
    }

    fn open(&self, open: &[(&Invitation, &'static str)]) -> AnyView {
        let rows = open.iter().map(|(invitation, role)| {
            view! {
                <tr>
                    <th scope="row" class="wrap">{invitation.email.clone()}</th>
                    <td>{*role}</td>
                    <td class="wrap">{invitation.invited_by.clone()}</td>
                    <td>{minute(invitation.expires_at)}</td>
                    <td>{self.withdraw(invitation)}</td>
                </tr>
            }
            .into_any()
        });
        Table {
            name: "Open invitations",
            captioned: true,
            columns: &["For", "Role", "By", "Until"],
            buttons: Some("Withdraw"),
        }
        .with(rows.collect())
    }

    fn withdraw(&self, invitation: &Invitation) -> AnyView {
        let label = format!("Withdraw the invitation of {}", invitation.email);
        view! {
            <form method="post" action=format!("{}/invitations/withdraw", self.base)>
                {self.made_for()}
                <input type="hidden" name="invitation" value=invitation.id.to_string()/>
                <button type="submit" class="small" aria-label=label>
                    "Withdraw"
                </button>
            </form>
        }
        .into_any()
    }
}

fn options(roles: &[Role], chosen: &str) -> AnyView {
    roles
        .iter()
        .map(|(id, name)| view! { <option value=*id selected=*id == chosen>{*name}</option> })
        .collect_view()
        .into_any()
}
