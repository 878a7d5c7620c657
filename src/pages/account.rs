//! Signing in and signing up.

use super::is_own_page;
use crate::erase::{Erase, dynamic, live, live_text, memo, on_input};
use crate::{
    browser,
    server_fns::{
        FnError,
        account::{sign_in, sign_up},
    },
    stores::stores,
};
use domain::account::Me;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

/// Where to go after signing in: only to a page of this application.
fn next_page(asked: Option<&str>) -> String {
    asked
        .filter(|path| is_own_page(path))
        .unwrap_or("/projects")
        .to_owned()
}

/// The part of an address by which the way that somebody was on is kept.
fn with_next(query: &ParamsMap) -> String {
    let next = query.get("next");
    next.map_or_else(String::new, |next| {
        format!("?next={}", next_page(Some(&next)))
    })
}

#[derive(Clone, Copy)]
struct Form {
    email: RwSignal<String>,
    password: RwSignal<String>,
    name: RwSignal<String>,
    code: RwSignal<String>,
    sending: RwSignal<bool>,
    error: RwSignal<Option<FnError>>,
}

impl Form {
    fn new() -> Self {
        Self {
            email: RwSignal::new(String::new()),
            password: RwSignal::new(String::new()),
            name: RwSignal::new(String::new()),
            code: RwSignal::new(String::new()),
            sending: RwSignal::new(false),
            error: RwSignal::new(None),
        }
    }

    /// Takes the answer in. The next page is loaded as a whole, with all that belongs to the
    /// person.
    fn done(self, answer: Result<Me, FnError>, next: &str) {
        match answer {
            Ok(_) => browser::page::load(next),
            Err(error) => {
                self.sending.set(false);
                self.error.set(Some(error));
            }
        }
    }

    /// What is wrong with a field, as the server says.
    fn problem(self, field: &'static str) -> Memo<Option<String>> {
        memo(move || {
            self.error
                .with(|error| field_problem(error.as_ref(), field))
        })
    }
}

fn field_problem(error: Option<&FnError>, field: &str) -> Option<String> {
    error?
        .api()?
        .fields
        .iter()
        .find(|wrong| wrong.field == field)
        .map(|wrong| wrong.message.clone())
}

#[component]
fn TextField(
    id: &'static str,
    label: &'static str,
    kind: &'static str,
    autocomplete: &'static str,
    value: RwSignal<String>,
    #[prop(into)] problem: Signal<Option<String>>,
    #[prop(optional)] hint: Option<&'static str>,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let alive = stores().session.alive;
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                id=id
                name=id
                type=kind
                autocomplete=autocomplete
                required=required
                disabled=dynamic(move || !alive.get())
                aria-describedby=format!("{id}-note")
                aria-invalid=dynamic(move || problem.with(Option::is_some).then_some("true"))
                on:input=on_input(move |event| value.set(event_target_value(&event)))
            />
            <p class="hint" id=format!("{id}-note") class:bad=dynamic(move || problem.with(Option::is_some))>
                {live_text(move || problem.get().or_else(|| hint.map(str::to_owned)))}
            </p>
        </div>
    }
    .erase()
}

#[component]
fn FormError(form: Form) -> impl IntoView {
    live(move || {
        form.error
            .get()
            .filter(|error| error.api().is_none_or(|error| error.fields.is_empty()))
            .map(|error| {
                view! {
                    <p class="note bad" role="alert">
                        {error.sentence()}
                    </p>
                }
            })
            .erase()
    })
}

