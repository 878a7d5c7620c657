//! What goes into the ledger for one sending of a generation, by what is known of its bill.

use crate::fault::Fault;
use domain::{
    ProviderFault, ProviderId,
    catalog::Model,
    generation::Status,
    input::GenerationInput,
    learned,
    pricing::{self, Estimate, Usage},
    resolution::{Level, Resolution, Subject},
};
use providers::{Failure, Purpose};
use store::{generations::GenerationRow, ledger::Charge};

/// What is known of the bill for one sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Billed {
    /// It was never sent, it was refused, or the provider charges nothing for what fails.
    Nothing,
    /// The provider had it, and nobody knows whether it was charged.
    Perhaps,
    /// It was made, and the provider counted this.
    Made(Usage),
}

/// Whether a provider may have charged for a call that failed. A refusal is not charged; a task that
/// it had taken, and a success without a result, may be.
pub(crate) fn may_be_charged(
    provider: ProviderId,
    purpose: Purpose,
    has_task: bool,
    failure: &Failure,
) -> bool {
    // KIE.ai gives the credits of failed tasks back.
    if provider == ProviderId::Kie {
        return false;
    }
    let worked = matches!(
        failure.fault,
        ProviderFault::ContentBlocked | ProviderFault::Timeout | ProviderFault::Upstream
    );
    let answered = failure
        .status
        .is_some_and(|status| (200..300).contains(&status));
    has_task || (purpose == Purpose::Submit && answered && worked)
}

/// The entry for a generation that has come to this end; `None` where nothing was charged. Where it
/// did not succeed, only the provider's own word is a cost.
///
/// # Errors
/// The stored estimate cannot be read.
pub(crate) fn charge(
    row: &GenerationRow,
    resolution: &Resolution,
    (input, listed): (&GenerationInput, Option<&Model>),
    status: Status,
    billed: &Billed,
    today: &str,
) -> Result<Option<Charge>, Fault> {
    let estimate: Estimate = serde_json::from_str(&row.estimate)?;
    let (actual, is_reported) = match billed {
        Billed::Nothing => return Ok(None),
        Billed::Perhaps => (Estimate::unknown(), false),
        Billed::Made(usage) => {
            let actual = pricing::actual(input, listed, usage, today);
            let is_reported = learned::is_reported(usage, &actual);
            if is_reported || status == Status::Succeeded {
                (actual, is_reported)
            } else {
                (Estimate::unknown(), false)
            }
        }
    };
    let lines = if actual.lines.is_empty() {
        &estimate.lines
    } else {
        &actual.lines
    };
    let quantity = learned::quantity(input);
    Ok(Some(Charge {
        attempt: 1,
        key_source: key_source(resolution),
        settings: learned::settings(input, listed),
        quantity: quantity.and_then(|quantity| i64::try_from(quantity).ok()),
        estimate: estimate.micro_usd,
        actual: actual.micro_usd.map(|total| total.high),
        is_reported,
        lines: serde_json::to_string(lines)?,
    }))
}

