//! Secrets that the program makes and shows once: links of invitations, access tokens, second factors.
//! The answer that shows one is kept without it.

use super::{
    secrets::{Secrets, key_slots},
    tour::Tour,
};
use crate::client::Client;
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha1::Sha1;

/// An organization with a key in each slot, and bob in it; its id.
pub async fn an_organization(tour: &mut Tour<'_>, secrets: &mut Secrets) -> String {
    let name = json!({ "name": "Studio" });
    let studio = tour
        .must("POST", "/api/v1/organizations", Some(&name))
        .await;
    let studio = studio["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/organizations/{studio}");
    let pair = json!({
        "key": secrets.secret("the organization's modal key", "wk-sandbox-CANARY-"),
        "secret": secrets.secret("the organization's modal secret", "ws-sandbox-CANARY-"),
    });
    tour.must("PUT", &format!("{path}/keys/modal"), Some(&pair))
        .await;
    for slot in key_slots() {
        let name = format!("the organization's {slot} key");
        let key = json!({ "key": secrets.secret(&name, "sandbox-CANARY-") });
        tour.must("PUT", &format!("{path}/keys/{slot}"), Some(&key))
            .await;
    }
    let whom = json!({ "email": "bob@example.com", "role": "admin" });
    let invited = tour
        .ada
        .send("POST", &format!("{path}/invitations"), Some(&whom))
        .await;
    assert_eq!(invited.status, 201, "{}", invited.text());
    let link = invited.json()["link"].as_str().expect("a link").to_owned();
    let token = link.rsplit('/').next().unwrap_or_default();
    secrets.watch("an invitation", token.into());
    let taken = json!({ "token": token });
    for (method, path, body) in [
        ("POST", "/api/v1/invitations/look", taken.clone()),
        ("POST", "/api/v1/invitations/accept", taken),
        (
            "PUT",
            "/api/v1/me/active-organization",
            json!({ "organization_id": studio }),
        ),
    ] {
        let answer = tour.bob.send(method, path, Some(&body)).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        tour.keep(format!("{method} {path}"), &answer);
    }
    for rest in [
        "",
        "/keys",
        "/members",
        "/invitations",
        "/settings",
        "/policy",
        "/audit",
        "/usage",
    ] {
        tour.ask("GET", &format!("{path}{rest}"), None).await;
        let seen = tour.bob.get(&format!("{path}{rest}")).await;
        tour.keep(format!("GET {path}{rest} as a member"), &seen);
    }
    for slot in key_slots() {
        tour.ask("POST", &format!("{path}/keys/{slot}/test"), None)
            .await;
    }
    studio
}

/// An access token.
pub async fn a_token(tour: &mut Tour<'_>, secrets: &mut Secrets) {
    let wish = json!({ "name": "for a script", "scopes": ["read"] });
    let made = tour.ada.send("POST", "/api/v1/tokens", Some(&wish)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let token = made.json()["token"].as_str().expect("a token").to_owned();
    secrets.watch("an access token", token.trim_start_matches("fgp_").into());
    let bearer = format!("Bearer {token}");
    let nobody = Client::nobody(&tour.ada.origin);
    let used = nobody
        .bare("GET", "/api/v1/projects", &[("authorization", &bearer)], "")
        .await;
    assert_eq!(used.status, 200, "{}", used.text());
    tour.keep("GET /api/v1/projects with a token".to_owned(), &used);
}

/// A second factor that is on, with its recovery codes.
pub async fn a_second_factor(tour: &mut Tour<'_>, secrets: &mut Secrets) {
    let begun = tour.ada.send("POST", "/api/v1/me/totp", None).await;
    assert_eq!(begun.status, 200, "{}", begun.text());
    let secret = begun.json()["secret"]
        .as_str()
        .expect("a secret")
        .to_owned();
    let seed = BASE32_NOPAD.decode(secret.as_bytes()).expect("Base32");
    secrets.watch("the second factor, to type", secret.into());
    let code = json!({ "code": code_of(&seed) });
    secrets.watch("the second factor", seed);
    let mut on = tour.ada.send("PUT", "/api/v1/me/totp", Some(&code)).await;
    assert_eq!(on.status, 200, "{}", on.text());
    for code in on.json()["recovery_codes"].as_array().expect("codes") {
        let code = code.as_str().expect("a code");
        secrets.watch("a recovery code", code.into());
        secrets.watch("a recovery code", code.replace('-', "").into());
    }
    let session = on
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap_or_default()
        .to_owned();
    let token = session.split_once('=').expect("a cookie").1;
    secrets.watch("a session after that", token.into());
    tour.ada.cookie = session;
    on.headers.remove("set-cookie");
    on.bytes.clear();
    tour.keep("PUT /api/v1/me/totp".to_owned(), &on);
}

/// The code of this moment (RFC 6238: HMAC-SHA-1, six digits, 30 seconds).
fn code_of(seed: &[u8]) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "the program has the time of the system"
    )]
    let now = std::time::SystemTime::now();
    let seconds = now
        .duration_since(std::time::UNIX_EPOCH)
        .expect("it is later")
        .as_secs();
    let mut mac = Hmac::<Sha1>::new_from_slice(seed).expect("a key of any length");
    mac.update(&(seconds / 30).to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let bytes = [
        digest[at] & 127,
        digest[at + 1],
        digest[at + 2],
        digest[at + 3],
    ];
    format!("{:06}", u32::from_be_bytes(bytes) % 1_000_000)
}
