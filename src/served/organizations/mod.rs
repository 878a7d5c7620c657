//! Organizations: which one belongs to, who is in them, their keys, defaults and rules, what each
//! member has spent, what was done in them, and the page behind an invitation's link.

mod audit;
mod forms;
mod invitation;
mod invited;
mod keys;
mod list;
mod people;
mod policy;
mod projects;
mod rules;
mod usage;

pub use forms::routes;

use super::parts::{Outcome, outcome, problem, read};
use axum::{Router, http::Uri};
use domain::{
    ApiError, OrganizationId,
    account::{OrganizationRole, Plan},
    organization::Organization,
};
use leptos::prelude::*;
use serde::Deserialize;
use server::{actor::Actor, app::App, organizations};

/// A page of this folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The list.
    List,
    /// A part of one organization's.
    Of(OrganizationId, Part),
    /// Behind an invitation's link.
    Invitation(String),
}

/// The parts of an organization's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Who is in it, and its projects.
    People,
    /// Its keys.
    Keys,
    /// Its defaults, addresses and rules.
    Rules,
    /// What each member has spent.
    Usage,
    /// What was done in it; for its admins.
    Audit,
}

impl Part {
    const ALL: [Self; 5] = [
        Self::People,
        Self::Keys,
        Self::Rules,
        Self::Usage,
        Self::Audit,
    ];

    const fn ending(self) -> &'static str {
        match self {
            Self::People => "",
            Self::Keys => "/keys",
            Self::Rules => "/rules",
            Self::Usage => "/usage",
            Self::Audit => "/audit",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::People => "People and projects",
            Self::Keys => "Keys",
            Self::Rules => "Defaults and rules",
            Self::Usage => "Usage",
            Self::Audit => "Audit",
        }
    }

    /// Whether somebody with this role is shown the way to it.
    fn is_for(self, role: OrganizationRole) -> bool {
        self != Self::Audit || role.is_admin()
    }
}

impl Place {
    /// The page at this path.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        if path == "/organizations" {
            return Some(Self::List);
        }
        if let Some(token) = path.strip_prefix("/invitations/") {
            return (!token.is_empty() && !token.contains('/'))
                .then(|| Self::Invitation(token.to_owned()));
        }
        let rest = path.strip_prefix("/organizations/")?;
        let (id, ending) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let part = Part::ALL.into_iter().find(|part| part.ending() == ending)?;
        (!id.is_empty()).then(|| Self::Of(OrganizationId(id.to_owned()), part))
    }

    /// Its path.
    fn path(&self) -> String {
        match self {
            Self::List => "/organizations".to_owned(),
            Self::Of(id, part) => format!("/organizations/{id}{}", part.ending()),
            Self::Invitation(token) => format!("/invitations/{token}"),
        }
    }
}

/// The addresses of the forms whose answer is a page. Whoever mounts them has to guard them as all that
/// changes something, and to render what they answer.
pub fn answers() -> Router<App> {
    invited::answers().merge(forms::answers())
}

#[derive(Default, Deserialize)]
struct Asked {
    #[serde(default)]
    outcome: String,
}

/// What the page shows.
pub async fn page(app: &App, actor: &Actor, place: &Place, uri: &Uri) -> String {
    let asked: Asked = read(uri);
    let said = forms::words(&asked.outcome);
    match place {
        Place::List => list::page(app, actor, said).await,
        Place::Invitation(token) => invitation::page(app, actor, token, said).await,
        Place::Of(id, part) => {
            let shown = match Shown::load(app, actor, id, *part).await {
                Ok(shown) => shown,
                Err(error) => return refused(error),
            };
            let content = match part {
                Part::People => people::load(app, actor, &shown).await,
                Part::Keys => keys::load(app, actor, &shown).await,
                Part::Rules => rules::load(app, actor, &shown, None).await,
                Part::Usage => usage::load(app, actor, &shown, uri).await,
                Part::Audit => audit::load(app, actor, &shown, uri).await,
            };
            shown.page(said, content)
        }
    }
}

/// A page that cannot be shown.
fn refused(error: ApiError) -> String {
    super::html(move || {
        view! {
            <p class="back">
                <a href="/organizations" rel="external">"← Your organizations"</a>
            </p>
            <h1>"Organization"</h1>
            {problem(&error)}
        }
        .into_any()
    })
}

/// What is inside of a page: made when it is rendered.
type Content = Result<Box<dyn FnOnce(&Shown) -> AnyView + Send>, ApiError>;

/// An organization, as it is shown to whom.
struct Shown {
    organization: Organization,
    part: Part,
    made_for: String,
    is_confirmed: bool,
}

