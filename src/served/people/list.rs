//! The people with what can be done about each, the form that invites, and leaving.

use super::super::{
    membership::{Membership, Role},
    parts::Table,
};
use super::{Shown, address, role_name};
use domain::{
    invitation::{Invitation, Offer},
    project::{ProjectMember, ProjectRole},
};
use leptos::prelude::*;

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
    let forms = forms(shown);
    let rows = people.iter().map(|person| {
        let you = if person.is_me { " (you)" } else { "" };
        let may_touch = shown.is_owner() && person.role != ProjectRole::Owner;
        view! {
            <tr>
                <th scope="row" class="wrap">{format!("{}{you}", person.name)}</th>
                <td>
                    {if may_touch {
                        let role = person.role.as_str();
                        forms.give(&person.user_id, &person.name, &roles(), role)
                    } else {
                        role_name(person.role).into_any()
                    }}
                </td>
                {shown
                    .may_invite()
                    .then(|| view! { <td>{may_touch.then(|| forms.remove(&person.user_id, &person.name))}</td> })}
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

fn forms(shown: &Shown) -> Membership {
    Membership {
        base: address(&shown.project.id),
        made_for: shown.made_for.clone(),
    }
}

/// The roles that can be given: there is one owner.
fn roles() -> [Role; 2] {
    [ProjectRole::Editor, ProjectRole::Viewer].map(|role| (role.as_str(), role_name(role)))
}

fn invitations(shown: &Shown, invited: &[Invitation]) -> AnyView {
    let open: Vec<_> = invited
        .iter()
        .map(|invitation| match &invitation.offer {
            Offer::Project { role, .. } => (invitation, role_name(*role)),
            Offer::Organization { .. } => (invitation, ""),
        })
        .collect();
    let usual = ProjectRole::Editor.as_str();
    forms(shown).invitations(address(&shown.project.id), &roles(), usual, &open)
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
