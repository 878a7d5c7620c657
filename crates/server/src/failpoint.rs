//! The seams of a job at which a build for tests can be made to die, as a power failure would do it.
//! Without the feature `failpoints`, which no release has, passing a seam is nothing at all.

#[cfg(all(feature = "failpoints", not(debug_assertions)))]
compile_error!("failpoints are for tests; a release must not have them");

/// A place between two steps of a job, named after the step before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seam {
    /// The job is leased; nothing else has happened.
    Claimed,
    /// What a submit needs is uploaded and written down.
    Prepared,
    /// `submitting` is written down; nothing has been sent.
    SubmitBegun,
    /// The provider has answered; its answer is not written down.
    Answered,
    /// The provider's task is written down; the job rests until the next look.
    TaskStored,
    /// The result is in a half-written file.
    Downloaded,
    /// The files are in place; no row names them.
    Kept,
    /// The end is written down; nobody has been told.
    Settled,
}

impl Seam {
    /// Every seam, in the order in which a job passes them.
    pub const ALL: [Self; 8] = [
        Self::Claimed,
        Self::Prepared,
        Self::SubmitBegun,
        Self::Answered,
        Self::TaskStored,
        Self::Downloaded,
        Self::Kept,
        Self::Settled,
    ];

    /// The name that `FILM_FAILPOINT` knows it by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Prepared => "prepared",
            Self::SubmitBegun => "submit-begun",
            Self::Answered => "answered",
            Self::TaskStored => "task-stored",
            Self::Downloaded => "downloaded",
            Self::Kept => "kept",
            Self::Settled => "settled",
        }
    }
}

/// Passes a seam.
#[cfg(not(feature = "failpoints"))]
#[inline]
pub(crate) const fn reach(_: Seam) {}

/// Passes a seam; at the one that `FILM_FAILPOINT=name:number` names, for the time of that number,
/// the process ends.
#[cfg(feature = "failpoints")]
pub(crate) fn reach(seam: Seam) {
    use std::sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    };
    static ARMED: OnceLock<Option<(String, u64)>> = OnceLock::new();
    static PASSED: AtomicU64 = AtomicU64::new(0);
    let armed = ARMED.get_or_init(|| {
        let wanted = std::env::var("FILM_FAILPOINT").ok()?;
        let (name, number) = wanted.split_once(':')?;
        Some((name.to_owned(), number.parse().ok()?))
    });
    if let Some((name, number)) = armed
        && name == seam.name()
        && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *number
    {
        std::process::abort();
    }
}

#[cfg(test)]
mod tests {
    use super::Seam;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_seams_share_a_name() {
        let names: BTreeSet<&str> = Seam::ALL.into_iter().map(Seam::name).collect();
        assert_eq!(names.len(), Seam::ALL.len());
    }
}