/// The page to sign in.
#[component]
pub fn SignInPage() -> impl IntoView {
    let form = Form::new();
    let alive = stores().session.alive;
    let query = use_query_map();
    // Once a code was wanted, its field stays.
    let asks_code = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if form.sending.get_untracked() {
            return;
        }
        form.sending.set(true);
        form.error.set(None);
        let next = next_page(query.with_untracked(|query| query.get("next")).as_deref());
        let (email, password) = (form.email.get_untracked(), form.password.get_untracked());
        let code = asks_code.get_untracked().then(|| form.code.get_untracked());
        browser::task::spawn(async move {
            let answer = sign_in(email, password, code).await;
            let wants_code = |error: &FnError| error.api().is_some_and(|error| error.second_factor);
            let wants_code = answer.as_ref().is_err_and(wants_code);
            form.done(answer, &next);
            if wants_code {
                asks_code.set(true);
                leptos::task::tick().await;
                browser::form::focus_id("code");
            }
        });
    };
    view! {
        <Title text="Sign in"/>
        <section class="narrow card">
            <h1>"Sign in"</h1>
            <form method="post" on:submit=submit>
                <TextField
                    id="email"
                    label="Email"
                    kind="email"
                    autocomplete="username"
                    value=form.email
                    problem=form.problem("email")
                    required=true
                />
                <TextField
                    id="password"
                    label="Password"
                    kind="password"
                    autocomplete="current-password"
                    value=form.password
                    problem=form.problem("password")
                    required=true
                />
                {live(move || {
                    asks_code
                        .get()
                        .then(|| {
                            view! {
                                <TextField
                                    id="code"
                                    label="Code"
                                    kind="text"
                                    autocomplete="one-time-code"
                                    value=form.code
                                    problem=form.problem("code")
                                    required=true
                                />
                            }
                        })
                        .erase()
                })}
                <FormError form=form/>
                <button
                    type="submit"
                    class="primary"
                    disabled=dynamic(move || !alive.get() || form.sending.get())
                >
                    "Sign in"
                </button>
            </form>
            <p class="hint">
                "No account yet? "
                <a href=dynamic(move || format!("/sign-up{}", query.with(with_next)))>"Create one"</a>
            </p>
        </section>
    }
    .erase()
}

/// The page to make an account.
#[component]
pub fn SignUpPage() -> impl IntoView {
    let form = Form::new();
    let query = use_query_map();
    let alive = stores().session.alive;
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if form.sending.get_untracked() {
            return;
        }
        form.sending.set(true);
        form.error.set(None);
        let next = query.with_untracked(|query| query.get("next"));
        let next = next.map_or_else(
            || "/projects?welcome=1".to_owned(),
            |next| next_page(Some(&next)),
        );
        let name = form.name.get_untracked();
        let name = (!name.trim().is_empty()).then(|| name.trim().to_owned());
        let (email, password) = (form.email.get_untracked(), form.password.get_untracked());
        let invitation = next.strip_prefix("/invitations/").map(str::to_owned);
        browser::task::spawn(async move {
            let answer = sign_up(email, password, name, invitation).await;
            form.done(answer, &next);
        });
    };
    view! {
        <Title text="Sign up"/>
        <section class="narrow card">
            <h1>"Create an account"</h1>
            <form method="post" on:submit=submit>
                <TextField
                    id="name"
                    label="Name"
                    kind="text"
                    autocomplete="name"
                    value=form.name
                    problem=form.problem("name")
                    hint="Optional. What to call you."
                />
                <TextField
                    id="email"
                    label="Email"
                    kind="email"
                    autocomplete="username"
                    value=form.email
                    problem=form.problem("email")
                    required=true
                />
                <TextField
                    id="password"
                    label="Password"
                    kind="password"
                    autocomplete="new-password"
                    value=form.password
                    problem=form.problem("password")
                    hint="At least 12 characters. Several unrelated words are good."
                    required=true
                />
                <FormError form=form/>
                <button
                    type="submit"
                    class="primary"
                    disabled=dynamic(move || !alive.get() || form.sending.get())
                >
                    "Create account"
                </button>
            </form>
            <p class="hint">
                "You have an account? "
                <a href=dynamic(move || format!("/sign-in{}", query.with(with_next)))>"Go to sign-in"</a>
            </p>
        </section>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ApiError;

    #[test]
    fn signing_in_never_leads_to_another_site() {
        for bad in [
            "https://evil.example",
            "//evil.example",
            "/\\evil",
            "/\t/evil",
            "x",
        ] {
            assert_eq!(next_page(Some(bad)), "/projects", "{bad}");
        }
        assert_eq!(next_page(Some("/settings")), "/settings");
        assert_eq!(next_page(None), "/projects");
    }

    #[test]
    fn a_wrong_field_is_named_beside_it() {
        let error = FnError::Api(ApiError::invalid_field("password", "Longer, please."));
        assert_eq!(
            field_problem(Some(&error), "password").as_deref(),
            Some("Longer, please.")
        );
        assert_eq!(field_problem(Some(&error), "email"), None);
    }
}
