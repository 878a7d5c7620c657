//! What a page is made of, loaded once per request and handed to the browser with it, so that the
//! first render needs no further call. It must never hold a secret.

use domain::{
    ApiError, Map, Operation, ProjectId, ProviderId, account::Me, catalog::Catalog,
    generation::Generation, project::Project, reach::ProjectReach, resolution::Resolution,
    settings::SettingsView,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What each operation comes to now: who would generate, or why nobody can.
pub type Glances = Map<Operation, Result<Resolution, ApiError>>;

/// All that a page starts with. What its route does not need is `None` and is fetched when a
/// person goes where it is needed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Seed {
    /// Who is signed in.
    pub me: Option<Me>,
    /// The day on the server, `YYYY-MM-DD`, by which prices are chosen.
    pub today: String,
    /// Whether the providers are simulated.
    pub sandbox: bool,
    /// What is on offer; empty for those who are not signed in.
    #[serde(with = "shared")]
    pub catalog: Arc<Catalog>,
    /// Whose newest list of models waits for the person's consent.
    #[serde(default)]
    pub waiting: Vec<ProviderId>,
    /// The person's settings.
    pub settings: Option<LevelSeed>,
    /// The person's projects.
    pub projects: Option<Vec<Project>>,
    /// The project that the page is about.
    pub project: Option<ProjectSeed>,
}

/// The settings of one level, and what the operations come to with them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LevelSeed {
    /// What the level says.
    pub view: SettingsView,
    /// What each operation comes to.
    pub glances: Glances,
    /// The person's projects with what is set in them; empty for a project's settings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<ProjectReach>,
    /// The variables by which the server provides something for the person; empty for a project's
    /// settings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<String>,
}

/// All that a project's page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProjectSeed {
    /// The project.
    pub project: Project,
    /// Its settings.
    pub level: LevelSeed,
    /// What was made in it, newest first.
    pub generations: Vec<Generation>,
}

/// What a route needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Needs {
    /// Nothing of a person.
    Nothing,
    /// The list of projects.
    Projects,
    /// The person's settings.
    Settings,
    /// A project, with the person's settings for the dialog.
    Project(ProjectId),
}

impl Needs {
    /// What the page at this path needs.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        match (parts.next(), parts.next()) {
            // The server alone fills these.
            (Some("projects"), Some(_)) if matches!(parts.next(), Some("plan" | "people")) => {
                Self::Nothing
            }
            (Some("projects"), Some(id)) => Self::Project(ProjectId(id.to_owned())),
            (Some("projects") | None, None) => Self::Projects,
            (Some("settings"), None) => Self::Settings,
            _ => Self::Nothing,
        }
    }
}

mod shared {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::sync::Arc;

    pub fn serialize<T: Serialize, S: Serializer>(
        value: &Arc<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        T::serialize(value, serializer)
    }

    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Arc<T>, D::Error> {
        T::deserialize(deserializer).map(Arc::new)
    }
}

#[cfg(feature = "ssr")]
pub use load::{generations, level, load, project};

#[cfg(feature = "ssr")]
mod load {
    use super::{LevelSeed, Needs, ProjectSeed, Seed};
    use domain::{ApiError, ProjectId, generation::Generation};
    use server::{actor::Actor, app::App, config::ProviderMode};

    /// How many generations a page shows.
    const SHOWN: u32 = 100;

    /// Loads what the page at this path needs. A part that cannot be loaded is left out: the page
    /// asks for it again and shows the error in its place.
    pub async fn load(app: &App, actor: Option<&Actor>, path: &str) -> Seed {
        let mut seed = Seed {
            today: app.clock.today(),
            sandbox: app.config.providers != ProviderMode::Live,
            ..Seed::default()
        };
        let Some(actor) = actor else {
            return seed;
        };
        seed.me = server::auth::me(app, actor).await.ok();
        seed.catalog = app
            .catalog_for(actor)
            .await
            .unwrap_or_else(|_| app.catalog());
        seed.waiting = server::models::waiting(app, actor)
            .await
            .unwrap_or_default();
        match Needs::of(path) {
            Needs::Nothing => {}
            Needs::Projects => seed.projects = server::projects::list(app, actor).await.ok(),
            Needs::Settings => seed.settings = level(app, actor, None).await.ok(),
            Needs::Project(id) => {
                seed.project = project(app, actor, &id).await.ok();
                seed.settings = level(app, actor, None).await.ok();
            }
        }
        seed
    }

    /// The settings of the person, or of a project.
    pub async fn level(
        app: &App,
        actor: &Actor,
        project: Option<&ProjectId>,
    ) -> Result<LevelSeed, ApiError> {
        let view = match project {
            Some(project) => server::settings::project_view(app, actor, project).await?,
            None => server::settings::view(app, actor).await?,
        };
        let glances = server::resolve::all(app, actor, project).await?;
        let (projects, variables) = match project {
            Some(_) => Default::default(),
            None => (
                server::reach::projects(app, actor).await?,
                server::reach::variables(app, actor),
            ),
        };
        Ok(LevelSeed {
            view,
            glances,
            projects,
            variables: variables.into_iter().map(str::to_owned).collect(),
        })
    }

    /// All that a project's page shows.
    pub async fn project(
        app: &App,
        actor: &Actor,
        id: &ProjectId,
    ) -> Result<ProjectSeed, ApiError> {
        Ok(ProjectSeed {
            project: server::projects::get(app, actor, id).await?,
            level: level(app, actor, Some(id)).await?,
            generations: generations(app, actor, Some(id)).await?,
        })
    }

    /// The newest generations of a project, or of the person.
    pub async fn generations(
        app: &App,
        actor: &Actor,
        project: Option<&ProjectId>,
    ) -> Result<Vec<Generation>, ApiError> {
        let newest = server::page::Wanted::first(SHOWN);
        let page = server::generation::list(app, actor, project, &newest).await?;
        Ok(page.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_given_what_it_shows() {
        let project = |id: &str| Needs::Project(ProjectId(id.to_owned()));
        for (path, needs) in [
            ("/", Needs::Projects),
            ("/projects", Needs::Projects),
            ("/projects/", Needs::Projects),
            ("/projects/p1", project("p1")),
            ("/projects/p1/settings", project("p1")),
            ("/projects/p1/plan", Needs::Nothing),
            ("/projects/p1/people", Needs::Nothing),
            ("/settings", Needs::Settings),
            ("/usage", Needs::Nothing),
            ("/sign-in", Needs::Nothing),
            ("/nowhere", Needs::Nothing),
        ] {
            assert_eq!(Needs::of(path), needs, "{path}");
        }
    }

    #[test]
    fn a_seed_survives_the_way_to_the_browser() {
        let seed = Seed {
            today: "2026-11-22".to_owned(),
            sandbox: true,
            settings: Some(LevelSeed {
                view: SettingsView::from_fields(&Map::new()),
                glances: Glances::from([(Operation::Tts, Err(ApiError::not_found("thing")))]),
                ..LevelSeed::default()
            }),
            ..Seed::default()
        };
        let json = serde_json::to_string(&seed).unwrap();
        let back: Seed = serde_json::from_str(&json).unwrap();
        assert_eq!(back.settings, seed.settings);
        assert!(back.sandbox);
    }
}