impl Shown {
    async fn load(
        app: &App,
        actor: &Actor,
        id: &OrganizationId,
        part: Part,
    ) -> Result<Self, ApiError> {
        Ok(Self {
            organization: organizations::get(app, actor, id).await?,
            part,
            made_for: actor.user.id.to_string(),
            is_confirmed: actor.must_have_confirmed(app.clock.now()).is_ok(),
        })
    }

    fn role(&self) -> OrganizationRole {
        self.organization.role
    }

    fn is_admin(&self) -> bool {
        self.role().is_admin()
    }

    /// An address below the organization's.
    fn address(&self, what: &str) -> String {
        format!("/organizations/{}/{what}", self.organization.id)
    }

    fn made_for(&self) -> AnyView {
        view! { <input type="hidden" name="made_for" value=self.made_for.clone()/> }.into_any()
    }

    fn page(self, said: Option<Outcome>, content: Content) -> String {
        super::html(move || {
            let content = match content {
                Ok(content) => content(&self),
                Err(error) => problem(&error),
            };
            let parts = Part::ALL.into_iter();
            let parts = parts.filter(|part| part.is_for(self.role()));
            let parts = parts.map(|part| {
                let here = (part == self.part).then_some("page");
                let href = Place::Of(self.organization.id.clone(), part).path();
                view! {
                    <li>
                        <a href=href rel="external" aria-current=here>
                            {part.label()}
                        </a>
                    </li>
                }
            });
            view! {
                <p class="back">
                    <a href="/organizations" rel="external">"← Your organizations"</a>
                </p>
                <h1>{self.organization.name.clone()}</h1>
                <p class="hint">
                    {format!("You are {}. ", role_words(self.role()))}
                    {plan_words(self.organization.plan)}
                </p>
                <nav class="parts" aria-label="Organization">
                    <ul>{parts.collect_view()}</ul>
                </nav>
                {said.map(outcome)}
                {content}
            }
            .into_any()
        })
    }

    /// Asks for what has to come before a change of shared keys and addresses.
    fn confirm_first(&self) -> AnyView {
        let here = Place::Of(self.organization.id.clone(), self.part).path();
        view! {
            <div class="note" id="confirm-first">
                <p>
                    "Shared keys and addresses can be changed for ten minutes after you have shown that it is you. "
                    <a href=format!("/account?next={here}#confirm") rel="external">
                        "Confirm it on your account page"
                    </a>
                    "; you come back from there."
                </p>
            </div>
        }
        .into_any()
    }
}

/// A role in an organization, in a sentence.
const fn role_words(role: OrganizationRole) -> &'static str {
    match role {
        OrganizationRole::Owner => "an owner",
        OrganizationRole::Admin => "an admin",
        OrganizationRole::Member => "a member",
    }
}

/// A role in an organization, by itself.
const fn role_name(role: OrganizationRole) -> &'static str {
    match role {
        OrganizationRole::Owner => "Owner",
        OrganizationRole::Admin => "Admin",
        OrganizationRole::Member => "Member",
    }
}

const fn plan_words(plan: Plan) -> &'static str {
    match plan {
        Plan::Free => {
            "Plan: free. Its keys serve its admins; whoever runs this server can make them serve all members."
        }
        Plan::Premium => "Plan: premium. Its keys serve all its members.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Timestamp;

    /// A part of an organization's page, as it is shown to whom.
    pub(super) fn shown(part: Part, role: OrganizationRole, is_confirmed: bool) -> Shown {
        Shown {
            organization: Organization {
                id: OrganizationId("o1".to_owned()),
                name: "Studio".to_owned(),
                plan: Plan::Premium,
                role,
                created_at: Timestamp(0),
            },
            part,
            made_for: "user-1".to_owned(),
            is_confirmed,
        }
    }

    #[test]
    fn the_audit_is_offered_to_admins_alone() {
        for role in OrganizationRole::ALL {
            let shown = shown(Part::People, role, true);
            let html = shown.page(None, Ok(Box::new(|_| ().into_any())));
            let is_offered = html.contains("href=\"/organizations/o1/audit\"");
            assert_eq!(is_offered, role.is_admin(), "{role:?}");
        }
    }

    #[test]
    fn each_page_has_its_path_and_nothing_else_has() {
        let id = || OrganizationId("o1".to_owned());
        let places = Part::ALL
            .map(|part| Place::Of(id(), part))
            .into_iter()
            .chain([Place::List, Place::Invitation("abc".to_owned())]);
        for place in places {
            assert_eq!(Place::of(&place.path()), Some(place));
        }
        for path in [
            "/organizations/",
            "/organizations/o1/",
            "/organizations/o1/secrets",
            "/invitations/",
            "/invitations/a/b",
            "/settings",
        ] {
            assert_eq!(Place::of(path), None, "{path}");
        }
    }
}
