//! Asking once, listing, cancelling, and who sees what.

use super::{at, enqueue, file, generation_id, new_generation, organization, project, user};
use crate::{
    StoreError,
    generations::{self, Cancellation, Enqueued, Idempotency, NewGeneration},
    jobs::{self, Next},
    organizations, outputs, projects,
    test_support::TestDb,
};
use domain::{
    OutputId, ProjectId, Timestamp, account::OrganizationRole, generation::Status, project::Step,
};

async fn the_row_comes_back_as_it_was_written(mut test: TestDb) {
    let ada = user(&test.db, "ada").await;
    let film = project(&test.db, &ada, None).await;
    let new = NewGeneration {
        project_id: Some(film.clone()),
        step: Some(Step::Scenes),
        endpoint: Some("https://a--b.modal.run".to_owned()),
        secret_ref: Some(domain::SecretId("secret".to_owned())),
        ..new_generation("a", &ada)
    };
    let files = [file("first"), file("second")];
    let enqueued = generations::enqueue(&test.db, &new, None, &files)
        .await
        .unwrap();
    assert_eq!(enqueued, Enqueued::New);
    test.restart().await;
    let row = generations::get(&test.db, &ada, &new.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (
            row.status,
            row.project_id,
            row.step,
            row.operation,
            row.provider,
            row.payer
        ),
        (
            Status::Queued,
            Some(film),
            new.step,
            new.operation,
            new.provider,
            new.payer
        )
    );
    assert_eq!(
        (row.input, row.endpoint, row.secret_ref),
        (new.input, new.endpoint, new.secret_ref)
    );
    assert_eq!(
        (row.actual, row.text, row.error, row.finished_at),
        (None, None, None, None)
    );
    let inputs = outputs::of_generation(&test.db, &ada, &new.id)
        .await
        .unwrap();
    let names: Vec<_> = inputs
        .iter()
        .map(|f| (f.role, f.position, f.file.as_str()))
        .collect();
    assert_eq!(
        names,
        [
            (outputs::Role::Input, 0, "first.png"),
            (outputs::Role::Input, 1, "second.png")
        ]
    );
    assert_eq!(jobs::unfinished(&test.db).await.unwrap(), 1);
}

