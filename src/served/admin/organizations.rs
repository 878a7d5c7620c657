//! Organizations, and the form that puts one on a plan.

use super::{
    Part,
    list::{List, Shown},
};
use crate::words::minute;
use axum::http::Uri;
use domain::account::Plan;
use leptos::prelude::*;
use server::{
    actor::Actor,
    admin::organizations::{self, Organization},
    app::App,
};

/// Where they are.
pub const PATH: &str = "/admin/organizations";

const LIST: List = List {
    path: PATH,
    name: "Organizations",
    about: "On the free plan an organization's keys serve its admins, on the premium plan all its members.",
    by: "Name",
    nothing: "There is no such organization.",
    columns: &["Name", "Members", "Since", "Plan"],
};

/// The part.
pub async fn part(app: &App, actor: &Actor, uri: &Uri, made_for: &str) -> Part {
    let shown = Shown::of(uri);
    let found = organizations::list(app, actor, &shown.search()).await;
    let made_for = made_for.to_owned();
    LIST.part(
        found,
        shown,
        move |organization: &Organization, shown: &Shown| row(organization, shown, &made_for),
    )
}

fn row(organization: &Organization, shown: &Shown, made_for: &str) -> AnyView {
    let (plan, other, words) = match organization.plan {
        Plan::Free => ("Free", "premium", "Set to premium"),
        Plan::Premium => ("Premium", "free", "Set to free"),
    };
    let label = format!("{words}: {}", organization.name);
    view! {
        <tr>
            <th scope="row" class="wrap">{organization.name.clone()}</th>
            <td>{organization.members.to_string()}</td>
            <td>{minute(organization.created_at)}</td>
            <td>{plan}</td>
            <td>
                <form method="post" action="/admin/organizations/plan">
                    <input type="hidden" name="made_for" value=made_for.to_owned()/>
                    <input type="hidden" name="organization" value=organization.id.to_string()/>
                    <input type="hidden" name="plan" value=other/>
                    {shown.fields()}
                    <button type="submit" class="small" aria-label=label>
                        {words}
                    </button>
                </form>
            </td>
        </tr>
    }
    .into_any()
}
