//! What a person agrees to when they confirm a generation, and when that no longer holds.

use super::Preview;
use crate::{
    ProviderId,
    catalog::Catalog,
    money::{MicroUsd, format_credits},
    resolution::Payer,
};
use serde::{Deserialize, Serialize};

/// What was shown when somebody agreed to a generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreed {
    /// Who generates.
    pub provider: ProviderId,
    /// With which model.
    pub model: String,
    /// Who pays.
    pub payer: Payer,
    /// The most that it was to cost; `None` where that was unknown.
    pub most_micro_usd: Option<MicroUsd>,
}

impl Agreed {
    /// What somebody agrees to who says yes to this.
    #[must_use]
    pub fn to(preview: &Preview) -> Self {
        Self {
            provider: preview.resolution.provider,
            model: preview.resolution.model.clone(),
            payer: preview.resolution.payer,
            most_micro_usd: preview.estimate.micro_usd.map(|total| total.high),
        }
    }

    /// What is otherwise now, in a sentence or two; `None` where what was agreed still holds.
    #[must_use]
    pub fn broken_by(&self, now: &Preview, catalog: &Catalog) -> Option<String> {
        let Preview {
            resolution,
            estimate,
            ..
        } = now;
        let mut changes = Vec::new();
        if resolution.provider != self.provider {
            changes.push(format!(
                "{} instead of {} would generate it",
                resolution.provider.label(),
                self.provider.label()
            ));
        }
        if resolution.model != self.model {
            let name = |provider, id: &str| {
                let listed = catalog.model(resolution.operation, provider, id);
                listed.map_or_else(|| id.to_owned(), |model| model.name.clone())
            };
            changes.push(format!(
                "the model would be {} instead of {}",
                name(resolution.provider, &resolution.model),
                name(self.provider, &self.model)
            ));
        }
        if resolution.payer != self.payer {
            changes.push(format!(
                "{} would pay instead of {}",
                who(resolution.payer),
                who(self.payer)
            ));
        }
        match (
            self.most_micro_usd,
            estimate.micro_usd.map(|total| total.high),
        ) {
            (Some(_), None) => changes.push("its price is no longer known".to_owned()),
            (Some(agreed), Some(most)) if most > agreed => changes.push(format!(
                "it could cost up to {} instead of {} credits",
                format_credits(most),
                format_credits(agreed)
            )),
            _ => {}
        }
        (!changes.is_empty()).then(|| {
            format!(
                "Something has changed meanwhile: {}. Nothing was sent. Look at it again before you generate.",
                changes.join("; ")
            )
        })
    }
}

/// Who pays, within a sentence.
pub(crate) const fn who(payer: Payer) -> &'static str {
    match payer {
        Payer::User => "you",
        Payer::Organization => "your organization",
        Payer::Instance => "this server's operator",
    }
}

/// Whether somebody else would pay than last time, so that it has to be agreed to. The first time
/// of all it does not: the dialog says who pays anyway.
#[must_use]
pub fn payer_changes(last: Option<Payer>, now: Payer) -> bool {
    last.is_some_and(|last| last != now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Operation,
        pricing::{Estimate, PriceStatus, Span},
        resolution::{Resolution, Trace},
    };
    use Payer::{Instance, Organization, User};

    fn preview(most: Option<i64>) -> Preview {
        Preview {
            resolution: Resolution {
                operation: Operation::Image,
                provider: ProviderId::Gemini,
                model: "m".into(),
                endpoint: None,
                shared_endpoint: None,
                credential: None,
                payer: User,
                trace: Trace::default(),
            },
            estimate: most.map_or_else(Estimate::unknown, |most| Estimate {
                status: PriceStatus::Known,
                credits: None,
                micro_usd: Some(Span {
                    low: MicroUsd(1),
                    high: MicroUsd(most),
                }),
                lines: Vec::new(),
            }),
            last_payer: None,
            typical: None,
            learned: None,
            budget: None,
            defaults: Default::default(),
        }
    }

    #[test]
    fn consent_is_asked_for_exactly_when_somebody_else_would_pay_than_last_time() {
        for (last, now, asked) in [
            (None, User, false),
            (None, Organization, false),
            (None, Instance, false),
            (Some(User), User, false),
            (Some(User), Organization, true),
            (Some(User), Instance, true),
            (Some(Organization), User, true),
            (Some(Organization), Organization, false),
            (Some(Organization), Instance, true),
            (Some(Instance), User, true),
            (Some(Instance), Organization, true),
            (Some(Instance), Instance, false),
        ] {
            assert_eq!(payer_changes(last, now), asked, "{last:?} {now:?}");
        }
    }

    #[test]
    fn what_was_agreed_holds_while_it_costs_no_more() {
        let says = |agreed: Option<i64>, now: Option<i64>| {
            Agreed::to(&preview(agreed)).broken_by(&preview(now), &Catalog::default())
        };
        assert_eq!(says(Some(10_000), Some(10_000)), None);
        assert_eq!(says(Some(10_000), Some(5_000)), None);
        assert_eq!(says(None, None), None);
        assert_eq!(says(None, Some(10_000)), None);
        let dearer = says(Some(5_000), Some(10_000)).unwrap();
        assert!(dearer.contains("up to 2 instead of 1 credits"), "{dearer}");
        let unknown = says(Some(5_000), None).unwrap();
        assert!(unknown.contains("price is no longer known"), "{unknown}");
    }

    #[test]
    fn every_change_of_who_generates_and_who_pays_is_named() {
        let agreed = Agreed::to(&preview(Some(1)));
        let mut now = preview(Some(1));
        now.resolution.provider = ProviderId::Kie;
        now.resolution.model = "n".into();
        now.resolution.payer = Instance;
        assert_eq!(
            agreed.broken_by(&now, &Catalog::default()).unwrap(),
            "Something has changed meanwhile: KIE.ai instead of Google Gemini would generate it; the model would be n instead of m; this server's operator would pay instead of you. Nothing was sent. Look at it again before you generate."
        );
    }
}
