//! Plans and batches: one open batch per project, one process at a time that feeds it, and nothing
//! written by somebody who has not seen what was decided meanwhile.

use super::{at, enqueue, generation_id, new_generation, project, user};
use crate::{
    Db, generations,
    jobs::{self, Settlement},
    plan::{self, ItemRow, NewItem, Taken, Turn},
    plan_batches::{self, BatchRow, Begun, NewBatch},
    projects,
    test_support::TestDb,
};
use domain::{
    BatchId, PlannedItemId, ProjectId, ProviderId, UserId,
    generation::Status,
    plan::{BatchState, MAX_ITEMS},
    project::Step,
};

fn new_item(name: &str) -> NewItem {
    NewItem {
        id: PlannedItemId(name.to_owned()),
        step: Step::Scenes,
        provider: Some(ProviderId::Gemini),
        model: None,
        input: r#"{"image":{"prompt":"a fox"}}"#.to_owned(),
    }
}

async fn planned(db: &Db, names: &[&str]) -> (UserId, ProjectId) {
    let ada = user(db, "ada").await;
    let film = project(db, &ada, None).await;
    let items: Vec<_> = names.iter().copied().map(new_item).collect();
    let added = plan::add(db, &film, &ada, &items, MAX_ITEMS, at(0)).await;
    assert!(added.unwrap());
    (ada, film)
}

async fn items(db: &Db, film: &ProjectId) -> Vec<ItemRow> {
    plan::list(db, film).await.unwrap()
}

async fn names(db: &Db, film: &ProjectId) -> Vec<String> {
    let items = items(db, film).await;
    items.into_iter().map(|item| item.id.0).collect()
}

fn taken(name: &str, attempt: i64) -> Taken {
    Taken {
        id: PlannedItemId(name.to_owned()),
        attempt,
        agreed: "{}".to_owned(),
    }
}

fn new_batch(name: &str, ada: &UserId, film: &ProjectId) -> NewBatch {
    NewBatch {
        id: BatchId(name.to_owned()),
        project_id: film.clone(),
        user_id: ada.clone(),
        stop_on_error: true,
        agreed: r#"{"most":1}"#.to_owned(),
        created_at: at(0),
    }
}

async fn begin(db: &Db, new: &NewBatch, items: &[Taken]) -> Begun {
    plan_batches::begin(db, new, items).await.unwrap()
}

async fn newest(db: &Db, film: &ProjectId) -> BatchRow {
    plan_batches::newest(db, film).await.unwrap().unwrap()
}

async fn items_stay_in_the_order_in_which_they_were_added(test: TestDb) {
    let db = &test.db;
    let (ada, film) = planned(db, &["z", "a"]).await;
    let more = [new_item("m")];
    assert!(plan::add(db, &film, &ada, &more, 3, at(1)).await.unwrap());
    assert_eq!(names(db, &film).await, ["z", "a", "m"]);
    let more = [new_item("n")];
    assert!(!plan::add(db, &film, &ada, &more, 3, at(2)).await.unwrap());
    let first = &items(db, &film).await[0];
    assert_eq!(
        (first.step, first.provider),
        (Step::Scenes, Some(ProviderId::Gemini))
    );
    assert_eq!(
        (first.attempt, &first.batch_id, first.status),
        (0, &None, None)
    );
    let gone = PlannedItemId("a".to_owned());
    assert!(plan::remove(db, &film, &gone).await.unwrap());
    assert!(!plan::remove(db, &film, &gone).await.unwrap());
    assert_eq!(names(db, &film).await, ["z", "m"]);
    let elsewhere = ProjectId("elsewhere".to_owned());
    assert!(
        !plan::remove(db, &elsewhere, &PlannedItemId("z".to_owned()))
            .await
            .unwrap()
    );
    assert!(
        !plan::add(db, &elsewhere, &ada, &more, 3, at(2))
            .await
            .unwrap()
    );
}

async fn many_that_add_at_once_add_no_more_than_may_be(test: TestDb) {
    let (ada, film) = planned(&test.db, &[]).await;
    let tasks: Vec<_> = (0..12)
        .map(|number| {
            let (db, ada, film) = (test.db.clone(), ada.clone(), film.clone());
            tokio::spawn(async move {
                let items = [
                    new_item(&format!("a{number}")),
                    new_item(&format!("b{number}")),
                ];
                plan::add(&db, &film, &ada, &items, 7, at(0)).await.unwrap()
            })
        })
        .collect();
    let mut added = 0;
    for task in tasks {
        added += usize::from(task.await.unwrap());
    }
    assert_eq!((added, items(&test.db, &film).await.len()), (3, 6));
}

