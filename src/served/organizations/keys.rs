//! The keys of an organization: to its admins with what is known of them, to its members that they are
//! there.

use super::super::parts::Table;
use super::{Content, Shown};
use crate::words::{key_health, key_name, minute};
use domain::{
    ProviderId, Timestamp,
    keys::SecretView,
    organization::{SharedKey, SharedKeys},
    provider::CredentialKind,
};
use leptos::prelude::*;
use server::{actor::Actor, app::App};

pub(super) async fn load(app: &App, actor: &Actor, shown: &Shown) -> Content {
    let keys = server::keys::shared(app, actor, &shown.organization.id).await?;
    let today = app.clock.today();
    Ok(Box::new(move |shown| view(shown, &keys, &today)))
}

pub(super) fn view(shown: &Shown, keys: &SharedKeys, today: &str) -> AnyView {
    if !shown.is_admin() {
        return available(keys);
    }
    view! {
        {(!shown.is_confirmed).then(|| shown.confirm_first())}
        <section class="card" aria-labelledby="keys-heading">
            <h2 id="keys-heading">"Keys"</h2>
            <p class="hint">
                "Encrypted, never shown again, and sent to their provider alone. What is generated with them is paid by the organization."
            </p>
            {if keys.keys.is_empty() {
                view! { <p>"The organization has no keys yet."</p> }.into_any()
            } else {
                table(shown, keys, today)
            }}
            {undo(shown, keys)}
        </section>
        {shown.is_confirmed.then(|| store(shown))}
    }
    .into_any()
}

/// What members see.
fn available(keys: &SharedKeys) -> AnyView {
    let names = keys
        .keys
        .keys()
        .map(|slot| view! { <li>{format!("{}: available", slot.label())}</li> });
    view! {
        <section class="card" aria-labelledby="keys-heading">
            <h2 id="keys-heading">"Keys"</h2>
            {if keys.keys.is_empty() {
                view! { <p>"The organization has no keys yet. Its admins can store some."</p> }
                    .into_any()
            } else {
                view! { <ul>{names.collect_view()}</ul> }.into_any()
            }}
            <p class="hint">
                "What you generate with them is paid by the organization. Nobody can read them."
            </p>
        </section>
    }
    .into_any()
}

fn table(shown: &Shown, keys: &SharedKeys, today: &str) -> AnyView {
    let rows = keys.keys.iter().filter_map(|(slot, key)| match key {
        SharedKey::Shown(view) => Some(row(shown, *slot, view, today)),
        SharedKey::Configured { .. } => None,
    });
    Table {
        name: "Keys of the organization",
        captioned: false,
        columns: &["Key", "Ends in", "State"],
        buttons: shown.is_confirmed.then_some("Test and remove"),
    }
    .with(rows.collect())
}

fn row(shown: &Shown, slot: ProviderId, view: &SecretView, today: &str) -> AnyView {
    let (health, is_bad) = if view.is_ready() {
        key_health(slot, view, today)
    } else {
        (
            "It cannot be read any more. Enter it again.".to_owned(),
            true,
        )
    };
    let class = if is_bad { "bad" } else { "" };
    let name = key_name(slot);
    let ending = view
        .last4
        .as_ref()
        .map_or_else(|| "—".to_owned(), |last4| format!("····{last4}"));
    let buttons = shown.is_confirmed.then(|| {
        view! {
            <td>
                <div class="in-row">
                    {act(shown, "keys/test", slot, "Test", &name, "small")}
                    {act(shown, "keys/remove", slot, "Remove", &name, "small danger")}
                </div>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row" class="wrap">{name.clone()}</th>
            <td>{ending}</td>
            <td class="wrap">
                <span class=class>{health}</span>
            </td>
            {buttons}
        </tr>
    }
    .into_any()
}

fn act(
    shown: &Shown,
    what: &str,
    slot: ProviderId,
    words: &'static str,
    name: &str,
    class: &'static str,
) -> AnyView {
    view! {
        <form method="post" action=shown.address(what)>
            {shown.made_for()}
            <input type="hidden" name="provider" value=slot.as_str()/>
            <button type="submit" class=class aria-label=format!("{words}: {name}")>
                {words}
            </button>
        </form>
    }
    .into_any()
}

fn undo(shown: &Shown, keys: &SharedKeys) -> AnyView {
    let line = |(slot, until): (&ProviderId, &Timestamp)| {
        let name = key_name(*slot);
        view! {
            <div class="in-row">
                <p>{format!("{name} was changed. It can be brought back until {}.", minute(*until))}</p>
                {shown
                    .is_confirmed
                    .then(|| act(shown, "keys/undo", *slot, "Undo", &name, "small"))}
            </div>
        }
    };
    keys.undo_until.iter().map(line).collect_view().into_any()
}

fn store(shown: &Shown) -> AnyView {
    let slots = ProviderId::ALL
        .into_iter()
        .filter(|slot| {
            slot.key_slot() == *slot && slot.credential_kind() != CredentialKind::Operator
        })
        .map(|slot| view! { <option value=slot.as_str()>{key_name(slot)}</option> });
    view! {
        <section class="card" aria-labelledby="store-heading">
            <h2 id="store-heading">"Store or replace a key"</h2>
            <form class="filters" method="post" action=shown.address("keys")>
                {shown.made_for()}
                <div class="field">
                    <label for="key-provider">"Key"</label>
                    <select id="key-provider" name="provider">
                        {slots.collect_view()}
                    </select>
                </div>
                <div class="field">
                    <label for="key-value">"Its value"</label>
                    <input
                        type="password"
                        id="key-value"
                        name="key"
                        required=true
                        autocomplete="off"
                        spellcheck="false"
                        data-1p-ignore=""
                    />
                </div>
                <div class="field">
                    <label for="key-secret">"Second half"</label>
                    <input
                        type="password"
                        id="key-secret"
                        name="secret"
                        autocomplete="off"
                        spellcheck="false"
                        data-1p-ignore=""
                        aria-describedby="key-secret-hint"
                    />
                    <p class="hint" id="key-secret-hint">
                        "Of a Modal proxy token alone."
                    </p>
                </div>
                <button type="submit" class="primary">
                    "Store the key"
                </button>
            </form>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::served::organizations::{Part, tests::shown};
    use domain::{Map, account::OrganizationRole, keys::SecretStatus};

    #[test]
    fn who_has_not_confirmed_sees_the_keys_and_is_asked_for_none() {
        let key = SecretView {
            configured: true,
            last4: Some("7Q4Z".to_owned()),
            updated_at: Timestamp(0),
            status: SecretStatus::Ready,
            tested: None,
            health: None,
        };
        let keys = SharedKeys {
            keys: [(ProviderId::Gemini, SharedKey::Shown(Box::new(key)))].into(),
            undo_until: Map::from([(ProviderId::Gemini, Timestamp(60_000))]),
        };
        for is_confirmed in [true, false] {
            let shown = shown(Part::Keys, OrganizationRole::Admin, is_confirmed);
            let html = crate::served::html(|| view(&shown, &keys, "2026-11-22"));
            assert!(html.contains("····7Q4Z"), "{html}");
            assert!(html.contains("It can be brought back until"), "{html}");
            for offered in ["type=\"password\"", "Test: ", "Remove: ", "Undo: "] {
                assert_eq!(html.contains(offered), is_confirmed, "{offered}: {html}");
            }
            let way = "/account?next=/organizations/o1/keys#confirm";
            assert_eq!(html.contains(way), !is_confirmed, "{html}");
        }
    }
}
