//! The operator's own Claude installation: off unless it is switched on, and then a program that is
//! there.

use super::ConfigError;
use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// Where the program is and how it finds its login.
#[derive(Clone, PartialEq, Eq)]
pub struct ClaudeCli {
    /// The program.
    pub program: PathBuf,
    /// Variables for the program alone.
    pub login: Vec<(String, String)>,
}

impl std::fmt::Debug for ClaudeCli {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClaudeCli")
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

/// A token that stands for a login, made by the program itself.
const TOKEN: &str = "CLAUDE_CODE_OAUTH_TOKEN";
/// The folder in which the program keeps its login.
const FOLDER: &str = "CLAUDE_CONFIG_DIR";

impl ClaudeCli {
    pub(super) fn read(
        switch: &str,
        path: Option<&str>,
        lookup: &impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, ConfigError> {
        match switch {
            "off" => return Ok(None),
            "on" => {}
            _ => return Err(ConfigError::new("FILM_CLAUDE_CLI", "must be on or off")),
        }
        let home = lookup("HOME");
        let program = match path {
            Some(path) => Some(PathBuf::from(path)).filter(|file| is_program(file)),
            None => places(lookup, home.as_deref())
                .into_iter()
                .find(|file| is_program(file)),
        };
        let program = program.ok_or_else(|| {
            ConfigError::new(
                "FILM_CLAUDE_CLI_PATH",
                "must name the claude program, because FILM_CLAUDE_CLI is on and none was found",
            )
        })?;
        // The API key of the environment is left out on purpose: the program would prefer it to
        // the operator's own login.
        let folder = lookup(FOLDER).or_else(|| Some(format!("{}/.claude", home?)));
        let login = match (lookup(TOKEN), folder) {
            (Some(token), _) => vec![(TOKEN.to_owned(), token)],
            (None, Some(folder)) => vec![(FOLDER.to_owned(), folder)],
            (None, None) => Vec::new(),
        };
        Ok(Some(Self { program, login }))
    }
}

fn is_program(file: &Path) -> bool {
    file.is_absolute()
        && file
            .metadata()
            .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// Where an installation puts the program (Claude Code docs).
fn places(lookup: &impl Fn(&str) -> Option<String>, home: Option<&str>) -> Vec<PathBuf> {
    let path = lookup("PATH");
    let on_path = path
        .iter()
        .flat_map(std::env::split_paths)
        .map(|folder| folder.join("claude"));
    let at_home = [".local/bin", ".npm-global/bin", ".claude/local"]
        .iter()
        .filter_map(|folder| Some(Path::new(home?).join(folder).join("claude")));
    on_path.chain(at_home).collect()
}
