//! What happens when the disk, the file or the caller fails.

use std::future::Future;
use std::time::{Duration, Instant};

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Row};
use webhook_idempotency::{
    Apply, Claims, ListRequest, NewRecord, Outcome, Put, Queue, Replayed, Settlement, SqliteStore,
    State, StateKind, StoreErrorKind, TransactionOutcome, TransactionalQueue,
};

use crate::harness::{Database, LEASE, event, inbox, lease, state};

/// Runs a statement on the store's own writing connection, where it stays in force.
async fn on_the_writer(store: &SqliteStore, statement: &'static str) {
    store.put(&[event("setup")]).await.unwrap();
    let lease = lease(store).await;
    let apply: Apply<SqliteConnection, sqlx::Error> = Box::new(move |connection| {
        Box::pin(async move { sqlx::raw_sql(statement).execute(connection).await.map(drop) })
    });
    let outcome = store
        .run_in_transaction(&lease, LEASE, apply)
        .await
        .unwrap();
    assert!(
        matches!(outcome, TransactionOutcome::Committed),
        "{outcome:?}"
    );
}

fn big(id: &str) -> NewRecord {
    NewRecord::own(
        &inbox(),
        "shop",
        "hooks",
        id,
        "order.paid",
        vec![7; 1 << 20].into(),
    )
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_no_acknowledgement_and_the_next_write_has_a_new_connection() {
    let database = Database::new(true);
    let store = database.open().await;
    // Never below what the file has already, so this makes every growth fail until the connection is replaced.
    on_the_writer(&store, "PRAGMA max_page_count = 1").await;
    let refused = store.put(&[big("evt_1")]).await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Full);
    assert!(refused.is_transient());
    assert_eq!(state(&store, "evt_1").await, None);
    assert_eq!(store.put(&[big("evt_1")]).await.unwrap(), [Put::New]);
}

#[tokio::test]
async fn a_connection_that_can_no_longer_write_is_replaced() {
    let database = Database::new(true);
    let store = database.open().await;
    store.put(&[event("evt_1")]).await.unwrap();
    let held = lease(&store).await;
    let apply: Apply<SqliteConnection, sqlx::Error> = Box::new(|connection| {
        Box::pin(async move {
            sqlx::raw_sql("PRAGMA query_only = ON")
                .execute(connection)
                .await
                .map(drop)
        })
    });
    let refused = store
        .run_in_transaction(&held, LEASE, apply)
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Unavailable);
    assert!(matches!(
        state(&store, "evt_1").await,
        Some(State::Leased { .. })
    ));
    assert_eq!(store.put(&[event("evt_2")]).await.unwrap(), [Put::New]);
}

#[tokio::test]
async fn a_batch_that_fails_half_way_stores_nothing() {
    let database = Database::new(true);
    let store = database.open().await;
    on_the_writer(&store, "PRAGMA max_page_count = 1").await;
    store
        .put(&[event("small"), big("evt_1")])
        .await
        .unwrap_err();
    assert_eq!(state(&store, "small").await, None);
}

#[tokio::test]
async fn another_writer_that_takes_too_long_makes_a_write_busy_and_not_lost() {
    let database = Database::new(true);
    let store = database
        .options()
        .busy_timeout(Duration::from_millis(50))
        .open()
        .await
        .unwrap();
    let mut holder = database.connection().await;
    let held = holder.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let refused = store.put(&[event("evt_1")]).await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Busy);
    assert!(refused.is_transient());
    assert_eq!(
        store.stats(&inbox()).await.unwrap().total(),
        0,
        "reading needs no lock"
    );
    held.rollback().await.unwrap();
    assert_eq!(store.put(&[event("evt_1")]).await.unwrap(), [Put::New]);
}

#[tokio::test]
async fn a_write_waits_for_another_writer_that_is_done_in_time() {
    let database = Database::new(true);
    let store = std::sync::Arc::new(database.open().await);
    let mut holder = database.connection().await;
    let held = holder.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let putting = tokio::spawn(async move { store.put(&[event("evt_1")]).await });
    tokio::task::yield_now().await;
    held.rollback().await.unwrap();
    assert_eq!(putting.await.unwrap().unwrap(), [Put::New]);
}

async fn flip_payload(database: &Database, id: &str) {
    let mut connection = database.connection().await;
    let changed = sqlx::query(
        "UPDATE webhook_payloads SET bytes = x'7b7d'
         WHERE sequence = (SELECT sequence FROM webhook_records WHERE key = ?1)",
    )
    .bind(&event(id).key().as_bytes()[..])
    .execute(&mut connection)
    .await
    .unwrap();
    assert_eq!(changed.rows_affected(), 1);
}

