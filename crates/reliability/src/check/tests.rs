//! The judge is lied to: each lie must be found, and the truth must pass.

use super::*;
use domain::{GenerationId, Timestamp};

fn stands(id: &str, status: Status) -> Stands {
    Stands {
        id: GenerationId(id.to_owned()),
        status,
        provider: "kie".to_owned(),
        error: None,
        created_at: Timestamp(0),
        finished_at: Some(Timestamp(1)),
    }
}

fn entry(id: &str, state: Status) -> Entry {
    Entry {
        generation_id: GenerationId(id.to_owned()),
        attempt: 1,
        state,
        actual: (state == Status::Succeeded).then_some(7),
    }
}

fn submit(digest: &str) -> Submit {
    Submit {
        path: "/kie/api/v1/jobs/createTask".to_owned(),
        digest: digest.to_owned(),
    }
}

/// One that succeeded and one that was cut off while it was sent.
fn truth() -> Evidence {
    Evidence {
        acknowledged: [("a", "1"), ("b", "2")]
            .map(|(key, id)| (key.to_owned(), id.to_owned()))
            .into(),
        asked: 2,
        generations: vec![stands("1", Status::Succeeded), stands("2", Status::Unknown)],
        ledger: vec![entry("1", Status::Succeeded), entry("2", Status::Unknown)],
        submits: vec![submit("x"), submit("y")],
        cut_off: BTreeSet::from(["2".to_owned()]),
        ..Evidence::default()
    }
}

fn found(lie: impl FnOnce(&mut Evidence)) -> String {
    let mut evidence = truth();
    lie(&mut evidence);
    let wrong = broken(&evidence);
    assert!(!wrong.is_empty(), "the lie was believed");
    wrong.join("\n")
}

#[test]
fn the_truth_passes() {
    assert_eq!(broken(&truth()), Vec::<String>::new());
}

#[test]
fn a_paid_request_that_was_sent_twice_is_found() {
    let said = found(|evidence| evidence.submits.push(submit("x")));
    assert!(said.contains("sent 2 times"), "{said}");
}

#[test]
fn more_requests_than_generations_are_found() {
    found(|evidence| evidence.submits.push(submit("z")));
}

#[test]
fn a_success_that_no_provider_was_asked_for_is_found() {
    found(|evidence| evidence.submits.clear());
}

#[test]
fn an_acknowledged_generation_that_is_gone_is_found() {
    let said = found(|evidence| {
        evidence.generations.remove(0);
        evidence.ledger.remove(0);
    });
    assert!(said.contains("is gone"), "{said}");
}

#[test]
fn one_wish_that_became_two_generations_is_found() {
    found(|evidence| {
        evidence.generations.push(stands("3", Status::Succeeded));
        evidence.ledger.push(entry("3", Status::Succeeded));
        evidence.submits.push(submit("z"));
    });
}

#[test]
fn a_job_without_an_end_is_found() {
    found(|evidence| evidence.generations[0].status = Status::Running);
    found(|evidence| evidence.unfinished = 1);
}

#[test]
fn an_unknown_or_failed_one_without_a_reason_is_found() {
    found(|evidence| evidence.cut_off.clear());
    found(|evidence| {
        evidence.generations[0].status = Status::Failed;
        evidence.ledger.remove(0);
    });
}

#[test]
fn one_that_was_cut_off_while_it_was_sent_and_sent_again_is_found() {
    found(|evidence| {
        evidence.cut_off.insert("1".to_owned());
    });
}

#[test]
fn a_missing_a_double_and_a_stray_entry_of_the_ledger_are_found() {
    found(|evidence| drop(evidence.ledger.remove(0)));
    found(|evidence| evidence.ledger.push(entry("1", Status::Succeeded)));
    found(|evidence| evidence.ledger.push(entry("9", Status::Succeeded)));
    found(|evidence| evidence.ledger[1].actual = Some(0));
    found(|evidence| evidence.reservations = 1);
}

#[test]
fn what_is_left_on_the_disk_is_found() {
    found(|evidence| evidence.parts.push("a.part".to_owned()));
    found(|evidence| evidence.missing_files.push("ab/c.png".to_owned()));
    found(|evidence| evidence.damage.push("row 3 missing".to_owned()));
}

#[test]
fn an_acknowledged_save_that_does_not_stand_is_found() {
    let saved = Saved {
        acknowledged: Some(("new".to_owned(), 4)),
        open: Some("newer".to_owned()),
    };
    for fine in [("new", 4), ("newer", 5)] {
        assert_eq!(lost(&saved, Some(fine)), None);
    }
    for wrong in [
        None,
        Some(("old", 3)),
        Some(("new", 3)),
        Some(("newer", 4)),
        Some(("new", 5)),
    ] {
        assert!(lost(&saved, wrong).is_some(), "{wrong:?}");
    }
    let never = Saved::default();
    assert_eq!(lost(&never, None), None);
    assert!(lost(&never, Some(("ghost", 1))).is_some());
}
