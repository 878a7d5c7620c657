//! Each change and its event: one request writes down what it has done, once, and nothing where it has
//! changed nothing.

use super::{
    audit::sign_in,
    ledger::user_id,
    support::{Answer, Person, Stage},
};
use crate::auth::second_factor::testing::shown;
use serde_json::{Value, json};
use store::{
    audit::{
        NewEvent,
        read::{self, Filter},
        verify::verify,
    },
    on_both_databases,
    test_support::TestDb,
};

on_both_databases!(
    each_change_of_what_is_ones_own_is_one_event,
    each_change_of_what_is_shared_is_one_event,
);

/// The event of a request that changes nothing.
const NOTHING: &str = "";

/// Looks at what each request writes down.
struct Watch<'a> {
    stage: &'a Stage,
    seen: i64,
    last: Vec<NewEvent>,
}

impl<'a> Watch<'a> {
    const fn new(stage: &'a Stage) -> Self {
        Self {
            stage,
            seen: 0,
            last: Vec::new(),
        }
    }

    /// What was done since the last look, in its order.
    async fn news(&mut self) -> Vec<String> {
        let rows = read::after(&self.stage.app.db, &Filter::default(), self.seen, 100).await;
        let rows = rows.unwrap();
        self.seen = rows.last().map_or(self.seen, |row| row.sequence);
        self.last = rows.into_iter().map(|row| row.event).collect();
        let actions = self.last.iter().map(|event| event.action.clone());
        actions.collect()
    }

    /// Sends a request such as `DELETE /sessions`, which is to write down this once and nothing else.
    async fn ask(&mut self, who: &Person, what: &str, body: Value, event: &str) -> Answer {
        let (method, path) = what.split_once(' ').unwrap();
        let answer = who
            .call(method, path, Some(&body).filter(|body| !body.is_null()))
            .await;
        let news = self.news().await.join(", ");
        assert_eq!(news, event, "{what}: {}", answer.body);
        let is_done = (200..300).contains(&answer.status);
        assert!(is_done || event.is_empty(), "{what}: {}", answer.body);
        answer
    }

    /// What the only event of the last request says beside who and what.
    fn detail(&self) -> Value {
        assert_eq!(self.last.len(), 1);
        serde_json::from_str(&self.last[0].detail).unwrap()
    }

    async fn ends_whole(self) {
        let head = verify(&self.stage.app.db, None).await.unwrap().unwrap();
        assert_eq!(head.count, self.seen);
    }
}

