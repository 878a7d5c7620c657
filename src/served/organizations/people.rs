//! Who belongs to an organization, who is invited, and what can be done about it.

use super::super::parts::Table;
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
                        role_form(shown, member)
                    } else {
                        role_name(member.role).into_any()
                    }}
                </td>
                <td>{(may_touch && !member.is_me).then(|| remove(shown, member))}</td>
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

fn role_form(shown: &Shown, member: &Member) -> AnyView {
    let label = format!("Role of {}", member.name);
    let id = format!("role-{}", member.user_id);
    view! {
        <form class="in-row" method="post" action=shown.address("members/role")>
            {shown.made_for()}
            <input type="hidden" name="member" value=member.user_id.to_string()/>
            <label class="visually-hidden" for=id.clone()>
                {label}
            </label>
            <select id=id name="role">
                {roles(shown, member.role)}
            </select>
            <button type="submit" class="small" aria-label=format!("Change the role of {}", member.name)>
                "Change"
            </button>
        </form>
    }
    .into_any()
}

/// The roles that who looks may give.
fn roles(shown: &Shown, chosen: OrganizationRole) -> AnyView {
    OrganizationRole::ALL
        .into_iter()
        .filter(|role| rights::may_invite(shown.role(), *role))
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

fn remove(shown: &Shown, member: &Member) -> AnyView {
    view! {
        <form method="post" action=shown.address("members/remove")>
            {shown.made_for()}
            <input type="hidden" name="member" value=member.user_id.to_string()/>
            <button type="submit" class="small danger" aria-label=format!("Remove {}", member.name)>
                "Remove"
            </button>
        </form>
    }
    .into_any()
}

fn invitations_of(shown: &Shown, invited: &[Invitation]) -> AnyView {
    let rows = invited.iter().map(|invitation| {
        let role = match &invitation.offer {
            Offer::Organization { role, .. } => role_name(*role),
            Offer::Project { .. } => "",
        };
        view! {
            <tr>
                <th scope="row" class="wrap">{invitation.email.clone()}</th>
                <td>{role}</td>
                <td class="wrap">{invitation.invited_by.clone()}</td>
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
    let table = Table {
        name: "Open invitations",
        captioned: true,
        columns: &["For", "Role", "By", "Until"],
        buttons: Some("Withdraw"),
    };
    view! {
        <section class="card" aria-labelledby="invite-heading">
            <h2 id="invite-heading">"Invite somebody"</h2>
            <p class="hint">
                "You get a link to hand over. It works once, for seven days, and only for an account with this address."
            </p>
            <form class="filters" method="post" action=Place::Of(shown.organization.id.clone(), Part::People).path()>
                {shown.made_for()}
                <div class="field">
                    <label for="invite-email">"Address"</label>
                    <input type="email" id="invite-email" name="email" maxlength="254" required=true autocomplete="off"/>
                </div>
                <div class="field">
                    <label for="invite-role">"Role"</label>
                    <select id="invite-role" name="role">
                        {roles(shown, OrganizationRole::Member)}
                    </select>
                </div>
                <button type="submit">"Make a link"</button>
            </form>
            {(!invited.is_empty()).then(|| table.with(rows.collect()))}
        </section>
    }
    .into_any()
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
