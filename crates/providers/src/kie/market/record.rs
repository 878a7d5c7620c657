//! The record of a market task → running, its files, or why it failed. The files are inside a text
//! of JSON; what was charged is there only in newer answers.

use super::super::{
    error::task_failed,
    task::produced,
    wire::{MarketResult, MarketTask},
};
use crate::{Failure, Produced, Reply, json::number};
use domain::{Operation, ProviderFault};
use serde_json::Value;

/// The most pictures of one task that are kept; Grok makes six at once.
const MOST_PICTURES: usize = 4;

/// `None` while it runs; an unknown state counts as running.
///
/// # Errors
/// The classified [`Failure`] of a task that ended without a file, or of a record that is none.
pub fn finished(
    operation: Operation,
    reply: &Reply,
    record: MarketTask,
    task: &str,
) -> Result<Option<Produced>, Failure> {
    match record.state.as_deref() {
        Some("success") => {}
        Some("fail") => {
            let message = record.fail_msg.unwrap_or_default();
            return Err(task_failed(
                reply,
                number(record.fail_code.as_ref()),
                &message,
            ));
        }
        Some(_) => return Ok(None),
        None => {
            return Err(Failure::told(
                ProviderFault::Upstream,
                reply,
                "a record without a state",
            ));
        }
    }
    let result: MarketResult = record
        .result_json
        .as_deref()
        .and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or_default();
    let listed = result.result_urls.unwrap_or_default();
    let mut urls: Vec<String> = listed
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    if urls.is_empty() {
        urls.extend(result.video_url.or(result.audio_url));
    }
    urls.truncate(match operation {
        Operation::Image => MOST_PICTURES,
        _ => 1,
    });
    produced(reply, urls, &record.credits_consumed, task).map(Some)
}
