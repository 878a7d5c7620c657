//! Guessing passwords and accounts.

use crate::{
    client::Client,
    program::{Database, Program},
};
use serde_json::json;
use std::{
    collections::BTreeSet,
    net::Ipv4Addr,
    time::{Duration, Instant},
};

const PASSWORD: &str = "a long enough secret";

async fn sign_in(
    client: &Client,
    email: &str,
    password: &str,
    from: &str,
) -> (u16, Vec<u8>, Duration) {
    let body = json!({ "email": email, "password": password }).to_string();
    let headers = [
        ("origin", client.origin.as_str()),
        ("content-type", "application/json"),
        ("x-forwarded-for", from),
        ("cf-connecting-ip", from),
        ("x-real-ip", from),
        ("forwarded", from),
    ];
    let began = Instant::now();
    let answer = client
        .bare("POST", "/api/v1/auth/sign-in", &headers, body)
        .await;
    (answer.status, answer.bytes, began.elapsed())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_guesses_under_forged_addresses_are_hardly_judged() {
    let program = Program::start(Database::Sqlite, &[]).await;
    program.somebody("ada").await;
    let nobody = program.nobody();
    let mut judged = 0;
    for number in 0..1000_u32 {
        let from = Ipv4Addr::from(0x0101_0101 + number).to_string();
        let guess = format!("a wrong password {number}");
        let (status, ..) = sign_in(&nobody, "ada@example.com", &guess, &from).await;
        assert!([401, 429].contains(&status), "{status}");
        judged += usize::from(status == 401);
    }
    assert!(judged <= 30, "{judged} were judged");
    // Whoever knows it comes in from elsewhere.
    let elsewhere = program.nobody().from(Ipv4Addr::new(127, 0, 0, 2));
    let (status, ..) = sign_in(&elsewhere, "ada@example.com", PASSWORD, "1.1.1.1").await;
    assert_eq!(status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_learns_whether_an_account_exists_from_words_or_time() {
    let trusted = [("FILM_TRUSTED_PROXIES".to_owned(), "127.0.0.1".to_owned())];
    let program = Program::start(Database::Sqlite, &trusted).await;
    let mut ada = program.nobody();
    ada.sign_up("ada@example.com", PASSWORD).await;
    let nobody = program.nobody();
    let mut times: [Vec<Duration>; 2] = Default::default();
    let mut bodies = BTreeSet::new();
    for number in 0..160_u32 {
        let is_known = number % 2 == 0;
        let email = if is_known {
            "ada@example.com".to_owned()
        } else {
            format!("nobody-{}@example.com", number / 32)
        };
        let from = Ipv4Addr::from(0x0101_0101 + number).to_string();
        let (status, body, took) = sign_in(&nobody, &email, "a wrong password", &from).await;
        if status == 429 {
            continue;
        }
        assert_eq!(status, 401);
        bodies.insert(body);
        times[usize::from(is_known)].push(took);
        // What the last one left to be done must not be counted to the next one.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(bodies.len(), 1, "the answers differ");
    let [unknown, known] = times.map(|mut times| {
        assert!(times.len() > 50, "only {} samples", times.len());
        times.sort();
        times[times.len() / 2].as_secs_f64()
    });
    let apart = (known / unknown).max(unknown / known);
    assert!(apart < 1.25, "known {known}, unknown {unknown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_stored_opens_an_account() {
    let program = Program::start(Database::Sqlite, &[]).await;
    let ada = program.somebody("ada").await;
    let address = format!(
        "sqlite://{}",
        program
            .folder
            .path()
            .join("data/film-generator.db")
            .display()
    );
    let db = store::Db::open(&address).await.expect("the database opens");
    let user = store::users::by_email(&db, "ada@example.com")
        .await
        .expect("it works");
    let stored = user.expect("there is an account").password_hash.0;
    assert!(stored.starts_with("$argon2id$v=19$m="), "{stored}");
    let cost = |name: &str| -> u32 {
        let rest = stored.split(&format!("{name}=")).nth(1).expect("a cost");
        rest.split([',', '$'])
            .next()
            .expect("a number")
            .parse()
            .expect("a number")
    };
    assert!(
        cost("$m") >= 19_456 && cost("t") >= 1 && cost("p") >= 1,
        "{stored}"
    );
    let is_enough = cost("$m") >= 47_104 || cost("t") >= 2;
    assert!(is_enough, "{stored}");
    let (status, ..) = sign_in(&program.nobody(), "ada@example.com", &stored, "1.1.1.1").await;
    assert_eq!(status, 401, "a stored hash is no password");
    assert_eq!(ada.get("/api/v1/me").await.status, 200);
}