#[tokio::test]
async fn a_damaged_payload_becomes_a_dead_letter_and_holds_up_nothing() {
    let database = Database::new(true);
    let store = database.open().await;
    store
        .put(&[event("a"), event("b"), event("c")])
        .await
        .unwrap();
    flip_payload(&database, "a").await;

    let leased = store.lease(&inbox(), 2, LEASE).await.unwrap();
    let ids: Vec<_> = leased
        .iter()
        .map(|leased| leased.record.facts.id.as_ref().unwrap().value.as_str())
        .collect();
    assert_eq!(ids, ["b", "c"], "the damaged one takes no other's place");

    let dead = store
        .list(&ListRequest::new(inbox()).only(StateKind::Dead))
        .await
        .unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].key, event("a").key());
    assert!(dead[0].damaged && dead[0].payload.is_empty());
    assert_eq!(
        dead[0].last_error.as_deref(),
        Some("what is stored is not what was put")
    );
    assert_eq!(dead[0].attempts, 0);

    let refused = store.get(&[event("a").key()]).await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Corrupt);
    assert!(store.get(&[event("b").key()]).await.unwrap()[0].is_some());

    assert_eq!(
        store.replay(&[event("a").key()]).await.unwrap(),
        [Replayed::Ready]
    );
    assert!(
        store.lease(&inbox(), 2, LEASE).await.unwrap().is_empty(),
        "it is damaged still"
    );
    assert_eq!(store.stats(&inbox()).await.unwrap().dead, 1);
}

#[tokio::test]
async fn damaged_facts_or_a_missing_payload_become_dead_letters_too() {
    for damage in [
        "UPDATE webhook_records SET id = x'ff'",
        "UPDATE webhook_records SET provenance = 9",
        "UPDATE webhook_records SET payload = NULL",
        "UPDATE webhook_payloads SET sha256 = zeroblob(32)",
    ] {
        let database = Database::new(true);
        let store = database.open().await;
        store.put(&[event("a")]).await.unwrap();
        let mut connection = database.connection().await;
        sqlx::query(damage).execute(&mut connection).await.unwrap();
        assert!(
            store.lease(&inbox(), 1, LEASE).await.unwrap().is_empty(),
            "{damage}"
        );
        assert_eq!(store.stats(&inbox()).await.unwrap().dead, 1, "{damage}");
        assert!(
            store.list(&ListRequest::new(inbox())).await.unwrap()[0].damaged,
            "{damage}"
        );
        assert!(
            matches!(
                store.put(&[event("a")]).await.unwrap()[0],
                Put::Duplicate { .. }
            ),
            "{damage}"
        );
    }
}

#[tokio::test]
async fn a_dropped_write_is_rolled_back_before_the_next_one() {
    let database = Database::new(true);
    let store = database.open().await;
    let batch: Vec<NewRecord> = (0..50).map(|n| event(&format!("evt_{n}"))).collect();
    {
        let mut put = std::pin::pin!(store.put(&batch));
        let mut left = 20;
        std::future::poll_fn(|context| {
            left -= 1;
            assert!(
                put.as_mut().poll(context).is_pending(),
                "fifty records take more than twenty polls"
            );
            if left == 0 {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
    }
    assert_eq!(store.put(&batch[..1]).await.unwrap(), [Put::New]);
    assert_eq!(store.stats(&inbox()).await.unwrap().total(), 1);
}

#[tokio::test]
async fn waiting_for_the_writer_ends_with_busy_and_not_with_a_queue_without_end() {
    let database = Database::new(true);
    let store = database
        .options()
        .busy_timeout(Duration::from_millis(50))
        .open()
        .await
        .unwrap();
    store.put(&[event("evt_1")]).await.unwrap();
    let lease = lease(&store).await;
    let apply: Apply<SqliteConnection, ()> = Box::new(|_| Box::pin(std::future::pending()));
    let handler = store.run_in_transaction(&lease, Duration::from_millis(300), apply);
    let started = Instant::now();
    let put = async {
        let refused = store.put(&[event("evt_2")]).await.unwrap_err();
        (refused.kind(), started.elapsed())
    };
    let (handled, (kind, waited)) = futures_util::future::join(handler, put).await;
    assert!(matches!(handled.unwrap(), TransactionOutcome::TimedOut));
    assert_eq!(kind, StoreErrorKind::Busy);
    assert!(waited < Duration::from_millis(290), "{waited:?}");
}

#[tokio::test]
async fn no_sender_chosen_text_is_stored_as_text() {
    let database = Database::new(true);
    let store = database.open().await;
    store.put(&[event("evt\0_1")]).await.unwrap();
    let lease = lease(&store).await;
    let outcome = Outcome::Dead {
        reason: "\0".into(),
    };
    store
        .settle(&[Settlement { lease, outcome }])
        .await
        .unwrap();
    let mut connection = database.connection().await;
    let row = sqlx::query(
        "SELECT typeof(r.id), typeof(r.event_type), typeof(r.source), typeof(r.endpoint), typeof(s.last_error)
         FROM webhook_records r JOIN webhook_settled s USING (sequence)",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    for column in 0..5 {
        assert_eq!(row.get::<String, _>(column), "blob", "column {column}");
    }
    assert_eq!(state(&store, "evt\0_1").await, Some(State::Dead));
}
