//! A backup, made while the server runs: the database as it stood at one moment, and the media that it
//! names, whose files never change. The master key is never part of it.

use super::manifest::{DATABASE, FORMAT, Head, MEDIA, Manifest, NAME, Stored, make_empty, sync};
use crate::{clock::Clock, config::Place, private_file, start::Problem};
use std::{
    io::{self, ErrorKind},
    path::Path,
};
use store::{
    Db,
    sealed::{self, Table},
};

/// What a backup does not hold.
const WITHOUT: &str = "This backup does not hold the master key. Keep that elsewhere: without it the stored API keys cannot be read.";
/// How many names are read at once.
const AT_A_TIME: u32 = 500;

/// Makes a backup in an empty folder. `in_bucket` says that media are not in the data folder.
///
/// # Errors
/// [`Problem::Start`]; what is in the folder is no backup then, as it has no manifest.
pub async fn backup(place: &Place, in_bucket: bool, to: &Path) -> Result<Manifest, Problem> {
    let failed = |error: &dyn std::fmt::Display| Problem::start("The backup failed", error);
    super::must_exist(place)?;
    make_empty(to)?;
    let made_at = Clock::default().now();
    let running = Db::open(place.database().as_str())
        .await
        .map_err(|error| Problem::start("The database cannot be opened", &error))?;
    let copy = to.join(DATABASE);
    let is_copied = running
        .copy_to(&copy)
        .await
        .map_err(|error| failed(&error))?;
    // What is named in the copy is what is backed up; on PostgreSQL whatever is named now.
    let db = if is_copied {
        running.close().await;
        let address = format!("sqlite://{}", copy.display());
        Db::open(&address).await.map_err(|error| failed(&error))?
    } else {
        running
    };
    let mut manifest = Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made_at,
        without: WITHOUT.to_owned(),
        master_keys: Vec::new(),
        database: None,
        accounts: store::users::count(&db)
            .await
            .map_err(|error| failed(&error))?,
        // One of an earlier version has none.
        audit: store::audit::verify::head(&db)
            .await
            .ok()
            .map(|(count, hash)| Head {
                count,
                hash: hash.to_string(),
            }),
        media: (!in_bucket).then(Vec::new),
        missing: Vec::new(),
    };
    for table in Table::ALL {
        let kids = sealed::kids(&db, table)
            .await
            .map_err(|error| failed(&error))?;
        manifest
            .master_keys
            .extend(kids.into_iter().map(|kid| kid.kid));
    }
    manifest.master_keys.sort();
    manifest.master_keys.dedup();
    if !in_bucket {
        copy_media(&db, &place.media_dir(), to, &mut manifest).await?;
    }
    db.close().await;
    if is_copied {
        manifest.database = Some(Stored::of(DATABASE, &copy).map_err(|error| failed(&error))?);
    }
    let text = serde_json::to_string_pretty(&manifest).map_err(|error| failed(&error))?;
    sync(to).map_err(|error| failed(&error))?;
    private_file::write(&to.join(NAME), &text).map_err(|error| failed(&error))?;
    Ok(manifest)
}

async fn copy_media(
    db: &Db,
    from: &Path,
    to: &Path,
    manifest: &mut Manifest,
) -> Result<(), Problem> {
    let mut after = String::new();
    loop {
        let names = store::outputs::files_after(db, &after, AT_A_TIME)
            .await
            .map_err(|error| Problem::start("The backup failed", &error))?;
        let Some(last) = names.last() else {
            return Ok(());
        };
        after.clone_from(last);
        for name in names {
            let inside = format!("{MEDIA}/{name}");
            match Stored::copy(&inside, &from.join(&name), to).and_then(|file| named(&name, file)) {
                Ok(file) => manifest.media.get_or_insert_default().push(file),
                // Kept long enough, and removed since the database was copied.
                Err(error) if error.kind() == ErrorKind::NotFound => manifest.missing.push(name),
                Err(error) => {
                    return Err(Problem::start(&format!("The file {name}"), &error));
                }
            }
        }
    }
}

/// A file of media is named by the hash of its content.
fn named(name: &str, file: Stored) -> io::Result<Stored> {
    if name.contains(&file.sha256) {
        return Ok(file);
    }
    Err(io::Error::new(
        ErrorKind::InvalidData,
        "its content is not the one that it is named by",
    ))
}