/// The level whose money it is: that of the key, or where none is needed, of the endpoint.
fn key_source(resolution: &Resolution) -> Level {
    let credential = resolution.credential.as_ref();
    credential.map_or_else(
        || {
            let endpoint = resolution.trace.chosen(Subject::Endpoint);
            endpoint.map_or(Level::Default, |entry| entry.level)
        },
        |credential| credential.level,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        GenerationId, Operation, Timestamp, UserId,
        input::ImageInput,
        money::MicroUsd,
        pricing::{PriceStatus, Span},
        resolution::{Credential, Payer, Trace},
    };

    fn row() -> GenerationRow {
        let estimate = Estimate {
            status: PriceStatus::Known,
            credits: None,
            micro_usd: Some(Span {
                low: MicroUsd(10),
                high: MicroUsd(90),
            }),
            lines: Vec::new(),
        };
        GenerationRow {
            id: GenerationId("g".into()),
            user_id: UserId("ada".into()),
            project_id: None,
            organization_id: None,
            step: None,
            operation: Operation::Image,
            status: Status::Running,
            provider: ProviderId::Gemini,
            model: "m".into(),
            payer: Payer::User,
            input: "{}".into(),
            resolution: "{}".into(),
            secret_ref: None,
            endpoint: None,
            estimate: serde_json::to_string(&estimate).unwrap(),
            actual: None,
            text: None,
            error: None,
            progress: None,
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
            finished_at: None,
        }
    }

    fn charged(status: Status, billed: &Billed) -> Option<Charge> {
        let resolution = Resolution {
            operation: Operation::Image,
            provider: ProviderId::Gemini,
            model: "m".into(),
            endpoint: None,
            shared_endpoint: None,
            credential: Some(Credential {
                level: Level::Organization,
                secret: None,
            }),
            payer: Payer::Organization,
            trace: Trace::default(),
        };
        let input = GenerationInput::Image(ImageInput::default());
        charge(
            &row(),
            &resolution,
            (&input, None),
            status,
            billed,
            "2026-11-29",
        )
        .unwrap()
    }

    #[test]
    fn what_was_not_charged_has_no_entry_and_what_may_have_been_has_an_unknown_one() {
        assert_eq!(charged(Status::Failed, &Billed::Nothing), None);
        let perhaps = charged(Status::Unknown, &Billed::Perhaps).unwrap();
        assert_eq!((perhaps.actual, perhaps.is_reported), (None, false));
        assert_eq!(perhaps.key_source, Level::Organization);
        assert_eq!(
            perhaps.estimate.map(|span| (span.low.0, span.high.0)),
            Some((10, 90))
        );
    }

    #[test]
    fn the_providers_word_counts_however_it_ended_and_a_guess_only_where_it_succeeded() {
        let stated = Billed::Made(Usage {
            cost: Some(MicroUsd(42)),
            ..Usage::default()
        });
        for status in [Status::Succeeded, Status::Failed, Status::Unknown] {
            let charge = charged(status, &stated).unwrap();
            assert_eq!(charge.actual, Some(MicroUsd(42)));
            assert!(charge.is_reported);
        }
        let silent = charged(Status::Failed, &Billed::Made(Usage::default())).unwrap();
        assert_eq!((silent.actual, silent.is_reported), (None, false));
    }

    #[test]
    fn a_refusal_is_not_charged_and_a_task_that_failed_may_be() {
        use ProviderFault::{BadKey, BadRequest, ContentBlocked, Upstream};
        let failed = |fault, status: Option<u16>| {
            let mut failure = Failure::ours(fault, "");
            failure.status = status;
            failure
        };
        for (provider, purpose, task, failure, charged) in [
            (
                ProviderId::Gemini,
                Purpose::Submit,
                false,
                failed(BadKey, Some(401)),
                false,
            ),
            (
                ProviderId::Gemini,
                Purpose::Submit,
                false,
                failed(Upstream, None),
                false,
            ),
            (
                ProviderId::Gemini,
                Purpose::Submit,
                false,
                failed(Upstream, Some(500)),
                false,
            ),
            (
                ProviderId::Gemini,
                Purpose::Submit,
                false,
                failed(ContentBlocked, Some(200)),
                true,
            ),
            (
                ProviderId::PiApi,
                Purpose::Submit,
                false,
                failed(BadRequest, Some(200)),
                false,
            ),
            (
                ProviderId::PiApi,
                Purpose::Poll,
                true,
                failed(Upstream, Some(200)),
                true,
            ),
            (
                ProviderId::Gemini,
                Purpose::Prepare,
                false,
                failed(Upstream, Some(200)),
                false,
            ),
            (
                ProviderId::Kie,
                Purpose::Poll,
                true,
                failed(Upstream, Some(200)),
                false,
            ),
        ] {
            let found = may_be_charged(provider, purpose, task, &failure);
            assert_eq!(found, charged, "{provider:?} {purpose:?} {failure:?}");
        }
    }
}
