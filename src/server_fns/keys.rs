//! API keys. They travel to the server and never back.

use super::FnError;
use crate::wire::JsonPost;
use domain::{
    ProviderId,
    keys::{KeyReport, SecretView},
    settings::SettingsView,
};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use super::request::{answer, signed_in};
#[cfg(feature = "ssr")]
use server::keys::Holder;

/// Stores a key in a slot, in place of the one that is there.
#[server(prefix = "/fn", endpoint = "key_put", protocol = JsonPost)]
pub async fn key_put(
    provider: ProviderId,
    key: String,
    secret: Option<String>,
) -> Result<SecretView, FnError> {
    let (app, actor) = signed_in()?;
    let input = server::keys::KeyInput {
        key: key.into(),
        secret: secret.map(Into::into),
    };
    answer(server::keys::put(&app, &Holder::me(&actor), provider, input).await)
}

/// Removes the key in a slot.
#[server(prefix = "/fn", endpoint = "key_remove", protocol = JsonPost)]
pub async fn key_remove(provider: ProviderId) -> Result<(), FnError> {
    let (app, actor) = signed_in()?;
    answer(server::keys::remove(&app, &Holder::me(&actor), provider).await)
}

/// Brings back the key that the last change of a slot replaced or removed.
#[server(prefix = "/fn", endpoint = "key_undo", protocol = JsonPost)]
pub async fn key_undo(provider: ProviderId) -> Result<SecretView, FnError> {
    let (app, actor) = signed_in()?;
    answer(server::keys::undo(&app, &Holder::me(&actor), provider).await)
}

/// The person's settings, for what may be seen of the keys and undone.
#[server(prefix = "/fn", endpoint = "keys_open", protocol = JsonPost)]
pub async fn keys_open() -> Result<SettingsView, FnError> {
    let (app, actor) = signed_in()?;
    answer(server::settings::view(&app, &actor).await)
}

/// Tests the stored key without cost; nothing stored changes.
#[server(prefix = "/fn", endpoint = "key_test", protocol = JsonPost)]
pub async fn key_test(provider: ProviderId) -> Result<KeyReport, FnError> {
    let (app, actor) = signed_in()?;
    answer(server::keys::test(&app, &Holder::me(&actor), provider, Default::default()).await)
}
