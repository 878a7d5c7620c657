//! What the lists of accounts and organizations share: the form that searches them, a page of rows,
//! the way to the next one, and the way back to what was shown once a form is answered.

use super::{
    super::parts::{Table, address, given, next, problem, read, words},
    Part,
};
use axum::http::Uri;
use domain::ApiError;
use leptos::prelude::*;
use serde::Deserialize;
use server::admin::{Page, Search};

/// What of a list is shown: in its address, and in hidden fields of the forms on it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Shown {
    search: Option<String>,
    cursor: Option<String>,
}

impl Shown {
    /// What an address asks for.
    pub fn of(uri: &Uri) -> Self {
        read(uri)
    }

    /// The same, as the list is asked for it.
    pub fn search(&self) -> Search {
        Search {
            search: given(self.search.clone()),
            limit: None,
            cursor: given(self.cursor.clone()),
        }
    }

    fn pairs(&self) -> [(&'static str, Option<String>); 2] {
        [
            ("search", given(self.search.clone())),
            ("cursor", given(self.cursor.clone())),
        ]
    }

    /// The address at which the list shows this.
    pub fn address(&self, path: &str) -> String {
        address(path, &self.pairs())
    }

    /// Hidden fields by which a form comes back to this.
    pub fn fields(&self) -> AnyView {
        let fields = self.pairs().into_iter().filter_map(|(name, value)| {
            let value = value?;
            Some(view! { <input type="hidden" name=name value=value/> })
        });
        fields.collect_view().into_any()
    }
}

/// A list that can be searched.
pub struct List {
    /// Where it is.
    pub path: &'static str,
    /// What is on it, in one word.
    pub name: &'static str,
    /// What whoever changes something on it should know.
    pub about: &'static str,
    /// What it is searched by.
    pub by: &'static str,
    /// What is said where nothing is found.
    pub nothing: &'static str,
    /// The headings of its columns.
    pub columns: &'static [&'static str],
}

impl List {
    /// The part of the page with what was found.
    pub fn part<T: 'static>(
        self,
        found: Result<Page<T>, ApiError>,
        shown: Shown,
        row: impl Fn(&T, &Shown) -> AnyView + 'static,
    ) -> Part {
        Box::new(move || {
            let what = self.name.to_lowercase();
            let heading = format!("{what}-heading");
            let list = match found {
                Err(error) => problem(&error),
                Ok(page) if page.data.is_empty() => {
                    view! { <p class="empty">{self.nothing}</p> }.into_any()
                }
                Ok(page) => {
                    let rows = page.data.iter().map(|one| row(one, &shown));
                    let table = Table {
                        name: self.name,
                        captioned: true,
                        columns: self.columns,
                        buttons: Some("Change"),
                    }
                    .with(rows.collect());
                    let following = page.next_cursor.map(|cursor| {
                        let pairs = [
                            ("search", given(shown.search.clone())),
                            ("cursor", Some(cursor)),
                        ];
                        next(self.path, &pairs)
                    });
                    view! { {table} {following} }.into_any()
                }
            };
            view! {
                <section aria-labelledby=heading.clone()>
                    <h2 id=heading.clone()>{self.name}</h2>
                    <p class="hint">{self.about}</p>
                    <form
                        class="filters"
                        method="get"
                        action=self.path
                        aria-label=format!("Find {what}")
                    >
                        {words(self.by, "search", shown.search.clone().unwrap_or_default())}
                        <button type="submit">"Find"</button>
                    </form>
                    {list}
                </section>
            }
            .into_any()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_comes_back_to_what_was_searched_for() {
        let uri = "/admin/accounts?search=a+%26+b&cursor=a%40b.example&outcome=disabled";
        let shown = Shown::of(&uri.parse().unwrap());
        let address = shown.address("/admin/accounts");
        assert_eq!(
            address,
            "/admin/accounts?search=a+%26+b&cursor=a%40b.example"
        );
        assert_eq!(Shown::of(&address.parse().unwrap()), shown);
        let fields = crate::served::html(move || shown.fields());
        assert_eq!(fields.matches("type=\"hidden\"").count(), 2);
        let nothing = Shown::of(&"/admin/accounts?search=".parse().unwrap());
        assert_eq!(nothing.address("/admin/accounts"), "/admin/accounts");
    }
}
