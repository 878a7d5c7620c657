//! A backup is made while people save and generate. Restored into an empty folder, a server starts on
//! it and shows all that was acknowledged before the backup: settings, media, keys that work. What
//! was in flight at the backup comes to its end.

use crate::{
    Broken,
    database::Kind,
    load::Saver,
    person::{Person, Way, Wish},
    program,
    spans::Spans,
    world::{ENDS_WITHIN, World},
};
use std::{collections::BTreeMap, time::Instant};
use store::test_support::tables;
use tokio::task::JoinSet;

/// How often each field is saved before the backup.
const SAVES: usize = 20;

/// Backs up, takes everything away, restores.
///
/// # Errors
/// What was broken.
pub async fn run(kind: Kind, seed: u64) -> Result<String, Broken> {
    if kind == Kind::Postgres {
        return Ok("PostgreSQL has its own tools; nothing was tried".to_owned());
    }
    let mut world = World::new(kind, seed).await?;
    let server = world.start().await?;
    let (ada, ben) = (
        Person::sign_up(&world.origin(), "ada").await?,
        Person::sign_up(&world.origin(), "ben").await?,
    );
    let mut savers: Vec<Saver> = Saver::all(&ada).collect();
    for saver in &mut savers {
        for _ in 0..SAVES {
            saver.save().await?;
        }
    }
    for number in 0..4 {
        for way in Way::ALL {
            let wish = Wish::new(way, &format!("{seed}-before-{way:?}-{number}"));
            ada.ask(&world.wishes, &wish).await?;
        }
    }
    world.all_end(ENDS_WITHIN).await?;
    let before = generations(&world).await?;

    // Others go on meanwhile.
    let mut load = JoinSet::new();
    for mut saver in Saver::all(&ben) {
        load.spawn(async move { while saver.save().await.is_ok_and(|done| done) {} });
    }
    for number in 0..12 {
        let way = Way::ALL[number % Way::ALL.len()];
        let wish = Wish::new(way, &format!("{seed}-during-{number}"));
        ben.ask(&world.wishes, &wish).await?;
    }
    let to = world.folder().join("backup");
    let began = Instant::now();
    let data = world.data.display().to_string();
    let arguments = ["backup", "--data", &data, "--to", &to.display().to_string()];
    program::output(&arguments).await?;
    let took = began.elapsed();
    server.kill().await?;
    load.shutdown().await;

    // The folder is gone; a new one takes its place.
    std::fs::rename(&world.data, world.folder().join("lost"))?;
    let arguments = [
        "restore",
        "--data",
        &data,
        "--from",
        &to.display().to_string(),
    ];
    program::output(&arguments).await?;
    let damage = {
        let db = world.database.open().await?;
        let damage = tables::damage(&db).await?;
        db.close().await;
        damage
    };
    world.nothing(&damage)?;
    let server = world.start().await?;
    for saver in &mut savers {
        if !saver.compare().await? {
            return Err("the restored server does not answer".into());
        }
    }
    world.all_end(ENDS_WITHIN).await?;
    let after = generations(&world).await?;
    let mut wrong: Vec<String> = before
        .iter()
        .filter(|(id, status)| after.get(*id) != Some(status))
        .map(|(id, status)| format!("{id} was {status} before the backup"))
        .collect();
    wrong.extend(missing(&world).await?);
    world.nothing(&wrong)?;
    let wish = Wish::new(Way::Text, &format!("{seed}-after"));
    ada.ask(&world.wishes, &wish).await?;
    world.all_end(ENDS_WITHIN).await?;
    let last = generations(&world).await?;
    if last.len() != after.len() + 1
        || last.values().filter(|one| *one == "succeeded").count() <= before.len()
    {
        return Err("the restored keys do not work".into());
    }
    server.stop().await?;
    let mut saves = Spans::default();
    for saver in savers {
        saves.extend(saver.worked.saves);
    }
    Ok(format!(
        "{} saves and {} generations from before the backup, 0 lost; {} in all in the restored database; the backup took {:.1} s",
        saves.count(),
        before.len(),
        last.len(),
        took.as_secs_f64()
    ))
}

async fn generations(world: &World) -> Result<BTreeMap<String, String>, Broken> {
    let db = world.database.open().await?;
    let rows = tables::generations(&db).await?;
    db.close().await;
    let rows = rows.into_iter();
    Ok(rows
        .map(|row| (row.id.0, row.status.as_str().to_owned()))
        .collect())
}

/// Files that the database names and that are not there.
async fn missing(world: &World) -> Result<Vec<String>, Broken> {
    let db = world.database.open().await?;
    let files = tables::files(&db).await?;
    db.close().await;
    let media = world.data.join("media");
    let gone = files.into_iter().filter(|file| !media.join(file).exists());
    Ok(gone.map(|file| format!("{file} is not there")).collect())
}
