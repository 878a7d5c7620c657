//! The behaviour that every adapter owes, tried against the sandbox over a real socket: a table
//! says what each pair of provider and operation can do, and every case that applies is run.

mod broken;
mod driver;
mod errors;
mod hostile;
mod keys;
mod lists;
mod pairs;
mod pictures;
mod polls;
mod stage;
mod success;

use std::future::Future;

/// What a case complains about; a case without a complaint passed.
pub type Checked = Result<(), String>;

/// The most cases that run at once.
const AT_ONCE: usize = 16;

/// Runs all cases side by side and fails with every complaint.
pub async fn all_pass<C>(least: usize, cases: impl IntoIterator<Item = C>)
where
    C: Future<Output = Checked>,
{
    run(least, AT_ONCE, cases).await;
}

/// Runs the cases so many at once and fails with every complaint, or when there were fewer than
/// `least` cases.
pub async fn run<C>(least: usize, at_once: usize, cases: impl IntoIterator<Item = C>)
where
    C: Future<Output = Checked>,
{
    use futures::StreamExt;
    // A case is large, and the thread of a test has a small stack.
    let cases = cases.into_iter().map(Box::pin);
    let done: Vec<Checked> = futures::stream::iter(cases)
        .buffer_unordered(at_once)
        .collect()
        .await;
    let count = done.len();
    let complaints: Vec<String> = done.into_iter().filter_map(Result::err).collect();
    assert!(count >= least, "only {count} cases were run");
    assert!(
        complaints.is_empty(),
        "{} of {count} cases:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}
