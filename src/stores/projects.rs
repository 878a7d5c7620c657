//! The person's projects, and the settings of those that were opened.

use super::{Generations, LevelStore, Shared};
use crate::{
    browser::task,
    seed::ProjectSeed,
    server_fns::{
        FnError,
        projects::{project_create, project_delete, project_list, project_open, project_rename},
    },
    words::Summary,
};
use domain::{Map, ProjectId, project::Project};
use leptos::prelude::*;

/// The projects. Cheap to copy; it must live at the root.
#[derive(Clone, Copy)]
pub struct Projects {
    /// All projects, where they are loaded.
    pub list: RwSignal<Option<Vec<Project>>>,
    /// Why something with projects did not work.
    pub problem: RwSignal<Option<FnError>>,
    /// The opened ones.
    opened: RwSignal<Map<ProjectId, (Project, LevelStore)>>,
    owner: StoredValue<Owner>,
    generations: Generations,
    shared: Shared,
}

impl Projects {
    /// The projects that the page came with.
    #[must_use]
    pub fn new(
        list: Option<Vec<Project>>,
        open: Option<ProjectSeed>,
        generations: Generations,
        shared: Shared,
    ) -> Self {
        let projects = Self {
            list: RwSignal::new(list),
            problem: RwSignal::new(None),
            opened: RwSignal::new(Map::default()),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
            generations,
            shared,
        };
        if let Some(seed) = open {
            projects.accept(seed);
        }
        projects
    }

    fn accept(self, seed: ProjectSeed) {
        let ProjectSeed {
            project,
            level: seed,
            generations,
        } = seed;
        self.generations.merge(generations);
        let known = self
            .opened
            .with_untracked(|opened| opened.get(&project.id).map(|(_, level)| *level));
        let level = match known {
            Some(level) => {
                level.accept(seed);
                level
            }
            None => self
                .owner
                .get_value()
                .with(|| LevelStore::new(Some(project.id.clone()), Some(seed), self.shared)),
        };
        self.opened.update(|opened| {
            opened.insert(project.id.clone(), (project, level));
        });
    }

    /// An opened project with its settings.
    #[must_use]
    pub fn opened(self, id: &ProjectId) -> Option<(Project, LevelStore)> {
        self.opened.with(|opened| opened.get(id).cloned())
    }

    /// An opened project with its settings, without following it.
    #[must_use]
    pub fn opened_untracked(self, id: &ProjectId) -> Option<(Project, LevelStore)> {
        self.opened.with_untracked(|opened| opened.get(id).cloned())
    }

    /// Opens a project where the page did not bring it.
    pub fn ensure_opened(self, id: ProjectId) {
        self.problem.set(None);
        if self
            .opened
            .with_untracked(|opened| opened.get(&id).is_some())
        {
            return;
        }
        task::spawn(async move {
            match project_open(id).await {
                Ok(seed) => {
                    self.accept(seed);
                    self.generations.follow();
                }
                Err(error) => self.problem.set(Some(error)),
            }
        });
    }

    /// Loads the list where the page did not bring it.
    pub fn ensure_listed(self) {
        self.problem.set(None);
        if self.list.with_untracked(Option::is_some) {
            return;
        }
        task::spawn(async move {
            match project_list().await {
                Ok(list) => self.list.set(Some(list)),
                Err(error) => self.problem.set(Some(error)),
            }
        });
    }

    /// Makes a project and calls back with it.
    pub fn create(self, name: String, done: impl Fn(Result<Project, FnError>) + 'static) {
        task::spawn(async move {
            let answer = project_create(name).await;
            if let Ok(project) = &answer {
                self.list.update(|list| {
                    if let Some(list) = list {
                        list.insert(0, project.clone());
                    }
                });
            }
            done(answer);
        });
    }

    /// Gives a project another name and calls back.
    pub fn rename(self, id: ProjectId, name: String, done: impl Fn(Result<(), FnError>) + 'static) {
        task::spawn(async move {
            done(project_rename(id, name).await.map(|renamed| {
                self.opened.update(|opened| {
                    if let Some((_, level)) = opened.get(&renamed.id) {
                        let level = *level;
                        opened.insert(renamed.id.clone(), (renamed.clone(), level));
                    }
                });
                self.list.update(|list| {
                    for project in list.iter_mut().flatten() {
                        if project.id == renamed.id {
                            *project = renamed.clone();
                        }
                    }
                });
            }));
        });
    }

    /// Deletes a project and calls back.
    pub fn delete(self, id: ProjectId, done: impl Fn(Result<(), FnError>) + 'static) {
        task::spawn(async move {
            done(project_delete(id.clone()).await.map(|()| {
                self.list.update(|list| {
                    if let Some(list) = list {
                        list.retain(|project| project.id != id);
                    }
                });
                self.generations.forget_project(&id);
            }));
        });
    }

    fn levels(self) -> Vec<LevelStore> {
        self.opened
            .try_with_untracked(|opened| opened.iter().map(|(_, (_, level))| *level).collect())
            .unwrap_or_default()
    }

    /// Asks for the settings of opened projects as they are now.
    pub fn reload(self) {
        for level in self.levels() {
            level.reload();
        }
    }

    /// Sends every edit of a project's settings that waits for its pause.
    pub fn flush(self) {
        for level in self.levels() {
            level.flush();
        }
    }

    /// The settings of a project, opened where it was not.
    ///
    /// # Errors
    /// It could not be opened.
    pub async fn loaded(self, id: &ProjectId) -> Result<LevelStore, FnError> {
        if self.opened_untracked(id).is_none() {
            self.accept(project_open(id.clone()).await?);
        }
        let (_, level) = self.opened_untracked(id).ok_or(FnError::Unreachable)?;
        Ok(level)
    }

    /// The worst state of all saves of projects' settings.
    #[must_use]
    pub fn summary_untracked(self) -> Summary {
        self.levels()
            .into_iter()
            .map(|level| level.summary.get_untracked())
            .max()
            .unwrap_or_default()
    }

    /// Asks again what the operations of opened projects come to.
    pub fn refresh(self) {
        for level in self.levels() {
            level.refresh();
        }
    }
}
