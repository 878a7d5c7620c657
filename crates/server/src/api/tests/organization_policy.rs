//! What an organization's keys may be used for, and each member's share of the month.

use super::{
    ledger::{join, picture, user_id},
    organization_keys::{at, fine, key, studio},
    support::Stage,
};
use domain::account::OrganizationRole;
use serde_json::{Value, json};
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    a_policy_says_what_shared_keys_are_for,
    a_policy_that_was_changed_meanwhile_is_not_overwritten,
    each_member_has_a_share_of_the_month,
);

async fn a_policy_says_what_shared_keys_are_for(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, eve, studio) = studio(&stage).await;
    fine(ada.put(&at(&studio, "/keys/gemini"), &key()).await).await;
    let path = at(&studio, "/policy");
    let open = fine(eve.get(&path).await).await;
    assert_eq!(
        open,
        json!({
            "operations": null,
            "providers": null,
            "models": null,
            "members_may_prefer_own_keys": true,
            "monthly_credits_per_member": null,
            "version": open["version"],
        })
    );
    assert!(open["version"].is_string(), "{open}");
    assert_eq!(eve.patch(&path, &json!({})).await.code(), "FORBIDDEN");
    let model = fine(eve.post("/resolve", &picture_question()).await).await["model"].clone();
    for (policy, is_open) in [
        (json!({ "operations": ["llm"] }), false),
        (json!({ "operations": null, "providers": ["kie"] }), false),
        (json!({ "providers": ["gemini"] }), true),
        (
            json!({ "models": [{ "provider": "gemini", "model": "another" }] }),
            false,
        ),
        (
            json!({ "models": [{ "provider": "gemini", "model": model }] }),
            true,
        ),
    ] {
        fine(ada.patch(&path, &policy).await).await;
        // Admins are under it as well.
        for person in [&ada, &eve] {
            let answer = person.post("/resolve", &picture_question()).await;
            assert_eq!(answer.status == 200, is_open, "{policy}: {}", answer.body);
            if !is_open {
                assert_eq!(answer.code(), "API_KEY_REQUIRED");
                let text = answer.body["trace"].to_string();
                assert!(text.contains("\"reason\":\"policy\""), "{text}");
            }
        }
    }
    let wrong = json!({ "monthly_credits_per_member": -1 });
    let wrong = ada.patch(&path, &wrong).await;
    assert_eq!(
        wrong.body["fields"][0]["field"],
        "monthly_credits_per_member"
    );
    let unknown = ada.patch(&path, &json!({ "providers": ["nobody"] })).await;
    assert_eq!(unknown.code(), "INVALID_INPUT");
}

async fn a_policy_that_was_changed_meanwhile_is_not_overwritten(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, _eve, studio) = studio(&stage).await;
    let path = at(&studio, "/policy");
    let shown = async || fine(ada.get(&path).await).await["version"].clone();
    let seen = shown().await;
    // The share of the month belongs to what is seen.
    for change in [
        json!({ "operations": ["llm"] }),
        json!({ "monthly_credits_per_member": 50 }),
    ] {
        let before = shown().await;
        let mut on_it = change.clone();
        on_it["base"] = before.clone();
        let after = fine(ada.patch(&path, &on_it).await).await;
        assert_ne!(after["version"], before, "{change}");
        let late = json!({ "providers": ["kie"], "base": before });
        let refused = ada.patch(&path, &late).await;
        assert_eq!((refused.status, refused.code()), (409, "CONFLICT"));
        assert_eq!(fine(ada.get(&path).await).await, after);
    }
    // Back to what was seen is what was seen; and who sends no base does not mind.
    let back = json!({ "operations": null, "monthly_credits_per_member": null });
    assert_eq!(fine(ada.patch(&path, &back).await).await["version"], seen);
    let again = json!({ "providers": ["kie"], "base": seen });
    assert_eq!(ada.patch(&path, &again).await.status, 200);
}

fn picture_question() -> Value {
    json!({ "operation": "image", "provider": "gemini" })
}

async fn each_member_has_a_share_of_the_month(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, eve, studio) = studio(&stage).await;
    let bob = stage.person("bob").await;
    join(&stage, &studio, &bob).await;
    fine(
        bob.put(
            "/me/active-organization",
            &json!({ "organization_id": studio }),
        )
        .await,
    )
    .await;
    fine(ada.put(&at(&studio, "/keys/gemini"), &key()).await).await;
    let priced = eve.post("/estimates", &picture()).await.body;
    let price = priced["micro_usd"]["high"].as_i64().unwrap();
    let credits = (price + 4_999) / 5_000;
    let share = json!({ "monthly_credits_per_member": credits });
    let set = fine(ada.patch(&at(&studio, "/policy"), &share).await).await;
    assert_eq!(set["monthly_credits_per_member"], credits);

    let wish = picture();
    let asked = (0..10).map(|_| eve.post("/generations", &wish));
    let answers = futures::future::join_all(asked).await;
    let count = |status| answers.iter().filter(|one| one.status == status).count();
    assert_eq!((count(202), count(402)), (1, 9));
    let refused = eve.post("/generations", &picture()).await;
    assert_eq!((refused.status, refused.code()), (402, "BUDGET_EXCEEDED"));
    assert_eq!(refused.body["budget"]["whose"], "member");
    assert_eq!(refused.body["budget"]["resets_at"], "2026-12-01T00:00:00Z");
    let words = refused.body["detail"].as_str().unwrap();
    assert!(
        words.starts_with("Your organization's per-member monthly budget"),
        "{words}"
    );
    let priced = eve.post("/estimates", &picture()).await.body;
    assert_eq!(priced["problem"]["budget"]["whose"], "member");
    let listed = eve.get("/budgets").await.body;
    assert_eq!(listed["data"][0]["whose"], "member", "{listed}");
    // Each has their own, and it does not hold for admins.
    assert_eq!(bob.post("/generations", &picture()).await.status, 202);
    for _ in 0..3 {
        assert_eq!(ada.post("/generations", &picture()).await.status, 202);
    }
    assert_eq!(ada.get("/budgets").await.body["data"], json!([]));
    let (db, now) = (&stage.app.db, stage.app.clock.now());
    let (eve_id, admin) = (user_id(&eve).await, OrganizationRole::Admin);
    store::organizations::add_member(db, &studio, &eve_id, admin, now)
        .await
        .unwrap();
    assert_eq!(eve.post("/generations", &picture()).await.status, 202);
    // It is set with the policy alone, and can be taken away.
    let direct = json!({ "limit_micro_usd": 1 });
    assert_eq!(
        eve.put("/budgets/member/monthly", &direct).await.status,
        404
    );
    fine(
        ada.patch(
            &at(&studio, "/policy"),
            &json!({ "monthly_credits_per_member": null }),
        )
        .await,
    )
    .await;
    assert_eq!(bob.post("/generations", &picture()).await.status, 202);
}
