//! What must hold after every scenario, judged over plain values: saves, jobs, the ledger and what
//! the providers were sent. It reads nothing by itself, so that its own tests can lie to it.

use domain::generation::Status;
use std::collections::{BTreeMap, BTreeSet};
use store::test_support::tables::{Entry, Stands};

/// A request that may have been paid for. The digest of its body tells generations apart, because
/// no two of a run have the same prompt.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Submit {
    /// Where it was sent.
    pub path: String,
    /// The digest of its body.
    pub digest: String,
}

/// What stands after a run, and what was done in it.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The ids that the server acknowledged, one for each idempotency key.
    pub acknowledged: BTreeMap<String, String>,
    /// How many idempotency keys were used, acknowledged or not.
    pub asked: usize,
    /// All generations.
    pub generations: Vec<Stands>,
    /// The ledger.
    pub ledger: Vec<Entry>,
    /// What is left in the queue.
    pub unfinished: i64,
    /// What is left of the reservations.
    pub reservations: i64,
    /// What the providers were sent.
    pub submits: Vec<Submit>,
    /// Those whose server died between `submitting` and the next state: they cannot succeed.
    pub cut_off: BTreeSet<String>,
    /// Those that were being sent while the database or the disk was away: they may be unknown.
    pub touched: BTreeSet<String>,
    /// How many more may have lost their answer to a fault of a provider.
    pub lost_answers: usize,
    /// How many may have failed because of a fault of a provider.
    pub refused: usize,
    /// Files that are still half written.
    pub parts: Vec<String>,
    /// Files that a row names and that are not there.
    pub missing_files: Vec<String>,
    /// What the database finds wrong with itself.
    pub damage: Vec<String>,
}

/// Everything that is wrong; nothing, if all promises were kept.
#[must_use]
pub fn broken(evidence: &Evidence) -> Vec<String> {
    let mut wrong = Vec::new();
    jobs(evidence, &mut wrong);
    sent_once(evidence, &mut wrong);
    ledger(evidence, &mut wrong);
    for part in &evidence.parts {
        wrong.push(format!("a half-written file is left: {part}"));
    }
    for file in &evidence.missing_files {
        wrong.push(format!("a stored file is missing: {file}"));
    }
    for damage in &evidence.damage {
        wrong.push(format!("the database is damaged: {damage}"));
    }
    wrong
}

fn jobs(evidence: &Evidence, wrong: &mut Vec<String>) {
    let stands: BTreeMap<&str, Status> = evidence
        .generations
        .iter()
        .map(|row| (row.id.as_str(), row.status))
        .collect();
    for (key, id) in &evidence.acknowledged {
        if !stands.contains_key(id.as_str()) {
            wrong.push(format!(
                "generation {id} was acknowledged ({key}) and is gone"
            ));
        }
    }
    if stands.len() > evidence.asked {
        wrong.push(format!(
            "{} generations were made of {} wishes",
            stands.len(),
            evidence.asked
        ));
    }
    if evidence.unfinished != 0 {
        wrong.push(format!(
            "{} jobs are left in the queue",
            evidence.unfinished
        ));
    }
    let mut unexplained = Vec::new();
    let mut failed = Vec::new();
    for (id, status) in stands {
        match status {
            Status::Unknown if !evidence.cut_off.contains(id) && !evidence.touched.contains(id) => {
                unexplained.push(id);
            }
            Status::Failed => failed.push(id),
            Status::Succeeded | Status::Cancelled | Status::Unknown => {}
            _ => wrong.push(format!("generation {id} is still {status:?}")),
        }
    }
    if unexplained.len() > evidence.lost_answers {
        wrong.push(format!(
            "{} answers were lost, but {} are unknown: {unexplained:?}",
            evidence.lost_answers,
            unexplained.len()
        ));
    }
    if failed.len() > evidence.refused {
        wrong.push(format!(
            "{} were refused by a provider, but {} failed: {failed:?}",
            evidence.refused,
            failed.len()
        ));
    }
    for id in &evidence.cut_off {
        let end = evidence
            .generations
            .iter()
            .find(|row| row.id.as_str() == id);
        if end.is_some_and(|row| row.status == Status::Succeeded) {
            wrong.push(format!(
                "generation {id} was cut off while it was sent and sent again"
            ));
        }
    }
}

fn sent_once(evidence: &Evidence, wrong: &mut Vec<String>) {
    let mut times: BTreeMap<&Submit, usize> = BTreeMap::new();
    for submit in &evidence.submits {
        *times.entry(submit).or_default() += 1;
    }
    for (submit, times) in &times {
        if *times > 1 {
            wrong.push(format!(
                "the same paid request was sent {times} times: {} {}",
                submit.path, submit.digest
            ));
        }
    }
    let succeeded = count(evidence, Status::Succeeded);
    if times.len() < succeeded {
        wrong.push(format!(
            "{succeeded} succeeded, but only {} requests reached a provider",
            times.len()
        ));
    }
    if times.len() > evidence.generations.len() {
        wrong.push(format!(
            "{} requests reached providers for {} generations",
            times.len(),
            evidence.generations.len()
        ));
    }
}

fn ledger(evidence: &Evidence, wrong: &mut Vec<String>) {
    let mut entries: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in &evidence.ledger {
        let id = entry.generation_id.as_str();
        entries.entry(id).or_default().push(entry);
    }
    for row in &evidence.generations {
        let entries = entries.remove(row.id.as_str()).unwrap_or_default();
        let right = match row.status {
            Status::Succeeded | Status::Unknown => {
                entries.len() == 1 && entries[0].state == row.status
            }
            // A refusal costs nothing; a task that failed may.
            Status::Failed | Status::Cancelled => entries.len() <= 1,
            _ => entries.is_empty(),
        };
        if !right {
            wrong.push(format!(
                "generation {} is {:?} and has these entries in the ledger: {entries:?}",
                row.id, row.status
            ));
        }
        if row.status == Status::Unknown && entries.iter().any(|entry| entry.actual == Some(0)) {
            wrong.push(format!("the unknown cost of {} is written as zero", row.id));
        }
    }
    for (id, entries) in entries {
        wrong.push(format!(
            "{} entries for {id}, which is not there",
            entries.len()
        ));
    }
    if evidence.reservations != 0 {
        wrong.push(format!("{} reservations are left", evidence.reservations));
    }
}

/// How many have this state.
#[must_use]
pub fn count(evidence: &Evidence, status: Status) -> usize {
    let rows = evidence.generations.iter();
    rows.filter(|row| row.status == status).count()
}

/// A setting as one client knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Saved {
    /// What was acknowledged last, with its version.
    pub acknowledged: Option<(String, i64)>,
    /// What was sent after that and not answered.
    pub open: Option<String>,
}

/// Why what stands is not what a client was told, or nothing. An unanswered save may have been done
/// or not; an acknowledged one has to stand.
#[must_use]
pub fn lost(saved: &Saved, stands: Option<(&str, i64)>) -> Option<String> {
    let (known, version) = match &saved.acknowledged {
        Some((value, version)) => (Some(value.as_str()), *version),
        None => (None, 0),
    };
    let is_known = match stands {
        None => known.is_none(),
        Some((value, at)) => known == Some(value) && at == version,
    };
    let is_open =
        stands.is_some_and(|(value, at)| saved.open.as_deref() == Some(value) && at == version + 1);
    (!is_known && !is_open).then(|| {
        format!(
            "{known:?} was acknowledged with version {version}, {:?} was open, and now {stands:?} stands",
            saved.open
        )
    })
}

#[cfg(test)]
mod tests;
