//! The database goes away under load and comes back: PostgreSQL crashes and starts again, SQLite's
//! lock is held by somebody else for longer than the server waits. The server lives on.

use super::{back_to, ends, quiet, warm_up};
use crate::{
    Broken,
    database::Kind,
    load::{Load, Saver},
    person::Person,
    spans::Spans,
    world::{ENDS_WITHIN, Excused, World},
};
use std::time::{Duration, Instant};

const OUTAGES: usize = 3;
/// The server waits five seconds for its database.
const LONG: Duration = Duration::from_secs(7);
const BETWEEN: Duration = Duration::from_secs(4);
const RECOVERS_WITHIN: Duration = Duration::from_secs(10);

/// Takes the database away.
///
/// # Errors
/// What was broken.
pub async fn run(kind: Kind, seed: u64) -> Result<String, Broken> {
    let mut world = World::new(kind, seed).await?;
    let mut server = world.start().await?;
    let person = Person::sign_up(&world.origin(), "ada").await?;
    let other = Person::sign_up(&world.origin(), "ben").await?;
    warm_up(&world, &person).await?;
    let before = quiet(&server).await?;
    let load = Load::start(
        &world,
        std::slice::from_ref(&person),
        "load",
        Duration::from_millis(150),
    );
    let mut probe = Saver::all(&other).next().ok_or("no field")?;
    let mut recovered = Spans::default();
    for _ in 0..OUTAGES {
        tokio::time::sleep(BETWEEN).await;
        world.database.clone().outage(LONG).await?;
        let back = Instant::now();
        world.note_touched().await?;
        probe.save_again(RECOVERS_WITHIN).await?;
        recovered.add(back.elapsed());
        if !server.lives() {
            return Err("the server has ended".into());
        }
    }
    let worked = load.stop().await?;
    let person = person.with_own_connections();
    person.ask_again(&world.wishes).await?;
    let ended = world.all_end(ENDS_WITHIN).await?;
    let held = back_to(before, &server).await?;
    server.stop().await?;
    let evidence = world.judge(Excused::default()).await?;
    Ok(format!(
        "{OUTAGES} times {} s away; first save after it {recovered}; {} saves acknowledged, 0 lost, {} requests unanswered; {}; all ended {:.1} s after the load; {held}",
        LONG.as_secs(),
        worked.saves.count(),
        worked.unanswered,
        ends(&evidence),
        ended.as_secs_f64(),
    ))
}
