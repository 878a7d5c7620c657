//! OpenRouter's public list of models with their prices (OpenRouter docs, models). No key is sent;
//! a price that depends on anything but the length of the prompt stays unknown.

use super::{
    response::refusal,
    wire::{Links, ModelEntry, ModelsReply, Override, Pricing},
};
use crate::{
    Auth, Call, Failure, Host, Limits, ListPage, Purpose, Reply, decimal,
    json::{Raw, part},
    listed,
};
use domain::{
    Operation,
    catalog::{Price, Unit},
    listing::{Listed, Listing},
    money::MicroUsd,
};
use serde_json::value::RawValue;
use url::Url;

/// Dollars per token → millionths of a dollar per million tokens.
const PER_MILLION: u64 = 1_000_000_000_000;
/// A share in millionths.
const SHARE: u64 = 1_000_000;
const SOURCE: &str = "OpenRouter model list";

/// The list comes whole unless it says where it goes on.
pub fn call(at: &ListPage) -> Option<Call> {
    let call = Call::get(Purpose::Check, Host::OpenRouter, Auth::None, &["models"])
        .with_answer(Limits::LIST);
    (at.stage == 0).then(|| match &at.after {
        Some(offset) => call
            .with_query("offset", offset)
            .with_query("limit", "1000"),
        None => call,
    })
}

pub fn read(
    at: &ListPage,
    reply: &Reply,
    today: &str,
) -> Result<(Listing, Option<ListPage>), Failure> {
    let told = serde_json::from_slice::<ModelsReply>(&reply.body)
        .ok()
        .filter(|_| reply.is_success());
    let Some((told, entries)) =
        told.and_then(|told| part::<Vec<Box<RawValue>>>(&told.data).map(|all| (told, all)))
    else {
        return Err(refusal(reply));
    };
    let models: Vec<Listed> = entries
        .iter()
        .filter_map(|raw| model(&serde_json::from_str(raw.get()).ok()?, today))
        .collect();
    if models.is_empty() && at.after.is_none() {
        return Err(Failure::unreadable(reply, "a list without text models"));
    }
    Ok((listed::whole(models), next(at, &told)))
}

/// The next page; one that does not lie further on is not followed.
fn next(at: &ListPage, told: &ModelsReply) -> Option<ListPage> {
    let address = part::<Links>(&told.links)?.next?;
    let base = Url::parse("https://openrouter.ai/").ok()?;
    let url = base.join(&address).ok()?;
    let (_, offset) = url.query_pairs().find(|(name, _)| name == "offset")?;
    let offset: u64 = offset.parse().ok()?;
    let here = at
        .after
        .as_ref()
        .map_or(Some(0), |after| after.parse().ok())?;
    (offset > here).then(|| ListPage {
        stage: 0,
        after: Some(offset.to_string()),
    })
}

fn model(entry: &ModelEntry, today: &str) -> Option<Listed> {
    let writes = entry
        .architecture
        .as_ref()
        .and_then(|shape| shape.output_modalities.as_ref())
        .is_none_or(|kinds| kinds.iter().all(|kind| kind == "text"));
    let supports = |name: &str| {
        let parameters = entry.supported_parameters.as_deref().unwrap_or_default();
        parameters.iter().any(|parameter| parameter == name)
    };
    let id = entry.id.as_deref().filter(|_| writes)?;
    Some(Listed {
        prices: part::<Pricing>(&entry.pricing)
            .and_then(|pricing| prices(&pricing, today))
            .unwrap_or_default(),
        retires_on: entry.expiration_date.as_deref().and_then(listed::day),
        json_schema: supports("structured_outputs") || supports("response_format"),
        ..listed::entry(Operation::Llm, id, entry.name.as_deref())?
    })
}

/// The price rows, or `None` where one of them is unknown or a fee per request comes on top.
fn prices(pricing: &Pricing, today: &str) -> Option<Vec<Price>> {
    let fee = pricing.request.as_ref();
    if fee.is_some_and(|fee| decimal::micros(fee, SHARE) != Some(MicroUsd::ZERO)) {
        return None;
    }
    let discount = match &pricing.discount {
        Some(discount) => u64::try_from(decimal::micros(discount, SHARE)?.0).ok()?,
        None => 0,
    };
    let kept = SHARE.checked_sub(discount)?;
    let row = |unit, price: &Raw, above_input_tokens| {
        let price = decimal::micros(price.as_ref()?, PER_MILLION)?;
        Some(Price {
            unit,
            micro_usd: price.times(kept, SHARE),
            resolution: None,
            audio: None,
            seconds: None,
            above_input_tokens,
            from: None,
            until: None,
            source: SOURCE.to_owned(),
            as_of: today.to_owned(),
        })
    };
    let mut rows = vec![
        row(Unit::MillionInputTokens, &pricing.prompt, None)?,
        row(Unit::MillionOutputTokens, &pricing.completion, None)?,
    ];
    let overrides: Vec<Box<RawValue>> = part(&pricing.overrides).unwrap_or_default();
    for raw in overrides {
        let told: Override = serde_json::from_str(raw.get()).ok()?;
        let by_hour = told.utc_start.is_some() || told.utc_end.is_some() || told.utc_days.is_some();
        if told.prompt.is_none() && told.completion.is_none() {
            continue;
        }
        let above = told.min_prompt_tokens.filter(|_| !by_hour)?;
        for (unit, price) in [
            (Unit::MillionInputTokens, &told.prompt),
            (Unit::MillionOutputTokens, &told.completion),
        ] {
            if price.is_some() {
                rows.push(row(unit, price, Some(above))?);
            }
        }
    }
    Some(rows)
}
