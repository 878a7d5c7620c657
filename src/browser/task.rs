//! Work that goes on while the page is shown. One type for all of it: what carries a task is in the
//! bundle once.

use std::pin::Pin;

/// Carries on with a task, with the owner and the observer that it was started under. Only in
/// answer to something that a person did or that arrived: a render on the server waits for nothing.
pub fn spawn(task: impl Future<Output = ()> + 'static) {
    carry_on(Box::pin(task));
}

fn carry_on(task: Pin<Box<dyn Future<Output = ()>>>) {
    leptos::task::spawn_local(task);
}
