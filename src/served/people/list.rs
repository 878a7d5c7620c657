//! The people with what can be done about each, the form that invites, and leaving.

use super::super::parts::Table;
use super::{Shown, address, role_name};
use crate::words::minute;
use domain::{
    invitation::{Invitation, Offer},
    project::{ProjectMember, ProjectRole},
};
use leptos::prelude::*;

/// The parts that can be given: there is one owner.
const GIVEN: [ProjectRole; 2] = [ProjectRole::Editor, ProjectRole::Viewer];

pub(super) fn view(shown: &Shown, people: &[ProjectMember], invited: &[Invitation]) -> AnyView {
    view! {
        <section class="card" aria-labelledby="people-heading">
            <h2 id="people-heading">"Who works here"</h2>
            {of_organization(shown)}
            {if people.len() > 1 { table(shown, people) } else { alone(shown) }}
        </section>
        {shown.may_invite().then(|| invitations(shown, invited))}
        {(shown.is_personal() && !shown.is_owner()).then(|| leaving(shown))}
    }
    .into_any()
}

/// Where the people of an organization's project come from.
fn of_organization(shown: &Shown) -> Option<AnyView> {
    let id = shown.project.organization_id.as_ref()?;
    let href = format!("/organizations/{id}");
    Some(
        view! {
            <p class="hint">
                "The project belongs to an organization, and so do its people. Its admins and who made the project are owners, its members are editors, unless an owner makes them viewers here. They are invited and removed "
                <a href=href rel="external">
                    "on the organization's page"
                </a> "."
            </p>
        }
        .into_any(),
    )
}

fn alone(shown: &Shown) -> AnyView {
    let next = if shown.may_invite() {
        "Invite somebody below, as an editor or as a viewer."
    } else {
        "Whoever joins the organization works here too."
    };
    view! {
        <div class="empty">
            <p>"You are alone in this project."</p>
            <p class="hint">{next}</p>
        </div>
    }
    .into_any()
}

fn table(shown: &Shown, people: &[ProjectMember]) -> AnyView {
    let rows = people.iter().map(|person| {
        let you = if person.is_me { " (you)" } else { "" };
        let may_touch = shown.is_owner() && person.role != ProjectRole::Owner;
        view! {
            <tr>
                <th scope="row" class="wrap">{format!("{}{you}", person.name)}</th>
                <td>
                    {if may_touch {
                        role_form(shown, person)
                    } else {
                        role_name(person.role).into_any()
                    }}
                </td>
                {shown
                    .may_invite()
                    .then(|| view! { <td>{may_touch.then(|| remove(shown, person))}</td> })}
            </tr>
        }
        .into_any()
    });
    Table {
        name: "People",
        captioned: false,
        columns: &["Name", "Role"],
        buttons: shown.may_invite().then_some("Remove"),
    }
    .with(rows.collect())
}

fn role_form(shown: &Shown, person: &ProjectMember) -> AnyView {
    let id = format!("role-{}", person.user_id);
    view! {
        <form class="in-row" method="post" action=shown.address("members/role")>
            {shown.made_for()}
            <input type="hidden" name="member" value=person.user_id.to_string()/>
            <label class="visually-hidden" for=id.clone()>
                {format!("Role of {}", person.name)}
            </label>
            <select id=id name="role">
                {roles(person.role)}
            </select>
            <button type="submit" class="small" aria-label=format!("Change the role of {}", person.name)>
                "Change"
            </button>
        </form>
    }
    .into_any()
}

fn roles(chosen: ProjectRole) -> AnyView {
    GIVEN
        .into_iter()
        .map(|role| {
            view! {
                <option value=role.as_str() selected=role == chosen>
                    {role_name(role)}
                </option>
            }
        })
        .collect_view()
        .into_any()
}

fn remove(shown: &Shown, person: &ProjectMember) -> AnyView {
    view! {
        <form method="post" action=shown.address("members/remove")>
            {shown.made_for()}
            <input type="hidden" name="member" value=person.user_id.to_string()/>
            <button type="submit" class="small danger" aria-label=format!("Remove {}", person.name)>
                "Remove"
            </button>
        </form>
    }
    .into_any()
}

fn invitations(shown: &Shown, invited: &[Invitation]) -> AnyView {
    view! {
        <section class="card" aria-labelledby="invite-heading">
            <h2 id="invite-heading">"Invite somebody"</h2>
            <p class="hint">
                "You get a link to hand over. It works once, for seven days, and only for an account with this address."
            </p>
            <form class="filters" method="post" action=address(&shown.project.id)>
                {shown.made_for()}
                <div class="field">
                    <label for="invite-email">"Address"</label>
                    <input type="email" id="invite-email" name="email" maxlength="254" required=true autocomplete="off"/>
                </div>
                <div class="field">
                    <label for="invite-role">"Role"</label>
                    <select id="invite-role" name="role">
                        {roles(ProjectRole::Editor)}
                    </select>
                </div>
                <button type="submit">"Make a link"</button>
            </form>
            {(!invited.is_empty()).then(|| open(shown, invited))}
        </section>
    }
    .into_any()
}

fn open(shown: &Shown, invited: &[Invitation]) -> AnyView {
    let rows = invited.iter().map(|invitation| {
        let role = match &invitation.offer {
            Offer::Project { role, .. } => role_name(*role),
            Offer::Organization { .. } => "",
        };
        view! {
            <tr>
                <th scope="row" class="wrap">{invitation.email.clone()}</th>
                <td>{role}</td>
                <td>{minute(invitation.expires_at)}</td>
                <td>
                    <form method="post" action=shown.address("invitations/withdraw")>
                        {shown.made_for()}
                        <input type="hidden" name="invitation" value=invitation.id.to_string()/>
                        <button
                            type="submit"
                            class="small"
                            aria-label=format!("Withdraw the invitation of {}", invitation.email)
                        >
                            "Withdraw"
                        </button>
                    </form>
                </td>
            </tr>
        }
        .into_any()
    });
    Table {
        name: "Open invitations",
        captioned: true,
        columns: &["For", "Role", "Until"],
        buttons: Some("Withdraw"),
    }
    .with(rows.collect())
}

/// Only an owner can bring somebody back, so it has to be meant.
fn leaving(shown: &Shown) -> AnyView {
    view! {
        <section class="card" aria-labelledby="leaving-heading">
            <h2 id="leaving-heading">"Leaving"</h2>
            <p class="hint">
                "You do not see the project any more then, until its owner invites you again. What you have made in it stays yours."
            </p>
            <form class="filters" method="post" action=shown.address("leave")>
                {shown.made_for()}
                <label class="check">
                    <input type="checkbox" name="sure" value="yes" required=true/>
                    <span>"Yes, I want to leave"</span>
                </label>
                <button type="submit" class="danger">
                    "Leave the project"
                </button>
            </form>
        </section>
    }
    .into_any()
}
