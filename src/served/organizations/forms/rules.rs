//! What the forms of an organization's defaults, addresses and rules do.

use super::{Fields, Part, Place, at, refused};
use crate::served::parts::Sent;
use axum::{
    Form, Router,
    extract::{Path, State},
    response::Redirect,
    routing::post,
};
use domain::{
    Operation, OrganizationId, ProviderId,
    organization::PolicyPatch,
    provider::EndpointKind,
    resolution::AllowedModel,
    settings::{Change, Field},
};
use server::{actor::Actor, app::App, organizations::policy, settings, web::MaybeActor};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/organizations/{id}/defaults", post(set_default))
        .route("/organizations/{id}/endpoints", post(set_endpoint))
        .route("/organizations/{id}/policy", post(set_policy))
}

/// Saves settings of the organization.
async fn save(
    app: &App,
    actor: Option<Actor>,
    id: OrganizationId,
    sent: &Sent,
    changes: Option<Vec<Change>>,
) -> Redirect {
    at(
        actor,
        sent,
        &Place::Of(id.clone(), Part::Rules),
        async |actor| {
            let changes = changes.ok_or("wrong")?;
            let saved = settings::organization_patch(app, actor, &id, &changes).await;
            saved.map(|_| "saved").map_err(|error| refused(&error))
        },
    )
    .await
}

async fn set_default(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<OrganizationId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    let changes = default_of(&sent);
    save(&app, actor, id, &sent, changes).await
}

/// The provider and, where one is named, its model; `None` where the fields mean nothing.
fn default_of(sent: &Sent) -> Option<Vec<Change>> {
    let operation = Operation::parse(sent.get("operation"))?;
    let value = Some(sent.get("provider")).filter(|provider| !provider.is_empty());
    let mut changes = vec![Change {
        field: Field::Provider(operation),
        value: value.map(str::to_owned),
        base: Some(sent.get("base").parse().ok()?),
    }];
    if let Some(provider) = value {
        let model = Some(sent.get("model").trim()).filter(|model| !model.is_empty());
        changes.push(Change {
            field: Field::Model(operation, ProviderId::parse(provider)?),
            value: model.map(str::to_owned),
            base: None,
        });
    }
    Some(changes)
}

async fn set_endpoint(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<OrganizationId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    let change = EndpointKind::parse(sent.get("kind"))
        .zip(sent.get("base").parse().ok())
        .map(|(kind, base)| {
            let url = Some(sent.get("url").trim()).filter(|url| !url.is_empty());
            vec![Change {
                field: Field::Endpoint(kind),
                value: url.map(str::to_owned),
                base: Some(base),
            }]
        });
    save(&app, actor, id, &sent, change).await
}

async fn set_policy(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<OrganizationId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    at(
        actor,
        &sent,
        &Place::Of(id.clone(), Part::Rules),
        async |actor| {
            let patch = policy_of(&sent).ok_or("wrong")?;
            let saved = policy::patch(&app, actor, &id, &patch).await;
            saved.map(|_| "saved").map_err(|error| refused(&error))
        },
    )
    .await
}

/// The rules that the form says; all ticked is no rule. `None` where a field means nothing.
fn policy_of(sent: &Sent) -> Option<PolicyPatch> {
    let operations: Vec<Operation> = sent
        .all("operation")
        .map(Operation::parse)
        .collect::<Option<_>>()?;
    let providers: Vec<ProviderId> = sent
        .all("provider")
        .map(ProviderId::parse)
        .collect::<Option<_>>()?;
    let models: Vec<AllowedModel> = sent
        .get("models")
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (provider, model) = line.split_once(char::is_whitespace)?;
            Some(AllowedModel {
                provider: ProviderId::parse(provider)?,
                model: model.trim().to_owned(),
            })
        })
        .collect::<Option<_>>()?;
    let credits = match sent.get("credits").trim() {
        "" => None,
        credits => Some(credits.parse().ok()?),
    };
    // The operator's installation serves no organization and has no box.
    let every_provider = providers.len() == ProviderId::ALL.len() - 1;
    Some(PolicyPatch {
        operations: Some((operations.len() < Operation::ALL.len()).then_some(operations)),
        providers: Some((!every_provider).then_some(providers)),
        models: Some((!models.is_empty()).then_some(models)),
        members_may_prefer_own_keys: Some(!sent.get("own").is_empty()),
        monthly_credits_per_member: Some(credits),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(fields: &[(&str, &str)]) -> Sent {
        let fields = fields.iter();
        Sent(
            fields
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

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
        let patch = policy_of(&sent(&all)).unwrap();
        assert_eq!(
            (patch.operations, patch.providers),
            (Some(None), Some(None))
        );
        assert_eq!(patch.members_may_prefer_own_keys, Some(false));

        let some = [
            ("operation", "image"),
            ("provider", "kie"),
            ("models", "kie nano\n\n openrouter openai/gpt "),
            ("credits", "50"),
            ("own", "on"),
        ];
        let patch = policy_of(&sent(&some)).unwrap();
        assert_eq!(patch.operations, Some(Some(vec![Operation::Image])));
        assert_eq!(patch.providers, Some(Some(vec![ProviderId::Kie])));
        assert_eq!(patch.models.unwrap().unwrap()[1].model, "openai/gpt");
        assert_eq!(patch.monthly_credits_per_member, Some(Some(50)));
    }

    #[test]
    fn what_means_nothing_is_no_rule() {
        for wrong in [
            ("operation", "dance"),
            ("provider", "acme"),
            ("models", "kie"),
            ("credits", "many"),
        ] {
            assert!(policy_of(&sent(&[wrong])).is_none(), "{wrong:?}");
        }
        assert!(default_of(&sent(&[("operation", "image"), ("base", "x")])).is_none());
    }
}
