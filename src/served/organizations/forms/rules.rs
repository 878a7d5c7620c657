//! What the forms of an organization's defaults, addresses and rules do. A form that is refused is
//! answered with the page itself, which shows what was typed and what is wrong with it.

use super::{
    super::{Shown, rules},
    Fields, Part, Place, at, refused,
};
use crate::served::{Served, parts::Sent};
use axum::{
    Form, Router,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::post,
};
use domain::{
    ApiError, ErrorCode, Operation, OrganizationId, ProviderId,
    organization::PolicyPatch,
    provider::EndpointKind,
    resolution::{AllowedModel, OrganizationPolicy},
    settings::{Change, Field},
};
use server::{actor::Actor, app::App, organizations::policy, settings, web::MaybeActor};

/// The address of these forms, which is the page's. Whoever mounts it has to guard it as all that
/// changes something, and to render what it answers.
pub fn answers() -> Router<App> {
    Router::new().route("/organizations/{id}/rules", post(answer))
}

async fn answer(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<OrganizationId>,
    Form(sent): Fields,
) -> Response {
    let sent = Sent(sent);
    let mut page = None;
    let place = Place::Of(id.clone(), Part::Rules);
    let back = at(actor, &sent, &place, async |actor| {
        let shown = Shown::load(&app, actor, &id, Part::Rules).await;
        let shown = shown.map_err(|error| refused(&error))?;
        if !shown.is_admin() {
            return Err("forbidden");
        }
        let Err(error) = save(&app, actor, &id, &sent).await else {
            return Ok("saved");
        };
        let word = refused(&error);
        if can_be_corrected(error.code) {
            let again = rules::Refused {
                sent: sent.clone(),
                error,
            };
            page = Some(rules::again(&app, actor, shown, again).await);
        }
        Err(word)
    })
    .await;
    page.map_or_else(|| back.into_response(), |html| Served(html).into_response())
}

/// Whether other values in the same fields would do.
const fn can_be_corrected(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::InvalidInput | ErrorCode::ModelUnavailable | ErrorCode::EndpointNotAllowed
    )
}

async fn save(app: &App, actor: &Actor, id: &OrganizationId, sent: &Sent) -> Result<(), ApiError> {
    let changes = match sent.get("act") {
        "policy" => {
            let patch = policy_of(sent)?;
            return policy::patch(app, actor, id, &patch).await.map(drop);
        }
        "default" => default_of(sent),
        "endpoint" => endpoint_of(sent),
        _ => None,
    };
    // No page of ours sends that.
    let changes = changes.ok_or_else(|| {
        ApiError::invalid_field("act", "This form is not understood. Open the page again.")
    })?;
    settings::organization_patch(app, actor, id, &changes)
        .await
        .map(drop)
}

/// The provider, and its model where it is the provider that the page showed: the field of another
/// one's model says nothing of it. `None` where the fields mean nothing.
fn default_of(sent: &Sent) -> Option<Vec<Change>> {
    let operation = Operation::parse(sent.get("operation"))?;
    let provider = match sent.get("provider") {
        "" => None,
        provider => Some(ProviderId::parse(provider)?),
    };
    let mut changes = vec![Change {
        field: Field::Provider(operation),
        value: provider.map(|provider| provider.as_str().to_owned()),
        base: Some(sent.get("base").parse().ok()?),
    }];
    if let Some(provider) = provider
        && sent.get("provider_was") == provider.as_str()
    {
        let model = Some(sent.get("model").trim()).filter(|model| !model.is_empty());
        changes.push(Change {
            field: Field::Model(operation, provider),
            value: model.map(str::to_owned),
            base: None,
        });
    }
    Some(changes)
}

/// The address of a deployment; `None` where the fields mean nothing.
fn endpoint_of(sent: &Sent) -> Option<Vec<Change>> {
    let url = Some(sent.get("url").trim()).filter(|url| !url.is_empty());
    Some(vec![Change {
        field: Field::Endpoint(EndpointKind::parse(sent.get("kind"))?),
        value: url.map(str::to_owned),
        base: Some(sent.get("base").parse().ok()?),
    }])
}

/// The rules that the form says; all ticked is no rule.
///
/// # Errors
/// `INVALID_INPUT` with the field that means nothing, and of the models with the line.
fn policy_of(sent: &Sent) -> Result<PolicyPatch, ApiError> {
    let wrong = |field: &'static str| {
        move || ApiError::invalid_field(field, "This is not on offer. Open the page again.")
    };
    let operations: Option<Vec<Operation>> = sent.all("operation").map(Operation::parse).collect();
    let operations = operations.ok_or_else(wrong("operations"))?;
    let providers: Option<Vec<ProviderId>> = sent.all("provider").map(ProviderId::parse).collect();
    let providers = providers.ok_or_else(wrong("providers"))?;
    let models: Vec<AllowedModel> = sent
        .get("models")
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(place, line)| {
            model_of(line).map_err(|problem| {
                ApiError::invalid_field("models", format!("Line {}: {problem}", place + 1))
            })
        })
        .collect::<Result<_, _>>()?;
    let credits = match sent.get("credits").trim() {
        "" => None,
        credits => Some(credits.parse::<i64>().map_err(|_| {
            ApiError::invalid_field(
                "monthly_credits_per_member",
                "Give whole credits, or nothing for any amount.",
            )
        })?),
    };
    // The operator's installation serves no organization and has no box.
    let every_provider = providers.len() == ProviderId::ALL.len() - 1;
    Ok(PolicyPatch {
        operations: Some((operations.len() < Operation::ALL.len()).then_some(operations)),
        providers: Some((!every_provider).then_some(providers)),
        models: Some((!models.is_empty()).then_some(models)),
        members_may_prefer_own_keys: Some(!sent.get("own").is_empty()),
        monthly_credits_per_member: Some(credits),
        base: Some(sent.get("base").to_owned()).filter(|base| !base.is_empty()),
    })
}

