//! The scenarios. Each makes a world, breaks something in it, judges what stands, and answers with
//! one line of figures.

pub mod backup;
pub mod database_restart;
pub mod disk_full;
pub mod frozen;
pub mod generations;
pub mod lost_replies;
pub mod overload;
pub mod pace;
pub mod saves;
pub mod seams;
pub mod soak;

use crate::{
    Broken,
    check::{Evidence, count},
    person::{Person, Way, Wish},
    program::{Holds, Program},
    world::{World, is_back},
};
use domain::generation::Status;
use std::time::Duration;

/// How long a server is left alone before it is looked at how much it holds. Connections of the
/// harness are idle for two seconds then, and those to the providers stay.
const QUIET: Duration = Duration::from_secs(4);

/// Has a fresh server do one of everything, so that what it makes once is made.
async fn warm_up(world: &World, person: &Person) -> Result<(), Broken> {
    for number in 0..4 {
        for way in Way::ALL {
            let wish = Wish::new(way, &format!("{}-warm-{way:?}-{number}", world.seed));
            person.ask(&world.wishes, &wish).await?;
        }
    }
    world.all_end(crate::world::ENDS_WITHIN).await?;
    Ok(())
}

async fn quiet(server: &Program) -> Result<Holds, Broken> {
    tokio::time::sleep(QUIET).await;
    server.holds()
}

/// What a quiet server holds, compared with what it held before.
async fn back_to(before: Holds, server: &Program) -> Result<String, Broken> {
    let after = quiet(server).await?;
    is_back(before, after)?;
    Ok(format!("held {before}, afterwards {after}"))
}

/// How the generations of a run ended.
fn ends(evidence: &Evidence) -> String {
    let of = |status| count(evidence, status);
    format!(
        "{} generations: {} succeeded, {} unknown, {} failed; {} paid requests, none twice; {} ledger rows",
        evidence.generations.len(),
        of(Status::Succeeded),
        of(Status::Unknown),
        of(Status::Failed),
        evidence.submits.len(),
        evidence.ledger.len(),
    )
}
