//! What an envelope withstands: being looked at, being moved to another row, being changed by a
//! bit, being opened with another master key.

use super::*;
use crate::clock::Ids;
use domain::OrganizationId;
use store::secrets::SecretRow;

const FIRST: &str = "9f0c6a51d2b87e4430f1c59ae8276bd30a94fe1d7c3825b6e04f91a8d36c72e5";
const SECOND: &str = "41d7e2a90b6cf83517c4be60f28d93a57e1f08bbd45c3a96e72019cd8fb4635a";
const CANARY: &str = "sk-CANARY-5b1f0c9d7e3a4862";

fn vault(text: &str) -> Vault {
    Vault::new(MasterKeys::parse(text).unwrap())
}

struct Place {
    owner: Owner,
    provider: ProviderId,
    field: &'static str,
    origin: &'static str,
    version: i64,
}

fn place() -> Place {
    Place {
        owner: Owner::User(UserId("ada".to_owned())),
        provider: ProviderId::OpenRouter,
        field: "api_key",
        origin: "",
        version: 1,
    }
}

/// A row as it stands in the database after sealing.
fn row(vault: &Vault, id: &str, place: &Place, secret: &str) -> SecretRow {
    let sealed = vault.seal(NewSecret {
        id: SecretId(id.to_owned()),
        owner: place.owner.clone(),
        provider: place.provider,
        field: place.field,
        audience_origin: place.origin.to_owned(),
        version: place.version,
        plaintext: &secret.into(),
        created_by: UserId("ada".to_owned()),
        now: Timestamp(1),
    });
    SecretRow {
        id: sealed.id,
        owner_kind: place.owner.kind().to_owned(),
        owner_id: place.owner.id().to_owned(),
        provider: place.provider,
        field: place.field.to_owned(),
        audience_origin: sealed.audience_origin,
        version: place.version,
        kid: sealed.kid,
        salt: sealed.salt,
        dek_nonce: sealed.dek_nonce,
        wrapped_dek: sealed.wrapped_dek,
        nonce: sealed.nonce,
        ciphertext: sealed.ciphertext,
        last4: sealed.last4,
        fingerprint: sealed.fingerprint,
        created_by: sealed.created_by,
        created_at: sealed.created_at,
        last_used_at: None,
        revoked_at: None,
    }
}

fn opened(vault: &Vault, row: &SecretRow) -> Result<String, Unreadable> {
    vault
        .open(row)
        .map(|secret| secret.expose_secret().to_owned())
}

fn blobs(row: &SecretRow) -> [&Vec<u8>; 5] {
    [
        &row.salt,
        &row.dek_nonce,
        &row.wrapped_dek,
        &row.nonce,
        &row.ciphertext,
    ]
}

#[test]
fn what_is_sealed_opens_again() {
    let vault = vault(FIRST);
    for secret in ["a", CANARY, "žluťoučký", &"x".repeat(512)] {
        assert_eq!(
            opened(&vault, &row(&vault, "1", &place(), secret)).as_deref(),
            Ok(secret)
        );
    }
}

#[test]
fn two_seals_of_one_secret_share_no_sixteen_bytes() {
    let vault = vault(FIRST);
    let (a, b) = (
        row(&vault, "1", &place(), CANARY),
        row(&vault, "1", &place(), CANARY),
    );
    let windows = |row: &SecretRow| -> std::collections::HashSet<Vec<u8>> {
        blobs(row)
            .into_iter()
            .flat_map(|blob| blob.windows(16).map(<[u8]>::to_vec))
            .collect()
    };
    assert!(windows(&a).len() > 50);
    assert!(windows(&a).is_disjoint(&windows(&b)));
    assert_ne!(a.nonce, b.nonce);
    assert_ne!(a.dek_nonce, b.dek_nonce);
}

#[test]
fn no_column_holds_the_secret_in_any_spelling() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let vault = vault(FIRST);
    let row = row(&vault, "1", &place(), CANARY);
    let shown = format!("{row:?} {vault:?}");
    let stored: Vec<u8> = blobs(&row).into_iter().flatten().copied().collect();
    let spellings = [
        CANARY.to_owned(),
        hex::encode(CANARY),
        STANDARD.encode(CANARY).trim_end_matches('=').to_owned(),
        CANARY.chars().rev().collect(),
    ];
    for spelling in spellings {
        assert!(!shown.contains(&spelling), "{shown}");
        assert!(
            !stored
                .windows(spelling.len())
                .any(|window| window == spelling.as_bytes())
        );
    }
}

