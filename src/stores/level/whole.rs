//! Many fields of a level at once, beside the machines of the single ones.

use super::LevelStore;
use crate::{
    browser::save,
    server_fns::{FnError, settings::SettingsPatch},
};
use domain::settings::Change;
use leptos::prelude::*;

impl LevelStore {
    /// Sets all of these fields or none, and shows what stands there then.
    ///
    /// # Errors
    /// Why nothing was set; a conflict where a field has changed since its change was made.
    pub async fn set_all(self, changes: Vec<Change>) -> Result<(), FnError> {
        let project = self.project();
        save::call(&SettingsPatch { project, changes }).await?;
        self.reload();
        self.stored.update(|count| *count += 1);
        Ok(())
    }
}
