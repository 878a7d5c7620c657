//! The person's settings: every operation with its provider, model and key.

use super::{signed_in, skeleton};
use crate::erase::{Erase, EraseAll, effect, keyed, live, memo};
use crate::{
    components::{
        EndpointFields, EnvPaste, KeyField, KeySection, MODAL_ENDPOINTS, Overview, ParameterFields,
        PreferOwnKeys, Problem, ProviderFields, SaveIndicator, SearchSettings, Transfer, Why,
        places, spare_slots, used_providers,
    },
    stores::stores,
    words::{heading, purpose},
};
use domain::{Operation, ProviderId, provider::EndpointKind};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn SettingsPage() -> impl IntoView {
    if !signed_in() {
        return ().into_any();
    }
    let stores = stores();
    let level = stores.personal;
    effect(move || level.ensure_loaded());
    // What is open or has the focus in the page outlives every save.
    let standing = memo(move || (level.is_loaded(), level.problem.with(Option::is_some)));
    view! {
        <Title text="Settings"/>
        <section class="page" aria-labelledby="providers-heading">
            <h1>"Settings"</h1>
            <div class="section-head">
                <h2 id="providers-heading">"API Keys & Providers"</h2>
                <SaveIndicator level=level with_keys=true/>
            </div>
            <p class="hint">
                "Everything is saved by itself. Keys are encrypted, are never shown again, and go to their provider alone."
            </p>
            {live(move || level.problem.get().map(|error| view! { <Problem error=error/> }).erase())}
            {live(move || match standing.get() {
                (true, _) => view! { <Panes/> }.erase(),
                (false, true) => ().into_any(),
                (false, false) => skeleton(),
            })}
        </section>
    }
    .erase()
}

#[component]
fn Panes() -> impl IntoView {
    let stores = stores();
    let catalog = stores.catalog();
    let level = stores.personal;
    let placed = {
        let catalog = catalog.clone();
        memo(move || places(used_providers(level, &catalog, &Operation::ALL)))
    };
    let spare = memo(move || {
        let used: Vec<ProviderId> = used_providers(level, &catalog, &Operation::ALL)
            .into_iter()
            .map(|(_, provider)| provider)
            .collect();
        spare_slots(&catalog, &used, |slot| {
            stores.keys.slot(slot).with(|state| state.is_configured())
        })
    });
    view! {
        <div class="panes">
            <div class="side">
                <SearchSettings/>
                <Overview level=level/>
                // The server alone can fill that page.
                <p>
                    <a href="/settings/fallback" rel="external">
                        "Who takes over when a provider fails"
                    </a>
                </p>
            </div>
            <div class="details">
                {Operation::ALL
                    .into_iter()
                    .map(|operation| {
                        view! {
                            <section class="card operation" id=operation.as_str()>
                                <h3>{heading(operation)}</h3>
                                <p class="hint">{purpose(operation)}</p>
                                <ProviderFields level=level operation=operation/>
                                <KeySection operation=operation places=placed/>
                                <ParameterFields level=level operation=operation/>
                                <Why level=level operation=operation/>
                            </section>
                        }
                    })
                    .erase_all()}
                <section class="card operation" id="endpoints">
                    <h3>"Modal endpoints"</h3>
                    <p class="hint">
                        "The addresses of your own deployments. Each operation has one; editing images has its own."
                    </p>
                    <EndpointFields level=level kinds=MODAL_ENDPOINTS/>
                    <KeyField provider=ProviderId::Modal/>
                </section>
                <section class="card operation" id="own-suno">
                    <h3>"Self-hosted Suno"</h3>
                    <p class="hint">
                        "The address of your own suno-api server, for the Suno models that run there. It needs no key."
                    </p>
                    <EndpointFields level=level kinds=&[EndpointKind::Suno]/>
                </section>
                <PreferOwnKeys/>
                <EnvPaste/>
                {live(move || {
                    (!spare.with(Vec::is_empty))
                        .then(|| {
                            view! {
                                <section class="card operation" id="more-keys">
                                    <h3>"More API keys"</h3>
                                    <p class="hint">
                                        "Of providers that no operation uses at the moment. They are kept for when you switch."
                                    </p>
                                    {keyed(
                                        move || {
                                            spare
                                                .with(|spare| {
                                                    spare
                                                        .iter()
                                                        .map(|slot| slot.as_str().to_owned())
                                                        .collect()
                                                })
                                        },
                                        |slot| {
                                            ProviderId::parse(&slot)
                                                .map(|slot| view! { <KeyField provider=slot/> })
                                                .erase()
                                        },
                                    )}
                                </section>
                            }
                        }).erase()
                })}
                <Transfer level=level/>
            </div>
        </div>
    }
    .erase()
}
