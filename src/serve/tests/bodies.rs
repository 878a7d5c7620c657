//! What is sent: to the API the examples of its own document, to server functions and forms what is
//! written here. Each says whose things it is about by the subject alone.

use super::{subject::Subject, world::Person};
use serde_json::{Value, json};

/// The body of a call of the API: its example, or none. What can be asked for a project is asked for
/// that of the subject.
pub fn of_call(operation: &Value, of: &Subject) -> Option<Value> {
    let document = server::api::document();
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let reference = schema["$ref"].as_str().or_else(|| {
        let options = schema["oneOf"].as_array()?;
        options.iter().find_map(|option| option["$ref"].as_str())
    })?;
    let schema = document.pointer(reference.trim_start_matches('#'))?;
    let mut example = schema["example"].clone();
    if schema["properties"]["operation"].is_object() {
        example["project_id"] = json!(of.project);
    }
    if schema["properties"]["organization_id"].is_object()
        && !schema["properties"]["name"].is_object()
    {
        example["organization_id"] = json!(of.organization);
    }
    // The real one would end the session that the others' questions need.
    if schema["properties"]["current_password"].is_object() {
        example["current_password"] = json!("a wrong secret");
    }
    (!example.is_null()).then_some(example)
}

/// The body of a server function; `None` for one that nobody has described here.
pub fn of_function(name: &str, of: &Subject) -> Option<Value> {
    let wanted = json!({ "project_id": of.project, "input": { "image": { "prompt": "A fox" } } });
    let agreed =
        json!({ "provider": "gemini", "model": "none", "payer": "user", "most_micro_usd": null });
    Some(match name {
        "sign_up" => {
            json!({ "email": "somebody@example.org", "password": "a long enough secret", "name": null, "invitation": null })
        }
        "sign_in" => json!({ "email": "nobody@example.com", "password": "a wrong secret" }),
        "sign_out" | "keys_open" | "project_list" => json!({}),
        "generation_create" => {
            json!({ "wanted": wanted, "idempotency_key": "one", "agreed": agreed })
        }
        "generation_follow" => json!({ "ids": [of.generation] }),
        "generation_look_again" | "generation_cancel" => json!({ "id": of.generation }),
        "settings_history" => {
            json!({ "project": of.project, "field": "operations.image.provider" })
        }
        "key_history" | "key_remove" | "key_undo" | "key_test" => json!({ "provider": "gemini" }),
        "key_put" => {
            json!({ "provider": "gemini", "key": "sandbox-1234567890abcdef1234", "secret": null })
        }
        "model_list" => json!({ "operation": "image", "provider": "gemini", "act": "Look" }),
        "plan_add" => {
            json!({ "wanted": { "project_id": of.project, "step": "scenes", "input": { "image": { "prompt": "A fox" } } } })
        }
        "project_create" => json!({ "name": "Film" }),
        "project_open" | "project_delete" => json!({ "id": of.project }),
        "project_rename" => json!({ "id": of.project, "name": "New" }),
        "resolution_glances" | "settings_open" => json!({ "project": of.project }),
        "resolution_preview" | "resolution_compare" => json!({ "wanted": wanted }),
        "settings_patch" => {
            json!({ "project": of.project, "changes": [{ "field": "operations.image.provider", "value": "gemini" }] })
        }
        "settings_import_preview" => {
            json!({ "project": of.project, "text": "{\"format\":\"film-generator-settings\",\"version\":1}" })
        }
        "settings_adopt" => {
            json!({ "shown": "nobody@example.com", "target": { "field": "operations.image.provider" }, "value": "gemini" })
        }
        _ => return None,
    })
}

/// What a form is filled in with; `None` for one that nobody has described here.
pub fn of_form(path: &str, of: &Subject, me: &Person) -> Option<String> {
    let rest = match path {
        "/usage/budgets" => format!(
            "owner=project:{}&period=daily&limit=200&effect=stop",
            of.project
        ),
        "/usage/budgets/remove" => format!("owner=project:{}&period=daily", of.project),
        "/account" => "act=token&name=Night&scope=read&days=1".to_owned(),
        "/account/confirm" => "password=a+wrong+secret".to_owned(),
        "/account/password" => {
            "current_password=a+wrong+secret&new_password=another+long+secret".to_owned()
        }
        "/account/second-factor/off" | "/account/sessions/end-others" => String::new(),
        "/account/sessions/end" => format!("id={}", of.session),
        "/account/tokens/revoke" => format!("id={}", of.token),
        "/admin/accounts/change" => format!("account={}&wish=disable", of.account),
        "/admin/organizations/plan" => format!("organization={}&plan=premium", of.organization),
        "/admin/catalog" => "operation=video&provider=kie&model=veo3_fast&notice=Slow".to_owned(),
        "/admin/catalog/take-back" => "operation=video&provider=kie&model=veo3_fast".to_owned(),
        "/settings/fallback" | "/projects/{id}/settings/fallback" => {
            "operation=image&base=0&provider=gemini&timeout=on".to_owned()
        }
        "/organizations" => "name=Harbour".to_owned(),
        "/organizations/active" => format!("organization={}", of.organization),
        "/organizations/{id}" => "email=dora@example.com&role=member".to_owned(),
        "/organizations/{id}/rename" | "/organizations/{id}/projects" => "name=Film".to_owned(),
        "/organizations/{id}/leave" => "sure=on".to_owned(),
        "/organizations/{id}/delete" => "name=Film".to_owned(),
        "/organizations/{id}/members/role" => format!("member={}&role=member", of.account),
        "/organizations/{id}/members/remove" => format!("member={}", of.account),
        "/organizations/{id}/invitations/withdraw" => format!("invitation={}", of.invitation),
        "/organizations/{id}/keys" => "provider=gemini&key=sandbox-1234567890abcdef1234".to_owned(),
        "/organizations/{id}/keys/test"
        | "/organizations/{id}/keys/remove"
        | "/organizations/{id}/keys/undo" => "provider=gemini".to_owned(),
        "/organizations/{id}/rules" => {
            "act=default&operation=music&base=0&provider_was=&provider=suno".to_owned()
        }
        "/invitations/accept" => "token=none".to_owned(),
        "/projects/{id}/people" => "email=dora@example.com&role=viewer".to_owned(),
        "/projects/{id}/people/members/role" => format!("member={}&role=viewer", of.account),
        "/projects/{id}/people/members/remove" => format!("member={}", of.account),
        "/projects/{id}/people/invitations/withdraw" => format!("invitation={}", of.invitation),
        "/projects/{id}/people/leave" => "sure=yes".to_owned(),
        "/projects/{id}/plan/add" => "step=scenes&text=A+fox".to_owned(),
        "/projects/{id}/plan/remove" => format!("item={}", of.item),
        "/projects/{id}/plan/start" | "/projects/{id}/plan/retry" => {
            "most=1&unknown=0&payers=user".to_owned()
        }
        "/projects/{id}/plan/pause"
        | "/projects/{id}/plan/resume"
        | "/projects/{id}/plan/cancel" => String::new(),
        _ => return None,
    };
    Some(format!("made_for={}&{rest}", me.id))
}
