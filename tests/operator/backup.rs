//! Backups of SQLite: made while others write, whole or refused, restored into an empty folder alone.

use super::place::{Kind, Place};
use domain::{ProviderId, SecretId, Timestamp, UserId};
use secrecy::ExposeSecret;
use server::vault::{NewSecret, Vault};
use std::{
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};
use store::{
    Db,
    secrets::{self, Owner, Slot},
    users::{NewUser, PasswordHash},
};

fn ada() -> Owner {
    Owner::User(UserId("ada".to_owned()))
}

async fn save(db: &Db, vault: &Vault, number: usize) {
    let (owner, field) = (ada(), format!("field-{number}"));
    let slot = Slot {
        owner: &owner,
        provider: ProviderId::Kie,
        field: &field,
    };
    let stored = secrets::replace(db, slot, |version| {
        vault.seal(NewSecret {
            id: SecretId(format!("{number}-{version}")),
            owner: ada(),
            provider: ProviderId::Kie,
            field: &field,
            audience_origin: String::new(),
            version,
            plaintext: &format!("secret-{number}").into(),
            created_by: UserId("ada".to_owned()),
            now: Timestamp(1),
        })
    })
    .await;
    assert!(stored.unwrap());
}

/// An installation with an account and twenty secrets.
async fn installation() -> (Place, Db, Vault) {
    let place = Place::new(Kind::Sqlite).await;
    let db = place.open().await;
    let new = NewUser {
        id: UserId("ada".to_owned()),
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
    for number in 0..20 {
        save(&db, &vault, number).await;
    }
    (place, db, vault)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_holds_all_that_was_acknowledged_before() {
    let (place, db, vault) = installation().await;
    let (to, key) = (
        place.path("backup"),
        std::fs::read_to_string(place.key_file()).unwrap(),
    );
    let stop = AtomicBool::new(false);
    let load = async {
        for number in 1000_usize.. {
            if stop.load(Ordering::Relaxed) {
                return number;
            }
            save(&db, &vault, number).await;
        }
        0
    };
    let backup = async {
        let mut command = place.command(&["backup", "--to", &text(&to)]);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await;
        stop.store(true, Ordering::Relaxed);
        output.unwrap()
    };
    let (written, output) = tokio::join!(load, backup);
    assert!(output.status.success(), "{output:?}");
    assert!(written > 1001, "nothing was written meanwhile");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("does not hold the master key"), "{said}");
    for entry in std::fs::read_dir(&to).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
        for secret in ["secret-7", key.trim()] {
            let found = bytes
                .windows(secret.len())
                .any(|piece| piece == secret.as_bytes());
            assert!(!found, "{} holds a secret", path.display());
        }
    }
    db.close().await;

    let again = place.path("again");
    place.succeeds(&["restore", "--from", &text(&to), "--data", &text(&again)]);
    let file = again.join("film-generator.db");
    let restored = Db::open(&format!("sqlite://{}", file.display()))
        .await
        .unwrap();
    let source = place.source();
    let vault = source
        .vault()
        .start(&source.variable, &restored, Timestamp(2))
        .await
        .unwrap();
    let found = secrets::of_owner(&restored, &ada()).await.unwrap();
    for number in 0..20 {
        let field = format!("field-{number}");
        let row = found.iter().find(|row| row.field == field).unwrap();
        let opened = vault.open(row).unwrap();
        assert_eq!(opened.expose_secret(), format!("secret-{number}"));
    }
    restored.close().await;
    place.succeeds(&["keys", "status", "--data", &text(&again)]);
    place.succeeds(&["audit", "verify", "--data", &text(&again)]);
    assert_eq!(
        again.metadata().unwrap().permissions().mode() & 0o777,
        0o700
    );
}

#[tokio::test]
async fn what_is_there_is_never_overwritten_and_what_is_damaged_never_restored() {
    let (place, db, _) = installation().await;
    db.close().await;
    let (to, again) = (place.path("backup"), place.path("again"));
    place.succeeds(&["backup", "--to", &text(&to)]);
    let said = place.fails(&["backup", "--to", &text(&to)], 1);
    assert!(said.contains("not empty"), "{said}");
    let said = place.fails(&["restore", "--from", &text(&to)], 1);
    assert!(said.contains("not empty"), "{said}");
    let restore = ["restore", "--from", &text(&to), "--data", &text(&again)];

    let manifest = to.join("manifest.json");
    let good = std::fs::read_to_string(&manifest).unwrap();
    let outside = good.replace("\"film-generator.db\"", "\"../master.key\"");
    assert_ne!(outside, good);
    for (wrong, because) in [
        (outside, "outside"),
        (good.replace("\"format\": 1", "\"format\": 9"), "format 9"),
        ("{}".to_owned(), "cannot be understood"),
    ] {
        std::fs::write(&manifest, wrong).unwrap();
        let said = place.fails(&restore, 1);
        assert!(said.contains(because), "{said}");
    }
    std::fs::write(&manifest, &good).unwrap();
    let database = to.join("film-generator.db");
    let mut bytes = std::fs::read(&database).unwrap();
    bytes[5000] ^= 1;
    std::fs::write(&database, &bytes).unwrap();
    let said = place.fails(&restore, 1);
    assert!(said.contains("not as it was backed up"), "{said}");
    assert!(!again.exists(), "nothing was written");
    std::fs::remove_file(&manifest).unwrap();
    place.fails(&restore, 1);
    bytes[5000] ^= 1;
    std::fs::write(&database, &bytes).unwrap();
    std::fs::write(&manifest, &good).unwrap();
    place.succeeds(&restore);
}