/// The model that a line names, or what is wrong with the line.
fn model_of(line: &str) -> Result<AllowedModel, String> {
    let (provider, model) = line.trim().split_once(char::is_whitespace).ok_or(
        "write the provider and the model with a space between them, such as: openrouter openai/gpt-5.1.",
    )?;
    let shown: String = provider.chars().take(40).collect();
    let provider = ProviderId::parse(provider).ok_or_else(|| {
        let known = ProviderId::ALL.into_iter();
        let known = known.filter(|one| *one != ProviderId::ClaudeCli);
        let known: Vec<&str> = known.map(ProviderId::as_str).collect();
        format!(
            "there is no provider “{shown}”. Write one of {}.",
            known.join(", ")
        )
    })?;
    let allowed = AllowedModel {
        provider,
        model: model.trim().to_owned(),
    };
    let alone = PolicyPatch {
        models: Some(Some(vec![allowed.clone()])),
        ..PolicyPatch::default()
    };
    match alone.applied(&OrganizationPolicy::default()) {
        Ok(_) => Ok(allowed),
        Err(_) => Err("what follows the provider is not the id of a model.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ticked_is_no_rule_and_what_is_left_out_is_forbidden() {
        let mut all: Vec<(&str, &str)> = Operation::ALL
            .iter()
            .map(|operation| ("operation", operation.as_str()))
            .collect();
        all.extend(
            ProviderId::ALL
                .iter()
                .filter(|provider| **provider != ProviderId::ClaudeCli)
                .map(|provider| ("provider", provider.as_str())),
        );
        let patch = policy_of(&Sent::of(&all)).unwrap();
        assert_eq!(
            (patch.operations, patch.providers),
            (Some(None), Some(None))
        );
        assert_eq!(patch.members_may_prefer_own_keys, Some(false));
        assert_eq!(patch.base, None);

        let some = [
            ("operation", "image"),
            ("provider", "kie"),
            ("models", "kie nano\n\n openrouter openai/gpt "),
            ("credits", "50"),
            ("own", "on"),
            ("base", "0123abcd"),
        ];
        let patch = policy_of(&Sent::of(&some)).unwrap();
        assert_eq!(patch.operations, Some(Some(vec![Operation::Image])));
        assert_eq!(patch.providers, Some(Some(vec![ProviderId::Kie])));
        assert_eq!(patch.models.unwrap().unwrap()[1].model, "openai/gpt");
        assert_eq!(patch.monthly_credits_per_member, Some(Some(50)));
        assert_eq!(patch.base.as_deref(), Some("0123abcd"));
    }

    #[test]
    fn what_means_nothing_is_no_rule_and_is_named() {
        for (name, value, field) in [
            ("operation", "dance", "operations"),
            ("provider", "acme", "providers"),
            ("models", "kie", "models"),
            ("credits", "many", "monthly_credits_per_member"),
        ] {
            let error = policy_of(&Sent::of(&[(name, value)])).unwrap_err();
            assert_eq!(error.fields[0].field, field);
            assert!(can_be_corrected(error.code), "{name}");
        }
        assert!(default_of(&Sent::of(&[("operation", "image"), ("base", "x")])).is_none());
        assert!(endpoint_of(&Sent::of(&[("kind", "image"), ("base", "x")])).is_none());
    }

    #[test]
    fn of_many_models_the_line_that_is_wrong_is_named() {
        let long = format!("kie {}", "a".repeat(201));
        for wrong in ["kie", "acme nano", long.as_str()] {
            let lines = format!("kie nano\r\n\r\n{wrong}\r\nopenrouter openai/gpt");
            let error = policy_of(&Sent::of(&[("models", &lines)])).unwrap_err();
            let said = &error.fields[0].message;
            assert!(said.starts_with("Line 3: "), "{said}");
        }
    }

    #[test]
    fn the_model_is_changed_with_the_provider_whose_model_the_page_showed() {
        let changes = |provider: &str, was: &str, model: &str| {
            let sent = Sent::of(&[
                ("operation", "image"),
                ("base", "4"),
                ("provider", provider),
                ("provider_was", was),
                ("model", model),
            ]);
            let changes = default_of(&sent).unwrap();
            let pairs = changes
                .into_iter()
                .map(|change| (change.field, change.value));
            pairs.collect::<Vec<_>>()
        };
        let provider = |value: Option<&str>| {
            let field = Field::Provider(Operation::Image);
            (field, value.map(str::to_owned))
        };
        let model = |value: Option<&str>| {
            let field = Field::Model(Operation::Image, ProviderId::Kie);
            (field, value.map(str::to_owned))
        };
        assert_eq!(
            changes("kie", "kie", " nano "),
            [provider(Some("kie")), model(Some("nano"))]
        );
        assert_eq!(
            changes("kie", "kie", ""),
            [provider(Some("kie")), model(None)]
        );
        // What is kept of another provider's model stays.
        for (now, was) in [("gemini", "kie"), ("gemini", "")] {
            for typed in ["nano", ""] {
                assert_eq!(changes(now, was, typed), [provider(Some(now))]);
            }
        }
        for was in ["kie", ""] {
            assert_eq!(changes("", was, "nano"), [provider(None)]);
        }
    }
}
