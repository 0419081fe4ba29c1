//! Enqueueing and settling inside a transaction of the program's own.

use std::future::Future;
use std::task::{Context, Waker};

use sqlx::{Connection, Row};
use webhook_idempotency::{
    Claims, Namespace, NewRecord, Outcome, Put, Queue, Settled, Settlement, State, StoreErrorKind,
};

use crate::harness::{Database, LEASE, event, inbox, lease, state};

#[tokio::test]
async fn a_record_put_in_a_transaction_is_stored_when_that_commits_and_not_before() {
    let database = Database::new(true);
    let store = database.open().await;
    let mut connection = database.connection().await;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.unwrap();
    sqlx::query("CREATE TABLE orders (id TEXT)")
        .execute(&mut *transaction)
        .await
        .unwrap();
    let puts = store
        .put_in(&mut transaction, &[event("evt_1"), event("evt_1")])
        .await
        .unwrap();
    assert_eq!(puts[0], Put::New);
    assert!(matches!(puts[1], Put::Duplicate { .. }));
    assert_eq!(state(&store, "evt_1").await, None);
    transaction.commit().await.unwrap();
    assert!(matches!(
        state(&store, "evt_1").await,
        Some(State::Ready { .. })
    ));
    lease(&store).await;
}

#[tokio::test]
async fn a_transaction_that_is_rolled_back_enqueues_nothing() {
    let database = Database::new(true);
    let store = database.open().await;
    let mut connection = database.connection().await;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.unwrap();
    store
        .put_in(&mut transaction, &[event("evt_1")])
        .await
        .unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(state(&store, "evt_1").await, None);
    assert_eq!(store.put(&[event("evt_1")]).await.unwrap(), [Put::New]);
}

#[tokio::test]
async fn a_batch_that_is_refused_leaves_the_transaction_as_it_was() {
    let database = Database::new(true);
    let store = database.open().await;
    let guard = Namespace::guard("inbox").unwrap();
    let mut connection = database.connection().await;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.unwrap();
    store
        .put_in(&mut transaction, &[event("evt_1")])
        .await
        .unwrap();
    let wrong = NewRecord::own(&guard, "shop", "hooks", "evt_2", "order.paid", "{}".into());
    let refused = store
        .put_in(&mut transaction, &[event("evt_3"), wrong])
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Misuse);
    transaction.commit().await.unwrap();
    assert_eq!(store.stats(&inbox()).await.unwrap().ready, 1);
}

#[tokio::test]
async fn a_batch_that_fails_half_way_leaves_the_transaction_as_it_was() {
    let database = Database::new(true);
    let store = database.open().await;
    let mut connection = database.connection().await;
    sqlx::query(
        "CREATE TEMP TRIGGER second_fails BEFORE INSERT ON main.webhook_payloads
         WHEN (SELECT count(*) FROM main.webhook_payloads) = 2
         BEGIN SELECT RAISE(ABORT, 'the disk says no'); END",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.unwrap();
    store
        .put_in(&mut transaction, &[event("evt_1")])
        .await
        .unwrap();
    let batch = [event("evt_2"), event("evt_3")];
    store.put_in(&mut transaction, &batch).await.unwrap_err();
    transaction.commit().await.unwrap();
    assert_eq!(store.stats(&inbox()).await.unwrap().ready, 1);
    assert_eq!(store.put(&batch).await.unwrap(), [Put::New, Put::New]);
}

#[tokio::test]
async fn a_connection_without_foreign_keys_is_refused() {
    let database = Database::new(true);
    let store = database.open().await;
    let mut connection = database.connection().await;
    sqlx::query("PRAGMA foreign_keys = OFF")
        .execute(&mut connection)
        .await
        .unwrap();
    let refused = store
        .put_in(&mut connection, &[event("evt_1")])
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Misuse);
    let source = std::error::Error::source(&refused).unwrap().to_string();
    assert_eq!(
        source,
        "the connection does not enforce foreign keys; run PRAGMA foreign_keys = ON on it first"
    );
}

