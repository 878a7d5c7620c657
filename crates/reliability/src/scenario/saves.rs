//! The server is killed while settings are saved, again and again. Every save that was acknowledged
//! has to stand after the next start, with its version.

use crate::{
    Broken,
    database::Kind,
    load::Saver,
    person::Person,
    spans::Spans,
    world::{Excused, World},
};
use tokio::task::JoinSet;

/// Saves until the server is gone.
async fn save_on(mut saver: Saver) -> Result<Saver, Broken> {
    while saver.save().await? {}
    Ok(saver)
}

/// Kills the server so often.
///
/// # Errors
/// What was broken.
pub async fn run(kind: Kind, seed: u64, kills: u64) -> Result<String, Broken> {
    let mut world = World::new(kind, seed).await?;
    let mut server = world.start().await?;
    let mut savers = Vec::new();
    for name in ["ada", "ben"] {
        savers.extend(Saver::all(&Person::sign_up(&world.origin(), name).await?));
    }
    for _ in 0..kills {
        let mut saving = JoinSet::new();
        for saver in savers.drain(..) {
            saving.spawn(save_on(saver));
        }
        tokio::time::sleep(world.random.millis(40, 200)).await;
        server.kill().await?;
        while let Some(saver) = saving.join_next().await {
            savers.push(saver??);
        }
        server = world.start().await?;
        for saver in &mut savers {
            if !saver.compare().await? {
                return Err("a server that said it was ready does not answer".into());
            }
        }
    }
    server.stop().await?;
    let (mut times, mut unanswered) = (Spans::default(), 0);
    for saver in savers {
        times.extend(saver.worked.saves);
        unanswered += saver.worked.unanswered;
    }
    if times.count() == 0 {
        return Err("nothing was ever saved".into());
    }
    world.judge(Excused::default()).await?;
    Ok(format!(
        "{kills} kills, {} saves acknowledged, 0 lost, {unanswered} unanswered; a save {times}; start to ready {}",
        times.count(),
        world.starts
    ))
}
