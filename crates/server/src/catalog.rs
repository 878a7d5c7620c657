//! Reads the catalogue's data files into [`Catalog`]. The files are part of the program; a wrong
//! one is found by a test and stops the start. What counts in the end stands in the database, see
//! [`Live`].

pub mod admin;
mod correction;
mod live;
mod people;

pub use correction::CorrectionInput;
pub use live::{Live, watch};

use domain::{
    Map, Operation, ProviderId,
    catalog::{Capabilities, Catalog, Model, Price, Provider, Unit, is_model_id},
    money::MicroUsd,
};
use serde::Deserialize;

const PROVIDERS: &str = include_str!("../../../catalog/providers.toml");
const MODELS: [(&str, &str); 16] = [
    (
        "openrouter.toml",
        include_str!("../../../catalog/models/openrouter.toml"),
    ),
    (
        "claude.toml",
        include_str!("../../../catalog/models/claude.toml"),
    ),
    (
        "claude-cli.toml",
        include_str!("../../../catalog/models/claude-cli.toml"),
    ),
    (
        "gemini.toml",
        include_str!("../../../catalog/models/gemini.toml"),
    ),
    (
        "nano-banana.toml",
        include_str!("../../../catalog/models/nano-banana.toml"),
    ),
    (
        "modal.toml",
        include_str!("../../../catalog/models/modal.toml"),
    ),
    (
        "modal-edit.toml",
        include_str!("../../../catalog/models/modal-edit.toml"),
    ),
    (
        "kie-text.toml",
        include_str!("../../../catalog/models/kie-text.toml"),
    ),
    (
        "kie-image.toml",
        include_str!("../../../catalog/models/kie-image.toml"),
    ),
    (
        "kie-video.toml",
        include_str!("../../../catalog/models/kie-video.toml"),
    ),
    (
        "kie-voice.toml",
        include_str!("../../../catalog/models/kie-voice.toml"),
    ),
    (
        "kie-music.toml",
        include_str!("../../../catalog/models/kie-music.toml"),
    ),
    (
        "elevenlabs.toml",
        include_str!("../../../catalog/models/elevenlabs.toml"),
    ),
    (
        "openai.toml",
        include_str!("../../../catalog/models/openai.toml"),
    ),
    (
        "piapi.toml",
        include_str!("../../../catalog/models/piapi.toml"),
    ),
    (
        "suno.toml",
        include_str!("../../../catalog/models/suno.toml"),
    ),
];

/// What is wrong in which file.
#[derive(Debug, thiserror::Error)]
#[error("catalog/{file}: {problem}")]
pub struct CatalogError {
    file: &'static str,
    problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProvidersFile {
    defaults: Map<Operation, ProviderId>,
    providers: Vec<Provider>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelsFile {
    provider: ProviderId,
    operation: Option<Operation>,
    source: String,
    as_of: String,
    models: Vec<ModelEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelEntry {
    operation: Option<Operation>,
    id: String,
    sends: Option<String>,
    name: String,
    #[serde(default)]
    recommended: bool,
    retires_on: Option<String>,
    notice: Option<String>,
    #[serde(default)]
    can: Capabilities,
    prices: Vec<PriceEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceEntry {
    unit: Unit,
    usd: String,
    resolution: Option<String>,
    audio: Option<bool>,
    seconds: Option<u32>,
    above_input_tokens: Option<u64>,
    from: Option<String>,
    until: Option<String>,
    source: Option<String>,
    as_of: Option<String>,
}

/// The catalogue that this program was built with.
///
/// # Errors
/// The first thing that is wrong in a file.
pub fn load() -> Result<Catalog, CatalogError> {
    let file: ProvidersFile = parse("providers.toml", PROVIDERS)?;
    let mut catalog = Catalog {
        defaults: file.defaults,
        providers: file.providers,
        models: Vec::new(),
    };
    for (name, text) in MODELS {
        let file: ModelsFile = parse(name, text)?;
        for entry in file.models {
            let id = entry.id.clone();
            let model = model(
                &file.provider,
                file.operation,
                &file.source,
                &file.as_of,
                entry,
            )
            .map_err(|problem| CatalogError {
                file: name,
                problem: format!("{id}: {problem}"),
            })?;
            catalog.models.push(model);
        }
    }
    check(&catalog).map_err(|problem| CatalogError {
        file: "providers.toml",
        problem,
    })?;
    Ok(catalog)
}

fn parse<T: serde::de::DeserializeOwned>(
    file: &'static str,
    text: &str,
) -> Result<T, CatalogError> {
    toml::from_str(text).map_err(|error| CatalogError {
        file,
        problem: error.to_string(),
    })
}

fn model(
    provider: &ProviderId,
    operation: Option<Operation>,
    source: &str,
    as_of: &str,
    entry: ModelEntry,
) -> Result<Model, String> {
    let operation = entry.operation.or(operation).ok_or("no operation")?;
    if !provider.serves(operation) {
        return Err(format!("{provider} does not serve {operation}"));
    }
    if !is_model_id(&entry.id) || !entry.sends.as_deref().is_none_or(is_model_id) {
        return Err("not a model id".to_owned());
    }
    let prices = entry
        .prices
        .into_iter()
        .map(|row| {
            Ok(Price {
                unit: row.unit,
                micro_usd: micro_usd(&row.usd).ok_or(format!("`{}` is not a price", row.usd))?,
                resolution: row.resolution,
                audio: row.audio,
                seconds: row.seconds,
                above_input_tokens: row.above_input_tokens,
                from: row.from,
                until: row.until,
                source: row.source.unwrap_or_else(|| source.to_owned()),
                as_of: row.as_of.unwrap_or_else(|| as_of.to_owned()),
            })
        })
        .collect::<Result<Vec<_>, String>>()?;
    Ok(Model {
        provider: *provider,
        operation,
        id: entry.id,
        sends: entry.sends,
        name: entry.name,
        recommended: entry.recommended,
        retires_on: entry.retires_on,
        notice: entry.notice,
        can: entry.can,
        prices,
    })
}

/// A decimal amount of dollars with at most six digits after the point.
fn micro_usd(text: &str) -> Option<MicroUsd> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 6 {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
    whole
        .parse::<i64>()
        .ok()?
        .checked_mul(1_000_000)?
        .checked_add(micros)
        .map(MicroUsd)
}

fn check(catalog: &Catalog) -> Result<(), String> {
    for provider in ProviderId::ALL {
        catalog
            .provider(provider)
            .ok_or(format!("{provider} is missing"))?;
    }
    for operation in Operation::ALL {
        let default = catalog
            .defaults
            .get(&operation)
            .ok_or(format!("no default for {operation}"))?;
        if !catalog.offers(operation, *default) {
            return Err(format!("the default for {operation} cannot be selected"));
        }
    }
    for provider in catalog
        .providers
        .iter()
        .filter(|provider| provider.available)
    {
        for operation in Operation::ALL
            .into_iter()
            .filter(|o| provider.id.serves(*o))
        {
            let model = provider.default_models.get(&operation);
            let listed = catalog.models_of(operation, provider.id).next().is_some();
            match model {
                Some(model) if catalog.model(operation, provider.id, model).is_none() => {
                    return Err(format!(
                        "{}: default model {model} is not listed",
                        provider.id
                    ));
                }
                None if listed => {
                    return Err(format!("{}: no default model for {operation}", provider.id));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod reaches;
#[cfg(test)]
mod tests;
