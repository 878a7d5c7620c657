//! How many requests are answered: for each person by what they do, and for each address at which
//! nobody is signed in. Every answer says how many are left, in the fields of the IETF's draft
//! `RateLimit` and `RateLimit-Policy`. Kept in memory; each process counts for itself.

use super::{MaybeActor, Problem};
use crate::{
    app::App,
    auth::{self, Client},
    config,
};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{ApiError, ErrorCode, UserId};
use governor::{
    DefaultKeyedRateLimiter, Quota,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
};
use http::{HeaderName, HeaderValue, Method};
use std::{net::IpAddr, num::NonZeroU32, time::Duration};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Who {
    Person(UserId),
    Address(IpAddr),
}

/// What a request does, as far as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Reads,
    Writes,
    Generations,
    KeyTests,
}

/// How the addresses end at which something is generated or priced.
const GENERATIONS: [&str; 10] = [
    "/generations",
    "/estimates",
    "/resolve",
    "/look-again",
    "/plan/start",
    "/plan/retry",
    "/generation_create",
    "/generation_look_again",
    "/resolution_preview",
    "/resolution_compare",
];
/// How the addresses end at which a key is tested.
const KEY_TESTS: [&str; 2] = ["/test", "/key_test"];

impl Class {
    fn of(method: &Method, path: &str) -> Self {
        let ends_in = |ends: &[&str]| ends.iter().any(|end| path.ends_with(end));
        match method {
            method if method.is_safe() => Self::Reads,
            _ if ends_in(&GENERATIONS) => Self::Generations,
            _ if ends_in(&KEY_TESTS) => Self::KeyTests,
            _ => Self::Writes,
        }
    }
}

/// The counters.
pub struct RateLimits {
    reads: Option<Bucket>,
    writes: Option<Bucket>,
    generations: Option<Bucket>,
    key_tests: Option<Bucket>,
    anonymous: Option<Bucket>,
}

impl RateLimits {
    /// Nobody has been counted yet.
    #[must_use]
    pub fn new(limits: &config::RateLimits) -> Self {
        let bucket = |name, limit: Option<NonZeroU32>| limit.map(|limit| Bucket::new(name, limit));
        Self {
            reads: bucket("reads", limits.reads),
            writes: bucket("writes", limits.writes),
            generations: bucket("generations", limits.generations),
            key_tests: bucket("key-tests", limits.key_tests),
            anonymous: bucket("anonymous", limits.anonymous),
        }
    }

    /// Forgets whoever has sent nothing for a while.
    pub fn forget(&self) {
        for bucket in [
            &self.reads,
            &self.writes,
            &self.generations,
            &self.key_tests,
            &self.anonymous,
        ]
        .into_iter()
        .flatten()
        {
            bucket.limiter.retain_recent();
            bucket.limiter.shrink_to_fit();
        }
    }

    fn of(&self, class: Class) -> Option<&Bucket> {
        match class {
            Class::Reads => self.reads.as_ref(),
            Class::Writes => self.writes.as_ref(),
            Class::Generations => self.generations.as_ref(),
            Class::KeyTests => self.key_tests.as_ref(),
        }
    }
}

/// One limit with everybody that it counts.
struct Bucket {
    name: &'static str,
    limit: NonZeroU32,
    limiter: DefaultKeyedRateLimiter<Who, StateInformationMiddleware>,
}

/// What came of counting a request.
struct Counted {
    /// How many more would be answered now.
    left: u32,
    /// Seconds until as many as ever are answered again.
    full_in: u64,
    /// Seconds until the next one is answered, where this one is not.
    retry_in: Option<u64>,
}

impl Bucket {
    fn new(name: &'static str, limit: NonZeroU32) -> Self {
        Self {
            name,
            limit,
            limiter: DefaultKeyedRateLimiter::dashmap(Quota::per_minute(limit))
                .with_middleware::<StateInformationMiddleware>(),
        }
    }

    fn count(&self, who: &Who) -> Counted {
        match self.limiter.check_key(who) {
            Ok(state) => {
                let left = state.remaining_burst_capacity();
                let used = u64::from(self.limit.get() - left.min(self.limit.get()));
                Counted {
                    left,
                    full_in: (used * 60).div_ceil(u64::from(self.limit.get())),
                    retry_in: None,
                }
            }
            Err(refused) => {
                let wait = refused.wait_time_from(DefaultClock::default().now());
                Counted {
                    left: 0,
                    full_in: 60,
                    retry_in: Some(seconds(wait)),
                }
            }
        }
    }

