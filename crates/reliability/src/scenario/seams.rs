//! The server dies exactly between two steps of a job, at every seam that there is. It needs a
//! program with the feature `failpoints`, which lists them.

use super::ends;
use crate::{
    Broken,
    database::Kind,
    person::{Person, Way, Wish},
    program::{self, Program},
    world::{ENDS_WITHIN, Excused, World},
};
use std::{os::unix::process::ExitStatusExt as _, time::Duration};

/// At which passages of each seam: a first one, and one in the middle of other jobs.
const PASSAGES: [u64; 2] = [1, 4];
const DIES_WITHIN: Duration = Duration::from_secs(30);

/// Kills the server at every seam.
///
/// # Errors
/// What was broken.
pub async fn run(kind: Kind, seed: u64) -> Result<String, Broken> {
    let listed = program::output(&["failpoints"]).await.map_err(|error| {
        format!("the program must be built with --features failpoints: {error}")
    })?;
    let seams: Vec<&str> = listed.lines().collect();
    let mut world = World::new(kind, seed).await?;
    let server = world.start().await?;
    let person = Person::sign_up(&world.origin(), "ada").await?;
    server.stop().await?;
    let mut cut = Vec::new();
    for passage in PASSAGES {
        for seam in &seams {
            let armed = format!("{seam}:{passage}");
            let address = world.origin().replace("http://", "");
            let launch = world.launch(&address, &[("FILM_FAILPOINT", &armed)]);
            // It may die before it is ready: earlier jobs are waiting.
            let mut server = Program::launch(&launch)?;
            let asking = async {
                for copy in 0..4 {
                    for way in Way::ALL.into_iter().chain([Way::Picture]) {
                        let wish = Wish::new(way, &format!("{seed}-{armed}-{way:?}-{copy}"));
                        while !person.ask(&world.wishes, &wish).await? {
                            tokio::time::sleep(Duration::from_millis(50)).await;
                        }
                    }
                }
                std::future::pending::<Result<(), Broken>>().await
            };
            let status = tokio::select! {
                status = server.ends(DIES_WITHIN) => status,
                refused = asking => Err(refused.err().unwrap_or_else(|| "never".into())),
            };
            let status = status.map_err(|error| format!("at {armed}: {error}"))?;
            // SIGABRT
            if status.signal() != Some(6) {
                return Err(format!("at {armed} the program ended with {status}").into());
            }
            let lost = world.note_cut_off().await?;
            cut.push(format!("{armed} {lost}"));
        }
    }
    let server = world.start().await?;
    let person = person.with_own_connections();
    person.ask_again(&world.wishes).await?;
    let ended = world.all_end(ENDS_WITHIN).await?;
    server.stop().await?;
    let evidence = world.judge(Excused::default()).await?;
    Ok(format!(
        "{} seams, {} deaths, {}; all ended {:.1} s after the last start; cut off while being sent: {}",
        seams.len(),
        cut.len(),
        ends(&evidence),
        ended.as_secs_f64(),
        cut.join(", ")
    ))
}
