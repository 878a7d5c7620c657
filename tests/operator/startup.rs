//! What the program refuses to start with: at once, by the name of the variable, without a byte of a
//! key, and without touching the database.

use super::place::{Kind, Place, shown};
use server::vault::generate;
use sha2::{Digest, Sha256};
use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, Instant},
};
use store::totp::{self, NewTotp};

const BUNDLE: &str = "<a href=/pkg/a.js></a><a href=/pkg/a.wasm></a><a href=/pkg/a.css></a>";

/// Where nobody listens.
fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Runs it to its end, or ends it where that takes too long.
async fn within(command: Command, most: Duration) -> Output {
    let mut command = tokio::process::Command::from(command);
    let ended = tokio::time::timeout(most, command.kill_on_drop(true).output()).await;
    ended.expect("it comes to its end").unwrap()
}

/// All that stands in a folder.
fn contents(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let hash = hex::encode(Sha256::digest(std::fs::read(&path).unwrap()));
        found.push((path.display().to_string(), hash));
    }
    found.sort();
    found
}

#[tokio::test]
async fn no_start_with_a_master_key_that_is_none() {
    let place = Place::new(Kind::Sqlite).await;
    std::fs::create_dir(place.path("dist")).unwrap();
    std::fs::write(place.path("dist/index.html"), BUNDLE).unwrap();
    // The database knows its key.
    place.succeeds(&["keys", "rotate"]);
    let good = std::fs::read_to_string(place.key_file()).unwrap();
    let before = contents(&place.data());
    let other = generate().unwrap();
    let example: String = (0..32).map(|byte| format!("{byte:02x}")).collect();
    let zero = "0".repeat(64);
    let cases = [
        ("none", None, 0o600),
        ("short", Some(&good[..40]), 0o600),
        (
            "not hexadecimal",
            Some("correct horse battery staple!"),
            0o600,
        ),
        ("all zero", Some(zero.as_str()), 0o600),
        ("of a manual", Some(example.as_str()), 0o600),
        ("world-readable", Some(good.as_str()), 0o644),
        ("another one", Some(other.as_str()), 0o600),
    ];
    for (name, key, mode) in cases {
        let mut command = place.command(&["serve", "--addr", &free_address()]);
        command.env("FILM_DIST", place.path("dist"));
        command.env("FILM_PROVIDERS", "live");
        match key {
            Some(key) => place.write_key(key, mode),
            None => {
                command.env_remove("FILM_MASTER_KEY_FILE");
            }
        }
        let began = Instant::now();
        let output = within(command, Duration::from_secs(10)).await;
        let took = began.elapsed();
        let said = shown(&output);
        assert_eq!(output.status.code(), Some(78), "{name}: {said}");
        assert!(took.as_secs_f32() < 2.0, "{name}: {took:?}");
        assert!(said.contains("FILM_MASTER_KEY_FILE"), "{name}: {said}");
        if let Some(key) = key {
            for piece in key.as_bytes().windows(8) {
                let piece = String::from_utf8_lossy(piece);
                assert!(!said.contains(&*piece), "{name}: {said}");
            }
        }
        assert_eq!(contents(&place.data()), before, "{name}");
    }
    place.write_key(&good, 0o400);
    place.succeeds(&["keys", "status"]);
}

/// Everything below a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(below(&path)),
            false => found.push(path),
        }
    }
    found
}

#[tokio::test]
async fn what_the_server_writes_is_for_its_owner_alone() {
    let place = Place::new(Kind::Sqlite).await;
    std::fs::create_dir(place.path("dist")).unwrap();
    std::fs::write(place.path("dist/index.html"), BUNDLE).unwrap();
    let data = place.path("made by the server");
    let mut command = place.command(&["serve", "--addr", &free_address()]);
    command.env("FILM_DIST", place.path("dist"));
    command.env("FILM_PROVIDERS", "live");
    command.env("FILM_DATA", &data);
    let mut server = command.spawn().unwrap();
    let log = data.join("film-generator.db-wal");
    for _ in 0..500 {
        if log.exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let found = below(&data);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id()));
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(found.len() >= 3, "{found:?}");
    for path in found {
        let metadata = path.metadata().unwrap();
        let wanted = if metadata.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(
            metadata.permissions().mode() & 0o777,
            wanted,
            "{}",
            path.display()
        );
    }
    let limits = limits.unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let words: Vec<&str> = core.unwrap().split_whitespace().collect();
    assert_eq!(words[4..6], ["0", "0"], "no image of the memory");
}

