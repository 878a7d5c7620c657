//! People work while one thing after the other breaks, by a schedule that its seed decides. In the
//! first half servers are killed, stopped and frozen; in the second half one server lives through
//! everything else, and has to hold no more at the end than at its beginning.

use super::{back_to, ends, quiet, warm_up};
use crate::{
    Broken,
    database::Kind,
    load::Load,
    person::{Person, Way},
    program::Program,
    world::{ENDS_WITHIN, Excused, World},
};
use serde_json::json;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Something that breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Kill,
    Stop,
    Freeze,
    Database,
    Slow,
    LostAnswer,
    PollsFail,
    FilesBreakOff,
}

const FOR_SERVERS: [Fault; 3] = [Fault::Kill, Fault::Stop, Fault::Freeze];
const FOR_ALL: [Fault; 5] = [
    Fault::Database,
    Fault::Slow,
    Fault::LostAnswer,
    Fault::PollsFail,
    Fault::FilesBreakOff,
];

/// Breaks things for so long.
///
/// # Errors
/// What was broken.
pub async fn run(kind: Kind, seed: u64, long: Duration) -> Result<String, Broken> {
    let mut world = World::new(kind, seed).await?;
    let mut server = world.start().await?;
    let people = [
        Person::sign_up(&world.origin(), "ada").await?,
        Person::sign_up(&world.origin(), "ben").await?,
    ];
    let mut faults = Faults::default();
    let load = Load::start(&world, &people, "first", Duration::from_millis(300));
    let both: Vec<Fault> = FOR_SERVERS.into_iter().chain(FOR_ALL).collect();
    server = faults.rage(&mut world, server, &both, long / 2).await?;
    let mut worked = load.stop().await?;
    rest(&world, &people[0]).await?;
    warm_up(&world, &people[0]).await?;
    let before = quiet(&server).await?;

    let load = Load::start(&world, &people, "second", Duration::from_millis(300));
    server = faults.rage(&mut world, server, &FOR_ALL, long / 2).await?;
    worked.add(load.stop().await?);
    let ended = rest(&world, &people[0]).await?;
    let held = back_to(before, &server).await?;
    server.stop().await?;
    let excused = Excused {
        lost_answers: faults.lost_answers,
        refused: 0,
    };
    let evidence = world.judge(excused).await?;
    Ok(format!(
        "{} s, faults {:?}; {} saves acknowledged, 0 lost; {} requests unanswered; {}; all ended {:.1} s after the last fault; {held}",
        long.as_secs(),
        faults.number,
        worked.saves.count(),
        worked.unanswered,
        ends(&evidence),
        ended.as_secs_f64(),
    ))
}

/// Takes all faults away and waits until everything has come to its end.
async fn rest(world: &World, person: &Person) -> Result<Duration, Broken> {
    world.sandbox.no_faults().await?;
    person
        .with_own_connections()
        .ask_again(&world.wishes)
        .await?;
    world.all_end(ENDS_WITHIN).await
}

/// What was broken so far.
#[derive(Default)]
struct Faults {
    number: BTreeMap<Fault, usize>,
    lost_answers: usize,
}

impl Faults {
    async fn rage(
        &mut self,
        world: &mut World,
        mut server: Program,
        of: &[Fault],
        long: Duration,
    ) -> Result<Program, Broken> {
        let until = Instant::now() + long;
        while Instant::now() < until {
            let pause = world.random.millis(1_000, 5_000);
            tokio::time::sleep(pause).await;
            let fault = *world.random.one(of);
            *self.number.entry(fault).or_default() += 1;
            server = self.strike(world, server, fault).await?;
            world.sandbox.read_journal().await?;
            if !server.lives() {
                return Err(format!("the server has ended by itself after {fault:?}").into());
            }
        }
        Ok(server)
    }

    async fn strike(
        &mut self,
        world: &mut World,
        server: Program,
        fault: Fault,
    ) -> Result<Program, Broken> {
        let long = world.random.millis(500, 3_000);
        match fault {
            Fault::Kill => {
                server.kill().await?;
                world.note_cut_off().await?;
                return world.start().await;
            }
            Fault::Stop => {
                server.stop().await?;
                world.note_cut_off().await?;
                return world.start().await;
            }
            Fault::Freeze => {
                server.freeze()?;
                tokio::time::sleep(long).await;
                server.thaw()?;
            }
            Fault::Database => {
                world.database.clone().outage(long * 2).await?;
                world.note_touched().await?;
            }
            Fault::Slow => {
                let millis = u64::try_from(long.as_millis())?;
                let fault = json!({ "path": "/", "delay_ms": millis, "times": 20 });
                world.sandbox.fault(&fault).await?;
            }
            Fault::LostAnswer => {
                let path = world.random.one(&Way::ALL).path();
                // One that replaces an earlier one with something left was counted in full.
                self.lost_answers += 2;
                let fault = json!({ "path": path, "drop_after_accept": true, "times": 2 });
                world.sandbox.fault(&fault).await?;
            }
            Fault::PollsFail => {
                let path = "/kie/api/v1/jobs/recordInfo";
                let fault = json!({ "path": path, "status": 503, "times": 4 });
                world.sandbox.fault(&fault).await?;
            }
            Fault::FilesBreakOff => {
                let fault = json!({ "path": "/media/", "cut_after_bytes": 100, "times": 2 });
                world.sandbox.fault(&fault).await?;
            }
        }
        Ok(server)
    }
}
