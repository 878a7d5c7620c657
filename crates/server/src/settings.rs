//! The settings of a person, a project and an organization: read as a view, changed field by field.

mod history;
mod organization;
mod transfer;

pub use history::history;
pub use organization::{organization_history, organization_patch, organization_view};
pub use transfer::{export, preview};

use self::history::changed;
use crate::{
    actor::Actor,
    app::App,
    audit::{self, Done},
    events::Event,
    fault::Fault,
    keys::{self, Holder},
    projects,
};
use domain::{
    ApiError, ErrorCode, Operation, ProjectId, ProviderId,
    catalog::Catalog,
    error::CurrentValue,
    fallback::Policy,
    project::Right,
    settings::{Change, Field, SettingsView, Stored},
};
use serde_json::json;
use store::{
    secrets::Owner,
    settings::{PatchOutcome, Scope},
};

/// The acting person's settings and keys.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn view(app: &App, actor: &Actor) -> Result<SettingsView, ApiError> {
    let scope = Scope::User(actor.user.id.clone());
    let fields = store::settings::load(&app.db, &scope)
        .await
        .map_err(Fault::from)?;
    let mut view = SettingsView::from_fields(&fields);
    let owner = Owner::User(actor.user.id.clone());
    view.keys = keys::views(app, &owner).await?;
    view.undo_until = keys::undoable(app, &owner).await?;
    Ok(view)
}

/// A project's settings.
///
/// # Errors
/// `NOT_FOUND` for a project that the acting person cannot see.
pub async fn project_view(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
) -> Result<SettingsView, ApiError> {
    let scope = scope(app, actor, Some(project)).await?;
    let fields = store::settings::load(&app.db, &scope)
        .await
        .map_err(Fault::from)?;
    Ok(SettingsView::from_fields(&fields))
}

/// Changes the acting person's settings: all the wishes or none.
///
/// # Errors
/// `INVALID_INPUT`, `MODEL_UNAVAILABLE` or `ENDPOINT_NOT_ALLOWED` for a wish that cannot be, and
/// `CONFLICT` with the current values where a field has changed meanwhile.
pub async fn patch(
    app: &App,
    actor: &Actor,
    changes: &[Change],
) -> Result<Vec<CurrentValue>, ApiError> {
    let scope = Scope::User(actor.user.id.clone());
    let user = actor.user.id.as_str();
    let told = changes_address(changes).then(|| done("settings.endpoints", user, changes));
    let written = write(app, actor, &scope, changes, told).await?;
    if changes_address(changes) {
        keys::bind_proxy_token(app, &Holder::me(actor)).await?;
    }
    app.events.tell(
        &actor.user.id,
        Event::Settings {
            project_id: None,
            changes: written.clone(),
        },
    );
    Ok(written)
}

fn changes_address(changes: &[Change]) -> bool {
    changes
        .iter()
        .any(|change| matches!(change.field, Field::Endpoint(_)))
}

/// Which fields were changed, for the audit.
fn done<'a>(action: &'static str, target: &'a str, changes: &[Change]) -> Done<'a> {
    let fields: Vec<String> = changes
        .iter()
        .map(|change| change.field.to_string())
        .collect();
    Done {
        detail: json!({ "fields": fields }),
        ..Done::new(action, target)
    }
}

/// Changes a project's settings: all the wishes or none.
///
/// # Errors
/// As [`patch`], and `NOT_FOUND` or `FORBIDDEN` for a project that the acting person cannot see or
/// change.
pub async fn project_patch(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
    changes: &[Change],
) -> Result<Vec<CurrentValue>, ApiError> {
    let organization = projects::must(app, actor, project, Right::Edit)
        .await?
        .organization_id;
    let scope = Scope::Project(project.clone());
    for change in changes {
        is_settable(Some(project), change.field)?;
    }
    // Everybody's prompts go there, and the organization pays.
    if organization.is_some() && changes_address(changes) {
        actor.must_have_confirmed(app.clock.now())?;
    }
    // What a person chooses for themselves is in the history of the field alone.
    let is_told = organization.is_some() || changes_address(changes);
    let told = is_told.then(|| Done {
        organization: organization.as_ref(),
        ..done("project.settings", project.as_str(), changes)
    });
    let written = write(app, actor, &scope, changes, told).await?;
    let viewers = store::projects::viewers(&app.db, project)
        .await
        .map_err(Fault::from)?;
    for viewer in viewers {
        let news = Event::Settings {
            project_id: Some(project.clone()),
            changes: written.clone(),
        };
        app.events.tell(&viewer, news);
    }
    Ok(written)
}

/// Whose settings: the acting person's, or those of a project that they can see.
async fn scope(app: &App, actor: &Actor, project: Option<&ProjectId>) -> Result<Scope, ApiError> {
    match project {
        Some(project) => {
            projects::get(app, actor, project).await?;
            Ok(Scope::Project(project.clone()))
        }
        None => Ok(Scope::User(actor.user.id.clone())),
    }
}

