//! Who works in a project: the role of each, who is invited, and the way out of it. What somebody may
//! not do is not offered, and refused by the use case where it is sent anyway.

mod forms;
mod invited;
mod list;

pub use forms::routes;
pub use invited::answers;

use super::parts::{Outcome, outcome, problem, project_at};
use axum::{extract::Query, http::Uri};
use domain::{
    ApiError, ErrorCode, ProjectId,
    invitation::Invitation,
    project::{Project, ProjectMember, ProjectRole, Right},
};
use leptos::prelude::*;
use serde::Deserialize;
use server::{actor::Actor, app::App, projects};

/// The project whose people are at this path.
#[must_use]
pub fn project_of(path: &str) -> Option<ProjectId> {
    project_at(path, "/people")
}

fn address(project: &ProjectId) -> String {
    format!("/projects/{project}/people")
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    outcome: String,
}

/// What the page shows.
pub async fn page(app: &App, actor: &Actor, project: &ProjectId, uri: &Uri) -> String {
    let asked = Query::<Asked>::try_from_uri(uri).ok();
    let word = asked.map(|asked| asked.0.outcome).unwrap_or_default();
    let found = load(app, actor, project).await;
    super::html(move || match found {
        Ok((shown, people, invited)) => shown.page(forms::words(&word), &people, &invited),
        Err(error) => outside(&error, &word),
    })
}

async fn load(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
) -> Result<(Shown, Vec<ProjectMember>, Vec<Invitation>), ApiError> {
    let shown = Shown::load(app, actor, project).await?;
    let people = projects::people::list(app, actor, project).await?;
    let invited = if shown.may_invite() {
        projects::people::invited(app, actor, project).await?
    } else {
        Vec::new()
    };
    Ok((shown, people, invited))
}

/// The page for those who do not see the project, or see it no more.
fn outside(error: &ApiError, word: &str) -> AnyView {
    let has_left = word == forms::LEFT && error.code == ErrorCode::NotFound;
    let content = if has_left {
        outcome((
            "You have left the project. What you have made in it stays yours, and what it has cost you stays under Usage.",
            true,
        ))
    } else {
        problem(error)
    };
    view! {
        <p class="back">
            <a href="/projects">"← Your projects"</a>
        </p>
        <h1>"People"</h1>
        {content}
    }
    .into_any()
}

/// A project, as its people are shown to whom.
struct Shown {
    project: Project,
    made_for: String,
}

impl Shown {
    async fn load(app: &App, actor: &Actor, project: &ProjectId) -> Result<Self, ApiError> {
        Ok(Self {
            project: projects::get(app, actor, project).await?,
            made_for: actor.user.id.to_string(),
        })
    }

    fn is_owner(&self) -> bool {
        self.project.role.may(Right::Own)
    }

    fn is_personal(&self) -> bool {
        self.project.organization_id.is_none()
    }

    /// Whether who looks may invite, and remove who was invited.
    fn may_invite(&self) -> bool {
        self.is_owner() && self.is_personal()
    }

    /// An address below that of the page.
    fn address(&self, what: &str) -> String {
        format!("{}/{what}", address(&self.project.id))
    }

    fn made_for(&self) -> AnyView {
        view! { <input type="hidden" name="made_for" value=self.made_for.clone()/> }.into_any()
    }

    fn page(
        &self,
        said: Option<Outcome>,
        people: &[ProjectMember],
        invited: &[Invitation],
    ) -> AnyView {
        view! {
            <p class="back">
                <a href=format!("/projects/{}", self.project.id)>
                    {format!("← Back to {}", self.project.name)}
                </a>
            </p>
            <h1>"People"</h1>
            <p class="hint">
                {format!("You are {} of this project. ", role_words(self.project.role))}
                "Owners decide who works in it, editors change it and generate, viewers look at it. Everybody generates with keys of their own or with their organization's, and sees what the project has cost."
            </p>
            {said.map(outcome)}
            {list::view(self, people, invited)}
        }
        .into_any()
    }
}

/// A role in a project, in a sentence.
const fn role_words(role: ProjectRole) -> &'static str {
    match role {
        ProjectRole::Owner => "an owner",
        ProjectRole::Editor => "an editor",
        ProjectRole::Viewer => "a viewer",
    }
}

