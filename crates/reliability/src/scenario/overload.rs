//! Ten times as much is asked for as the server can do. It answers everybody with a yes or with a
//! no that says when to come back, stays within its memory, and is what it was when it is over.

use super::{back_to, ends, quiet, warm_up};
use crate::{
    Broken,
    database::Kind,
    person::{Person, Way, Wish},
    spans::Spans,
    world::{Excused, World},
};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How many ask at the same time: what the server does at once, and ten times that.
const ORDINARY: usize = 8;
const TIMES: usize = 10;
const ORDINARY_FOR: Duration = Duration::from_secs(8);
/// The queue may be long at the end.
const DRAINS_WITHIN: Duration = Duration::from_secs(900);
const MEMORY: u64 = 400 << 20;

/// What those who asked in a crowd got.
#[derive(Default)]
struct Crowd {
    yes: Spans,
    no: usize,
}

/// Overloads the server for so long.
///
/// # Errors
/// What was broken.
pub async fn run(kind: Kind, seed: u64, long: Duration) -> Result<String, Broken> {
    let mut world = World::new(kind, seed).await?;
    let server = world.start().await?;
    let person = Person::sign_up(&world.origin(), "ada").await?;
    let reader = Person::sign_up(&world.origin(), "ben").await?;
    warm_up(&world, &person).await?;
    let before = quiet(&server).await?;
    let ordinary = crowd(&world, &person, "ordinary", ORDINARY, ORDINARY_FOR).await?;
    world.all_end(DRAINS_WITHIN).await?;
    let calm = reads(&reader, Duration::from_secs(2)).await?;

    let overloaded = Instant::now();
    let (crowd, read) = tokio::try_join!(
        crowd(&world, &person, "crowd", ORDINARY * TIMES, long),
        reads(&reader, long),
    )?;
    let most = server.holds()?;
    if most.memory > MEMORY {
        return Err(format!("the overloaded server held {most}").into());
    }
    let lasted = overloaded.elapsed();
    let recovery = Instant::now();
    while reads(&reader, Duration::from_millis(500)).await?.at(500) > calm.at(990) * 2 {
        if recovery.elapsed() > Duration::from_secs(30) {
            return Err("reading is still slow 30 s after the overload".into());
        }
    }
    let recovered = recovery.elapsed();
    person.ask_again(&world.wishes).await?;
    let drained = world.all_end(DRAINS_WITHIN).await?;
    let held = back_to(before, &server).await?;
    server.stop().await?;
    let evidence = world.judge(Excused::default()).await?;
    Ok(format!(
        "{ORDINARY} at a time: a wish {}; {} at a time for {:.0} s: a wish {}, {} refused; another person's read in calm {calm}, meanwhile {read}, as before after {:.1} s; held {most} at the end; queue empty after {:.1} s; {}; {held}",
        ordinary.yes,
        ORDINARY * TIMES,
        lasted.as_secs_f64(),
        crowd.yes,
        crowd.no,
        recovered.as_secs_f64(),
        drained.as_secs_f64(),
        ends(&evidence),
    ))
}

async fn crowd(
    world: &World,
    person: &Person,
    name: &str,
    number: usize,
    long: Duration,
) -> Result<Crowd, Broken> {
    let until = Instant::now() + long;
    let mut asking = JoinSet::new();
    for one in 0..number {
        let (person, wishes) = (person.with_own_connections(), world.wishes.clone());
        let name = format!("{}-{name}-{one}", world.seed);
        asking.spawn(async move {
            let mut got = Crowd::default();
            let mut copy = 0;
            while Instant::now() < until {
                copy += 1;
                let wish = Wish::new(Way::Text, &format!("{name}-{copy}"));
                let began = Instant::now();
                if person.ask(&wishes, &wish).await? {
                    got.yes.add(began.elapsed());
                } else {
                    got.no += 1;
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
            Ok::<_, Broken>(got)
        });
    }
    let mut all = Crowd::default();
    let mut journal = tokio::time::interval(Duration::from_secs(2));
    loop {
        tokio::select! {
            _ = journal.tick() => world.sandbox.read_journal().await?,
            got = asking.join_next() => match got {
                None => return Ok(all),
                Some(got) => {
                    let got = got??;
                    all.yes.extend(got.yes);
                    all.no += got.no;
                }
            }
        }
    }
}

/// Reads as somebody who asks for nothing.
async fn reads(person: &Person, long: Duration) -> Result<Spans, Broken> {
    let until = Instant::now() + long;
    let mut spans = Spans::default();
    while Instant::now() < until {
        let began = Instant::now();
        person.settings().await?;
        spans.add(began.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(spans)
}