async fn fifty_equal_requests_at_once_make_one_generation(test: TestDb) {
    let ada = user(&test.db, "ada").await;
    let tasks: Vec<_> = (0..50)
        .map(|number| {
            let (db, new) = (test.db.clone(), new_generation(&number.to_string(), &ada));
            tokio::spawn(async move {
                let key = Idempotency {
                    key: "k",
                    body_hash: &[1; 32],
                };
                let enqueued = generations::enqueue(&db, &new, Some(key), &[])
                    .await
                    .unwrap();
                match enqueued {
                    Enqueued::New => (true, new.id),
                    Enqueued::Same(id) => (false, id),
                    other => panic!("{other:?}"),
                }
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    assert_eq!(answers.iter().filter(|(new, _)| *new).count(), 1);
    assert!(
        answers.iter().all(|(_, id)| *id == answers[0].1),
        "all are told the same id"
    );
    let rows = generations::list(&test.db, &ada, None, None, 100)
        .await
        .unwrap();
    assert_eq!(
        (rows.len(), jobs::unfinished(&test.db).await.unwrap()),
        (1, 1)
    );
}

async fn a_key_belongs_to_one_body_and_one_person(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    let key = |body: &'static [u8]| {
        Some(Idempotency {
            key: "k",
            body_hash: body,
        })
    };
    let ask = async |name, user, key| {
        generations::enqueue(db, &new_generation(name, user), key, &[])
            .await
            .unwrap()
    };
    assert_eq!(ask("a", &ada, key(b"one")).await, Enqueued::New);
    assert_eq!(
        ask("b", &ada, key(b"one")).await,
        Enqueued::Same(generation_id("a"))
    );
    assert_eq!(ask("c", &ada, key(b"two")).await, Enqueued::KeyReused);
    assert_eq!(ask("d", &bob, key(b"two")).await, Enqueued::New);
    assert_eq!(jobs::unfinished(db).await.unwrap(), 2);
}

async fn a_refused_request_leaves_nothing(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    let film = project(db, &ada, None).await;
    let key = Some(Idempotency {
        key: "k",
        body_hash: b"one",
    });
    for foreign in [film, ProjectId("none".to_owned())] {
        let new = NewGeneration {
            project_id: Some(foreign),
            ..new_generation("b", &bob)
        };
        let outcome = generations::enqueue(db, &new, key, &[file("f")])
            .await
            .unwrap();
        assert_eq!(outcome, Enqueued::Missing);
    }
    // Two files with one id: the whole request is undone, the key is free again.
    let twice = [file("f"), file("f")];
    let error = generations::enqueue(db, &new_generation("b", &bob), key, &twice).await;
    assert!(matches!(
        error,
        Err(StoreError::Constraint { rule: "unique", .. })
    ));
    assert_eq!(jobs::unfinished(db).await.unwrap(), 0);
    let outcome = generations::enqueue(db, &new_generation("b", &bob), key, &[file("f")]).await;
    assert_eq!(outcome.unwrap(), Enqueued::New);
}

async fn generations_and_files_of_others_are_invisible(test: TestDb) {
    let db = &test.db;
    let (ada, bob, eve) = (
        user(db, "ada").await,
        user(db, "bob").await,
        user(db, "eve").await,
    );
    let studio = organization(db, &ada).await;
    organizations::add_member(db, &studio, &bob, OrganizationRole::Member, at(0))
        .await
        .unwrap();
    let film = project(db, &ada, Some(&studio)).await;
    let shared = NewGeneration {
        project_id: Some(film.clone()),
        ..new_generation("shared", &ada)
    };
    for (new, name) in [(&new_generation("own", &ada), "own"), (&shared, "shared")] {
        generations::enqueue(db, new, None, &[file(name)])
            .await
            .unwrap();
    }
    let sees = async |user, name: &str| {
        let id = generation_id(name);
        let row = generations::get(db, user, &id).await.unwrap().is_some();
        let files = !outputs::of_generation(db, user, &id)
            .await
            .unwrap()
            .is_empty();
        let output = OutputId(format!("output-{name}"));
        let file = outputs::get_visible(db, user, &output)
            .await
            .unwrap()
            .is_some();
        assert_eq!(
            (row, row),
            (files, file),
            "a generation and its files are seen alike"
        );
        row
    };
    assert_eq!(
        (sees(&ada, "own").await, sees(&ada, "shared").await),
        (true, true)
    );
    assert_eq!(
        (sees(&bob, "own").await, sees(&bob, "shared").await),
        (false, true)
    );
    assert_eq!(
        (sees(&eve, "own").await, sees(&eve, "shared").await),
        (false, false)
    );

    let listed = async |user, project| {
        generations::list(db, user, project, None, 10)
            .await
            .unwrap()
            .len()
    };
    assert_eq!(
        (listed(&ada, None).await, listed(&ada, Some(&film)).await),
        (2, 1)
    );
    assert_eq!(
        (listed(&bob, None).await, listed(&bob, Some(&film)).await),
        (0, 1)
    );
    assert_eq!(
        (listed(&eve, None).await, listed(&eve, Some(&film)).await),
        (0, 0)
    );
    let cancelled = generations::request_cancel(db, &eve, &generation_id("own"), at(1)).await;
    assert_eq!(cancelled.unwrap(), None);
    assert_eq!(jobs::unfinished(db).await.unwrap(), 2);

    // What was made in a removed project stays with whoever made it, and with nobody else.
    projects::delete(db, &ada, &film).await.unwrap();
    assert_eq!(
        (sees(&ada, "shared").await, sees(&bob, "shared").await),
        (true, false)
    );
}

async fn a_list_goes_on_where_it_stopped(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    // Two of one moment, to be told apart by their ids.
    for (name, millis) in [("a", 1), ("b", 2), ("c", 2), ("d", 3), ("e", 4)] {
        enqueue(
            db,
            &NewGeneration {
                created_at: at(millis),
                ..new_generation(name, &ada)
            },
        )
        .await;
    }
    let mut seen = Vec::new();
    let mut last: Option<(Timestamp, String)> = None;
    loop {
        let after = last.as_ref().map(|(at, id)| (*at, id.as_str()));
        let page = generations::list(db, &ada, None, after, 2).await.unwrap();
        let Some(row) = page.last() else { break };
        last = Some((row.created_at, row.id.to_string()));
        seen.extend(page.into_iter().map(|row| row.id));
    }
    assert_eq!(seen, ["e", "d", "c", "b", "a"].map(generation_id));
}

async fn what_was_not_sent_is_cancelled_at_once(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    enqueue(db, &new_generation("a", &ada)).await;
    let claimed = jobs::claim(db, "w", at(0), at(30)).await.unwrap().unwrap();
    let outcome = generations::request_cancel(db, &ada, &generation_id("a"), at(1))
        .await
        .unwrap();
    assert_eq!(outcome, Some(Cancellation::Cancelled));
    assert!(
        !jobs::begin_submit(db, &claimed.lease, at(2), at(30))
            .await
            .unwrap()
    );
    let row = generations::get(db, &ada, &generation_id("a"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (row.status, row.finished_at),
        (Status::Cancelled, Some(at(1)))
    );
    let again = generations::request_cancel(db, &ada, &generation_id("a"), at(2))
        .await
        .unwrap();
    assert_eq!(again, Some(Cancellation::Finished(Status::Cancelled)));
}

async fn what_was_sent_is_cancelled_by_its_worker(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    enqueue(db, &new_generation("a", &ada)).await;
    let lease = jobs::claim(db, "w", at(0), at(30))
        .await
        .unwrap()
        .unwrap()
        .lease;
    assert!(jobs::begin_submit(db, &lease, at(0), at(30)).await.unwrap());
    let next = Next::HandBack { run_at: at(5_000) };
    jobs::save_progress(db, &lease, Status::Running, "{}", next, at(1))
        .await
        .unwrap();

    let outcome = generations::request_cancel(db, &ada, &generation_id("a"), at(2))
        .await
        .unwrap();
    assert_eq!(outcome, Some(Cancellation::Cancelling));
    assert_eq!(
        jobs::next_due(db).await.unwrap(),
        Some(at(2)),
        "a worker is woken"
    );
    let claimed = jobs::claim(db, "w", at(2), at(30)).await.unwrap().unwrap();
    assert_eq!(claimed.generation.status, Status::Cancelling);
    let keep = Next::Keep {
        lease_until: at(40),
    };
    let stands = jobs::save_progress(db, &claimed.lease, Status::Running, "{}", keep, at(3))
        .await
        .unwrap();
    assert_eq!(
        stands,
        Some(Status::Cancelling),
        "the wish is not overwritten"
    );
    assert_eq!(
        jobs::heartbeat(db, &claimed.lease, at(50)).await.unwrap(),
        Some(Status::Cancelling)
    );
}

crate::on_both_databases!(
    the_row_comes_back_as_it_was_written,
    fifty_equal_requests_at_once_make_one_generation,
    a_key_belongs_to_one_body_and_one_person,
    a_refused_request_leaves_nothing,
    generations_and_files_of_others_are_invisible,
    a_list_goes_on_where_it_stopped,
    what_was_not_sent_is_cancelled_at_once,
    what_was_sent_is_cancelled_by_its_worker,
);
