//! Corrections of the catalogue by the people who run the instance. Each is written down in the
//! audit; nobody else may see or make one.

pub use store::catalog::Place;

use super::correction::{Corrected, Correction, CorrectionInput};
use crate::{
    actor::Actor,
    app::App,
    audit::{self, Done},
    fault::Fault,
};
use domain::{ApiError, Operation, ProviderId, Timestamp, catalog::Model};
use serde::Serialize;
use serde_json::json;
use store::catalog::ModelRow;
use utoipa::ToSchema;

/// One model with what was shipped, what was corrected, and what counts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueEntry)]
pub struct Entry {
    /// For what.
    pub operation: Operation,
    /// At whom.
    pub provider: ProviderId,
    /// Its id.
    pub model: String,
    /// Since when it is no longer shipped.
    pub withdrawn_at: Option<Timestamp>,
    shipped: serde_json::Value,
    /// What an admin corrected.
    pub correction: Option<Corrected>,
    /// What counts; `None` where it is not on offer.
    pub effective: Option<Model>,
}

/// The catalogue with its corrections, of all operations and providers or of one.
///
/// # Errors
/// `FORBIDDEN` for who does not run the instance.
pub async fn list(
    app: &App,
    actor: &Actor,
    operation: Option<Operation>,
    provider: Option<ProviderId>,
) -> Result<Vec<Entry>, ApiError> {
    crate::admin::must(actor)?;
    let (_, rows) = store::catalog::all(&app.db).await.map_err(Fault::from)?;
    let rows = rows
        .into_iter()
        .filter(|row| operation.is_none_or(|operation| row.operation == operation))
        .filter(|row| provider.is_none_or(|provider| row.provider == provider));
    rows.map(|row| Ok(entry(app, row)?)).collect()
}

/// Corrects a model, in place of an earlier correction of it.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND` for a model that is not in the catalogue, `INVALID_INPUT`.
pub async fn correct(
    app: &App,
    actor: &Actor,
    operation: Operation,
    provider: ProviderId,
    input: CorrectionInput,
) -> Result<Entry, ApiError> {
    crate::admin::must(actor)?;
    let model = input.model.clone();
    let place = Place {
        operation,
        provider,
        model: &model,
    };
    let correction = Correction::read(input, operation, &app.clock.today())?;
    let text = serde_json::to_string(&correction).map_err(Fault::from)?;
    write(app, actor, place, Some(&text)).await
}

/// Takes the correction of a model back; what was shipped counts again.
///
/// # Errors
/// As [`correct`].
pub async fn take_back(app: &App, actor: &Actor, place: Place<'_>) -> Result<Entry, ApiError> {
    crate::admin::must(actor)?;
    write(app, actor, place, None).await
}

async fn write(
    app: &App,
    actor: &Actor,
    place: Place<'_>,
    correction: Option<&str>,
) -> Result<Entry, ApiError> {
    let action = match correction {
        Some(_) => "catalog.corrected",
        None => "catalog.correction_removed",
    };
    let target = format!("{}/{}/{}", place.operation, place.provider, place.model);
    let detail = correction.map_or_else(|| Ok(json!({})), serde_json::from_str);
    let done = Done {
        detail: detail.map_err(Fault::from)?,
        ..Done::new(action, &target)
    };
    let (db, now) = (audit::noting(app, actor, done), app.clock.now());
    let known = store::catalog::correct(&db, place, correction, &actor.user.id, now)
        .await
        .map_err(Fault::from)?;
    if !known {
        return Err(ApiError::not_found("model"));
    }
    app.catalog.reload(&app.db).await?;
    let row = store::catalog::get(&app.db, place)
        .await
        .map_err(Fault::from)?
        .ok_or_else(|| ApiError::not_found("model"))?;
    Ok(entry(app, row)?)
}

fn entry(app: &App, row: ModelRow) -> Result<Entry, Fault> {
    let correction = row
        .corrected
        .as_deref()
        .zip(row.corrected_at)
        .map(|(text, at)| {
            Ok::<_, Fault>(Corrected {
                correction: serde_json::from_str(text)?,
                by: row.corrected_by,
                at,
            })
        })
        .transpose()?;
    let catalog = app.catalog.current();
    let effective = catalog.model(row.operation, row.provider, &row.model);
    Ok(Entry {
        effective: effective.cloned(),
        shipped: serde_json::from_str(&row.shipped)?,
        operation: row.operation,
        provider: row.provider,
        model: row.model,
        withdrawn_at: row.withdrawn_at,
        correction,
    })
}