/// A role in a project, by itself.
const fn role_name(role: ProjectRole) -> &'static str {
    match role {
        ProjectRole::Owner => "Owner",
        ProjectRole::Editor => "Editor",
        ProjectRole::Viewer => "Viewer",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{OrganizationId, Timestamp, UserId};

    fn shown(role: ProjectRole, organization: Option<&str>) -> Shown {
        let organization_id = organization.map(|id| OrganizationId(id.to_owned()));
        Shown {
            project: Project {
                id: ProjectId("p1".to_owned()),
                name: "The <pier>".to_owned(),
                owner_id: UserId("ada".to_owned()),
                organization_id,
                created_at: Timestamp(0),
                updated_at: Timestamp(0),
                role,
            },
            made_for: "ada".to_owned(),
        }
    }

    fn person(name: &str, role: ProjectRole, is_me: bool) -> ProjectMember {
        ProjectMember {
            user_id: UserId(name.to_owned()),
            name: name.to_owned(),
            role,
            is_me,
        }
    }

    fn rendered(role: ProjectRole, organization: Option<&str>, people: &[ProjectMember]) -> String {
        let shown = shown(role, organization);
        crate::served::html(|| shown.page(None, people, &[]))
    }

    fn three(me: &str) -> Vec<ProjectMember> {
        [
            ("ada", ProjectRole::Owner),
            ("bob", ProjectRole::Editor),
            ("eve", ProjectRole::Viewer),
        ]
        .map(|(name, role)| person(name, role, name == me))
        .to_vec()
    }

    #[test]
    fn an_owner_decides_about_everybody_but_themselves() {
        let html = rendered(ProjectRole::Owner, None, &three("ada"));
        for name in ["bob", "eve"] {
            for words in ["Change the role of", "Remove"] {
                assert!(html.contains(&format!("{words} {name}")), "{html}");
            }
        }
        assert!(!html.contains("Remove ada") && !html.contains("the role of ada"));
        assert!(html.contains("Make a link"));
        assert!(!html.contains("Leave the project"));
    }

    #[test]
    fn who_does_not_own_it_sees_the_list_and_may_leave() {
        for (me, role) in [("bob", ProjectRole::Editor), ("eve", ProjectRole::Viewer)] {
            let html = rendered(role, None, &three(me));
            assert!(html.contains(&format!("{me} (you)")), "{html}");
            assert_eq!(html.matches("<form").count(), 1, "{html}");
            assert!(html.contains("Leave the project"));
        }
    }

    #[test]
    fn the_people_of_an_organization_come_and_go_there() {
        let owner = rendered(ProjectRole::Owner, Some("o1"), &three("ada"));
        assert!(owner.contains("Change the role of bob"));
        assert!(owner.contains("/organizations/o1"));
        for role in ProjectRole::ALL {
            let html = rendered(role, Some("o1"), &three("bob"));
            for absent in ["Make a link", "Remove", "Leave the project"] {
                assert!(!html.contains(absent), "{absent} in {html}");
            }
        }
    }

    #[test]
    fn who_is_alone_is_told_so() {
        let alone = [person("ada", ProjectRole::Owner, true)];
        let html = rendered(ProjectRole::Owner, None, &alone);
        assert!(html.contains("You are alone in this project."));
        assert!(!html.contains("<table"));
        assert!(html.contains("The &lt;pier&gt;"));
    }

    #[test]
    fn only_who_is_outside_has_left() {
        let gone = ApiError::not_found("project");
        let has_left = |word| {
            let html = crate::served::html(|| outside(&gone, word));
            html.contains("You have left the project.")
        };
        assert!(has_left("left"));
        assert!(!has_left("removed") && !has_left(""));
        assert_eq!(forms::words("left"), None);
    }

    #[test]
    fn the_address_of_the_people_names_their_project() {
        let pier = ProjectId("p1".to_owned());
        assert_eq!(project_of(&address(&pier)), Some(pier));
        for path in [
            "/projects/p1",
            "/projects//people",
            "/projects/a/b/people",
            "/people",
        ] {
            assert_eq!(project_of(path), None, "{path}");
        }
    }
}
