//! Providers take a request and never answer, or refuse it. What was taken is unknown, stands in the
//! ledger, and is never sent again; what was refused is failed and costs nothing.

use super::ends;
use crate::{
    Broken,
    check::{Evidence, count},
    database::Kind,
    person::{Person, Way, Wish},
    world::{ENDS_WITHIN, Excused, World},
};
use domain::generation::Status;
use serde_json::json;

/// So many of each way lose their answer, are refused, and go well.
const OF_EACH: usize = 5;

/// Loses replies.
///
/// # Errors
/// What was broken.
pub async fn run(kind: Kind, seed: u64) -> Result<String, Broken> {
    let mut world = World::new(kind, seed).await?;
    let server = world.start().await?;
    let person = Person::sign_up(&world.origin(), "ada").await?;
    let all = OF_EACH * Way::ALL.len();
    let excused = Excused {
        lost_answers: all,
        refused: all,
    };
    for (name, fault) in [
        (
            "lost",
            json!({ "drop_after_accept": true, "times": OF_EACH }),
        ),
        ("refused", json!({ "status": 400, "times": OF_EACH })),
        ("well", json!({ "times": 0 })),
    ] {
        let mut wishes = Vec::new();
        for way in Way::ALL {
            let mut fault = fault.clone();
            fault["path"] = json!(way.path());
            world.sandbox.fault(&fault).await?;
            for copy in 0..OF_EACH {
                wishes.push(Wish::new(way, &format!("{seed}-{name}-{way:?}-{copy}")));
            }
        }
        for wish in &wishes {
            person.ask(&world.wishes, wish).await?;
        }
        world.all_end(ENDS_WITHIN).await?;
        // Whoever asks again gets what there is.
        for wish in &wishes {
            person.ask(&world.wishes, wish).await?;
        }
    }
    let requests = world.sandbox.requests().await?;
    server.stop().await?;
    let server = world.start().await?;
    world.all_end(ENDS_WITHIN).await?;
    if world.sandbox.requests().await? != requests {
        return Err("something was sent again after a restart".into());
    }
    if person.with_own_connections().reserved().await? != 0 {
        return Err("a budget still holds something back".into());
    }
    server.stop().await?;
    let evidence = world.judge(excused).await?;
    world.nothing(&wrong_ends(&evidence, all))?;
    Ok(format!(
        "{all} lost, {all} refused, {all} well: {}",
        ends(&evidence)
    ))
}

fn wrong_ends(evidence: &Evidence, all: usize) -> Vec<String> {
    let mut wrong = Vec::new();
    for status in [Status::Unknown, Status::Failed, Status::Succeeded] {
        let number = count(evidence, status);
        if number != all {
            wrong.push(format!("{number} and not {all} are {status:?}"));
        }
    }
    // One for each that may have cost something, and none for what was refused.
    if evidence.ledger.len() != 2 * all {
        wrong.push(format!("the ledger has {} rows", evidence.ledger.len()));
    }
    wrong
}