    fn tell(&self, counted: &Counted, answer: &mut Response) {
        let policy = format!("\"{}\";q={};w=60", self.name, self.limit);
        let left = format!("\"{}\";r={};t={}", self.name, counted.left, counted.full_in);
        for (name, value) in [(POLICY, policy), (LEFT, left)] {
            if let Ok(value) = HeaderValue::try_from(value) {
                answer.headers_mut().insert(name, value);
            }
        }
    }
}

/// Whole seconds, at least one.
fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0).max(u64::from(wait.is_zero()))
}

/// Counts a request, and refuses it where there are too many. For routes behind
/// [`super::session::find`].
pub async fn apply(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    client: Client,
    request: Request,
    next: Next,
) -> Response {
    let (bucket, who) = match actor {
        Some(actor) => (
            app.rate_limits
                .of(Class::of(request.method(), request.uri().path())),
            Who::Person(actor.user.id),
        ),
        None => (
            app.rate_limits.anonymous.as_ref(),
            Who::Address(auth::network(client.address)),
        ),
    };
    let Some(bucket) = bucket else {
        return next.run(request).await;
    };
    let counted = bucket.count(&who);
    let mut answer = match counted.retry_in {
        None => next.run(request).await,
        Some(wait) => refusal(wait).into_response(),
    };
    bucket.tell(&counted, &mut answer);
    answer
}

fn refusal(wait: u64) -> Problem {
    let mut error = ApiError::new(
        ErrorCode::RateLimited,
        format!("Too many requests. Wait {wait} s and try again."),
    );
    error.retry_after = Some(wait);
    error.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(limit: u32) -> Bucket {
        Bucket::new("reads", NonZeroU32::new(limit).unwrap())
    }

    fn person(id: &str) -> Who {
        Who::Person(UserId(id.to_owned()))
    }

    #[test]
    fn everybody_has_their_own_and_is_told_what_is_left() {
        let bucket = bucket(2);
        let first = bucket.count(&person("ada"));
        assert_eq!((first.left, first.full_in, first.retry_in), (1, 30, None));
        assert_eq!(bucket.count(&person("ada")).left, 0);
        let refused = bucket.count(&person("ada"));
        assert_eq!(refused.left, 0);
        assert!((1..=30).contains(&refused.retry_in.unwrap()));
        assert!(bucket.count(&person("bob")).retry_in.is_none());
    }

    #[test]
    fn the_fields_are_those_of_the_draft() {
        let bucket = bucket(600);
        let mut answer = ().into_response();
        bucket.tell(&bucket.count(&person("ada")), &mut answer);
        assert_eq!(answer.headers()[POLICY], "\"reads\";q=600;w=60");
        assert_eq!(answer.headers()[LEFT], "\"reads\";r=599;t=1");
    }

    #[test]
    fn a_request_is_counted_by_what_it_does() {
        for (method, path, class) in [
            (Method::GET, "/api/v1/generations", Class::Reads),
            (Method::POST, "/api/v1/generations", Class::Generations),
            (Method::POST, "/fn/generation_create", Class::Generations),
            (Method::POST, "/projects/1/plan/start", Class::Generations),
            (Method::POST, "/api/v1/keys/kie/test", Class::KeyTests),
            (Method::PATCH, "/api/v1/settings", Class::Writes),
            (Method::POST, "/fn/settings_patch", Class::Writes),
            (Method::HEAD, "/settings", Class::Reads),
        ] {
            assert_eq!(Class::of(&method, path), class, "{method} {path}");
        }
    }

    #[test]
    fn who_sends_nothing_is_forgotten() {
        let limits = RateLimits::new(&config::RateLimits::default());
        let bucket = limits.reads.as_ref().unwrap();
        for number in 0..100 {
            bucket.count(&person(&number.to_string()));
        }
        assert_eq!(bucket.limiter.len(), 100);
        let deadline = crate::clock::Stopwatch::start();
        while !bucket.limiter.is_empty() && deadline.elapsed() < Duration::from_secs(5) {
            limits.forget();
        }
        assert_eq!(bucket.limiter.len(), 0);
    }
}
