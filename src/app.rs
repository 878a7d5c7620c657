//! The application: its root stores, its routes, and what surrounds every page.

#[cfg(test)]
mod tests;

use crate::erase::effect;
use crate::{
    browser,
    components::{ConfigureDialog, ConfirmDialog, MovingDialog, TopNavigation},
    pages::{
        AccountPage, AdminPage, FallbackPage, InvitationPage, LandingPage, NotFoundPage,
        OrganizationsPage, PeoplePage, PlanPage, ProjectPage, ProjectSettingsPage, ProjectsPage,
        SettingsPage, SignInPage, SignUpPage, UsagePage,
    },
    seed::Seed,
    shell::Theme,
    stores::Stores,
    wire::JsonInPage,
};
use leptos::{prelude::*, server::SharedValue};
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    components::{FlatRoutes, Route, Router},
    path,
};

/// What the server has put into the request; nothing in the browser, where it comes with the page.
fn start() -> (Seed, Theme) {
    #[cfg(feature = "ssr")]
    {
        let seed = use_context::<axum::http::request::Parts>()
            .and_then(|parts| parts.extensions.get::<Seed>().cloned())
            .unwrap_or_default();
        (seed, crate::shell::theme())
    }
    #[cfg(not(feature = "ssr"))]
    Default::default()
}

/// The whole title of a page. It may hold what people wrote, and the server writes it into the page as
/// it is, so there it has to be escaped here.
fn title(of_page: String) -> String {
    let whole = if of_page.is_empty() {
        "Film Generator".to_owned()
    } else {
        format!("{of_page} · Film Generator")
    };
    if cfg!(feature = "ssr") {
        whole.replace('&', "&amp;").replace('<', "&lt;")
    } else {
        whole
    }
}

/// A page. All have one type, so that a route is in the bundle once.
const fn page(view: fn() -> AnyView) -> fn() -> AnyView {
    view
}

/// The application.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let (seed, theme) = SharedValue::<_, JsonInPage>::new_with_encoding(start).into_inner();
    let stores = Stores::new(seed, theme);
    provide_context(stores);

    effect(move || {
        stores.session.alive.set(true);
        stores.live();
        // One turn later every field has been enabled.
        browser::task::spawn(async {
            leptos::task::tick().await;
            browser::page::mark_alive();
        });
    });

    view! {
        <Title formatter=title/>
        <Router>
            <TopNavigation/>
            <main id="content" tabindex="-1">
                <FlatRoutes fallback=|| NotFoundPage().into_any()>
                    <Route path=path!("/") view=page(|| LandingPage().into_any())/>
                    <Route path=path!("/sign-in") view=page(|| SignInPage().into_any())/>
                    <Route path=path!("/sign-up") view=page(|| SignUpPage().into_any())/>
                    <Route path=path!("/projects") view=page(|| ProjectsPage().into_any())/>
                    <Route path=path!("/projects/:id") view=page(|| ProjectPage().into_any())/>
                    <Route
                        path=path!("/projects/:id/settings")
                        view=page(|| ProjectSettingsPage().into_any())
                    />
                    <Route
                        path=path!("/projects/:id/settings/fallback")
                        view=page(|| FallbackPage().into_any())
                    />
                    <Route path=path!("/settings/fallback") view=page(|| FallbackPage().into_any())/>
                    <Route path=path!("/projects/:id/plan") view=page(|| PlanPage().into_any())/>
                    <Route
                        path=path!("/projects/:id/people")
                        view=page(|| PeoplePage().into_any())
                    />
                    <Route path=path!("/settings") view=page(|| SettingsPage().into_any())/>
                    <Route path=path!("/usage") view=page(|| UsagePage().into_any())/>
                    <Route
                        path=path!("/organizations")
                        view=page(|| OrganizationsPage().into_any())
                    />
                    <Route
                        path=path!("/organizations/:id")
                        view=page(|| OrganizationsPage().into_any())
                    />
                    <Route
                        path=path!("/organizations/:id/keys")
                        view=page(|| OrganizationsPage().into_any())
                    />
                    <Route
                        path=path!("/organizations/:id/rules")
                        view=page(|| OrganizationsPage().into_any())
                    />
                    <Route
                        path=path!("/organizations/:id/usage")
                        view=page(|| OrganizationsPage().into_any())
                    />
                    <Route
                        path=path!("/organizations/:id/audit")
                        view=page(|| OrganizationsPage().into_any())
                    />
                    <Route
                        path=path!("/invitations/:token")
                        view=page(|| InvitationPage().into_any())
                    />
                    <Route path=path!("/account") view=page(|| AccountPage().into_any())/>
                    <Route path=path!("/admin") view=page(|| AdminPage().into_any())/>
                    // Its form is sent to this address, which the pattern would not be asked for then.
                    <Route path=path!("/admin/catalog") view=page(|| AdminPage().into_any())/>
                    <Route path=path!("/admin/:part") view=page(|| AdminPage().into_any())/>
                </FlatRoutes>
            </main>
            <ConfigureDialog/>
            <ConfirmDialog/>
            <MovingDialog/>
            <p class="start-failed" role="alert">
                "This page could not start. Reload it, or try another browser."
            </p>
        </Router>
    }
}
