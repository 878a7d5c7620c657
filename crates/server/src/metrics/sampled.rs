//! Figures that are looked up when somebody asks for them: the queue, and the process itself.

use super::labels::Provider;
use crate::app::App;
use prometheus_client::{
    metrics::{family::Family, gauge::Gauge},
    registry::{Registry, Unit},
};

/// What can be seen at this moment. What cannot be found out is left out.
pub(super) async fn registry(app: &App) -> Registry {
    let mut registry = Registry::default();
    match store::jobs::queue(&app.db, app.clock.now()).await {
        Ok(queue) => {
            let film = registry.sub_registry_with_prefix("film");
            gauge(
                film,
                "queue_depth",
                "Generations that are not at their end",
                queue.unfinished,
            );
            gauge(
                film,
                "queue_due",
                "Generations that somebody could work on now",
                queue.due,
            );
            film.register_with_unit(
                "queue_age",
                "How long the oldest of those has been due",
                Unit::Seconds,
                value(queue.oldest_millis.max(0) / 1_000),
            );
        }
        Err(error) => tracing::error!(%error, "the queue could not be looked at"),
    }
    let breakers = Family::<Provider, Gauge>::default();
    for (provider, open) in app.protection.open_lanes() {
        let provider = provider.as_str();
        breakers.get_or_create(&Provider { provider }).set(open);
    }
    registry.sub_registry_with_prefix("film").register(
        "breakers_open",
        "Keys and addresses of a provider that are not asked at the moment, as they only failed",
        breakers,
    );
    let process = registry.sub_registry_with_prefix("process");
    if let Some(bytes) = resident_memory() {
        process.register_with_unit(
            "resident_memory",
            "Memory in use",
            Unit::Bytes,
            value(bytes),
        );
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        let count = i64::try_from(open.count()).unwrap_or(i64::MAX);
        gauge(process, "open_fds", "Open files and sockets", count);
    }
    registry
}

fn gauge(registry: &mut Registry, name: &str, help: &str, count: i64) {
    registry.register(name, help, value(count));
}

fn value(value: i64) -> Gauge {
    let gauge = Gauge::<i64>::default();
    gauge.set(value);
    gauge
}

fn resident_memory() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1_024)
}
