//! Who may take over where a provider fails: a setting per operation that is off until somebody
//! writes it. It names the provider, the kinds of failure and, if wanted, the highest price. It
//! never lets anybody else pay.

use crate::{
    ProviderFault, ProviderId,
    money::{MICRO_USD_PER_CREDIT, MicroUsd},
    resolution::{Payer, Reason},
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};

/// The failures after which somebody may take over: those of the provider itself, which another
/// one does not share.
pub const KINDS: [ProviderFault; 4] = [
    ProviderFault::Overloaded,
    ProviderFault::RateLimited,
    ProviderFault::Timeout,
    ProviderFault::Upstream,
];

/// The terms under which a provider takes over. As text:
/// `kie on overloaded,timeout up to 40 credits`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = FallbackPolicy))]
pub struct Policy {
    provider: ProviderId,
    on: Vec<ProviderFault>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_credits: Option<u32>,
}

/// Why terms are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "Say who takes over, after which failures (overloaded, rate_limited, timeout, upstream) and, if you like, up to how many whole credits, such as: kie on overloaded,timeout up to 40 credits"
)]
pub struct NoPolicy;

/// The members of the terms, as JSON has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Terms {
    provider: ProviderId,
    on: Vec<ProviderFault>,
    #[serde(default)]
    max_credits: Option<u32>,
}

impl Policy {
    /// The terms, with the kinds in their order and each once.
    ///
    /// # Errors
    /// No kind of failure, or one after which nobody takes over.
    pub fn new(
        provider: ProviderId,
        on: &[ProviderFault],
        max_credits: Option<u32>,
    ) -> Result<Self, NoPolicy> {
        if on.is_empty() || on.iter().any(|kind| !KINDS.contains(kind)) {
            return Err(NoPolicy);
        }
        Ok(Self {
            provider,
            on: KINDS.into_iter().filter(|kind| on.contains(kind)).collect(),
            max_credits,
        })
    }

    /// The terms that a text says.
    ///
    /// # Errors
    /// It says none.
    pub fn parse(text: &str) -> Result<Self, NoPolicy> {
        let (provider, rest) = text.trim().split_once(" on ").ok_or(NoPolicy)?;
        let (kinds, most) = match rest.split_once(" up to ") {
            Some((kinds, most)) => (kinds, Some(most)),
            None => (rest, None),
        };
        let kind = |name: &str| ProviderFault::parse(name.trim()).ok_or(NoPolicy);
        let on: Vec<ProviderFault> = kinds.split(',').map(kind).collect::<Result<_, _>>()?;
        let credits = |most: &str| most.trim().strip_suffix(" credits")?.trim().parse().ok();
        let max_credits = match most {
            Some(most) => Some(credits(most).ok_or(NoPolicy)?),
            None => None,
        };
        let provider = ProviderId::parse(provider.trim()).ok_or(NoPolicy)?;
        Self::new(provider, &on, max_credits)
    }

    /// Who takes over.
    #[must_use]
    pub const fn provider(&self) -> ProviderId {
        self.provider
    }

    /// The most that it may cost, in credits; what was agreed to for the first choice where `None`.
    #[must_use]
    pub const fn max_credits(&self) -> Option<u32> {
        self.max_credits
    }

    /// Whether somebody takes over after this failure.
    #[must_use]
    pub fn covers(&self, fault: ProviderFault) -> bool {
        self.on.contains(&fault)
    }

    /// Why the provider may not take over from the first choice, or `None` if it may. It may cost
    /// what the terms say, and where they say nothing, what was agreed to for the first choice.
    #[must_use]
    pub fn refuses(&self, first: Offer, other: Offer) -> Option<Reason> {
        let limit = self
            .max_credits
            .map(|most| MicroUsd(i64::from(most) * MICRO_USD_PER_CREDIT))
            .or(first.most);
        if other.payer != first.payer {
            return Some(Reason::OtherPayer);
        }
        match (other.most, limit) {
            (Some(most), Some(limit)) if most <= limit => None,
            _ => Some(Reason::TooExpensive),
        }
    }
}

/// Who would pay how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// Who.
    pub payer: Payer,
    /// The most that it may cost; `None` where nobody knows.
    pub most: Option<MicroUsd>,
}

impl std::fmt::Display for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} on ", self.provider.as_str())?;
        for (index, kind) in self.on.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{}", kind.as_str())?;
        }
        match self.max_credits {
            Some(most) => write!(f, " up to {most} credits"),
            None => Ok(()),
        }
    }
}

