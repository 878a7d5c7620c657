//! The Claude models that the sandbox serves: window, lifecycle and which thinking and tool settings
//! each refuses (Anthropic documentation, models overview and migration guides). No prices.

/// Which line a model belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Fable,
    Opus,
    Sonnet,
    Haiku,
}

impl Line {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fable => "fable",
            Self::Opus => "opus",
            Self::Sonnet => "sonnet",
            Self::Haiku => "haiku",
        }
    }
}

/// How long a model will be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    Active,
    /// With the dates of the announcement and of the end.
    Deprecated(&'static str, &'static str),
    /// With the same two dates.
    Retired(&'static str, &'static str),
}

/// A model.
pub(super) struct Model {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) line: Line,
    /// The number of its generation, as in 4.6.
    pub(super) generation: (u8, u8),
    /// RFC 3339; the epoch where the day is not published.
    pub(super) created: &'static str,
    pub(super) life: Life,
}

/// What the list says of a model whose day of release is not published.
const UNKNOWN_DAY: &str = "1970-01-01T00:00:00Z";

const fn model(
    id: &'static str,
    name: &'static str,
    line: Line,
    generation: (u8, u8),
    created: &'static str,
) -> Model {
    Model {
        id,
        name,
        line,
        generation,
        created,
        life: Life::Active,
    }
}

/// All models, in the order of the list: newest first.
pub(super) const MODELS: [Model; 16] = [
    model(
        "claude-fable-5-2",
        "Claude Fable 5.2",
        Line::Fable,
        (5, 2),
        "2026-11-09T00:00:00Z",
    ),
    model(
        "claude-fable-5-1",
        "Claude Fable 5.1",
        Line::Fable,
        (5, 1),
        UNKNOWN_DAY,
    ),
    model(
        "claude-opus-5-5",
        "Claude Opus 5.5",
        Line::Opus,
        (5, 5),
        UNKNOWN_DAY,
    ),
    model(
        "claude-sonnet-5-5",
        "Claude Sonnet 5.5",
        Line::Sonnet,
        (5, 5),
        UNKNOWN_DAY,
    ),
    model(
        "claude-haiku-5-5",
        "Claude Haiku 5.5",
        Line::Haiku,
        (5, 5),
        UNKNOWN_DAY,
    ),
    model(
        "claude-opus-5",
        "Claude Opus 5",
        Line::Opus,
        (5, 0),
        UNKNOWN_DAY,
    ),
    model(
        "claude-sonnet-5",
        "Claude Sonnet 5",
        Line::Sonnet,
        (5, 0),
        UNKNOWN_DAY,
    ),
    model(
        "claude-opus-4-8",
        "Claude Opus 4.8",
        Line::Opus,
        (4, 8),
        UNKNOWN_DAY,
    ),
    model(
        "claude-opus-4-7",
        "Claude Opus 4.7",
        Line::Opus,
        (4, 7),
        UNKNOWN_DAY,
    ),
    model(
        "claude-opus-4-6",
        "Claude Opus 4.6",
        Line::Opus,
        (4, 6),
        UNKNOWN_DAY,
    ),
    model(
        "claude-sonnet-4-6",
        "Claude Sonnet 4.6",
        Line::Sonnet,
        (4, 6),
        UNKNOWN_DAY,
    ),
    model(
        "claude-opus-4-5",
        "Claude Opus 4.5",
        Line::Opus,
        (4, 5),
        "2025-11-24T00:00:00Z",
    ),
    model(
        "claude-haiku-4-5",
        "Claude Haiku 4.5",
        Line::Haiku,
        (4, 5),
        "2025-10-15T00:00:00Z",
    ),
    model(
        "claude-haiku-4-5-20251001",
        "Claude Haiku 4.5",
        Line::Haiku,
        (4, 5),
        "2025-10-15T00:00:00Z",
    ),
    Model {
        life: Life::Deprecated("2026-09-30T00:00:00Z", "2026-11-30T00:00:00Z"),
        ..model(
            "claude-sonnet-4-5",
            "Claude Sonnet 4.5",
            Line::Sonnet,
            (4, 5),
            "2025-09-29T00:00:00Z",
        )
    },
    Model {
        life: Life::Retired("2025-10-28T00:00:00Z", "2026-02-19T00:00:00Z"),
        ..model(
            "claude-3-7-sonnet-20250219",
            "Claude Sonnet 3.7",
            Line::Sonnet,
            (3, 7),
            "2025-02-24T00:00:00Z",
        )
    },
];

impl Model {
    /// The model with this id, retired or not.
    pub(super) fn find(id: &str) -> Option<&'static Self> {
        MODELS.iter().find(|model| model.id == id)
    }

    pub(super) fn is_retired(&self) -> bool {
        matches!(self.life, Life::Retired(..))
    }

    /// The tokens that go in and that come out at most.
    pub(super) fn window(&self) -> (u64, u64) {
        if self.generation >= (4, 6) {
            (1_000_000, 128_000)
        } else {
            (200_000, 64_000)
        }
    }

    /// Whether it thinks unless told otherwise.
    pub(super) fn thinks_by_default(&self) -> bool {
        self.generation.0 >= 5
    }

    /// Whether it decides itself how long to think.
    pub(super) fn thinks_adaptively(&self) -> bool {
        self.generation >= (4, 6)
    }

    /// Whether thinking takes a budget in tokens.
    pub(super) fn takes_thinking_budget(&self) -> bool {
        self.generation < (4, 7)
    }

    /// Whether thinking can be turned off altogether.
    pub(super) fn can_stop_thinking(&self) -> bool {
        match (self.line, self.generation) {
            (Line::Fable, generation) => generation.0 < 5,
            (Line::Opus | Line::Sonnet, generation) => generation < (5, 5),
            (Line::Haiku, _) => true,
        }
    }

    /// Whether a tool can be forced.
    pub(super) fn takes_forced_tool(&self) -> bool {
        match (self.line, self.generation) {
            (Line::Fable, generation) => generation < (5, 1),
            (Line::Opus | Line::Sonnet, generation) => generation < (5, 5),
            (Line::Haiku, _) => true,
        }
    }

    /// Whether the last message may be the beginning of the answer.
    pub(super) fn takes_prefill(&self) -> bool {
        self.generation.0 < 5
    }

    /// Whether sampling settings other than the defaults are understood.
    pub(super) fn takes_sampling(&self) -> bool {
        self.generation < (4, 7)
    }

    /// The effort when none is asked for.
    pub(super) fn default_effort(&self) -> &'static str {
        match (self.line, self.generation) {
            (Line::Opus | Line::Haiku, (5, 5)) => "medium",
            _ => "high",
        }
    }
}