async fn each_change_of_what_is_ones_own_is_one_event(test: TestDb) {
    let stage = Stage::new(test).await;
    let mut ada = stage.person("ada").await;
    let mut watch = Watch::new(&stage);
    assert_eq!(watch.news().await, ["account.created"]);
    let again = json!({"email": "ADA@example.com", "password": "a long enough secret"});
    let anybody = stage.anybody();
    let taken = watch
        .ask(&anybody, "POST /auth/sign-up", again, NOTHING)
        .await;
    assert_eq!(taken.code(), "INVALID_INPUT");

    for (what, body, event) in [
        (
            "PUT /keys/gemini",
            json!({"key": "sandbox-abcdefgh-1c96"}),
            "key.stored",
        ),
        (
            "PUT /keys/gemini",
            json!({"key": "sandbox-abcdefgh-2d07"}),
            "key.replaced",
        ),
        ("PUT /keys/gemini", json!({"key": " "}), NOTHING),
        ("POST /keys/gemini/undo", Value::Null, "key.restored"),
        ("POST /keys/gemini/undo", Value::Null, NOTHING),
        ("DELETE /keys/gemini", Value::Null, "key.removed"),
        ("DELETE /keys/gemini", Value::Null, NOTHING),
        (
            "PUT /budgets/user/daily",
            json!({"limit_micro_usd": 5_000_000}),
            "budget.set",
        ),
        ("DELETE /budgets/user/daily", Value::Null, "budget.removed"),
        ("DELETE /budgets/user/daily", Value::Null, NOTHING),
        // What a person chooses is in the history of the field.
        (
            "PATCH /settings",
            json!({"operations": {"image": {"provider": "gemini"}}}),
            NOTHING,
        ),
        (
            "PATCH /settings",
            json!({"endpoints": {"image": "https://film--image.modal.run"}}),
            "settings.endpoints",
        ),
        (
            "PATCH /settings",
            json!({"endpoints": {"image": "https://film--image.modal.run"}}),
            NOTHING,
        ),
    ] {
        watch.ask(&ada, what, body, event).await;
    }

    let wish = json!({"name": "Build server", "scopes": ["read"]});
    let made = watch.ask(&ada, "POST /tokens", wish, "token.made").await;
    let revoke = format!("DELETE /tokens/{}", made.body["id"].as_str().unwrap());
    watch.ask(&ada, &revoke, Value::Null, "token.revoked").await;
    watch.ask(&ada, &revoke, Value::Null, NOTHING).await;

    for _ in 0..3 {
        assert_eq!(sign_in(&stage, "ada", "a long enough secret").await, 200);
    }
    assert_eq!(watch.news().await, ["sign_in.succeeded"; 3]);
    let listed = ada.get("/sessions").await.body;
    let mut others = listed["data"].as_array().unwrap().iter();
    let other = others.find(|one| one["current"] == false).unwrap();
    let end = format!("DELETE /sessions/{}", other["id"].as_str().unwrap());
    watch.ask(&ada, &end, Value::Null, "session.ended").await;
    watch.ask(&ada, &end, Value::Null, NOTHING).await;
    let all = "DELETE /sessions";
    watch.ask(&ada, all, Value::Null, "sessions.ended").await;
    assert_eq!(watch.detail(), json!({"number": 2}));
    watch.ask(&ada, all, Value::Null, NOTHING).await;

    let change = json!({
        "current_password": "a long enough secret",
        "new_password": "five green umbrellas dance",
    });
    let changed = watch
        .ask(&ada, "PUT /me/password", change, "password.changed")
        .await;
    ada.cookie = Some(changed.cookie());
    let setup = watch.ask(&ada, "POST /me/totp", json!({}), NOTHING).await;
    let secret = setup.body["secret"].as_str().unwrap();
    let code = json!({ "code": shown(secret, stage.app.clock.now(), 0) });
    let on = watch.ask(&ada, "PUT /me/totp", code, "totp.on").await;
    ada.cookie = Some(on.cookie());
    let codes = "POST /me/totp/recovery-codes";
    watch
        .ask(&ada, codes, json!({}), "totp.recovery_codes")
        .await;
    for event in ["totp.off", NOTHING] {
        watch.ask(&ada, "DELETE /me/totp", Value::Null, event).await;
    }
    watch.ask(&ada, codes, json!({}), NOTHING).await;
    watch.ends_whole().await;
}