#[test]
fn every_edited_column_makes_it_unreadable() {
    let vault = vault(FIRST);
    let sealed = row(&vault, "1", &place(), CANARY);
    let edits: [fn(&mut SecretRow); 8] = [
        |row| row.id = SecretId("2".to_owned()),
        |row| row.owner_kind = "organization".to_owned(),
        |row| row.owner_id = "mallory".to_owned(),
        |row| row.provider = ProviderId::Gemini,
        |row| row.field = "secret".to_owned(),
        |row| row.audience_origin = "https://evil.example".to_owned(),
        |row| row.version += 1,
        |row| row.kid = "0123456789abcdef".to_owned(),
    ];
    for (number, edit) in edits.into_iter().enumerate() {
        let mut edited = sealed.clone();
        edit(&mut edited);
        assert_ne!(edited, sealed);
        assert!(opened(&vault, &edited).is_err(), "edit {number}");
    }
    assert_eq!(opened(&vault, &sealed).as_deref(), Ok(CANARY));
}

#[test]
fn blobs_and_columns_moved_between_rows_do_not_open() {
    let vaults = [vault(FIRST), vault(SECOND)];
    let both = vault(&format!("{SECOND}\n{FIRST}"));
    let ids = Ids::seeded(7);
    let rows: Vec<SecretRow> = (0..40)
        .map(|number| {
            let place = Place {
                owner: if number % 2 == 0 {
                    Owner::User(UserId(format!("owner-{}", number % 8)))
                } else {
                    Owner::Organization(OrganizationId(format!("owner-{}", number % 8)))
                },
                provider: ProviderId::ALL[number % 12],
                field: if number % 4 < 2 { "api_key" } else { "secret" },
                origin: if number % 3 == 0 {
                    ""
                } else {
                    "https://a.example"
                },
                version: i64::try_from(number % 5).unwrap() + 1,
            };
            let vault = &vaults[number % 5 % 2];
            row(vault, &ids.next(), &place, &format!("{CANARY}-{number}"))
        })
        .collect();
    let moves: [fn(&mut SecretRow, &SecretRow); 12] = [
        |to, from| {
            (to.salt, to.dek_nonce, to.wrapped_dek) = (
                from.salt.clone(),
                from.dek_nonce.clone(),
                from.wrapped_dek.clone(),
            );
        },
        |to, from| (to.nonce, to.ciphertext) = (from.nonce.clone(), from.ciphertext.clone()),
        |to, from| {
            let target = to.clone();
            *to = from.clone();
            (to.id, to.owner_id, to.provider) = (target.id, target.owner_id, target.provider);
        },
        |to, from| to.salt = from.salt.clone(),
        |to, from| to.id = from.id.clone(),
        |to, from| to.owner_kind = from.owner_kind.clone(),
        |to, from| to.owner_id = from.owner_id.clone(),
        |to, from| to.provider = from.provider,
        |to, from| to.field = from.field.clone(),
        |to, from| to.audience_origin = from.audience_origin.clone(),
        |to, from| to.version = from.version,
        |to, from| to.kid = from.kid.clone(),
    ];
    let mut tried = [0; 12];
    for (a, to) in rows.iter().enumerate() {
        for from in rows
            .iter()
            .enumerate()
            .filter(|(b, _)| *b != a)
            .map(|(_, row)| row)
        {
            for (number, change) in moves.iter().enumerate() {
                let mut moved = to.clone();
                change(&mut moved, from);
                if moved != *to {
                    assert!(opened(&both, &moved).is_err(), "move {number}");
                    tried[number] += 1;
                }
            }
        }
    }
    assert!(tried.iter().all(|tried| *tried > 700), "{tried:?}");
    assert!(rows.iter().all(|row| opened(&both, row).is_ok()));
}

#[test]
fn every_flipped_bit_and_every_cut_makes_it_unreadable() {
    let vault = vault(FIRST);
    let sealed = row(&vault, "1", &place(), CANARY);
    let columns: [fn(&mut SecretRow) -> &mut Vec<u8>; 5] = [
        |row| &mut row.salt,
        |row| &mut row.dek_nonce,
        |row| &mut row.wrapped_dek,
        |row| &mut row.nonce,
        |row| &mut row.ciphertext,
    ];
    let mut flips = 0;
    for column in columns {
        let length = column(&mut sealed.clone()).len();
        for bit in 0..length * 8 {
            let mut flipped = sealed.clone();
            column(&mut flipped)[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                opened(&vault, &flipped),
                Err(Unreadable::Tampered),
                "bit {bit}"
            );
            flips += 1;
        }
        for kept in 0..length {
            let mut cut = sealed.clone();
            column(&mut cut).truncate(kept);
            assert_eq!(
                opened(&vault, &cut),
                Err(Unreadable::Tampered),
                "cut at {kept}"
            );
        }
    }
    assert!(flips > 1000, "{flips}");
}

#[test]
fn a_key_that_is_not_configured_is_unknown_and_no_other_is_tried() {
    let sealed = row(&vault(FIRST), "1", &place(), CANARY);
    let other = vault(SECOND);
    assert_eq!(opened(&other, &sealed), Err(Unreadable::UnknownKey));
    let mut relabelled = sealed.clone();
    relabelled.kid = other.current_kid();
    assert_eq!(opened(&other, &relabelled), Err(Unreadable::Tampered));
    // Both keys are there, the row names the wrong one: the right one is not tried.
    let both = vault(&format!("{SECOND}\n{FIRST}"));
    assert_eq!(opened(&both, &relabelled), Err(Unreadable::Tampered));
    assert_eq!(opened(&both, &sealed).as_deref(), Ok(CANARY));
    assert_eq!(row(&both, "1", &place(), CANARY).kid, other.current_kid());
}

