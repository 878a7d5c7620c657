//! Timers. What they call must hold nothing that belongs to a component: it may be gone by then.

/// Calls back once after this many milliseconds. On the server: never.
pub fn after(millis: u32, call: impl FnOnce() + 'static) {
    #[cfg(feature = "hydrate")]
    gloo_timers::callback::Timeout::new(millis, call).forget();
    #[cfg(not(feature = "hydrate"))]
    let _ = (millis, call);
}

/// Milliseconds since 1970. On the server: zero, because a render must not depend on the time.
#[must_use]
pub fn now_millis() -> i64 {
    #[cfg(feature = "hydrate")]
    {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole milliseconds far below 2^53"
        )]
        let now = js_sys::Date::now() as i64;
        now
    }
    #[cfg(not(feature = "hydrate"))]
    0
}
