//! Ten thousand secrets are sealed anew while four people save and the program is killed again and
//! again. Afterwards all of them are sealed with the new key, each is what was last acknowledged, and
//! the old keys are gone.

use super::place::{Kind, Place};
use domain::{ProviderId, SecretId, Timestamp, UserId};
use secrecy::ExposeSecret;
use server::vault::{NewSecret, Vault};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};
use store::{
    Db, StoreError,
    sealed::{self, Table},
    secrets::{self, Owner, Slot},
    test_support::tables,
    users::{NewUser, PasswordHash},
};

const ROWS: usize = 10_000;
const KILLS: u64 = 20;
const WRITERS: usize = 4;

fn ada() -> UserId {
    UserId("ada".to_owned())
}

fn field(row: usize) -> String {
    format!("field-{row:05}")
}

fn sealed(vault: &Vault, row: usize, version: i64, text: &str) -> secrets::NewSecret {
    vault.seal(NewSecret {
        id: SecretId(format!("{row:05}-{version}")),
        owner: Owner::User(ada()),
        provider: ProviderId::Gemini,
        field: &field(row),
        audience_origin: String::new(),
        version,
        plaintext: &text.into(),
        created_by: ada(),
        now: Timestamp(version),
    })
}

async fn save(db: &Db, vault: &Vault, row: usize, text: &str) -> Result<bool, StoreError> {
    let owner = Owner::User(ada());
    let field = field(row);
    let slot = Slot {
        owner: &owner,
        provider: ProviderId::Gemini,
        field: &field,
    };
    secrets::replace(db, slot, |version| sealed(vault, row, version, text)).await
}

/// Saves one row after the other until it is told to stop; what was acknowledged.
async fn write(db: Db, vault: Vault, writer: usize, stop: &AtomicBool) -> BTreeMap<usize, String> {
    let mut acknowledged: BTreeMap<usize, String> = BTreeMap::new();
    for round in 0_usize.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let row = writer + WRITERS * (round * 37 % (ROWS / WRITERS));
        let text = format!("saved-{row}-{round}");
        match save(&db, &vault, row, &text).await {
            Ok(true) => drop(acknowledged.insert(row, text)),
            Ok(false) => panic!("the account is there"),
            // Nothing was written, or nobody can know.
            Err(StoreError::Busy { .. }) => {}
            Err(error) => panic!("{error}"),
        }
        tokio::time::sleep(Duration::from_millis(8)).await;
    }
    acknowledged
}

async fn ten_thousand_secrets_survive_twenty_kills(kind: Kind) {
    let place = Place::new(kind).await;
    let db = place.open().await;
    let new = NewUser {
        id: ada(),
        email: "ada@example.com".to_owned(),
        name: "Ada".to_owned(),
        password_hash: PasswordHash("none".to_owned()),
        created_at: Timestamp(1),
    };
    store::users::insert_first_or_later(&db, &new)
        .await
        .unwrap();
    let source = place.source();
    let vault = source
        .vault()
        .start(&source.variable, &db, Timestamp(1))
        .await
        .unwrap();
    let first = vault.current_kid();
    let rows = (0..ROWS).map(|row| (field(row), sealed(&vault, row, 1, &format!("first-{row}"))));
    tables::fill_slots(&db, &Owner::User(ada()), ProviderId::Gemini, rows.collect())
        .await
        .unwrap();

    let stop = AtomicBool::new(false);
    let began = Instant::now();
    let kill = async {
        let (mut killed, mut late) = (0, 0);
        place.succeeds_meanwhile(&["keys", "add"]).await;
        while killed < KILLS {
            let mut rotate = place.start(&["keys", "rotate"]);
            let pause = 30 + (killed + late) * 53 % 400;
            tokio::time::sleep(Duration::from_millis(pause)).await;
            if rotate.try_wait().unwrap().is_some() {
                // It was done already: another key, and everything again.
                late += 1;
                place.succeeds_meanwhile(&["keys", "add"]).await;
                continue;
            }
            rotate.kill().unwrap();
            rotate.wait().unwrap();
            killed += 1;
        }
        place.succeeds_meanwhile(&["keys", "rotate"]).await;
        stop.store(true, Ordering::Relaxed);
        late
    };
    let writers = async {
        let all = (0..WRITERS).map(|writer| write(db.clone(), vault.clone(), writer, &stop));
        futures::future::join_all(all).await
    };
    let (late, written) = tokio::join!(kill, writers);
    let saves: usize = written.iter().map(BTreeMap::len).sum();
    assert!(saves > WRITERS, "{saves} rows were saved meanwhile");

    // What was replaced is kept for a while, and was sealed anew as well.
    let last = vault.kids().remove(0);
    assert_ne!(last, first);
    place.succeeds(&["keys", "rotate"]);
    for table in Table::ALL {
        for kid in sealed::kids(&db, table).await.unwrap() {
            assert_eq!(kid.kid, last, "{} {}", kid.number, table.label());
        }
    }
    for kid in vault.kids().into_iter().skip(1) {
        let said = place.succeeds(&["keys", "retire", &kid]);
        assert!(said.contains(&kid), "{said}");
    }
    place.fails(&["keys", "retire", &last], 1);
    let text = std::fs::read_to_string(place.key_file()).unwrap();
    assert_eq!(text.lines().count(), 1, "the old keys are gone");
    assert!(!place.succeeds(&["keys", "status"]).contains("missing"));
    place.succeeds(&["audit", "verify"]);

    // The one that ran all along, and one that starts now.
    assert!(save(&db, &vault, 0, "after it all").await.unwrap());
    let source = place.source();
    let started = source
        .vault()
        .start(&source.variable, &db, Timestamp(2))
        .await
        .unwrap();
    let owner = Owner::User(ada());
    let found = secrets::of_owner(&db, &owner).await.unwrap();
    assert_eq!(found.len(), ROWS);
    for (row, secret) in found.iter().enumerate() {
        assert_eq!(secret.field, field(row));
        let wanted = match row {
            0 => "after it all".to_owned(),
            row => match written[row % WRITERS].get(&row) {
                Some(text) => text.clone(),
                None => format!("first-{row}"),
            },
        };
        for vault in [&vault, &started] {
            let opened = vault.open(secret).unwrap();
            assert_eq!(opened.expose_secret(), wanted, "row {row}");
        }
    }
    println!(
        "{kind:?}: {saves} rows saved meanwhile, {late} rotations were done before the kill, {:?}",
        began.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    ten_thousand_secrets_survive_twenty_kills(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    ten_thousand_secrets_survive_twenty_kills(Kind::Postgres).await;
}

#[tokio::test]
async fn a_key_comes_first_or_last_and_only_a_file_is_written_to() {
    let place = Place::new(Kind::Sqlite).await;
    let first = place.source().vault().current_kid();
    place.succeeds(&["keys", "add", "--last"]);
    assert_eq!(place.source().vault().current_kid(), first);
    let status = place.succeeds(&["keys", "status"]);
    assert_eq!(status.lines().count(), 2, "{status}");
    assert!(status.contains(&format!("{first}  seals")), "{status}");
    let said = place.fails(&["keys", "retire", "0123456789abcdef"], 1);
    assert!(said.contains("no key 0123456789abcdef"), "{said}");
    let key = std::fs::read_to_string(place.key_file()).unwrap();
    let mut command = place.command(&["keys", "add"]);
    command.env_remove("FILM_MASTER_KEY_FILE");
    command.env("FILM_MASTER_KEY", key.lines().next().unwrap());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(78));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("FILM_MASTER_KEY_FILE must name"), "{said}");
}
