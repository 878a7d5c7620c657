//! One file per route. A page asks for what is missing and puts components over the stores.

mod account;
mod account_security;
mod admin;
mod fallback;
mod landing;
mod not_found;
mod organizations;
mod people;
mod plan;
mod project;
mod project_settings;
mod projects;
mod served;
mod settings;
mod usage;

pub use account::{SignInPage, SignUpPage};
pub use account_security::AccountPage;
#[cfg(feature = "ssr")]
pub use admin::ADMIN_PARTS;
pub use admin::AdminPage;
pub use fallback::FallbackPage;
pub use landing::LandingPage;
pub use not_found::NotFoundPage;
pub use organizations::{InvitationPage, OrganizationsPage};
pub use people::PeoplePage;
pub use plan::PlanPage;
pub use project::ProjectPage;
pub use project_settings::ProjectSettingsPage;
pub use projects::ProjectsPage;
pub use settings::SettingsPage;
pub use usage::UsagePage;

use crate::erase::{Erase, effect};
use crate::stores::stores;
use crate::words::LOOKING_ONLY;
use domain::project::{Project, Right};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

/// Whether a path that an address names leads to a page of this application and nowhere else. Browsers
/// read `\` as `/` and leave tabs and line breaks out.
#[must_use]
pub fn is_own_page(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(|letter: char| letter == '\\' || letter.is_ascii_control())
}

/// Whether somebody is signed in; sends everybody else to the sign-in page, and back afterwards.
fn signed_in() -> bool {
    let session = stores().session;
    if session.me.with_untracked(Option::is_some) {
        return true;
    }
    let target = format!("/sign-in?next={}", use_location().pathname.get_untracked());
    #[cfg(feature = "ssr")]
    leptos_axum::redirect(&target);
    let navigate = use_navigate();
    effect(move || {
        navigate(
            &target,
            NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            },
        );
    });
    false
}

/// What somebody reads who may only look at a project; nothing for everybody else.
fn looking_only(project: &Project) -> AnyView {
    (!project.role.may(Right::Edit))
        .then(|| view! { <p class="note">{LOOKING_ONLY}</p> })
        .erase()
}

/// A page while its data is on the way.
fn skeleton() -> AnyView {
    view! {
        <div class="skeletons" aria-busy="true">
            <p class="visually-hidden">"Loading"</p>
            <div class="skeleton line" aria-hidden="true"></div>
            <div class="skeleton tall" aria-hidden="true"></div>
            <div class="skeleton tall" aria-hidden="true"></div>
        </div>
    }
    .erase()
}
