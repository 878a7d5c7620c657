//! The server is killed while generations run, again and again. Each comes to its end, none is paid
//! twice, and only those that were being sent when it died are unknown.

use super::{back_to, ends, quiet, warm_up};
use crate::{
    Broken,
    database::Kind,
    person::{Person, Way, Wish},
    world::{ENDS_WITHIN, Excused, World},
};
use std::time::{Duration, Instant};

/// Kills the server so often.
///
/// # Errors
/// What was broken.
pub async fn run(kind: Kind, seed: u64, kills: u64) -> Result<String, Broken> {
    let mut world = World::new(kind, seed).await?;
    let mut server = world.start().await?;
    let person = Person::sign_up(&world.origin(), "ada").await?;
    warm_up(&world, &person).await?;
    let mut number = 0;
    for _ in 0..kills {
        let life = world.random.millis(20, 900);
        let until = Instant::now() + life;
        let asking = async {
            person.ask_again(&world.wishes).await.ok();
            while Instant::now() < until {
                number += 1;
                let way = Way::ALL[usize::try_from(number % 3).unwrap_or(0)];
                let wish = Wish::new(way, &format!("{seed}-{number}"));
                if !person.ask(&world.wishes, &wish).await? {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(120)).await;
            }
            Ok::<(), Broken>(())
        };
        // A request that is on its way at the kill stays open and is sent again.
        if let Ok(refused) = tokio::time::timeout(life, asking).await {
            refused?;
        }
        server.kill().await?;
        world.note_cut_off().await?;
        world.sandbox.read_journal().await?;
        server = world.start().await?;
    }
    let person = person.with_own_connections();
    person.ask_again(&world.wishes).await?;
    let ended = world.all_end(ENDS_WITHIN).await?;
    let before = quiet(&server).await?;
    let number = world.random.between(1000, 2000);
    for copy in 0..12 {
        let wish = Wish::new(Way::ALL[copy % 3], &format!("{seed}-last-{number}-{copy}"));
        person.ask(&world.wishes, &wish).await?;
    }
    world.all_end(ENDS_WITHIN).await?;
    let held = back_to(before, &server).await?;
    if person.reserved().await? != 0 {
        return Err("a budget still holds something back".into());
    }
    server.stop().await?;
    let evidence = world.judge(Excused::default()).await?;
    Ok(format!(
        "{kills} kills, {}; {} cut off while being sent; all ended {:.1} s after the last start; {held}; start to ready {}",
        ends(&evidence),
        world.cut_off(),
        ended.as_secs_f64(),
        world.starts
    ))
}