/// Whether a field has a place at this level.
fn is_settable(project: Option<&ProjectId>, field: Field) -> Result<(), ApiError> {
    if project.is_some() && field == Field::PreferOwnKeys {
        return Err(ApiError::invalid_field(
            field.to_string(),
            "This is a personal setting. Change it in your own settings.",
        ));
    }
    Ok(())
}

/// Writes the wishes, and with them what is to be told in the audit, where a value is another
/// afterwards.
async fn write(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    changes: &[Change],
    told: Option<Done<'_>>,
) -> Result<Vec<CurrentValue>, ApiError> {
    let catalog = app.catalog_for(actor).await?;
    let changes = changes
        .iter()
        .map(|change| checked(app, &catalog, change))
        .collect::<Result<Vec<_>, _>>()?;
    let db = match told {
        Some(done) => audit::noting(app, actor, done),
        None => app.db.clone(),
    };
    let outcome = store::settings::patch(&db, scope, &changes, &actor.user.id, app.clock.now())
        .await
        .map_err(Fault::from)?;
    match outcome {
        PatchOutcome::Applied(written) => Ok(current_values(written)),
        PatchOutcome::Conflicts(newer) => {
            let mut error = ApiError::new(
                ErrorCode::Conflict,
                "This was changed elsewhere meanwhile. Nothing was saved; look at the new value and decide.",
            );
            error.current = current_values(newer);
            Err(error)
        }
    }
}

fn current_values(rows: Vec<(Field, Stored)>) -> Vec<CurrentValue> {
    rows.into_iter()
        .map(|(field, stored)| CurrentValue {
            field: field.to_string(),
            value: stored.value,
            version: stored.version,
            updated_at: Some(stored.updated_at),
        })
        .collect()
}

/// The wish with its value tidied, or why it cannot be.
fn checked(app: &App, catalog: &Catalog, change: &Change) -> Result<Change, ApiError> {
    let path = change.field.to_string();
    let value = change
        .value
        .as_deref()
        .map(str::trim)
        .filter(|value| !value.is_empty());
    let value = match (change.field, value) {
        (_, None) => None,
        (Field::Provider(operation), Some(id)) => {
            let provider = offered(catalog, operation, ProviderId::parse(id), &path)?;
            Some(provider.as_str().to_owned())
        }
        (Field::Model(operation, provider), Some(model)) => {
            if !provider.serves(operation) {
                return Err(ApiError::invalid_field(
                    path,
                    format!(
                        "{} does not generate {}.",
                        provider.label(),
                        operation.noun()
                    ),
                ));
            }
            if !catalog.accepts_model(operation, provider, model) {
                return Err(ApiError::new(
                    ErrorCode::ModelUnavailable,
                    format!(
                        "{} does not offer this model. Choose one from the list.",
                        provider.label()
                    ),
                ));
            }
            Some(model.to_owned())
        }
        (Field::Endpoint(_), Some(url)) => {
            let url = providers::guard::check_endpoint(url, app.outbound.policy()).map_err(
                |problem| {
                    let mut error =
                        ApiError::new(ErrorCode::EndpointNotAllowed, problem.to_string());
                    error.fields = vec![domain::FieldError {
                        field: path,
                        message: problem.to_string(),
                    }];
                    error
                },
            )?;
            Some(url.to_string())
        }
        (Field::Parameter(_, parameter), Some(value)) => {
            if !parameter.accepts(value) {
                return Err(ApiError::invalid_field(
                    path,
                    format!(
                        "This cannot be the {}. Choose one from the list.",
                        parameter.label().to_lowercase()
                    ),
                ));
            }
            Some(value.to_owned())
        }
        (Field::Fallback(operation), Some(text)) => {
            let policy = Policy::parse(text)
                .map_err(|problem| ApiError::invalid_field(&path, problem.to_string()))?;
            offered(catalog, operation, Some(policy.provider()), &path)?;
            Some(policy.to_string())
        }
        (Field::PreferOwnKeys, Some(on @ ("true" | "false"))) => Some(on.to_owned()),
        (Field::PreferOwnKeys, Some(_)) => {
            return Err(ApiError::invalid_field(path, "This is either on or off."));
        }
    };
    Ok(Change {
        field: change.field,
        value,
        base: change.base,
    })
}

/// A provider that can be chosen for an operation here.
fn offered(
    catalog: &Catalog,
    operation: Operation,
    provider: Option<ProviderId>,
    path: &str,
) -> Result<ProviderId, ApiError> {
    let provider = provider
        .filter(|one| one.serves(operation))
        .ok_or_else(|| {
            ApiError::invalid_field(
                path,
                format!(
                    "There is no provider of this name for {}. Choose one from the list.",
                    operation.noun()
                ),
            )
        })?;
    if !catalog.offers(operation, provider) {
        return Err(ApiError::invalid_field(
            path,
            format!(
                "{} is not available yet. Choose another provider.",
                provider.label()
            ),
        ));
    }
    Ok(provider)
}
