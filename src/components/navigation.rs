//! The top of every page: where to go, and who is signed in.

use crate::erase::{Erase, EraseAll, dynamic, live, on_click, on_input, on_key};
use crate::{browser, server_fns::account::sign_out, shell::Theme, stores::stores};
use leptos::{html, prelude::*};
use leptos_router::hooks::use_location;

/// The navigation, and the banner that says that providers are simulated.
#[component]
pub fn TopNavigation() -> impl IntoView {
    let session = stores().session;
    let path = use_location().pathname;
    let current = move |prefix: &'static str| {
        path.with(|path| path == prefix || path.starts_with(&format!("{prefix}/")))
            .then_some("page")
    };
    let signed_in = move || session.me.with(Option::is_some);
    view! {
        <a class="skip" href="#content" rel="external">"Skip to content"</a>
        <header>
        <div class="top">
            <a class="brand" href="/">
                <span class="brand-mark" aria-hidden="true"></span>
                <span class="brand-name">"Film Generator"</span>
            </a>
            {live(move || {
                if signed_in() {
                    view! {
                        <nav aria-label="Main">
                            <a href="/projects" aria-current=dynamic(move || current("/projects"))>
                                "Projects"
                            </a>
                            // The server alone can fill that page.
                            <a href="/usage" rel="external" aria-current=dynamic(move || current("/usage"))>
                                "Usage"
                            </a>
                            <a
                                class="with-icon"
                                href="/settings"
                                aria-current=dynamic(move || current("/settings"))
                            >
                                <span class="icon icon-settings" aria-hidden="true"></span>
                                <span>"Settings"</span>
                            </a>
                        </nav>
                        <AccountMenu/>
                    }
                    .erase()
                } else {
                    view! {
                        <nav aria-label="Main">
                            <a href="/sign-in" aria-current=dynamic(move || current("/sign-in"))>
                                "Sign in"
                            </a>
                            <a class="button primary small" href="/sign-up">
                                "Sign up"
                            </a>
                        </nav>
                    }
                    .erase()
                }
            })}
        </div>
        {session
            .sandbox
            .then(|| {
                view! {
                    <p class="banner">
                        "Providers are simulated — any key that begins with "
                        <code>"sandbox-"</code> " works, nothing is charged."
                    </p>
                }
            }).erase()}
        </header>
    }
    .erase()
}

#[component]
fn AccountMenu() -> impl IntoView {
    let session = stores().session;
    let open = RwSignal::new(false);
    let menu = NodeRef::<html::Div>::new();
    browser::page::on_press_outside(menu, move || open.set(false));
    let who = move || {
        session.me.with(|me| {
            me.as_ref()
                .map(|me| (me.user.name.clone(), me.user.email.clone()))
        })
    };
    let leave = move |_| {
        browser::task::spawn(async {
            // A page that has to be loaded as a whole forgets everything about the person.
            if sign_out().await.is_ok() {
                browser::page::load("/sign-in");
            }
        });
    };
    view! {
        <div
            class="account"
            node_ref=menu
            on:keydown=on_key(move |event| {
                if event.key() == "Escape" && open.get_untracked() {
                    open.set(false);
                    browser::form::focus_id("account-button");
                }
            })
        >
            <button
                type="button"
                id="account-button"
                aria-expanded=dynamic(move || open.get().to_string())
                aria-controls="account-menu"
                disabled=dynamic(move || !session.alive.get())
                on:click=on_click(move |_| open.update(|open| *open = !*open))
            >
                "Account"
            </button>
            <div class="account-menu" id="account-menu" hidden=dynamic(move || !open.get())>
                {live(move || {
                    who()
                        .map(|(name, email)| {
                            view! {
                                <p class="who">
                                    <strong>{name}</strong>
                                    <span>{email}</span>
                                </p>
                            }
                        }).erase()
                })}
                {live(move || {
                    session
                        .runs_instance()
                        .then(|| view! { <a href="/admin" rel="external">"Administration"</a> })
                        .erase()
                })}
                <fieldset class="themes">
                    <legend>"Colours"</legend>
                    {Theme::ALL
                        .into_iter()
                        .map(|theme| {
                            view! {
                                <label>
                                    <input
                                        type="radio"
                                        name="theme"
                                        checked=session.theme.get_untracked() == theme
                                        prop:checked=dynamic(move || session.theme.get() == theme)
                                        on:change=on_input(move |_| {
                                            session.theme.set(theme);
                                            browser::page::set_theme(theme);
                                        })
                                    />
                                    <span>{theme.label()}</span>
                                </label>
                            }
                        })
                        .erase_all()}
                </fieldset>
                // The server alone can fill that page.
                <a href="/account" rel="external">
                    "Account and security"
                </a>
                <a href="/organizations" rel="external">
                    "Organizations"
                </a>
                <button type="button" on:click=leave>
                    "Sign out"
                </button>
            </div>
        </div>
    }
    .erase()
}
