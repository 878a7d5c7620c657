//! Two servers on one database. The first stands still past the end of its leases, the second takes
//! its jobs over, and then the first wakes up with answers that are worth nothing any more.

use super::ends;
use crate::{
    Broken,
    database::Kind,
    person::{Person, Way, Wish},
    program::{Program, free_address},
    world::{ENDS_WITHIN, Excused, World},
};
use serde_json::json;
use std::time::Duration;

/// How long the providers let the first server wait: it is frozen meanwhile.
const SLOW: Duration = Duration::from_secs(3);
const OF_EACH: usize = 4;

/// Freezes one of two servers.
///
/// # Errors
/// What was broken.
pub async fn run(kind: Kind, seed: u64) -> Result<String, Broken> {
    let mut world = World::new(kind, seed).await?;
    let first = world.start().await?;
    let person = Person::sign_up(&world.origin(), "ada").await?;
    for path in [
        Way::Text.path(),
        Way::Voice.path(),
        "/kie/api/v1/jobs/recordInfo",
    ] {
        let millis = u64::try_from(SLOW.as_millis())?;
        let fault = json!({ "path": path, "delay_ms": millis });
        world.sandbox.fault(&fault).await?;
    }
    for copy in 0..OF_EACH {
        for way in Way::ALL {
            let wish = Wish::new(way, &format!("{seed}-{way:?}-{copy}"));
            person.ask(&world.wishes, &wish).await?;
        }
    }
    // By now the tasks are polled, and the others have been sent and not answered.
    tokio::time::sleep(SLOW / 2).await;
    first.freeze()?;
    let cut_off = world.note_cut_off().await?;
    if cut_off == 0 {
        return Err("nothing was being sent when the server was frozen".into());
    }
    world.sandbox.no_faults().await?;

    let address = free_address()?;
    let mut second = Program::start(&world.launch(&address, &[])).await?;
    let ended = world.all_end(ENDS_WITHIN).await?;
    let before = world.judge(Excused::default()).await?;
    first.thaw()?;
    // The first finds its answers now, and its heartbeat is due.
    tokio::time::sleep(Duration::from_secs(11)).await;
    for copy in 0..OF_EACH {
        for way in Way::ALL {
            let wish = Wish::new(way, &format!("{seed}-after-{way:?}-{copy}"));
            person.ask(&world.wishes, &wish).await?;
        }
    }
    world.all_end(ENDS_WITHIN).await?;
    let refused = world.log()?.matches("lease was lost").count();
    if refused == 0 {
        return Err("the server that was frozen never noticed that it had lost its leases".into());
    }
    if !second.lives() {
        return Err("the second server has ended".into());
    }
    first.stop().await?;
    second.stop().await?;
    let after = world.judge(Excused::default()).await?;
    for row in &before.generations {
        let now = after.generations.iter().find(|other| other.id == row.id);
        if now != Some(row) {
            return Err(format!("a late answer changed {row:?} to {now:?}").into());
        }
    }
    Ok(format!(
        "{}; {cut_off} were being sent at the freeze; the other server ended all after {:.1} s; {refused} late answers refused, nothing changed by them",
        ends(&after),
        ended.as_secs_f64(),
    ))
}
