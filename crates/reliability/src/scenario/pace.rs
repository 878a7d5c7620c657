//! How fast jobs go through: how many a second, how long a claim takes while the queue is long, and
//! how long it is from a provider's answer until whoever listens is told.

use crate::{
    Broken,
    database::Kind,
    person::{Person, Way, Wish},
    spans::Spans,
    world::{ENDS_WITHIN, Excused, World},
};
use domain::{GenerationId, Timestamp};
use serde_json::json;
use std::time::{Duration, Instant};
use store::{jobs, test_support::tables};
use tokio::task::JoinSet;

const MEASURED_FOR: Duration = Duration::from_secs(10);
const QUEUED: i64 = 100_000;
const CLAIMS: usize = 500;
const TOLD: usize = 30;
/// How long the provider works on each that somebody listens for.
const WORKS: Duration = Duration::from_millis(300);

/// Measures.
///
/// # Errors
/// Something did not work.
pub async fn run(kind: Kind, seed: u64) -> Result<String, Broken> {
    let mut world = World::new(kind, seed).await?;
    let server = world.start().await?;
    let person = Person::sign_up(&world.origin(), "ada").await?;
    super::warm_up(&world, &person).await?;
    let told = told(&world, &person).await?;
    let alone = a_second(&world, &person, 1).await?;
    let crowd = a_second(&world, &person, 64).await?;
    world.all_end(ENDS_WITHIN).await?;
    server.stop().await?;
    let evidence = world.judge(Excused::default()).await?;

    let one = &evidence.generations.first().ok_or("no generation")?.id;
    let short = claims(&world, one, 1_000).await?;
    let long = claims(&world, one, QUEUED).await?;
    Ok(format!(
        "{alone:.1} jobs/s one at a time, {crowd:.1} jobs/s with 64 at a time; a claim with 1000 queued {short}, with {QUEUED} queued {long}; from the provider's answer until a listener is told {told}"
    ))
}

/// Texts that are asked for and followed to their end, by so many at a time.
async fn a_second(world: &World, person: &Person, number: usize) -> Result<f64, Broken> {
    let began = Instant::now();
    let mut working = JoinSet::new();
    for one in 0..number {
        let (person, wishes) = (person.with_own_connections(), world.wishes.clone());
        let name = format!("{}-{number}-{one}", world.seed);
        working.spawn(async move {
            let mut done = 0_u32;
            while began.elapsed() < MEASURED_FOR {
                let wish = Wish::new(Way::Text, &format!("{name}-{done}"));
                person.ask(&wishes, &wish).await?;
                let id = wishes.look().acknowledged.get(&wish.key).cloned();
                person.follow(&id.ok_or("it was not acknowledged")?).await?;
                done += 1;
            }
            Ok::<_, Broken>(done)
        });
    }
    let mut all = 0;
    while let Some(done) = working.join_next().await {
        all += done??;
        world.sandbox.read_journal().await?;
    }
    Ok(f64::from(all) / began.elapsed().as_secs_f64())
}

async fn told(world: &World, person: &Person) -> Result<Spans, Broken> {
    let mut spans = Spans::default();
    let millis = u64::try_from(WORKS.as_millis())?;
    for copy in 0..TOLD {
        let fault = json!({ "path": Way::Text.path(), "delay_ms": millis, "times": 1 });
        world.sandbox.fault(&fault).await?;
        let before = world.sandbox.requests().await?;
        let wish = Wish::new(Way::Text, &format!("{}-told-{copy}", world.seed));
        person.ask(&world.wishes, &wish).await?;
        let id = world.wishes.look().acknowledged.get(&wish.key).cloned();
        let id = id.ok_or("it was not acknowledged")?;
        let listener = person.with_own_connections();
        let listening = tokio::spawn(async move {
            listener.follow(&id).await?;
            Ok::<_, Broken>(Instant::now())
        });
        while world.sandbox.requests().await? == before {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let answers = Instant::now() + WORKS;
        spans.add(listening.await??.saturating_duration_since(answers));
    }
    Ok(spans)
}

/// Claims from a queue of so many; the server does not run.
async fn claims(world: &World, like: &GenerationId, queued: i64) -> Result<Spans, Broken> {
    let db = world.database.open().await?;
    let made = tables::lengthen_queue(&db, like, queued, Timestamp(0)).await?;
    if i64::try_from(made)? < queued {
        return Err(format!("only {made} were put into the queue").into());
    }
    let mut spans = Spans::default();
    for _ in 0..CLAIMS {
        let began = Instant::now();
        let job = jobs::claim(&db, "pace", Timestamp(1), Timestamp(i64::MAX / 2)).await?;
        spans.add(began.elapsed());
        job.ok_or("the queue was empty")?;
    }
    tables::empty_queue(&db).await?;
    db.close().await;
    Ok(spans)
}