#[test]
fn fingerprints_tell_equal_secrets_and_nothing_without_the_master_key() {
    let (first, second) = (vault(FIRST), vault(SECOND));
    let print = |vault: &Vault, secret: &str| row(vault, "1", &place(), secret).fingerprint;
    assert_eq!(print(&first, CANARY), print(&first, CANARY));
    assert_eq!(print(&first, CANARY).len(), 12);
    assert_ne!(print(&first, CANARY), print(&first, "sk-other"));
    assert_ne!(print(&first, CANARY), print(&second, CANARY));
    let older = row(&first, "1", &place(), CANARY);
    let rotated = vault(&format!("{SECOND}\n{FIRST}"));
    assert!(rotated.is_of(&older, &CANARY.into()) && !rotated.is_of(&older, &"sk-other".into()));
    assert!(!second.is_of(&older, &CANARY.into()));
}

#[test]
fn only_long_secrets_show_their_last_four_characters() {
    let vault = vault(FIRST);
    for length in 1..16 {
        assert_eq!(row(&vault, "1", &place(), &"k".repeat(length)).last4, None);
    }
    assert_eq!(
        row(&vault, "1", &place(), CANARY).last4.as_deref(),
        Some("4862")
    );
}

#[test]
fn debug_shows_no_secret_and_no_key() {
    let secret = SecretString::from(CANARY);
    let new = NewSecret {
        id: SecretId("1".to_owned()),
        owner: Owner::User(UserId("ada".to_owned())),
        provider: ProviderId::OpenRouter,
        field: "api_key",
        audience_origin: String::new(),
        version: 1,
        plaintext: &secret,
        created_by: UserId("ada".to_owned()),
        now: Timestamp(1),
    };
    let shown = format!("{new:?} {secret:?} {:?}", vault(FIRST));
    assert!(
        !shown.contains("CANARY") && !shown.contains(&FIRST[..6]),
        "{shown}"
    );
}

#[test]
fn a_typed_secret_is_cleaned_inside() {
    let vault = vault(FIRST);
    let tidied = vault.tidy(&"  abc \n".into(), |typed| {
        Ok::<_, ()>(typed.trim().to_owned())
    });
    assert_eq!(tidied.unwrap().expose_secret(), "abc");
    assert!(
        vault
            .tidy(&"".into(), |_| Err::<String, _>("empty"))
            .is_err()
    );
}

mod start {
    use super::*;

    async fn database(folder: &tempfile::TempDir) -> Db {
        let path = folder.path().join("film.db");
        let db = Db::open(&format!("sqlite://{}", path.display()))
            .await
            .unwrap();
        db.migrate().await.unwrap();
        db
    }

    async fn boot(db: &Db, text: &str) -> Result<Vault, StartError> {
        let vault = vault(text);
        vault.start("FILM_MASTER_KEY_FILE", db, Timestamp(1)).await
    }

    #[tokio::test]
    async fn another_master_key_than_at_the_first_start_is_told_in_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let db = database(&folder).await;
        let first = boot(&db, FIRST).await.unwrap();
        let before = store::secrets::key_checks(&db).await.unwrap();

        let error = boot(&db, SECOND).await.unwrap_err().to_string();
        let second = vault(SECOND);
        for part in [
            "FILM_MASTER_KEY_FILE",
            &first.current_kid(),
            &second.current_kid(),
        ] {
            assert!(error.contains(part), "{error}");
        }
        assert!(
            !error.contains(&SECOND[..8]) && !error.contains(&FIRST[..8]),
            "{error}"
        );
        assert_eq!(
            store::secrets::key_checks(&db).await.unwrap(),
            before,
            "nothing is repaired"
        );

        boot(&db, FIRST).await.unwrap();
    }

    #[tokio::test]
    async fn a_new_key_is_taken_in_beside_the_former_one() {
        let folder = tempfile::tempdir().unwrap();
        let db = database(&folder).await;
        boot(&db, FIRST).await.unwrap();
        boot(&db, &format!("{SECOND}\n{FIRST}")).await.unwrap();
        assert_eq!(store::secrets::key_checks(&db).await.unwrap().len(), 2);
        boot(&db, SECOND).await.unwrap();
    }

    #[tokio::test]
    async fn a_check_value_that_does_not_fit_stops_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let db = database(&folder).await;
        let kid = vault(FIRST).current_kid();
        store::secrets::insert_key_check(&db, &kid, &[0; 32], Timestamp(1))
            .await
            .unwrap();
        assert!(matches!(
            boot(&db, FIRST).await,
            Err(StartError::WrongMasterKey { .. })
        ));
    }
}