/// Whatever `put_in` did before it was dropped, a commit stores whole records or fails.
#[tokio::test]
async fn a_put_dropped_in_a_transaction_that_goes_on_stores_no_half_of_a_record() {
    let database = Database::new(true);
    let store = database.open().await;
    let mut committed = 0;
    for polls in 1_usize.. {
        let id = format!("evt_{polls}");
        let mut connection = database.connection().await;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.unwrap();
        let records = [event(&id)];
        let finished = {
            let mut put = std::pin::pin!(store.put_in(&mut transaction, &records));
            let mut left = polls;
            std::future::poll_fn(|context: &mut Context<'_>| {
                let polled = put.as_mut().poll(context);
                left -= 1;
                match polled {
                    std::task::Poll::Ready(answer) => std::task::Poll::Ready(Some(answer.unwrap())),
                    std::task::Poll::Pending if left == 0 => std::task::Poll::Ready(None),
                    std::task::Poll::Pending => std::task::Poll::Pending,
                }
            })
            .await
            .is_some()
        };
        let stored = transaction.commit().await.is_ok();
        committed += usize::from(stored);
        connection.close().await.unwrap();
        let mut reader = database.connection().await;
        let row = sqlx::query(
            "SELECT (SELECT count(*) FROM webhook_records), (SELECT count(*) FROM webhook_live),
                    (SELECT count(*) FROM webhook_payloads)",
        )
        .fetch_one(&mut reader)
        .await
        .unwrap();
        let counts: [i64; 3] = [row.get(0), row.get(1), row.get(2)];
        assert!(
            counts.iter().all(|count| *count == counts[0]),
            "after {polls} polls: {counts:?}"
        );
        reader.close().await.unwrap();
        if finished {
            assert!(stored && committed > 0);
            return;
        }
    }
}

#[tokio::test]
async fn a_lease_settled_in_a_transaction_is_settled_when_that_commits() {
    let database = Database::new(true);
    let store = database.open().await;
    store.put(&[event("evt_1")]).await.unwrap();
    let settlement = Settlement {
        lease: lease(&store).await,
        outcome: Outcome::Done { output: None },
    };
    let mut connection = database.connection().await;

    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.unwrap();
    assert_eq!(
        store
            .settle_in(&mut transaction, &settlement)
            .await
            .unwrap(),
        Settled::Applied
    );
    transaction.rollback().await.unwrap();
    assert!(matches!(
        state(&store, "evt_1").await,
        Some(State::Leased { .. })
    ));

    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.unwrap();
    assert_eq!(
        store
            .settle_in(&mut transaction, &settlement)
            .await
            .unwrap(),
        Settled::Applied
    );
    transaction.commit().await.unwrap();
    assert_eq!(state(&store, "evt_1").await, Some(State::Done));
    assert_eq!(
        store.settle_in(&mut connection, &settlement).await.unwrap(),
        Settled::AlreadySettled
    );
}

#[tokio::test]
async fn a_caller_who_ignores_that_the_lease_was_lost_and_commits_has_no_effect() {
    for settled_before in [false, true] {
        let database = Database::new(true);
        let store = database.open().await;
        store.put(&[event("evt_1")]).await.unwrap();
        let settlement = Settlement {
            lease: lease(&store).await,
            outcome: Outcome::Done { output: None },
        };
        let expected = if settled_before {
            store
                .settle(std::slice::from_ref(&settlement))
                .await
                .unwrap();
            Settled::AlreadySettled
        } else {
            database.step(2 * LEASE);
            lease(&store).await;
            Settled::LeaseLost
        };
        let mut connection = database.connection().await;
        sqlx::query("CREATE TABLE effects (id INTEGER)")
            .execute(&mut connection)
            .await
            .unwrap();
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.unwrap();
        for _ in 0..2 {
            sqlx::query("INSERT INTO effects VALUES (1)")
                .execute(&mut *transaction)
                .await
                .unwrap();
            let settled = store
                .settle_in(&mut transaction, &settlement)
                .await
                .unwrap();
            assert_eq!(settled, expected);
        }
        transaction.commit().await.unwrap_err();
        connection.close().await.unwrap();
        let mut reader = database.connection().await;
        let row = sqlx::query(
            "SELECT (SELECT count(*) FROM effects), (SELECT count(*) FROM webhook_records)",
        )
        .fetch_one(&mut reader)
        .await
        .unwrap();
        assert_eq!((row.get::<i64, _>(0), row.get::<i64, _>(1)), (0, 1));
    }
}

#[tokio::test]
async fn waking_after_the_commit_ends_a_wait() {
    let database = Database::new(true);
    let store = database.open().await;
    let inbox = inbox();
    let mut waiting = std::pin::pin!(store.wait(&inbox, std::time::Duration::from_secs(3600)));
    let mut context = Context::from_waker(Waker::noop());
    assert!(waiting.as_mut().poll(&mut context).is_pending());
    store.wake(&inbox);
    assert!(waiting.as_mut().poll(&mut context).is_ready());
}
