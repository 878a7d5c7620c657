//! What a personal access token may be used for. A closed list; whatever is not named is refused.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One thing that a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// To look at everything that the person sees, and to ask what something would cost.
    Read,
    /// To generate, to cancel, and to work with plans.
    Generate,
    /// To change settings, projects and budgets.
    Settings,
    /// To store, test and remove API keys.
    Keys,
    /// To change organizations, as far as the person may.
    Organizations,
    /// To run the instance, as long as the person does.
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 6] = [
        Self::Read,
        Self::Generate,
        Self::Settings,
        Self::Keys,
        Self::Organizations,
        Self::Admin,
    ];

    /// Its name, as in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Generate => "generate",
            Self::Settings => "settings",
            Self::Keys => "keys",
            Self::Organizations => "organizations",
            Self::Admin => "admin",
        }
    }

    /// The scope with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }
}

/// What one token may be used for: each scope once, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// These scopes, however they were named.
    #[must_use]
    pub fn new(scopes: impl IntoIterator<Item = Scope>) -> Self {
        let mut scopes: Vec<Scope> = scopes.into_iter().collect();
        scopes.sort_unstable();
        scopes.dedup();
        Self(scopes)
    }

    /// As they are written by [`fmt::Display`]; `None` where one has no such name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let scopes: Option<Vec<Scope>> = text.split_whitespace().map(Scope::parse).collect();
        scopes.map(Self::new)
    }

    /// Whether this one is among them. None stands for another.
    #[must_use]
    pub fn allow(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }
}

/// The names, with a space between each two.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, scope) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn some() -> impl Strategy<Value = Vec<Scope>> {
        proptest::collection::vec(proptest::sample::select(Scope::ALL.to_vec()), 0..10)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(scopes in some()) {
            let scopes = Scopes::new(scopes);
            prop_assert_eq!(Scopes::parse(&scopes.to_string()), Some(scopes));
        }

        #[test]
        fn exactly_those_that_were_given_are_allowed(given in some()) {
            let scopes = Scopes::new(given.clone());
            for scope in Scope::ALL {
                prop_assert_eq!(scopes.allow(scope), given.contains(&scope));
            }
        }

        #[test]
        fn what_is_no_scope_is_no_set_of_scopes(name in "[a-zA-Z*]{1,14}") {
            prop_assume!(Scope::parse(&name).is_none());
            let text = format!("read {name}");
            prop_assert_eq!(Scopes::parse(&text), None);
        }
    }

    #[test]
    fn names_are_the_same_in_json() {
        for scope in Scope::ALL {
            let json = serde_json::to_value(scope).unwrap();
            assert_eq!(json, scope.as_str());
        }
    }
}