async fn of_two_starts_one_begins(test: TestDb) {
    let db = &test.db;
    let (ada, film) = planned(db, &["a", "b"]).await;
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let new = new_batch(&format!("batch{number}"), &ada, &film);
            let db = db.clone();
            tokio::spawn(async move { begin(&db, &new, &[taken("a", 0), taken("b", 0)]).await })
        })
        .collect();
    let mut begun = Vec::new();
    for task in tasks {
        begun.push(task.await.unwrap());
    }
    let count = |what| begun.iter().filter(|one| **one == what).count();
    assert_eq!((count(Begun::Running), count(Begun::AnotherIsOpen)), (1, 7));
    assert!(
        items(db, &film)
            .await
            .iter()
            .all(|item| item.attempt == 1 && item.batch_id.is_some())
    );
    assert_eq!(plan_batches::running(db).await.unwrap().len(), 1);
}

async fn a_start_over_an_item_that_has_changed_leaves_nothing_behind(test: TestDb) {
    let db = &test.db;
    let (ada, film) = planned(db, &["a", "b"]).await;
    let new = new_batch("batch", &ada, &film);
    let wrong = [taken("a", 0), taken("b", 3)];
    assert_eq!(begin(db, &new, &wrong).await, Begun::Changed);
    assert_eq!(plan_batches::newest(db, &film).await.unwrap(), None);
    assert!(
        items(db, &film)
            .await
            .iter()
            .all(|item| item.batch_id.is_none())
    );
    assert_eq!(begin(db, &new, &[taken("a", 0)]).await, Begun::Running);
    let batch = newest(db, &film).await;
    assert_eq!(
        (batch.state, batch.stop_on_error),
        (BatchState::Running, true)
    );
    assert_eq!(
        (batch.user_id, batch.reason, batch.troubled),
        (ada, None, 0)
    );
}

async fn one_process_at_a_time_holds_the_lease(test: TestDb) {
    let db = &test.db;
    let (ada, film) = planned(db, &["a"]).await;
    let new = new_batch("batch", &ada, &film);
    begin(db, &new, &[taken("a", 0)]).await;
    let lease = async |owner: &str, now| {
        plan_batches::lease(db, &new.id, owner, at(now), at(now + 100))
            .await
            .unwrap()
            .is_some()
    };
    assert!(lease("one", 0).await);
    assert!(!lease("two", 0).await);
    assert!(!lease("one", 50).await);
    let keep = async |owner: &str, until| {
        plan_batches::keep(db, &new.id, owner, at(until))
            .await
            .unwrap()
    };
    assert!(keep("one", 200).await && !keep("two", 300).await);
    // The first process died.
    assert!(!lease("two", 199).await && lease("two", 200).await);
    assert!(!keep("one", 900).await);
    assert!(
        !plan_batches::finish(db, &new.id, "one", at(201))
            .await
            .unwrap()
    );
    assert!(
        !plan_batches::hold(db, &new.id, "one", "{}", 0, at(201))
            .await
            .unwrap()
    );
    plan_batches::let_go(db, &new.id, "one").await.unwrap();
    assert!(!lease("one", 202).await);
    plan_batches::let_go(db, &new.id, "two").await.unwrap();
    assert!(lease("one", 202).await);
    assert!(
        plan_batches::finish(db, &new.id, "one", at(203))
            .await
            .unwrap()
    );
    let batch = newest(db, &film).await;
    assert_eq!(
        (batch.state, batch.finished_at),
        (BatchState::Done, Some(at(203)))
    );
    assert!(plan_batches::running(db).await.unwrap().is_empty());
}

