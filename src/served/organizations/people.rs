//! Who belongs to an organization, who is invited, and what can be done about it.

use super::super::{
    membership::{Membership, Role},
    parts::Table,
};
use super::{Content, Part, Place, Shown, projects, role_name};
use crate::words::minute;
use domain::{
    account::OrganizationRole,
    invitation::{Invitation, Offer},
    organization::{MAX_NAME, Member, rights},
};
use leptos::prelude::*;
use server::{
    actor::Actor,
    app::App,
    organizations::{invitations, members},
};

pub(super) async fn load(app: &App, actor: &Actor, shown: &Shown) -> Content {
    let id = &shown.organization.id;
    let members = members::list(app, actor, id).await?;
    let invited = if shown.is_admin() {
        invitations::open(app, actor, id).await?
    } else {
        Vec::new()
    };
    let mut projects = server::projects::list(app, actor).await?;
    projects.retain(|project| project.organization_id.as_ref() == Some(id));
    Ok(Box::new(move |shown| {
        view! {
            {projects::section(shown, &projects)}
            {view(shown, &members, &invited)}
        }
        .into_any()
    }))
}

fn view(shown: &Shown, members: &[Member], invited: &[Invitation]) -> AnyView {
    view! {
        <section class="card" aria-labelledby="members-heading">
            <h2 id="members-heading">"Members"</h2>
            {table(shown, members)}
        </section>
        {shown.is_admin().then(|| invitations_of(shown, invited))}
        {shown.is_admin().then(|| rename(shown))}
        <section class="card" aria-labelledby="leaving-heading">
            <h2 id="leaving-heading">"Leaving"</h2>
            <p class="hint">
                "Its keys serve you no longer then, from the next step of what is being made. What you have made stays yours."
            </p>
            {leave(shown)}
            {(shown.role() == OrganizationRole::Owner).then(|| delete(shown))}
        </section>
    }
    .into_any()
}

fn table(shown: &Shown, members: &[Member]) -> AnyView {
    let (forms, roles) = (forms(shown), roles(shown));
    let rows = members.iter().map(|member| {
        let you = if member.is_me { " (you)" } else { "" };
        let may_touch = shown.is_admin()
            && (shown.role() == OrganizationRole::Owner || member.role != OrganizationRole::Owner);
        view! {
            <tr>
                <th scope="row" class="wrap">{format!("{}{you}", member.name)}</th>
                <td class="wrap">{member.email.clone().unwrap_or_default()}</td>
                <td>{member.since.map(minute)}</td>
                <td>
                    {if may_touch {
                        let role = member.role.as_str();
                        forms.give(&member.user_id, &member.name, &roles, role)
                    } else {
                        role_name(member.role).into_any()
                    }}
                </td>
                <td>{(may_touch && !member.is_me).then(|| forms.remove(&member.user_id, &member.name))}</td>
            </tr>
        }
        .into_any()
    });
    Table {
        name: "Members",
        captioned: false,
        columns: &["Name", "Address", "Since", "Role"],
        buttons: Some("Remove"),
    }
    .with(rows.collect())
}

fn forms(shown: &Shown) -> Membership {
    Membership {
        base: format!("/organizations/{}", shown.organization.id),
        made_for: shown.made_for.clone(),
    }
}

/// The roles that who looks may give.
fn roles(shown: &Shown) -> Vec<Role> {
    OrganizationRole::ALL
        .into_iter()
        .filter(|role| rights::may_invite(shown.role(), *role))
        .map(|role| (role.as_str(), role_name(role)))
        .collect()
}

fn invitations_of(shown: &Shown, invited: &[Invitation]) -> AnyView {
    let open: Vec<_> = invited
        .iter()
        .map(|invitation| match &invitation.offer {
            Offer::Organization { role, .. } => (invitation, role_name(*role)),
            Offer::Project { .. } => (invitation, ""),
        })
        .collect();
    let action = Place::Of(shown.organization.id.clone(), Part::People).path();
    let usual = OrganizationRole::Member.as_str();
    forms(shown).invitations(action, &roles(shown), usual, &open)
}

fn rename(shown: &Shown) -> AnyView {
    view! {
        <section class="card" aria-labelledby="name-heading">
            <h2 id="name-heading">"Name"</h2>
            <form class="filters" method="post" action=shown.address("rename")>
                {shown.made_for()}
                <div class="field">
                    <label for="organization-name">"Name of the organization"</label>
                    <input
                        id="organization-name"
                        name="name"
                        maxlength=MAX_NAME.to_string()
                        required=true
                        value=shown.organization.name.clone()
                    />
                </div>
                <button type="submit">"Rename"</button>
            </form>
        </section>
    }
    .into_any()
}

/// Only somebody with an invitation comes back, so it takes a tick too.
fn leave(shown: &Shown) -> AnyView {
    view! {
        <form class="filters" method="post" action=shown.address("leave")>
            {shown.made_for()}
            <label class="check">
                <input type="checkbox" name="sure" value="on" required=true/>
                <span>"I want to leave"</span>
            </label>
            <button type="submit" class="danger">
                "Leave the organization"
            </button>
        </form>
    }
    .into_any()
}

/// It cannot be undone, so its name has to be typed.
fn delete(shown: &Shown) -> AnyView {
    view! {
        <form class="filters" method="post" action=shown.address("delete")>
            {shown.made_for()}
            <div class="field">
                <label for="delete-name">"Its name, to delete it for everybody"</label>
                <input id="delete-name" name="name" required=true autocomplete="off"/>
            </div>
            <button type="submit" class="danger">
                "Delete the organization"
            </button>
        </form>
    }
    .into_any()
}
