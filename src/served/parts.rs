//! What these pages share: what their addresses ask for, their tables, what they say after a form, and
//! how a form is answered.

use axum::{extract::Query, http::Uri, response::Redirect};
use domain::{ApiError, ProjectId};
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use server::actor::Actor;

/// The project that a path with this ending belongs to.
pub fn project_at(path: &str, ending: &str) -> Option<ProjectId> {
    let id = path.strip_prefix("/projects/")?.strip_suffix(ending)?;
    (!id.is_empty() && !id.contains('/')).then(|| ProjectId(id.to_owned()))
}

/// A table that is scrolled by itself where it is too wide.
pub struct Table {
    /// What it is called, for those who do not see it too.
    pub name: &'static str,
    /// Whether its name is seen above it.
    pub captioned: bool,
    /// The headings of its columns.
    pub columns: &'static [&'static str],
    /// The heading of a last column of buttons, which needs none for those who see it.
    pub buttons: Option<&'static str>,
}

impl Table {
    /// The table with these rows.
    pub fn with(self, rows: Vec<AnyView>) -> AnyView {
        let headings = self.columns.iter().map(|heading| {
            view! { <th scope="col">{*heading}</th> }
        });
        let buttons = self.buttons.map(|heading| {
            view! {
                <th scope="col">
                    <span class="visually-hidden">{heading}</span>
                </th>
            }
        });
        view! {
            <div class="scroll" tabindex="0" role="region" aria-label=format!("Table: {}", self.name)>
                <table class="data" aria-label=(!self.captioned).then_some(self.name)>
                    {self.captioned.then(|| view! { <caption>{self.name}</caption> })}
                    <thead>
                        <tr>{headings.collect_view()} {buttons}</tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    }
}

/// A field for a day.
pub fn day(label: &'static str, name: &'static str, value: String) -> AnyView {
    let id = format!("field-{name}");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input type="date" id=id name=name value=value/>
        </div>
    }
    .into_any()
}

/// A field for a few words.
pub fn words(label: &'static str, name: &'static str, value: String) -> AnyView {
    let id = format!("field-{name}");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input type="text" id=id name=name value=value maxlength="200" autocomplete="off"/>
        </div>
    }
    .into_any()
}

/// A select; `all` is the words for no choice.
pub fn choice(
    label: &'static str,
    name: &'static str,
    chosen: Option<&str>,
    all: Option<&'static str>,
    options: impl IntoIterator<Item = (String, String)>,
) -> AnyView {
    let id = format!("field-{name}");
    let options = options.into_iter().map(|(value, words)| {
        let selected = chosen == Some(value.as_str());
        view! { <option value=value selected=selected>{words}</option> }
    });
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select id=id name=name>
                {all.map(|words| view! { <option value="">{words}</option> })}
                {options.collect_view()}
            </select>
        </div>
    }
    .into_any()
}

/// What an address asks for; nothing where it cannot be understood.
pub fn read<T: Default + DeserializeOwned>(uri: &Uri) -> T {
    Query::try_from_uri(uri).map_or_else(|_| T::default(), |query| query.0)
}

/// A text that was given and is not empty.
pub fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// An address with what it asks for.
pub fn address(path: &str, pairs: &[(&str, Option<String>)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    match query.finish() {
        nothing if nothing.is_empty() => path.to_owned(),
        asked => format!("{path}?{asked}"),
    }
}

/// The link to the next page of a list, with what its address asks for already.
pub fn next(path: &str, pairs: &[(&str, Option<String>)]) -> AnyView {
    let address = address(path, pairs);
    view! {
        <p>
            <a class="button" href=address rel="external">
                "Next page"
            </a>
        </p>
    }
    .into_any()
}

/// What became of a form, in words of our own, and whether that is good.
pub type Outcome = (&'static str, bool);

/// Says what became of a form.
pub fn outcome((words, good): Outcome) -> AnyView {
    let class = if good { "note good" } else { "note bad" };
    view! {
        <div class=class role="status">
            <p>{words}</p>
        </div>
    }
    .into_any()
}

/// Says why something cannot be shown.
pub fn problem(error: &ApiError) -> AnyView {
    let mut sentences = vec![error.detail.clone()];
    sentences.extend(error.fields.iter().map(|field| field.message.clone()));
    sentences.dedup();
    view! {
        <div class="note bad" role="alert">
            <p>{sentences.join(" ")}</p>
        </div>
    }
    .into_any()
}

/// What a form sends: names and values, some names several times.
#[derive(Clone)]
pub struct Sent(pub Vec<(String, String)>);

impl Sent {
    /// What a form of these fields sends.
    #[cfg(test)]
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(pairs.iter().map(own).collect())
    }

    /// The value of a field; empty where it was not sent.
    pub fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// The values of a field that can be sent several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let sent = self.0.iter().filter(move |(found, _)| found == name);
        sent.map(|(_, value)| value.as_str())
    }
}

/// Does what a form asks for, for the account that its page was made for, and goes back to the page,
/// with what its address asks for and to its part `#…` where there are such, with a word for what
/// became of it.
pub async fn done(
    actor: Option<Actor>,
    made_for: &str,
    page: &str,
    part: &str,
    act: impl AsyncFnOnce(&Actor) -> Result<&'static str, &'static str>,
) -> Redirect {
    let (path, joint) = match page.split_once('?') {
        Some((path, _)) => (path, '&'),
        None => (page, '?'),
    };
    let word = match actor {
        None => return Redirect::to(&format!("/sign-in?next={path}")),
        Some(actor) if actor.user.id.as_str() != made_for => "other-account",
        Some(actor) => act(&actor).await.unwrap_or_else(|word| word),
    };
    Redirect::to(&format!("{page}{joint}outcome={word}{part}"))
}
