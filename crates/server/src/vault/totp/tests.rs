//! The secret of a second factor withstands what keys withstand.

use super::*;
use crate::vault::MasterKeys;

const FIRST: &str = "9f0c6a51d2b87e4430f1c59ae8276bd30a94fe1d7c3825b6e04f91a8d36c72e5";
const SECOND: &str = "41d7e2a90b6cf83517c4be60f28d93a57e1f08bbd45c3a96e72019cd8fb4635a";
const SECRET: &[u8] = b"12345678901234567890";

fn vault(key: &str) -> Vault {
    Vault::new(MasterKeys::parse(key).unwrap())
}

fn row(sealed: NewTotp) -> TotpRow {
    TotpRow {
        id: sealed.id,
        owner_kind: sealed.owner_kind.to_owned(),
        owner_id: sealed.owner_id,
        provider: sealed.provider.to_owned(),
        field: sealed.field.to_owned(),
        audience_origin: sealed.audience_origin.to_owned(),
        version: sealed.version,
        kid: sealed.kid,
        salt: sealed.salt,
        dek_nonce: sealed.dek_nonce,
        wrapped_dek: sealed.wrapped_dek,
        nonce: sealed.nonce,
        ciphertext: sealed.ciphertext,
        created_at: sealed.created_at,
        confirmed_at: None,
        last_step: -1,
    }
}

fn sealed(id: &str, owner: &str) -> TotpRow {
    let (id, owner) = (SecretId(id.to_owned()), UserId(owner.to_owned()));
    row(vault(FIRST).seal_totp(id, &owner, SECRET, Timestamp(1)))
}

#[test]
fn what_was_sealed_is_read_again_and_seen_in_no_column() {
    let row = sealed("a", "ada");
    assert_eq!(vault(FIRST).open_totp(&row).unwrap().as_slice(), SECRET);
    for column in [&row.salt, &row.wrapped_dek, &row.ciphertext] {
        assert!(
            !column
                .windows(6)
                .any(|window| SECRET.windows(6).any(|s| s == window))
        );
    }
    let other = vault(SECOND).open_totp(&row);
    assert_eq!(other.unwrap_err(), Unreadable::UnknownKey);
}

#[test]
fn a_secret_opens_in_no_other_row_and_with_no_other_column() {
    let (ada, bob) = (sealed("a", "ada"), sealed("b", "bob"));
    let moved = TotpRow {
        id: bob.id.clone(),
        owner_id: bob.owner_id.clone(),
        ..ada.clone()
    };
    let changed: [fn(&mut TotpRow); 8] = [
        |row| row.id = SecretId("c".to_owned()),
        |row| row.owner_id = UserId("bob".to_owned()),
        |row| row.owner_kind = "organization".to_owned(),
        |row| row.provider = "gemini".to_owned(),
        |row| row.field = "api_key".to_owned(),
        |row| row.audience_origin = "https://evil.example".to_owned(),
        |row| row.version += 1,
        |row| row.ciphertext[0] ^= 1,
    ];
    let rows = changed.map(|change| {
        let mut row = ada.clone();
        change(&mut row);
        row
    });
    for row in rows.into_iter().chain([moved]) {
        let opened = vault(FIRST).open_totp(&row);
        assert_eq!(opened.unwrap_err(), Unreadable::Tampered, "{row:?}");
    }
}
