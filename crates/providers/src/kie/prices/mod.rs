//! KIE's public price list, page by page. It names models for people, so only rows that belong to
//! one of our models beyond doubt are taken, and only models whose every choice has a price: half a
//! list would be a wrong price. It is no list of models: nothing is gone because it is missing here.

mod rows;

use super::{
    error::{Asked, open},
    market::{self, Parameter},
    veo,
    wire::{PricePage, PriceRequest},
};
use crate::{
    Auth, Call, Failure, Host, Limits, ListPage, Purpose, Reply,
    json::{number, part},
};
use domain::{
    Operation, ProviderFault,
    catalog::{Price, Unit},
    listing::{Listed, Listing},
};
use rows::{Priced, priced};
use std::{borrow::Cow, collections::BTreeMap};

/// Rows of a page.
const ROWS: i64 = 100;
/// The last page that is asked for; the list has about five.
const LAST_PAGE: i64 = 20;

fn page(at: &ListPage) -> Option<i64> {
    let page = at
        .after
        .as_deref()
        .map_or(Some(1), |after| after.parse().ok())?;
    (at.stage == 0 && (1..=LAST_PAGE).contains(&page)).then_some(page)
}

/// The call for a page; it needs no key.
pub fn call(at: &ListPage) -> Option<Call> {
    let body = PriceRequest {
        page_num: page(at)?,
        page_size: ROWS,
        interface_type: "",
    };
    let path = ["client", "v1", "model-pricing", "page"]
        .map(Cow::Borrowed)
        .to_vec();
    let call = Call::post(Purpose::Check, Host::Kie, Auth::None, path, &body).ok()?;
    Some(call.with_answer(Limits::LIST))
}

/// Reads a page.
///
/// # Errors
/// The classified [`Failure`] of an answer that is no page.
pub fn read(
    at: &ListPage,
    reply: &Reply,
    today: &str,
) -> Result<(Listing, Option<ListPage>), Failure> {
    let data = open(reply, Asked::Other)?.data;
    let Some(found) = part::<PricePage>(&data).filter(|page| page.records.is_some()) else {
        return Err(Failure::told(
            ProviderFault::Upstream,
            reply,
            "not a page of prices",
        ));
    };
    let records = found.records.unwrap_or_default();
    let pages = number(found.pages.as_ref())
        .or_else(|| Some((number(found.total.as_ref())? + ROWS - 1) / ROWS))
        .unwrap_or_default();
    let this = page(at).unwrap_or(LAST_PAGE);
    let next = (this < pages.min(LAST_PAGE) && !records.is_empty()).then(|| ListPage {
        stage: 0,
        after: Some((this + 1).to_string()),
    });
    let mut by_model: BTreeMap<(Operation, String), Vec<Priced>> = BTreeMap::new();
    for row in records.iter().flat_map(priced) {
        let rows = by_model.entry((row.operation, row.id.clone())).or_default();
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    let models = by_model
        .into_iter()
        .filter(|((operation, id), rows)| is_whole(*operation, id, rows))
        .map(|((operation, id), rows)| Listed {
            operation,
            name: id.clone(),
            id,
            prices: rows.into_iter().map(|row| price(row, today)).collect(),
            retires_on: None,
            max_characters: None,
            json_schema: false,
        })
        .collect();
    let listing = Listing {
        models,
        ..Listing::default()
    };
    Ok((listing, next))
}

fn price(row: Priced, today: &str) -> Price {
    Price {
        unit: row.unit,
        micro_usd: row.micro_usd,
        resolution: row.resolution,
        audio: row.audio,
        seconds: row.seconds,
        above_input_tokens: None,
        from: None,
        until: None,
        source: "KIE.ai price list".to_owned(),
        as_of: today.to_owned(),
    }
}

/// What a model offers of this parameter; empty where it has one or takes any.
fn offered(id: &str, parameter: Parameter) -> Vec<String> {
    if veo::is_model(id) {
        return match parameter {
            Parameter::Resolution => veo::RESOLUTIONS.map(str::to_owned).to_vec(),
            _ => Vec::new(),
        };
    }
    market::entry(id)
        .and_then(|(_, entry)| market::field(entry, parameter))
        .map(|(_, field)| {
            market::choices(parameter, field)
                .into_iter()
                .map(|(ours, _)| ours)
                .collect()
        })
        .unwrap_or_default()
}

/// A choice that KIE offers and never priced: ten seconds in the large size (KIE docs, Hailuo 2.3).
fn is_unpriced(id: &str, resolution: Option<&str>, seconds: Option<u32>) -> bool {
    id.starts_with("hailuo/2-3-") && resolution == Some("1080P") && seconds == Some(10)
}

/// What must be told apart: everything offered where some row says it, or where it is `told`
/// anyway; otherwise it changes nothing.
fn cases<T: Clone>(said: bool, told: bool, offered: Vec<T>) -> Vec<Option<T>> {
    if offered.is_empty() || (offered.len() == 1 && !said) || !(said || told) {
        vec![None]
    } else {
        offered.into_iter().map(Some).collect()
    }
}

/// Whether the rows say one price for every choice that changes it, and nothing else.
fn is_whole(operation: Operation, id: &str, rows: &[Priced]) -> bool {
    let is_clip = operation == Operation::Video;
    let units: &[Unit] = match operation {
        Operation::Llm => &[Unit::MillionInputTokens, Unit::MillionOutputTokens],
        _ => &[rows[0].unit],
    };
    let has_sound = market::entry(id)
        .is_some_and(|(_, entry)| market::field(entry, Parameter::Audio).is_some());
    let resolutions = cases(
        rows.iter().any(|row| row.resolution.is_some()),
        is_clip,
        offered(id, Parameter::Resolution),
    );
    let lengths = offered(id, Parameter::Duration)
        .iter()
        .filter_map(|seconds| seconds.parse().ok())
        .collect();
    let lengths = cases(
        rows.iter().any(|row| row.seconds.is_some()),
        units == [Unit::Clip],
        lengths,
    );
    let sounds = cases(
        rows.iter().any(|row| row.audio.is_some()),
        false,
        if has_sound {
            vec![false, true]
        } else {
            Vec::new()
        },
    );
    if has_sound && sounds == [None] {
        return false;
    }
    let mut used = vec![false; rows.len()];
    for unit in units {
        for resolution in &resolutions {
            for seconds in &lengths {
                for audio in &sounds {
                    // A row without a word about sound holds with and without it.
                    let is_case = |row: &Priced| {
                        (row.unit, &row.resolution, row.seconds) == (*unit, resolution, *seconds)
                            && (row.audio == *audio || row.audio.is_none())
                    };
                    let count = rows.iter().filter(|row| is_case(row)).count();
                    let is_hole = is_unpriced(id, resolution.as_deref(), *seconds);
                    if count > 1 || (count == 0 && !is_hole) {
                        return false;
                    }
                    for (used, row) in used.iter_mut().zip(rows) {
                        *used |= is_case(row);
                    }
                }
            }
        }
    }
    used.into_iter().all(|used| used)
}
