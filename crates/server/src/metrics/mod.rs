//! Figures for Prometheus. A label is one of a few fixed words of ours: never a person, an address, a
//! model that somebody typed, a prompt, or anything of a key.

pub(crate) mod labels;
mod sampled;
mod served;

pub use served::{measure, router};

use self::labels::{Asked, Call, Called, Ended, Made, Paid, Provider, Route};
use domain::{Operation, ProviderId, generation::Status, money::MicroUsd, resolution::Payer};
use prometheus_client::{
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::{Registry, Unit},
};
use providers::{Purpose, SendError};
use std::time::Duration;

/// Seconds by which durations are told apart: from a page to a clip.
const SECONDS: [f64; 14] = [
    0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0,
];

type Seconds<L> = Family<L, Histogram, fn() -> Histogram>;

fn histogram() -> Histogram {
    Histogram::new(SECONDS)
}

fn seconds<L: Clone + std::hash::Hash + Eq>() -> Seconds<L> {
    Family::new_with_constructor(histogram)
}

/// All figures that are counted while the server runs.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Asked, Counter>,
    request_seconds: Seconds<Route>,
    calls: Family<Call, Counter>,
    call_seconds: Seconds<Called>,
    retries: Family<Provider, Counter>,
    ended: Family<Ended, Counter>,
    generation_seconds: Seconds<Made>,
    spent: Family<Paid, Counter>,
    unknown: Family<Paid, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("film");
        let metrics = Self {
            requests: Family::default(),
            request_seconds: seconds(),
            calls: Family::default(),
            call_seconds: seconds(),
            retries: Family::default(),
            ended: Family::default(),
            generation_seconds: seconds(),
            spent: Family::default(),
            unknown: Family::default(),
            registry: Registry::default(),
        };
        registry.register(
            "requests",
            "Requests to this server, by the template of their route",
            metrics.requests.clone(),
        );
        registry.register_with_unit(
            "request_duration",
            "From a request to the head of its answer",
            Unit::Seconds,
            metrics.request_seconds.clone(),
        );
        registry.register(
            "provider_calls",
            "Calls to providers and what became of them",
            metrics.calls.clone(),
        );
        registry.register_with_unit(
            "provider_call_duration",
            "From a call to a provider to the end of its answer",
            Unit::Seconds,
            metrics.call_seconds.clone(),
        );
        registry.register(
            "provider_retries",
            "Calls that were sent again, as they certainly had not arrived",
            metrics.retries.clone(),
        );
        registry.register(
            "generations",
            "Generations that came to their end",
            metrics.ended.clone(),
        );
        registry.register_with_unit(
            "generation_duration",
            "From the wish to the result of what succeeded",
            Unit::Seconds,
            metrics.generation_seconds.clone(),
        );
        registry.register(
            "spent_micro_usd",
            "What generations have cost, in millionths of a US dollar, as far as it is known",
            metrics.spent.clone(),
        );
        registry.register(
            "unknown_costs",
            "Generations that may have cost something that nobody knows",
            metrics.unknown.clone(),
        );
        Self {
            registry,
            ..metrics
        }
    }
}

impl Metrics {
    /// A request was answered.
    pub fn request(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let route = Route {
            method,
            route: route.to_owned(),
        };
        self.request_seconds
            .get_or_create(&route)
            .observe(took.as_secs_f64());
        let asked = Asked {
            method,
            route: route.route,
            status,
        };
        self.requests.get_or_create(&asked).inc();
    }

    /// A call to a provider ended: with an answer of this status, or without one.
    pub fn call(
        &self,
        provider: ProviderId,
        purpose: Purpose,
        outcome: Result<u16, &SendError>,
        took: Duration,
    ) {
        let provider = provider.as_str();
        let purpose = labels::purpose(purpose);
        self.call_seconds
            .get_or_create(&Called { provider, purpose })
            .observe(took.as_secs_f64());
        let call = Call {
            provider,
            purpose,
            outcome: labels::outcome(outcome),
        };
        self.calls.get_or_create(&call).inc();
    }

    /// A call is sent again.
    pub fn retry(&self, provider: ProviderId) {
        let provider = provider.as_str();
        self.retries.get_or_create(&Provider { provider }).inc();
    }

    /// A generation came to its end.
    pub fn ended(
        &self,
        operation: Operation,
        provider: ProviderId,
        status: Status,
        took: Duration,
    ) {
        let (operation, provider) = (operation.as_str(), provider.as_str());
        if status == Status::Succeeded {
            self.generation_seconds
                .get_or_create(&Made {
                    operation,
                    provider,
                })
                .observe(took.as_secs_f64());
        }
        let ended = Ended {
            operation,
            provider,
            status: status.as_str(),
        };
        self.ended.get_or_create(&ended).inc();
    }

    /// Something was paid; `None` where nobody knows how much.
    pub fn paid(
        &self,
        operation: Operation,
        provider: ProviderId,
        payer: Payer,
        cost: Option<MicroUsd>,
    ) {
        let paid = Paid {
            operation: operation.as_str(),
            provider: provider.as_str(),
            payer: payer.as_str(),
        };
        match cost {
            Some(cost) => {
                let micros = u64::try_from(cost.0).unwrap_or(0);
                self.spent.get_or_create(&paid).inc_by(micros);
            }
            None => {
                self.unknown.get_or_create(&paid).inc();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus_client::encoding::text::encode;

    fn written(metrics: &Metrics) -> String {
        let mut text = String::new();
        encode(&mut text, &metrics.registry).unwrap();
        text
    }

    #[test]
    fn what_is_known_and_what_is_not_are_counted_apart() {
        let metrics = Metrics::default();
        let pay = |cost| metrics.paid(Operation::Image, ProviderId::Kie, Payer::User, cost);
        pay(Some(MicroUsd(20_000)));
        pay(Some(MicroUsd(5_000)));
        pay(None);
        let text = written(&metrics);
        let labels = r#"{operation="image",provider="kie",payer="user"}"#;
        assert!(
            text.contains(&format!("film_spent_micro_usd_total{labels} 25000")),
            "{text}"
        );
        assert!(
            text.contains(&format!("film_unknown_costs_total{labels} 1")),
            "{text}"
        );
    }

    #[test]
    fn only_what_succeeded_has_a_duration() {
        let metrics = Metrics::default();
        let end = |status| {
            let took = Duration::from_secs(2);
            metrics.ended(Operation::Llm, ProviderId::OpenRouter, status, took);
        };
        end(Status::Succeeded);
        end(Status::Failed);
        let text = written(&metrics);
        assert!(
            text.contains(
                r#"film_generation_duration_seconds_count{operation="llm",provider="openrouter"} 1"#
            ),
            "{text}"
        );
        assert!(
            text.contains(
                r#"film_generations_total{operation="llm",provider="openrouter",status="failed"} 1"#
            ),
            "{text}"
        );
    }
}
