//! The organizations that one belongs to, and the form for another.

use super::super::parts::{Outcome, Table, outcome, problem};
use super::{Part, Place, role_name};
use domain::{
    OrganizationId,
    account::{Me, Plan},
    organization::{MAX_NAME, Organization},
};
use leptos::prelude::*;
use server::{actor::Actor, app::App, auth, organizations};

pub(super) async fn page(app: &App, actor: &Actor, said: Option<Outcome>) -> String {
    let found = organizations::list(app, actor).await;
    let me = auth::me(app, actor).await;
    let made_for = actor.user.id.to_string();
    super::super::html(move || {
        let content = match (found, me) {
            (Ok(found), Ok(me)) => table(&found, &me, &made_for),
            (Err(error), _) | (_, Err(error)) => problem(&error),
        };
        view! {
            <h1>"Organizations"</h1>
            <p class="hint">
                "An organization shares keys with its members and pays for what is generated with them. A project that belongs to one is seen by its members."
            </p>
            {said.map(outcome)}
            {content}
            <section class="card" aria-labelledby="new-organization">
                <h2 id="new-organization">"New organization"</h2>
                <form class="filters" method="post" action="/organizations">
                    <input type="hidden" name="made_for" value=made_for/>
                    <div class="field">
                        <label for="organization-name">"Name"</label>
                        <input
                            id="organization-name"
                            name="name"
                            maxlength=MAX_NAME.to_string()
                            required=true
                            autocomplete="organization"
                        />
                    </div>
                    <button type="submit" class="primary">
                        "Create organization"
                    </button>
                </form>
            </section>
        }
        .into_any()
    })
}

fn table(found: &[Organization], me: &Me, made_for: &str) -> AnyView {
    if found.is_empty() {
        return view! {
            <p>
                "You belong to no organization yet. Create one, or ask for an invitation; its link brings you in."
            </p>
        }
        .into_any();
    }
    let rows = found.iter().map(|organization| {
        let is_active = me.active_organization.as_ref() == Some(&organization.id);
        let href = Place::Of(organization.id.clone(), Part::People).path();
        let plan = match organization.plan {
            Plan::Free => "Free",
            Plan::Premium => "Premium",
        };
        view! {
            <tr>
                <th scope="row" class="wrap">
                    <a href=href rel="external">
                        {organization.name.clone()}
                    </a>
                </th>
                <td>{role_name(organization.role)}</td>
                <td>{plan}</td>
                <td>
                    {is_active.then(|| view! { <span class="badge good">"Active"</span> })}
                </td>
                <td>{switch(organization, is_active, made_for)}</td>
            </tr>
        }
        .into_any()
    });
    view! {
        {Table {
            name: "Your organizations",
            captioned: false,
            columns: &["Name", "Your role", "Plan", "State"],
            buttons: Some("Switch"),
        }
            .with(rows.collect())}
        <p class="hint">
            "The active one serves what belongs to no project. What belongs to a project is served by the project's organization, if it has one."
        </p>
    }
    .into_any()
}

/// Makes an organization the active one, or none.
fn switch(organization: &Organization, is_active: bool, made_for: &str) -> AnyView {
    let (id, words) = if is_active {
        (None, "Use none")
    } else {
        (Some(organization.id.clone()), "Make active")
    };
    let label = format!("{words}: {}", organization.name);
    view! {
        <form method="post" action="/organizations/active">
            <input type="hidden" name="made_for" value=made_for.to_owned()/>
            <input
                type="hidden"
                name="organization"
                value=id.map(|OrganizationId(id)| id).unwrap_or_default()
            />
            <button type="submit" class="small" aria-label=label>
                {words}
            </button>
        </form>
    }
    .into_any()
}
