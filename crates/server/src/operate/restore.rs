//! A backup brought back into an empty data folder. Every byte is held against the manifest first, and
//! the database comes last: a folder without it is no half of a restored one.

use super::manifest::{DATABASE, FORMAT, Manifest, NAME, Stored, make_empty, sync};
use crate::{config::Place, start::Problem};
use std::path::Path;

/// Brings a backup back into the data folder. On PostgreSQL it is the media alone.
///
/// # Errors
/// [`Problem::Start`] where the backup is not whole or the data folder is not empty; nothing is
/// written then.
pub fn restore(place: &Place, from: &Path) -> Result<Manifest, Problem> {
    let manifest = read(from)?;
    let files: Vec<&Stored> = manifest.media.iter().flatten().collect();
    for file in files.iter().copied().chain(&manifest.database) {
        check(file, from)?;
    }
    if manifest.database.is_some() && place.database_url.is_some() {
        return Err(Problem::Start(
            "This is a backup of an SQLite database; it cannot be restored into PostgreSQL. Leave FILM_DATABASE_URL out.".to_owned(),
        ));
    }
    make_empty(&place.data)?;
    let failed =
        |error: &dyn std::fmt::Display| Problem::start("The backup cannot be restored", error);
    for file in files {
        let path = from.join(&file.name);
        let copied =
            Stored::copy(&file.name, &path, &place.data).map_err(|error| failed(&error))?;
        same(file, &copied)?;
    }
    if let Some(database) = &manifest.database {
        let beside = format!("{DATABASE}.restored");
        let path = from.join(&database.name);
        let copied = Stored::copy(&beside, &path, &place.data).map_err(|error| failed(&error))?;
        same(database, &copied)?;
        sync(&place.data).map_err(|error| failed(&error))?;
        std::fs::rename(place.data.join(beside), place.sqlite_file())
            .map_err(|error| failed(&error))?;
    }
    sync(&place.data).map_err(|error| failed(&error))?;
    Ok(manifest)
}

fn read(from: &Path) -> Result<Manifest, Problem> {
    let path = from.join(NAME);
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Problem::start(&format!("{} cannot be read", path.display()), &error))?;
    let manifest: Manifest = serde_json::from_str(&text)
        .map_err(|error| Problem::start("The manifest cannot be understood", &error))?;
    if manifest.format == FORMAT {
        return Ok(manifest);
    }
    Err(Problem::Start(format!(
        "The backup has the format {}, which this version does not know.",
        manifest.format
    )))
}

fn check(file: &Stored, from: &Path) -> Result<(), Problem> {
    if !file.is_inside() {
        return Err(Problem::Start(
            "The manifest names a file outside of the backup.".to_owned(),
        ));
    }
    let found = Stored::of(&file.name, &from.join(&file.name))
        .map_err(|error| Problem::start(&format!("The file {}", file.name), &error))?;
    same(file, &found)
}

fn same(wanted: &Stored, found: &Stored) -> Result<(), Problem> {
    if (wanted.bytes, &wanted.sha256) == (found.bytes, &found.sha256) {
        return Ok(());
    }
    Err(Problem::Start(format!(
        "The file {} is not as it was backed up.",
        wanted.name
    )))
}
