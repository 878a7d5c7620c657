//! How often one may try what, with a clock that stands still.

use super::*;

#[test]
fn a_person_can_ask_providers_often_but_not_without_end() {
    let throttle = Throttle::new();
    let (ada, bob) = (UserId("ada".into()), UserId("bob".into()));
    let allowed = (0..100)
        .filter(|_| throttle.ask(&ada, START).is_ok())
        .count();
    assert_eq!(allowed, 30);
    assert!(throttle.ask(&bob, START).is_ok());
    let later = START.plus_millis(60_000);
    let again = (0..100)
        .filter(|_| throttle.ask(&ada, later).is_ok())
        .count();
    assert_eq!(again, 20);
}

#[test]
fn codes_are_guessed_ten_times_and_then_once_a_minute_and_right_ones_do_not_count() {
    let throttle = Throttle::new();
    let ada = UserId("ada".into());
    let guess = |now| {
        (0..100)
            .filter(|_| throttle.code(&ada, now).is_ok())
            .count()
    };
    for _ in 0..50 {
        throttle.code(&ada, START).unwrap();
        throttle.code_fitted(&ada);
    }
    assert_eq!(guess(START), 10);
    assert_eq!(wait(throttle.code(&ada, START)), 60);
    assert_eq!(guess(START.plus_millis(180_000)), 3);
    throttle.code(&UserId("bob".into()), START).unwrap();
}

const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 9));
const AWAY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 7));
const START: Timestamp = Timestamp(1_795_341_600_000);

fn wait(result: Result<(), ApiError>) -> u64 {
    let error = result.expect_err("must be held back");
    assert_eq!(error.code, ErrorCode::RateLimited);
    error.retry_after.unwrap()
}

#[test]
fn pauses_double_after_the_fifth_failure_up_to_a_minute() {
    let throttle = Throttle::new();
    let mut now = START;
    for _ in 0..5 {
        throttle.attempt("ada@example.com", HOME, now).unwrap();
    }
    for pause in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
        let asked = wait(throttle.attempt("ada@example.com", HOME, now));
        assert_eq!(asked, pause);
        now = now.plus_millis(i64::try_from(pause * 1000).unwrap());
        throttle.attempt("ada@example.com", HOME, now).unwrap();
    }
}

#[test]
fn a_success_ends_the_pause() {
    let throttle = Throttle::new();
    for _ in 0..4 {
        throttle.attempt("ada@example.com", HOME, START).unwrap();
    }
    throttle.succeeded("ada@example.com", HOME, START);
    for _ in 0..5 {
        throttle.attempt("ada@example.com", HOME, START).unwrap();
    }
}

#[test]
fn another_address_is_not_held_back() {
    let throttle = Throttle::new();
    let judged = (0..1000)
        .filter(|_| throttle.attempt("ada@example.com", HOME, START).is_ok())
        .count();
    assert_eq!(judged, 5);
    throttle.attempt("ada@example.com", AWAY, START).unwrap();
}

#[test]
fn one_address_has_twenty_attempts_a_minute_over_all_accounts() {
    let throttle = Throttle::new();
    let at = |now| {
        (0..100)
            .filter(|n| {
                throttle
                    .attempt(&format!("{n}@example.com"), HOME, now)
                    .is_ok()
            })
            .count()
    };
    assert_eq!(at(START), 20);
    assert_eq!(at(START.plus_millis(30_000)), 10);
}

#[test]
fn one_address_has_sixty_new_accounts_a_minute_apart_from_its_attempts() {
    let throttle = Throttle::new();
    for n in 0..20 {
        throttle
            .attempt(&format!("{n}@example.com"), HOME, START)
            .unwrap();
    }
    let made = (0..100)
        .filter(|_| throttle.sign_up(HOME, START).is_ok())
        .count();
    assert_eq!(made, 60);
    assert_eq!(wait(throttle.sign_up(HOME, START)), 1);
    throttle.sign_up(AWAY, START).unwrap();
}

#[test]
fn signing_in_with_the_right_password_uses_nothing_up() {
    let throttle = Throttle::new();
    for n in 0..100 {
        let email = format!("{n}@example.com");
        throttle.attempt(&email, HOME, START).unwrap();
        throttle.succeeded(&email, HOME, START);
    }
}

#[test]
fn many_addresses_share_the_budget_of_one_account_but_its_owner_keeps_a_way_in() {
    let throttle = Throttle::new();
    throttle.attempt("ada@example.com", HOME, START).unwrap();
    throttle.succeeded("ada@example.com", HOME, START);
    let judged = (0..2000_u32)
        .filter(|n| {
            let address = IpAddr::from((0x0a00_0000 + n).to_be_bytes());
            throttle.attempt("ada@example.com", address, START).is_ok()
        })
        .count();
    assert_eq!(judged, 99);
    throttle.attempt("ada@example.com", HOME, START).unwrap();
}

#[test]
fn one_customer_of_ipv6_is_one_address() {
    let throttle = Throttle::new();
    let judged = (0..1000_u128)
        .filter(|n| {
            let address = IpAddr::V6(Ipv6Addr::from((0x2001_0db8_u128 << 96) + n));
            throttle.attempt("ada@example.com", address, START).is_ok()
        })
        .count();
    assert_eq!(judged, 5);
    let mapped: IpAddr = "::ffff:203.0.113.9".parse().unwrap();
    assert_eq!(network(mapped), HOME);
}

#[test]
fn memory_is_bounded() {
    let throttle = Throttle::new();
    for n in 0..40_000_u32 {
        let address = IpAddr::from(n.to_be_bytes());
        let now = START.plus_millis(i64::from(n % 3));
        drop(throttle.attempt(&format!("{n}@example.com"), address, now));
    }
    let tables = throttle.tables();
    let sizes = [
        tables.pairs.0.len(),
        tables.networks.0.len(),
        tables.accounts.0.len(),
    ];
    assert!(
        sizes.iter().all(|size| (1..=ENTRIES).contains(size)),
        "{sizes:?}"
    );
}