#[tokio::test]
async fn a_wrong_folder_is_not_made_an_installation() {
    let place = Place::new(Kind::Sqlite).await;
    let nowhere = place.path("nowhere");
    let shown = nowhere.display().to_string();
    for arguments in [
        ["keys", "status", "--data", &shown].as_slice(),
        &["audit", "verify", "--data", &shown],
        &["admin", "grant", "ada@example.com", "--data", &shown],
        &["backup", "--to", "backup", "--data", &shown],
    ] {
        let said = place.fails(arguments, 1);
        assert!(said.contains("There is no database"), "{said}");
    }
    assert!(!nowhere.exists());
}

fn second_factor(owner: &domain::UserId, kid: String) -> NewTotp {
    NewTotp {
        id: domain::SecretId("factor".to_owned()),
        owner_kind: "user",
        owner_id: owner.clone(),
        provider: "totp",
        field: "secret",
        audience_origin: "",
        version: 1,
        kid,
        salt: vec![1; 32],
        dek_nonce: vec![2; 12],
        wrapped_dek: vec![3; 48],
        nonce: vec![4; 12],
        ciphertext: vec![5; 36],
        created_at: domain::Timestamp(1),
    }
}

#[tokio::test]
async fn an_operator_gets_back_in_and_the_audit_tells() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let place = Place::new(kind).await;
        let db = place.open().await;
        for name in ["ada", "bob"] {
            let new = store::users::NewUser {
                id: domain::UserId(name.to_owned()),
                email: format!("{name}@example.com"),
                name: name.to_owned(),
                password_hash: store::users::PasswordHash("none".to_owned()),
                created_at: domain::Timestamp(1),
            };
            store::users::insert_first_or_later(&db, &new)
                .await
                .unwrap();
        }
        let said = place.fails(&["admin", "grant", "cat@example.com"], 1);
        assert!(said.contains("cat@example.com"), "{said}");
        let said = place.succeeds(&["admin", "grant", "Bob@Example.com"]);
        assert!(
            said.contains("bob@example.com runs this instance"),
            "{said}"
        );
        let bob = store::users::by_email(&db, "bob@example.com")
            .await
            .unwrap();
        assert!(bob.unwrap().is_admin);

        let whole = place.succeeds(&["audit", "verify"]);
        assert!(whole.starts_with("1 events"), "{whole}");
        let hash = whole.trim().rsplit(' ').next().unwrap().to_owned();
        place.succeeds(&["admin", "grant", "bob@example.com"]);
        place.succeeds(&["keys", "add"]);
        place.succeeds(&["audit", "verify", "--expect", &hash]);
        let other = "ab".repeat(32);
        place.fails(&["audit", "verify", "--expect", &other], 1);
        place.fails(&["audit", "verify", "--expect", "rubbish"], 1);
        let remove = ["admin", "remove-second-factor", "Bob@example.com"];
        let said = place.fails(&remove, 1);
        assert!(said.contains("is off for bob@example.com"), "{said}");
        let bob = domain::UserId("bob".to_owned());
        let kid = place.source().vault().current_kid();
        assert!(totp::prepare(&db, &second_factor(&bob, kid)).await.unwrap());
        let id = domain::SecretId("factor".to_owned());
        let on = totp::turn_on(&db, &bob, &id, 1, domain::Timestamp(1), &[[7; 32]]).await;
        assert!(on.unwrap());
        let said = place.succeeds(&remove);
        assert!(
            said.starts_with("bob@example.com signs in with the password alone"),
            "{said}"
        );
        assert_eq!(totp::of_user(&db, &bob).await.unwrap(), None);
        assert_eq!(totp::recovery_codes_left(&db, &bob).await.unwrap(), 0);
        let lines = place.succeeds(&["audit", "export"]);
        assert_eq!(lines.lines().count(), 3, "{lines}");
        assert!(lines.contains("totp.removed"), "{lines}");
        assert!(lines.contains("\"Command line\""), "{lines}");
        assert_eq!(
            place.succeeds(&["audit", "export", "--to", "2020-01-01"]),
            ""
        );

        store::test_support::tables::drop_audit_triggers(&db)
            .await
            .unwrap();
        let edit = "UPDATE audit_events SET actor_id = 'eve' WHERE sequence = 1";
        store::test_support::tables::meddle(&db, edit)
            .await
            .unwrap();
        let said = place.fails(&["audit", "verify"], 1);
        assert!(
            said.contains("event 1 ") && said.contains("was changed"),
            "{said}"
        );
    }
}
