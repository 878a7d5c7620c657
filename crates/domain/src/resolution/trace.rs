//! How an answer was found: every level once per subject, with what it said and what became of it.
//! Settings, the confirmation dialog, the HTTP API and the stored generation show this same object.

use serde::{Deserialize, Serialize};

/// Where a setting comes from, highest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The request itself.
    Request,
    /// The project.
    Project,
    /// The organization.
    Organization,
    /// The acting person.
    User,
    /// The server's environment variables.
    Environment,
    /// The catalogue.
    Default,
}

impl Level {
    /// Every level, highest first.
    pub const ALL: [Self; 6] = [
        Self::Request,
        Self::Project,
        Self::Organization,
        Self::User,
        Self::Environment,
        Self::Default,
    ];

    /// The level, said to the acting person.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Request => "This request",
            Self::Project => "Project settings",
            Self::Organization => "Your organization",
            Self::User => "Your settings",
            Self::Environment => "Server environment",
            Self::Default => "Built-in default",
        }
    }
}

/// What a level was asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = TraceSubject))]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Who generates.
    Provider,
    /// With which model.
    Model,
    /// At which address.
    Endpoint,
    /// With which key.
    Credential,
    /// Who takes over where the provider fails; not asked for, but told of where there is one.
    Fallback,
}

impl Subject {
    /// Every subject.
    pub const ALL: [Self; 5] = [
        Self::Provider,
        Self::Fallback,
        Self::Model,
        Self::Endpoint,
        Self::Credential,
    ];

    /// The subject as a heading.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Provider => "Provider",
            Self::Model => "Model",
            Self::Endpoint => "Endpoint",
            Self::Credential => "API key",
            Self::Fallback => "Fallback",
        }
    }
}

/// What became of what a level said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = TraceOutcome))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It won.
    Chosen,
    /// A higher level won.
    Skipped,
    /// It said nothing.
    NotSet,
    /// It said something that may not or cannot be used.
    Blocked,
}

/// Why something is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = TraceReason))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The acting person is neither an admin of the organization nor on its premium plan.
    NotEntitled,
    /// The organization's policy forbids it.
    Policy,
    /// The environment's keys serve admins only.
    AdminsOnly,
    /// The environment's keys are switched off.
    SwitchedOff,
    /// The key cannot be decrypted.
    Unreadable,
    /// The key was revoked.
    Revoked,
    /// The key was saved for another address.
    OriginChanged,
    /// The key belongs to an endpoint of another level.
    OtherEndpoint,
    /// The provider failed, and another one took over.
    Failed,
    /// A fallback for which somebody else would pay.
    OtherPayer,
    /// A fallback that costs more than it may, or nobody knows how much.
    TooExpensive,
    /// A fallback that has no usable key, model or address, or cannot make what is asked for.
    Unusable,
}

impl Reason {
    /// The reason, said to the acting person.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotEntitled => "your role and plan there do not include its keys",
            Self::Policy => "its policy does not allow this",
            Self::AdminsOnly => "its keys serve admins only",
            Self::SwitchedOff => "its keys are switched off",
            Self::Unreadable => "the key cannot be read and needs to be entered again",
            Self::Revoked => "the key was revoked",
            Self::OriginChanged => "the token was saved for another address",
            Self::OtherEndpoint => "the token belongs to another endpoint",
            Self::Failed => "it failed, and another provider took over",
            Self::OtherPayer => "somebody else would pay",
            Self::TooExpensive => "its price is not known or above the limit",
            Self::Unusable => "it is not set up here, or cannot make this",
        }
    }
}

/// What one level said about one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = TraceEntry))]
pub struct Entry {
    /// About what.
    pub subject: Subject,
    /// Who.
    pub level: Level,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it is blocked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What it said; never a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// How an answer was found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Trace(Vec<Entry>);

impl Trace {
    pub(super) fn with_capacity() -> Self {
        Self(Vec::with_capacity(Level::ALL.len() * Subject::ALL.len()))
    }

    pub(super) fn push(&mut self, entry: Entry) {
        self.0.push(entry);
    }

    pub(super) fn replace(&mut self, entries: Vec<Entry>) {
        self.0 = entries;
    }

    /// Leaves out what a level said about a subject; what became of it stays.
    pub(super) fn hide(&mut self, subject: Subject, level: Level) {
        for entry in &mut self.0 {
            if (entry.subject, entry.level) == (subject, level) {
                entry.value = None;
            }
        }
    }

    /// Every entry, grouped by subject, levels in the order in which they were asked.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// The entries about one subject.
    pub fn about(&self, subject: Subject) -> impl Iterator<Item = &Entry> {
        self.0.iter().filter(move |entry| entry.subject == subject)
    }

    /// The level that won for a subject.
    #[must_use]
    pub fn chosen(&self, subject: Subject) -> Option<&Entry> {
        self.about(subject)
            .find(|entry| entry.outcome == Outcome::Chosen)
    }
}