async fn what_a_person_decides_takes_the_lease_away(test: TestDb) {
    let db = &test.db;
    let (ada, film) = planned(db, &["a", "b"]).await;
    let new = new_batch("batch", &ada, &film);
    begin(db, &new, &[taken("a", 0), taken("b", 0)]).await;
    let lease = async || {
        plan_batches::lease(db, &new.id, "one", at(0), at(100))
            .await
            .unwrap()
            .is_some()
    };
    let keep = async || {
        plan_batches::keep(db, &new.id, "one", at(100))
            .await
            .unwrap()
    };
    assert!(lease().await);
    assert!(plan_batches::pause(db, &new.id, at(1)).await.unwrap());
    assert!(!plan_batches::pause(db, &new.id, at(1)).await.unwrap());
    assert!(!keep().await && !lease().await);
    assert!(plan_batches::resume(db, &new.id, 2, at(2)).await.unwrap());
    assert!(!plan_batches::resume(db, &new.id, 2, at(2)).await.unwrap());
    assert_eq!(newest(db, &film).await.troubled, 2);
    assert!(!keep().await && lease().await);
    assert!(
        plan_batches::hold(db, &new.id, "one", r#"{"code":"X"}"#, 1, at(3))
            .await
            .unwrap()
    );
    let held = newest(db, &film).await;
    assert_eq!(
        (held.state, held.reason.as_deref()),
        (BatchState::Paused, Some(r#"{"code":"X"}"#))
    );
    assert!(plan_batches::resume(db, &new.id, 1, at(4)).await.unwrap());
    assert_eq!(newest(db, &film).await.reason, None);
    assert!(lease().await);
    let again = [taken("a", 1)];
    let batch = newest(db, &film).await;
    assert!(
        plan_batches::retry(db, &batch, &again, "{}", 0, at(5))
            .await
            .unwrap()
    );
    assert!(
        !plan_batches::finish(db, &new.id, "one", at(6))
            .await
            .unwrap()
    );
    assert_eq!(items(db, &film).await[0].attempt, 2);
}

async fn a_cancelled_batch_gives_back_what_it_has_not_started(test: TestDb) {
    let db = &test.db;
    let (ada, film) = planned(db, &["started", "refused", "waiting"]).await;
    let new = new_batch("batch", &ada, &film);
    let all = ["started", "refused", "waiting"].map(|name| taken(name, 0));
    begin(db, &new, &all).await;
    enqueue(db, &new_generation("g", &ada)).await;
    let id = |name: &str| PlannedItemId(name.to_owned());
    let (started, refused, waiting) = (id("started"), id("refused"), id("waiting"));
    let turn = |item, attempt| Turn {
        item,
        batch: &new.id,
        attempt,
    };
    let generation = generation_id("g");
    assert!(
        plan::started(db, turn(&started, 1), &generation)
            .await
            .unwrap()
    );
    assert!(
        !plan::started(db, turn(&started, 1), &generation)
            .await
            .unwrap()
    );
    assert!(
        !plan::started(db, turn(&waiting, 2), &generation)
            .await
            .unwrap()
    );
    assert!(plan::refused(db, turn(&refused, 1), "{}").await.unwrap());
    // What is being made cannot be taken out of the plan.
    assert!(!plan::remove(db, &film, &started).await.unwrap());

    assert!(plan_batches::cancel(db, &new.id, at(1)).await.unwrap());
    assert!(!plan_batches::cancel(db, &new.id, at(1)).await.unwrap());
    let rows = items(db, &film).await;
    let batches: Vec<_> = rows.iter().map(|row| row.batch_id.is_some()).collect();
    assert_eq!(batches, [true, true, false]);
    assert_eq!(rows[0].status, Some(Status::Queued));
    assert!(
        !plan::started(db, turn(&waiting, 1), &generation)
            .await
            .unwrap()
    );
    let batch = newest(db, &film).await;
    assert!(
        !plan_batches::retry(db, &batch, &[], "{}", 0, at(2))
            .await
            .unwrap()
    );

    let job = jobs::claim(db, "w", at(2), at(9)).await.unwrap().unwrap();
    let end = Settlement {
        status: Status::Failed,
        actual: None,
        text: None,
        error: Some(r#"{"code":"INTERNAL","detail":"x"}"#),
        charge: None,
        outputs: &[],
    };
    assert!(jobs::settle(db, &job.lease, &end, at(3)).await.unwrap());
    let row = &items(db, &film).await[0];
    assert_eq!(row.status, Some(Status::Failed));
    assert!(
        row.generation_error
            .as_deref()
            .unwrap()
            .contains("INTERNAL")
    );
    assert!(plan::remove(db, &film, &started).await.unwrap());
    let still = generations::get(db, &ada, &generation).await.unwrap();
    assert!(still.is_some());
    // The next one may begin.
    let next = NewBatch {
        id: BatchId("next".to_owned()),
        created_at: at(4),
        ..new
    };
    assert_eq!(
        begin(db, &next, &[taken("waiting", 1)]).await,
        Begun::Running
    );
}

async fn a_plan_goes_with_its_project(test: TestDb) {
    let db = &test.db;
    let (ada, film) = planned(db, &["a"]).await;
    let new = new_batch("batch", &ada, &film);
    begin(db, &new, &[taken("a", 0)]).await;
    projects::delete(db, &ada, &film).await.unwrap();
    assert!(items(db, &film).await.is_empty());
    assert!(plan_batches::running(db).await.unwrap().is_empty());
}

crate::on_both_databases!(
    items_stay_in_the_order_in_which_they_were_added,
    many_that_add_at_once_add_no_more_than_may_be,
    of_two_starts_one_begins,
    a_start_over_an_item_that_has_changed_leaves_nothing_behind,
    one_process_at_a_time_holds_the_lease,
    what_a_person_decides_takes_the_lease_away,
    a_cancelled_batch_gives_back_what_it_has_not_started,
    a_plan_goes_with_its_project,
);