async fn each_change_of_what_is_shared_is_one_event(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, eve) = (stage.person("ada").await, stage.person("eve").await);
    let (ada_id, eve_id) = (user_id(&ada).await, user_id(&eve).await);
    let mut watch = Watch::new(&stage);
    assert_eq!(watch.news().await, ["account.created"; 2]);
    let id_of = |answer: &Answer| answer.body["id"].as_str().unwrap().to_owned();
    let token_of = |answer: &Answer| {
        let link = answer.body["link"].as_str().unwrap();
        json!({ "token": link.rsplit('/').next().unwrap() })
    };
    let member = json!({"email": "Eve@example.com", "role": "member"});
    let image = json!({"operations": {"image": {"provider": "gemini"}}});

    let name = json!({"name": "Studio"});
    let made = watch
        .ask(&ada, "POST /organizations", name, "organization.created")
        .await;
    let studio = id_of(&made);
    let at = |method: &str, rest: &str| format!("{method} /organizations/{studio}{rest}");
    for (what, body, event) in [
        (
            at("PATCH", ""),
            json!({"name": "Atelier"}),
            "organization.renamed",
        ),
        (at("PATCH", ""), json!({"name": ""}), NOTHING),
        (
            at("PATCH", "/settings"),
            image.clone(),
            "organization.settings",
        ),
        (at("PATCH", "/settings"), image.clone(), NOTHING),
        (
            at("PATCH", "/policy"),
            json!({"operations": null, "base": "an older one"}),
            NOTHING,
        ),
    ] {
        watch.ask(&ada, &what, body, event).await;
    }
    let policy = json!({"operations": ["llm"], "monthly_credits_per_member": 50});
    let path = at("PATCH", "/policy");
    let seen = watch
        .ask(&ada, &path, policy.clone(), "organization.policy")
        .await;
    assert_eq!(watch.detail()["policy"], seen.body);
    watch.ask(&ada, &path, policy, NOTHING).await;

    let invite = at("POST", "/invitations");
    let accept = "POST /invitations/accept";
    for joined in ["member.joined", NOTHING] {
        let invited = watch
            .ask(&ada, &invite, member.clone(), "member.invited")
            .await;
        assert_eq!(watch.last[0].target, "eve@example.com");
        assert_eq!(watch.detail(), json!({"role": "member"}));
        watch.ask(&eve, accept, token_of(&invited), joined).await;
        watch.ask(&eve, accept, token_of(&invited), NOTHING).await;
    }
    watch
        .ask(&ada, &invite, member.clone(), "member.invited")
        .await;
    let path = format!("/organizations/{studio}/invitations");
    let open = ada.get(&path).await.body["data"][0]["id"].clone();
    let withdraw = format!("DELETE {path}/{}", open.as_str().unwrap());
    for event in ["member.uninvited", NOTHING] {
        watch.ask(&ada, &withdraw, Value::Null, event).await;
    }

    let role = at("PATCH", &format!("/members/{eve_id}"));
    let admin = json!({"role": "admin"});
    watch
        .ask(&ada, &role, admin.clone(), "member.role_changed")
        .await;
    assert_eq!(watch.detail(), json!({"from": "member", "to": "admin"}));
    watch.ask(&ada, &role, admin.clone(), NOTHING).await;
    let last_owner = at("PATCH", &format!("/members/{ada_id}"));
    watch.ask(&ada, &last_owner, admin, NOTHING).await;
    let remove = at("DELETE", &format!("/members/{eve_id}"));
    for event in ["member.removed", NOTHING] {
        watch.ask(&ada, &remove, Value::Null, event).await;
    }

    let film = json!({"name": "Film"});
    let film = id_of(&watch.ask(&ada, "POST /projects", film, NOTHING).await);
    let editor = json!({"email": "eve@example.com", "role": "editor"});
    let invite = format!("POST /projects/{film}/invitations");
    let invited = watch
        .ask(&ada, &invite, editor.clone(), "project.invited")
        .await;
    watch
        .ask(&eve, accept, token_of(&invited), "project.joined")
        .await;
    let part = format!("/projects/{film}/members/{eve_id}");
    let viewer = json!({"role": "viewer"});
    for (what, body, event) in [
        (
            format!("PUT {part}"),
            viewer.clone(),
            "project.role_changed",
        ),
        (
            format!("PUT /projects/{film}/members/{ada_id}"),
            viewer,
            NOTHING,
        ),
        (
            format!("DELETE {part}"),
            Value::Null,
            "project.member_removed",
        ),
        (format!("DELETE {part}"), Value::Null, NOTHING),
        (invite, editor, "project.invited"),
    ] {
        watch.ask(&ada, &what, body, event).await;
    }
    let open = ada.get(&format!("/projects/{film}/invitations")).await.body;
    let open = open["data"][0]["id"].as_str().unwrap();
    let withdraw = format!("DELETE /projects/{film}/invitations/{open}");
    for event in ["project.uninvited", NOTHING] {
        watch.ask(&ada, &withdraw, Value::Null, event).await;
    }
    let end = format!("DELETE /projects/{film}");
    for event in ["project.deleted", NOTHING] {
        watch.ask(&ada, &end, Value::Null, event).await;
    }

    let shared = json!({"name": "Shared", "organization_id": studio});
    let shared = id_of(&watch.ask(&ada, "POST /projects", shared, NOTHING).await);
    let settings = format!("PATCH /projects/{shared}/settings");
    for (what, body, event) in [
        (settings.clone(), image.clone(), "project.settings"),
        (settings, image, NOTHING),
        (at("DELETE", ""), Value::Null, NOTHING),
        (
            format!("DELETE /projects/{shared}"),
            Value::Null,
            "project.deleted",
        ),
        (at("DELETE", ""), Value::Null, "organization.deleted"),
        (at("DELETE", ""), Value::Null, NOTHING),
    ] {
        watch.ask(&ada, &what, body, event).await;
    }

    let model = "anthropic/claude-sonnet-5.5";
    let llm = |method: &str| format!("{method} /admin/catalog/llm/openrouter");
    for (what, body, event) in [
        (llm("DELETE"), json!({"model": model}), NOTHING),
        (
            llm("PUT"),
            json!({"model": model, "available": false}),
            "catalog.corrected",
        ),
        (
            llm("PUT"),
            json!({"model": "maker/unknown", "available": false}),
            NOTHING,
        ),
        (
            llm("DELETE"),
            json!({"model": model}),
            "catalog.correction_removed",
        ),
        (llm("DELETE"), json!({"model": model}), NOTHING),
    ] {
        watch.ask(&ada, &what, body, event).await;
    }
    watch.ends_whole().await;
}
