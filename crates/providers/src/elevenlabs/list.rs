//! ElevenLabs' models, then the account's voices page by page (ElevenLabs API reference, models and
//! voices). Prices are not told in money; a key that may not see the voices still lists the models.

use super::{
    request, response,
    wire::{ModelEntry, VoiceEntry, VoicesReply},
};
use crate::{Call, Failure, Limits, ListPage, Reply, listed};
use domain::{
    Operation, ProviderFault,
    catalog::{Voice, is_model_id},
    listing::{Listed, Listing},
};
use serde_json::Value;

const MODELS: u8 = 0;
const VOICES: u8 = 1;

pub fn call(at: &ListPage) -> Option<Call> {
    let call = match (at.stage, &at.after) {
        (MODELS, None) => request::models(),
        (VOICES, None) => request::voices(),
        (VOICES, Some(token)) => request::voices().with_query("next_page_token", token),
        _ => return None,
    };
    Some(call.with_answer(Limits::LIST))
}

pub fn read(at: &ListPage, reply: &Reply) -> Result<(Listing, Option<ListPage>), Failure> {
    if at.stage == MODELS {
        models(reply)
    } else {
        voices(at, reply)
    }
}

fn models(reply: &Reply) -> Result<(Listing, Option<ListPage>), Failure> {
    if !reply.is_success() {
        return Err(response::failure(reply));
    }
    let entries: Vec<Value> = serde_json::from_slice(&reply.body).unwrap_or_default();
    let models: Vec<Listed> = entries
        .into_iter()
        .filter_map(|entry| model(&serde_json::from_value(entry).ok()?))
        .collect();
    if models.is_empty() {
        return Err(Failure::unreadable(
            reply,
            "a list without models that speak",
        ));
    }
    let voices = ListPage {
        stage: VOICES,
        after: None,
    };
    Ok((listed::whole(models), Some(voices)))
}

fn model(entry: &ModelEntry) -> Option<Listed> {
    let id = entry.model_id.as_deref()?;
    let speaks = entry.can_do_text_to_speech == Some(true);
    Some(Listed {
        max_characters: entry.maximum_text_length_per_request,
        ..listed::entry(Operation::Tts, id, entry.name.as_deref()).filter(|_| speaks)?
    })
}

fn voices(at: &ListPage, reply: &Reply) -> Result<(Listing, Option<ListPage>), Failure> {
    let mut listing = listed::whole(Vec::new());
    if !reply.is_success() {
        let failure = response::failure(reply);
        return if failure.fault == ProviderFault::Forbidden {
            Ok((listing, None))
        } else {
            Err(failure)
        };
    }
    let page = serde_json::from_slice::<VoicesReply>(&reply.body).unwrap_or_default();
    let Some(entries) = page.voices else {
        return Err(Failure::unreadable(reply, "not a list of voices"));
    };
    listing.voices = entries.into_iter().filter_map(voice).collect();
    let next = page
        .next_page_token
        .filter(|token| page.has_more == Some(true) && !token.is_empty())
        .filter(|token| at.after.as_ref() != Some(token));
    let next = next.map(|token| ListPage {
        stage: VOICES,
        after: Some(token),
    });
    Ok((listing, next))
}

fn voice(entry: Value) -> Option<Voice> {
    let entry: VoiceEntry = serde_json::from_value(entry).ok()?;
    let id = entry.voice_id.filter(|id| is_model_id(id))?;
    Some(Voice {
        name: listed::name(entry.name.as_deref(), &id),
        id,
    })
}