/// From its members or from its text.
impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Policy;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("the terms of a fallback")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Policy, E> {
                Policy::parse(text).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Policy, A::Error> {
                let terms = Terms::deserialize(MapAccessDeserializer::new(map))?;
                Policy::new(terms.provider, &terms.on, terms.max_credits).map_err(A::Error::custom)
            }
        }

        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn policies() -> impl Strategy<Value = Policy> {
        let provider = prop::sample::select(ProviderId::ALL.to_vec());
        let on = prop::collection::vec(prop::sample::select(KINDS.to_vec()), 1..8);
        (provider, on, any::<Option<u32>>())
            .prop_map(|(provider, on, most)| Policy::new(provider, &on, most).unwrap())
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_what_is_read_has_one_spelling(
            text in "\\PC{0,60}|(kie|gemini|nobody)( on | ON |  )?([a-z_, ]{0,30})( up to [0-9]{0,22} credits?)?.{0,4}"
        ) {
            if let Ok(policy) = Policy::parse(&text) {
                prop_assert_eq!(Policy::parse(&policy.to_string()), Ok(policy));
            }
            let _ = serde_json::from_str::<Policy>(&text);
        }

        #[test]
        fn terms_come_back_from_their_text_and_from_json(policy in policies()) {
            let text = policy.to_string();
            prop_assert_eq!(Policy::parse(&text), Ok(policy.clone()));
            let json = serde_json::to_string(&policy).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Policy>(&json).unwrap(), &policy);
            let quoted = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Policy>(&quoted).unwrap(), &policy);
        }

        #[test]
        fn whatever_is_understood_has_one_text(text in "[a-z-]{2,10} on [a-z_, ]{0,40}( up to [0-9+-]{0,11} credits)?") {
            if let Ok(policy) = Policy::parse(&text) {
                let canonical = policy.to_string();
                prop_assert_eq!(Policy::parse(&canonical).unwrap().to_string(), canonical);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,80}") {
            let _ = Policy::parse(&text);
        }

        #[test]
        fn nobody_else_ever_pays_and_nothing_costs_more_than_the_limit(
            policy in policies(),
            first in prop::option::of(0..i64::MAX),
            other in prop::option::of(0..i64::MAX),
            payers in prop::sample::select(vec![Payer::User, Payer::Organization, Payer::Instance]),
            same: bool,
        ) {
            let another = if payers == Payer::User { Payer::Instance } else { Payer::User };
            let first = Offer { payer: payers, most: first.map(MicroUsd) };
            let other = Offer {
                payer: if same { payers } else { another },
                most: other.map(MicroUsd),
            };
            if policy.refuses(first, other).is_none() {
                prop_assert!(same);
                let most = other.most.unwrap().0;
                match policy.max_credits {
                    Some(credits) => prop_assert!(most <= i64::from(credits) * 5_000),
                    None => prop_assert!(most <= first.most.unwrap().0),
                }
            }
        }
    }

    #[test]
    fn the_order_of_kinds_does_not_matter_and_each_counts_once() {
        for text in [
            "kie on timeout, overloaded up to 40 credits",
            " kie on overloaded,timeout,timeout up to 40 credits ",
        ] {
            assert_eq!(
                Policy::parse(text).unwrap().to_string(),
                "kie on overloaded,timeout up to 40 credits"
            );
        }
    }

    #[test]
    fn what_says_no_terms_is_refused() {
        for text in [
            "",
            "kie",
            "kie on ",
            "nobody on timeout",
            "kie on timeout,",
            "kie on content_blocked",
            "kie on timeout,bad_key",
            "kie on timeout up to 40",
            "kie on timeout up to -1 credits",
            "kie on timeout up to 1.5 credits",
            "kie on timeout up to 99999999999 credits",
        ] {
            assert_eq!(Policy::parse(text), Err(NoPolicy), "{text}");
        }
        for json in [
            r#"{"provider":"kie"}"#,
            r#"{"provider":"kie","on":[]}"#,
            r#"{"provider":"kie","on":["content_blocked"]}"#,
            r#"{"provider":"kie","on":["timeout"],"max_credits":-1}"#,
            r#"{"provider":"kie","on":["timeout"],"max_credits":1.5}"#,
            r#"{"provider":"kie","on":["timeout"],"payer":"instance"}"#,
            "true",
        ] {
            assert!(serde_json::from_str::<Policy>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn without_a_limit_of_its_own_it_costs_no_more_than_was_agreed_to() {
        let offer = |most: Option<i64>| Offer {
            payer: Payer::User,
            most: most.map(MicroUsd),
        };
        let says = |text: &str, first, other| {
            let policy = Policy::parse(text).unwrap();
            policy.refuses(offer(first), offer(other))
        };
        let expensive = Some(Reason::TooExpensive);
        assert_eq!(says("kie on timeout", Some(100), Some(100)), None);
        assert_eq!(says("kie on timeout", Some(100), Some(101)), expensive);
        assert_eq!(says("kie on timeout", None, Some(1)), expensive);
        assert_eq!(says("kie on timeout", Some(100), None), expensive);
        let limited = "kie on timeout up to 2 credits";
        assert_eq!(says(limited, Some(1), Some(10_000)), None);
        assert_eq!(says(limited, None, Some(10_000)), None);
        assert_eq!(says(limited, Some(20_000), Some(10_001)), expensive);
        assert_eq!(says(limited, Some(20_000), None), expensive);
    }
}
