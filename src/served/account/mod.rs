//! The account: who one is, the password, the second factor, where one is signed in, and the access
//! tokens. What is shown once is the answer to the form that asked for it, and has no address.

mod answers;
mod confirm;
mod forms;
mod password;
mod second_factor;
mod sessions;
mod tokens;

pub use answers::answers;
pub use forms::routes;

use super::parts::{outcome, problem};
use crate::pages::is_own_page;
use axum::{extract::Query, http::Uri};
use domain::ApiError;
use leptos::prelude::*;
use serde::Deserialize;
use server::{
    actor::Actor,
    app::App,
    auth::{
        access_token::{self, TokenView},
        second_factor::Standing,
        session::{self, SessionView},
    },
};
use tokens::Wished;

/// Where the page is.
const PAGE: &str = "/account";

/// What became of a form, and in which part of the page that is said.
struct Said {
    part: &'static str,
    what: AnyView,
}

/// All that the page shows.
struct Account {
    made_for: String,
    name: String,
    email: String,
    /// Whether they have shown who they are a short while ago.
    is_confirmed: bool,
    /// The page that wants them to, where one sent them here.
    next: Option<String>,
    standing: Result<Standing, ApiError>,
    sessions: Result<Vec<SessionView>, ApiError>,
    tokens: Result<Vec<TokenView>, ApiError>,
    /// How the form of a new token is filled in.
    wished: Wished,
}

impl Account {
    async fn load(app: &App, actor: &Actor) -> Self {
        Self {
            made_for: actor.user.id.to_string(),
            name: actor.user.name.clone(),
            email: actor.user.email.clone(),
            next: None,
            is_confirmed: actor.must_have_confirmed(app.clock.now()).is_ok(),
            standing: server::auth::second_factor::standing(app, actor).await,
            sessions: session::list(app, actor).await,
            tokens: access_token::list(app, actor).await,
            wished: Wished::default(),
        }
    }

    /// Whether codes are asked for.
    fn has_second_factor(&self) -> bool {
        let standing = self.standing.as_ref();
        standing.is_ok_and(|standing| standing.on_since.is_some())
    }

    /// The page, with what became of a form.
    fn view(&self, said: Option<Said>) -> AnyView {
        let mut said = said;
        let mut of = |part: &str| {
            let here = said.take_if(|said| said.part == part);
            here.map(|said| said.what)
        };
        view! {
            <h1>"Account and security"</h1>
            {of("top")}
            <section class="card account-part" aria-labelledby="who-heading">
                <h2 id="who-heading">"Who you are"</h2>
                <dl class="who-rows">
                    <dt>"Name"</dt>
                    <dd>{self.name.clone()}</dd>
                    <dt>"Address to sign in with"</dt>
                    <dd>{self.email.clone()}</dd>
                </dl>
            </section>
            {confirm::view(self, of("confirm"))}
            {password::view(self, of("password"))}
            {second_factor::view(self, of("two-step"))}
            {sessions::view(self, of("sessions"))}
            {tokens::view(self, of("tokens"))}
        }
        .into_any()
    }

    /// The hidden field by which a form says whose page it is on.
    fn made_for(&self) -> AnyView {
        made_for(&self.made_for)
    }
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    outcome: String,
    /// Where to go on after a confirmation.
    #[serde(default)]
    next: String,
}

/// What the page shows.
pub async fn page(app: &App, actor: &Actor, uri: &Uri) -> String {
    let asked = Query::<Asked>::try_from_uri(uri).ok();
    let (said, next) = asked.map_or((None, None), |Query(asked)| {
        (forms::words(&asked.outcome), Some(asked.next))
    });
    let account = Account {
        next: next.filter(|next| is_own_page(next)),
        ..Account::load(app, actor).await
    };
    super::html(move || {
        account.view(said.map(|(part, words)| Said {
            part,
            what: outcome(words),
        }))
    })
}

/// The page where a form came to nothing, with the reason in its part, and a wish for a token as it was
/// sent.
async fn page_with_problem(
    app: &App,
    actor: &Actor,
    part: &'static str,
    error: ApiError,
    wished: Wished,
) -> String {
    let account = Account {
        wished,
        ..Account::load(app, actor).await
    };
    super::html(move || {
        account.view(Some(Said {
            part,
            what: problem(&error),
        }))
    })
}

fn made_for(user: &str) -> AnyView {
    view! { <input type="hidden" name="made_for" value=user.to_owned()/> }.into_any()
}

/// A field to type into, under its label.
struct Typed {
    id: &'static str,
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    autocomplete: &'static str,
    hint: Option<&'static str>,
}

impl Typed {
    /// A code of the authenticator app, or a recovery code.
    fn code(id: &'static str, hint: &'static str) -> Self {
        Self {
            id,
            name: "code",
            label: "Code",
            kind: "text",
            autocomplete: "one-time-code",
            hint: Some(hint),
        }
    }

    fn view(self) -> AnyView {
        let note = format!("{}-note", self.id);
        view! {
            <div class="field">
                <label for=self.id>{self.label}</label>
                <input
                    id=self.id
                    name=self.name
                    type=self.kind
                    autocomplete=self.autocomplete
                    maxlength="1024"
                    required=true
                    aria-describedby=self.hint.is_some().then_some(note.clone())
                />
                {self.hint.map(|hint| view! { <p class="hint" id=note>{hint}</p> })}
            </div>
        }
        .into_any()
    }
}

#[cfg(test)]
mod tests;
