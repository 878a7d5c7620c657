//! The disk under the data folder is full for a while. No save is acknowledged and lost, the server
//! lives on, and when there is room again everything is taken up without being asked.

use super::{ends, warm_up};
use crate::{
    Broken,
    database::Kind,
    load::Saver,
    person::{Person, Way, Wish},
    world::{ENDS_WITHIN, Excused, World},
};
use std::{
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};

const DISK_MIB: u32 = 48;
/// What is not sent because the disk is full says so; what was sent before is what is tried here.
const MIN_FREE: &str = "1MiB";
const TOLD: &str = "disk is full";
const FULL_FOR: Duration = Duration::from_secs(6);
const RECOVERS_WITHIN: Duration = Duration::from_secs(5);

/// Fills the disk.
///
/// # Errors
/// What was broken.
pub async fn run(kind: Kind, seed: u64) -> Result<String, Broken> {
    let Some(mut world) = World::on_small_disk(kind, seed, DISK_MIB).await? else {
        return Ok("left out: this needs the right to mount a small disk".to_owned());
    };
    let mut server = world
        .start_with(&[("FILM_MIN_FREE_DISK", MIN_FREE)])
        .await?;
    let person = Person::sign_up(&world.origin(), "ada").await?;
    warm_up(&world, &person).await?;
    let mut savers: Vec<Saver> = Saver::all(&person).collect();
    for copy in 0..4 {
        for way in Way::ALL {
            let wish = Wish::new(way, &format!("{seed}-{way:?}-{copy}"));
            person.ask(&world.wishes, &wish).await?;
        }
    }
    let ballast = world.data.join("ballast");
    let full_at = Instant::now();
    let (mut acknowledged, mut failed) = (0, 0);
    while full_at.elapsed() < FULL_FOR {
        // Again and again: what the server gives back is taken, too.
        fill(&ballast)?;
        for saver in &mut savers {
            if saver.save().await? {
                acknowledged += 1;
            } else {
                failed += 1;
                saver.compare().await?;
            }
        }
        world.note_touched().await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    if kind == Kind::Sqlite && failed == 0 {
        return Err("the disk was never full for the database".into());
    }
    if !server.lives() {
        return Err("the server has ended".into());
    }
    std::fs::remove_file(&ballast)?;
    let mut recovered = Duration::ZERO;
    for saver in &mut savers {
        recovered += saver.save_again(RECOVERS_WITHIN).await?;
    }
    person.ask_again(&world.wishes).await?;
    let ended = world.all_end(ENDS_WITHIN).await?;
    for saver in &mut savers {
        saver.compare().await?;
    }
    server.stop().await?;
    let refused = world.failed_with(TOLD).await?;
    let excused = Excused {
        refused: refused.len(),
        ..Excused::default()
    };
    let evidence = world.judge(excused).await?;
    let paid = evidence.ledger.iter().map(|entry| &entry.generation_id);
    if let Some(paid) = paid.into_iter().find(|id| refused.contains(&id.0)) {
        return Err(format!("{paid} was never sent, and stands in the ledger").into());
    }
    Ok(format!(
        "full for {} s: {acknowledged} saves acknowledged, {failed} not, 0 lost; saves again {} ms after there was room; {}; all ended {:.1} s after that",
        FULL_FOR.as_secs(),
        recovered.as_millis(),
        ends(&evidence),
        ended.as_secs_f64(),
    ))
}

/// Writes until there is no room for one more page.
fn fill(ballast: &Path) -> Result<(), Broken> {
    let mut file = std::fs::File::options()
        .create(true)
        .append(true)
        .open(ballast)?;
    for block in [1 << 20, 1 << 12] {
        let block = vec![0_u8; block];
        while file.write_all(&block).is_ok() {}
    }
    Ok(())
}
