//! Another look at what ended without anybody knowing how: once, by its owner, from where it stood.

use super::{at, enqueue, generation_id, new_generation, user};
use crate::{
    generations,
    jobs::{self, Next, Settlement, look_again::look_again},
    test_support::TestDb,
};
use domain::generation::Status;

const TASK: &str = r#"{"task":"t-1"}"#;

fn ended(status: Status) -> Settlement<'static> {
    Settlement {
        status,
        actual: None,
        text: None,
        error: Some(r#"{"code":"PROVIDER_ERROR","detail":"lost"}"#),
        charge: None,
        outputs: &[],
    }
}

async fn an_unknown_end_is_looked_at_again_by_its_owner_once(test: TestDb) {
    let db = &test.db;
    let (ada, eve) = (user(db, "ada").await, user(db, "eve").await);
    enqueue(db, &new_generation("a", &ada)).await;
    let id = generation_id("a");
    assert!(!look_again(db, &ada, &id, TASK, at(1)).await.unwrap());
    let lease = jobs::claim(db, "w", at(0), at(10))
        .await
        .unwrap()
        .unwrap()
        .lease;
    let next = Next::Keep {
        lease_until: at(10),
    };
    jobs::save_progress(db, &lease, Status::Running, TASK, next, at(1))
        .await
        .unwrap()
        .unwrap();
    let settled = jobs::settle(db, &lease, &ended(Status::Unknown), at(2)).await;
    assert!(settled.unwrap());
    let row = generations::get(db, &ada, &id).await.unwrap().unwrap();
    assert_eq!(row.progress.as_deref(), Some(TASK));

    assert!(!look_again(db, &eve, &id, TASK, at(3)).await.unwrap());
    let again = r#"{"task":"t-1","since":3}"#;
    assert!(look_again(db, &ada, &id, again, at(3)).await.unwrap());
    assert!(!look_again(db, &ada, &id, again, at(3)).await.unwrap());
    let row = generations::get(db, &ada, &id).await.unwrap().unwrap();
    assert_eq!(
        (row.status, row.error, row.finished_at, row.progress),
        (Status::Running, None, None, None)
    );
    let job = jobs::claim(db, "w", at(3), at(20)).await.unwrap().unwrap();
    assert_eq!(job.progress, again);
    assert!(
        !job.submit_was_interrupted()
            && !jobs::begin_submit(db, &job.lease, at(3), at(20))
                .await
                .unwrap(),
        "what was sent once is never sent again"
    );
    let settled = jobs::settle(db, &job.lease, &ended(Status::Succeeded), at(4)).await;
    assert!(settled.unwrap());
    assert!(!look_again(db, &ada, &id, again, at(5)).await.unwrap());
}

async fn a_known_end_keeps_no_way_back(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    for (name, status) in [("f", Status::Failed), ("c", Status::Cancelled)] {
        enqueue(db, &new_generation(name, &ada)).await;
        let lease = jobs::claim(db, "w", at(0), at(10))
            .await
            .unwrap()
            .unwrap()
            .lease;
        assert!(
            jobs::settle(db, &lease, &ended(status), at(2))
                .await
                .unwrap()
        );
        let row = generations::get(db, &ada, &generation_id(name))
            .await
            .unwrap();
        assert_eq!(row.unwrap().progress, None);
        let again = look_again(db, &ada, &generation_id(name), TASK, at(3)).await;
        assert!(!again.unwrap());
    }
}

crate::on_both_databases!(
    an_unknown_end_is_looked_at_again_by_its_owner_once,
    a_known_end_keeps_no_way_back,
);
