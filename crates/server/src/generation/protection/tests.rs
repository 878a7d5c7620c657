//! Lanes do not touch each other, whatever happens in one of them.

use super::*;
use std::time::Duration;

const TROUBLE: Outcome = Outcome::Trouble { asked: None };

fn at(millis: i64) -> Timestamp {
    Timestamp(1_795_000_000_000 + millis)
}

fn fail(protection: &Protection, lane: &str, now: i64) {
    let pass = protection.enter(lane, ProviderId::Kie, at(now)).unwrap();
    pass.tell(TROUBLE, at(now), 0.0);
}

#[test]
fn a_dead_lane_fails_fast_and_no_other_notices() {
    let protection = Protection::new(1.0);
    for now in 0..5 {
        fail(&protection, "kie/dead/-", now);
    }
    let refused = protection
        .enter("kie/dead/-", ProviderId::Kie, at(10))
        .unwrap_err();
    assert_eq!(
        (
            refused.name.as_str(),
            refused.is_for_lane,
            refused.is_given_up
        ),
        ("kie/dead/-", true, false)
    );
    assert_eq!(protection.room("kie/dead/-", at(10)), 0);
    assert_eq!(protection.next_room(at(10)), Some(at(10_004)));
    for (lane, provider) in [
        ("kie/other/-", ProviderId::Kie),
        ("gemini/dead/-", ProviderId::Gemini),
    ] {
        assert!(protection.enter(lane, provider, at(10)).is_ok(), "{lane}");
        assert_eq!(protection.room(lane, at(10)), PER_LANE);
    }
    assert_eq!(protection.room("kie/dead/-", at(10_004)), 1, "a probe");
    let probe = protection
        .enter("kie/dead/-", ProviderId::Kie, at(10_004))
        .unwrap();
    assert!(
        protection
            .enter("kie/dead/-", ProviderId::Kie, at(10_005))
            .is_err()
    );
    probe.tell(Outcome::Answered, at(10_006), 0.0);
    drop(probe);
    assert_eq!(protection.room("kie/dead/-", at(10_007)), PER_LANE);
}

#[test]
fn a_bad_key_is_an_answer_and_opens_nothing() {
    let protection = Protection::new(1.0);
    for now in 0..100 {
        let pass = protection
            .enter("kie/bad/-", ProviderId::Kie, at(now))
            .unwrap();
        pass.tell(Outcome::Answered, at(now), 0.0);
    }
}

#[test]
fn a_probe_that_is_never_made_does_not_close_the_door_for_good() {
    let protection = Protection::new(1.0);
    for now in 0..5 {
        fail(&protection, "kie/a/-", now);
    }
    let probe = protection.enter("kie/a/-", ProviderId::Kie, at(10_004));
    drop(probe.unwrap());
    assert!(
        protection
            .enter("kie/a/-", ProviderId::Kie, at(10_005))
            .is_ok()
    );
}

#[test]
fn places_are_limited_by_lane_and_by_provider_and_come_back() {
    let protection = Protection::new(1.0);
    let enter = |lane: &str| protection.enter(lane, ProviderId::Kie, at(0));
    let mut first: Vec<_> = (0..PER_LANE).map(|_| enter("kie/a/-").unwrap()).collect();
    assert_eq!(enter("kie/a/-").unwrap_err().name, "kie/a/-");
    assert_eq!(protection.room("kie/a/-", at(0)), 0);
    let second: Vec<_> = (0..PER_LANE).map(|_| enter("kie/b/-").unwrap()).collect();
    let refused = enter("kie/c/-").unwrap_err();
    assert_eq!((refused.name.as_str(), refused.is_for_lane), ("kie", false));
    assert_eq!(protection.room("kie", at(0)), 0);
    assert!(
        protection
            .enter("gemini/a/-", ProviderId::Gemini, at(0))
            .is_ok()
    );
    first.pop();
    assert_eq!(protection.room("kie/a/-", at(0)), 1);
    assert!(enter("kie/c/-").is_ok());
    drop((first, second));
    assert_eq!(protection.room("kie", at(0)), PER_LANE);
}

#[test]
fn a_provider_that_asks_to_be_left_alone_is_up_to_five_minutes() {
    let protection = Protection::new(1.0);
    let ask = |lane: &str, asked| {
        let pass = protection.enter(lane, ProviderId::Kie, at(0)).unwrap();
        let asked = Some(Duration::from_secs(asked));
        pass.tell(Outcome::Trouble { asked }, at(0), 0.0);
    };
    ask("kie/a/-", 7);
    assert!(
        protection
            .enter("kie/a/-", ProviderId::Kie, at(6_999))
            .is_err()
    );
    assert_eq!(protection.next_room(at(1)), Some(at(7_000)));
    assert!(
        protection
            .enter("kie/a/-", ProviderId::Kie, at(7_000))
            .is_ok()
    );
    ask("kie/b/-", 86_400);
    assert!(
        protection
            .enter("kie/b/-", ProviderId::Kie, at(299_999))
            .is_err()
    );
    assert!(
        protection
            .enter("kie/b/-", ProviderId::Kie, at(300_000))
            .is_ok()
    );
}

#[test]
fn after_a_quarter_of_an_hour_without_a_provider_waiting_makes_no_sense() {
    let protection = Protection::new(1.0);
    for now in 0..5 {
        fail(&protection, "kie/a/-", now);
    }
    let late = GIVEN_UP_AFTER + 5;
    fail(&protection, "kie/a/-", late);
    assert_eq!(protection.room("kie/a/-", at(late + 1)), GIVEN_UP_AT_A_TIME);
    let refused = protection.enter("kie/a/-", ProviderId::Kie, at(late + 1));
    assert!(refused.unwrap_err().is_given_up);
    let probe = protection.enter("kie/a/-", ProviderId::Kie, at(late + 10_000));
    probe
        .unwrap()
        .tell(Outcome::Answered, at(late + 10_000), 0.0);
    assert!(
        protection
            .enter("kie/a/-", ProviderId::Kie, at(late + 10_001))
            .is_ok()
    );
}

#[test]
fn quiet_lanes_are_forgotten_and_troubled_ones_are_not() {
    let protection = Protection::new(1.0);
    for now in 0..5 {
        fail(&protection, "kie/dead/-", now);
    }
    for number in 0..2 * MANY {
        let lane = format!("kie/{number}/-");
        drop(protection.enter(&lane, ProviderId::Kie, at(10)).unwrap());
    }
    assert!(protection.state().lanes.len() <= MANY);
    assert!(
        protection
            .enter("kie/dead/-", ProviderId::Kie, at(11))
            .is_err()
    );
}
