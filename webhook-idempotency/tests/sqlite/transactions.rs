//! A handler's effects and its settlement in one transaction: both or neither.

use std::future::Future;
use std::time::Duration;

use futures_util::FutureExt;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Row};
use webhook_idempotency::{
    Apply, Claims, Outcome, Queue, Refusal, SqliteStore, State, TransactionOutcome,
    TransactionalQueue,
};

use crate::harness::{Database, LEASE, event, lease, state};

const LIMIT: Duration = Duration::from_secs(10);

async fn setup() -> (Database, SqliteStore) {
    let database = Database::new(true);
    let store = database.open().await;
    let mut connection = database.connection().await;
    sqlx::query("CREATE TABLE effects (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES effects (id) DEFERRABLE INITIALLY DEFERRED)")
        .execute(&mut connection)
        .await
        .unwrap();
    store.put(&[event("evt_1")]).await.unwrap();
    (database, store)
}

async fn effects(database: &Database) -> i64 {
    let mut connection = database.connection().await;
    sqlx::query("SELECT count(*) FROM effects")
        .fetch_one(&mut connection)
        .await
        .unwrap()
        .get(0)
}

async fn write(connection: &mut SqliteConnection) {
    sqlx::query("INSERT INTO effects DEFAULT VALUES")
        .execute(connection)
        .await
        .unwrap();
}

/// A handler that writes an effect and then runs these statements, ignoring what comes of them.
fn ignoring(statements: &'static [&'static str]) -> Apply<SqliteConnection, &'static str> {
    Box::new(move |connection| {
        Box::pin(async move {
            write(connection).await;
            for statement in statements {
                let _ = sqlx::raw_sql(*statement).execute(&mut *connection).await;
            }
            Ok(())
        })
    })
}

async fn still_works(database: &Database, store: &SqliteStore) {
    database.step(2 * LEASE);
    let newer = lease(store).await;
    let outcome = store
        .run_in_transaction(&newer, LIMIT, ignoring(&[]))
        .await
        .unwrap();
    assert!(
        matches!(outcome, TransactionOutcome::Committed),
        "{outcome:?}"
    );
    assert_eq!(effects(database).await, 1);
    assert_eq!(state(store, "evt_1").await, Some(State::Done));
}

#[tokio::test]
async fn the_effect_and_the_settlement_are_committed_together() {
    let (database, store) = setup().await;
    let lease = lease(&store).await;
    let outcome = store
        .run_in_transaction(&lease, LIMIT, ignoring(&[]))
        .await
        .unwrap();
    assert!(
        matches!(outcome, TransactionOutcome::Committed),
        "{outcome:?}"
    );
    assert_eq!(effects(&database).await, 1);
    assert_eq!(state(&store, "evt_1").await, Some(State::Done));

    let again = store
        .run_in_transaction(&lease, LIMIT, ignoring(&[]))
        .await
        .unwrap();
    assert!(
        matches!(again, TransactionOutcome::AlreadySettled),
        "{again:?}"
    );
    assert_eq!(effects(&database).await, 1);
}

#[tokio::test]
async fn a_late_handler_neither_runs_nor_settles() {
    let (database, store) = setup().await;
    let late = lease(&store).await;
    database.step(2 * LEASE);
    let newer = lease(&store).await;
    let apply: Apply<SqliteConnection, &str> =
        Box::new(|_| panic!("it ran although its lease was lost"));
    let outcome = store.run_in_transaction(&late, LIMIT, apply).await.unwrap();
    assert!(
        matches!(outcome, TransactionOutcome::LeaseLost),
        "{outcome:?}"
    );
    assert_eq!(
        state(&store, "evt_1").await,
        Some(State::Leased { until: newer.until })
    );
    still_works(&database, &store).await;
}

/// The handler takes the fence away from itself, which is the only way to lose it while the database is locked.
#[tokio::test]
async fn a_settlement_that_fails_as_the_last_statement_rolls_the_effect_back() {
    for (statement, lost) in [
        ("UPDATE webhook_live SET fence = fence + 1", true),
        ("UPDATE webhook_live SET leased = 0", false),
    ] {
        let (database, store) = setup().await;
        let lease = lease(&store).await;
        let apply: Apply<SqliteConnection, &str> = Box::new(move |connection| {
            Box::pin(async move {
                write(connection).await;
                sqlx::query(statement).execute(connection).await.unwrap();
                Ok(())
            })
        });
        let outcome = store
            .run_in_transaction(&lease, LIMIT, apply)
            .await
            .unwrap();
        match outcome {
            TransactionOutcome::LeaseLost => assert!(lost),
            TransactionOutcome::AlreadySettled => assert!(!lost),
            other => panic!("{other:?}"),
        }
        assert_eq!(effects(&database).await, 0);
        still_works(&database, &store).await;
    }
}

#[tokio::test]
async fn an_error_of_the_handler_rolls_its_effect_back() {
    let (database, store) = setup().await;
    let lease = lease(&store).await;
    let apply: Apply<SqliteConnection, &str> = Box::new(|connection| {
        Box::pin(async move {
            write(connection).await;
            Err("no such order")
        })
    });
    let outcome = store
        .run_in_transaction(&lease, LIMIT, apply)
        .await
        .unwrap();
    assert!(
        matches!(outcome, TransactionOutcome::Failed("no such order")),
        "{outcome:?}"
    );
    assert_eq!(effects(&database).await, 0);
    assert!(matches!(
        state(&store, "evt_1").await,
        Some(State::Leased { .. })
    ));
    still_works(&database, &store).await;
}

#[tokio::test]
async fn a_panic_of_the_handler_rolls_its_effect_back() {
    let (database, store) = setup().await;
    let lease = lease(&store).await;
    let apply: Apply<SqliteConnection, &str> = Box::new(|connection| {
        Box::pin(async move {
            write(connection).await;
            panic!("a bug in the handler")
        })
    });
    let running = std::panic::AssertUnwindSafe(store.run_in_transaction(&lease, LIMIT, apply));
    assert!(running.catch_unwind().await.is_err());
    assert_eq!(effects(&database).await, 0);
    still_works(&database, &store).await;
}

#[tokio::test]
async fn a_handler_that_outlasts_its_limit_is_rolled_back() {
    let (database, store) = setup().await;
    let lease = lease(&store).await;
    let apply: Apply<SqliteConnection, &str> = Box::new(|connection| {
        Box::pin(async move {
            write(connection).await;
            std::future::pending().await
        })
    });
    let outcome = store
        .run_in_transaction(&lease, Duration::from_millis(50), apply)
        .await
        .unwrap();
    assert!(
        matches!(outcome, TransactionOutcome::TimedOut),
        "{outcome:?}"
    );
    assert_eq!(effects(&database).await, 0);
    still_works(&database, &store).await;
}

#[tokio::test]
async fn a_handler_cannot_end_its_transaction_behind_the_settlements_back() {
    let endings: [&[&str]; 6] = [
        &["COMMIT"],
        &["COMMIT", "INSERT INTO effects DEFAULT VALUES"],
        &["COMMIT", "BEGIN", "INSERT INTO effects DEFAULT VALUES"],
        &["ROLLBACK"],
        &[
            "ROLLBACK",
            "BEGIN IMMEDIATE",
            "INSERT INTO effects DEFAULT VALUES",
        ],
        &["INSERT OR ROLLBACK INTO effects (id) VALUES (1)"],
    ];
    for statements in endings {
        let (database, store) = setup().await;
        let lease = lease(&store).await;
        let outcome = store
            .run_in_transaction(&lease, LIMIT, ignoring(statements))
            .await
            .unwrap();
        assert!(
            matches!(outcome, TransactionOutcome::Refused(Refusal::Ended)),
            "{statements:?}: {outcome:?}"
        );
        assert_eq!(effects(&database).await, 0, "{statements:?}");
        still_works(&database, &store).await;
    }
}

#[tokio::test]
async fn a_savepoint_that_the_handler_forgot_is_not_a_commit() {
    let (database, store) = setup().await;
    let lease = lease(&store).await;
    let apply: Apply<SqliteConnection, &str> = Box::new(|connection| {
        Box::pin(async move {
            write(connection).await;
            std::mem::forget(connection.begin().await.unwrap());
            Ok(())
        })
    });
    let outcome = store
        .run_in_transaction(&lease, LIMIT, apply)
        .await
        .unwrap();
    assert!(
        matches!(outcome, TransactionOutcome::Refused(Refusal::Ended)),
        "{outcome:?}"
    );
    assert_eq!(effects(&database).await, 0);
    still_works(&database, &store).await;
}

#[tokio::test]
async fn a_transaction_of_the_handlers_own_is_a_savepoint() {
    let (database, store) = setup().await;
    let lease = lease(&store).await;
    let apply: Apply<SqliteConnection, &str> = Box::new(|connection| {
        Box::pin(async move {
            for keep in [true, false] {
                let mut inner = connection.begin().await.unwrap();
                write(&mut inner).await;
                if keep {
                    inner.commit().await.unwrap();
                }
            }
            Ok(())
        })
    });
    let outcome = store
        .run_in_transaction(&lease, LIMIT, apply)
        .await
        .unwrap();
    assert!(
        matches!(outcome, TransactionOutcome::Committed),
        "{outcome:?}"
    );
    assert_eq!(effects(&database).await, 1);
}

#[tokio::test]
async fn a_commit_that_the_database_refuses_is_the_handlers_failure() {
    let (database, store) = setup().await;
    let lease = lease(&store).await;
    let orphan: &[&str] = &["INSERT INTO effects (id, parent) VALUES (7, 8)"];
    let outcome = store
        .run_in_transaction(&lease, LIMIT, ignoring(orphan))
        .await
        .unwrap();
    assert!(
        matches!(outcome, TransactionOutcome::Refused(Refusal::Rejected(_))),
        "{outcome:?}"
    );
    assert_eq!(effects(&database).await, 0);
    assert!(matches!(
        state(&store, "evt_1").await,
        Some(State::Leased { .. })
    ));
    still_works(&database, &store).await;
}

#[tokio::test]
async fn a_transaction_dropped_at_any_point_leaves_effect_and_settlement_together() {
    let (database, store) = setup().await;
    for polls in 1_usize.. {
        let id = format!("evt_{polls}");
        store.put(&[event(&id)]).await.unwrap();
        let before = effects(&database).await;
        let key = event(&id).key();
        let leased = store
            .lease(&crate::harness::inbox(), 10, LEASE)
            .await
            .unwrap();
        let lease = leased
            .iter()
            .find(|leased| leased.lease.key == key)
            .unwrap()
            .lease;
        let finished = {
            let mut running =
                std::pin::pin!(store.run_in_transaction(&lease, LIMIT, ignoring(&[])));
            let mut left = polls;
            std::future::poll_fn(|context| {
                let polled = running.as_mut().poll(context);
                left -= 1;
                if polled.is_pending() && left > 0 {
                    return std::task::Poll::Pending;
                }
                std::task::Poll::Ready(polled.is_ready())
            })
            .await
        };
        // Waits until a connection that was dropped has let go of the file.
        let settled = store
            .settle(&[webhook_idempotency::Settlement {
                lease,
                outcome: Outcome::Release,
            }])
            .await
            .unwrap();
        let applied = settled[0] == webhook_idempotency::Settled::AlreadySettled;
        assert_eq!(
            effects(&database).await - before,
            i64::from(applied),
            "after {polls} polls"
        );
        assert_eq!(state(&store, &id).await == Some(State::Done), applied);
        if finished {
            assert!(applied);
            return;
        }
    }
}

/// A statement that takes SQLite far longer than the limits below, however fast the machine.
const SLOW: &str = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1500000) SELECT count(*) FROM c";

/// A handler that writes an effect, gives up waiting for a slow statement, and queues a COMMIT behind it.
fn commit_behind_a_slow_statement(wait_for_it: bool) -> Apply<SqliteConnection, &'static str> {
    Box::new(move |connection| {
        Box::pin(async move {
            write(connection).await;
            let slow = sqlx::raw_sql(SLOW).execute(&mut *connection);
            let _ = tokio::time::timeout(Duration::from_millis(20), slow).await;
            let commit = sqlx::raw_sql("COMMIT").execute(&mut *connection);
            if wait_for_it {
                let _ = commit.await;
            } else {
                let _ = tokio::time::timeout(Duration::from_millis(20), commit).await;
            }
            Ok(())
        })
    })
}

#[tokio::test]
async fn a_commit_that_is_still_queued_when_the_limit_passes_commits_nothing() {
    let (database, store) = setup().await;
    let lease = lease(&store).await;
    let apply = commit_behind_a_slow_statement(true);
    let limit = Duration::from_millis(60);
    let outcome = store
        .run_in_transaction(&lease, limit, apply)
        .await
        .unwrap();
    assert!(
        matches!(outcome, TransactionOutcome::TimedOut),
        "{outcome:?}"
    );
    // The next write waits until the slow statement has ended and the connection is gone.
    still_works(&database, &store).await;
    assert_eq!(effects(&database).await, 1, "only the second, good attempt");
}

#[tokio::test]
async fn a_commit_that_the_handler_gave_up_waiting_for_commits_nothing() {
    let (database, store) = setup().await;
    let lease = lease(&store).await;
    let apply = commit_behind_a_slow_statement(false);
    let outcome = store
        .run_in_transaction(&lease, 6 * LIMIT, apply)
        .await
        .unwrap();
    assert!(
        matches!(outcome, TransactionOutcome::Refused(Refusal::Ended)),
        "{outcome:?}"
    );
    still_works(&database, &store).await;
    assert_eq!(effects(&database).await, 1, "only the second, good attempt");
}

#[tokio::test]
async fn a_put_waits_for_one_transaction_at_most_however_many_are_queued() {
    let (_database, store) = setup().await;
    let store = std::sync::Arc::new(store);
    store
        .put(&[event("evt_2"), event("evt_3"), event("evt_4")])
        .await
        .unwrap();
    let namespace = event("evt_1").namespace().clone();
    let leases = store
        .lease(&namespace, 4, Duration::from_secs(600))
        .await
        .unwrap();
    assert_eq!(leases.len(), 4);
    let started = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let mut transactions = tokio::task::JoinSet::new();
    for leased in leases {
        let (store, started) = (
            std::sync::Arc::clone(&store),
            std::sync::Arc::clone(&started),
        );
        transactions.spawn(async move {
            let apply: Apply<SqliteConnection, &'static str> = Box::new(move |_| {
                Box::pin(async move {
                    started.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    Ok(())
                })
            });
            store
                .run_in_transaction(&leased.lease, LIMIT, apply)
                .await
                .unwrap()
        });
    }
    while started.load(std::sync::atomic::Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    store.put(&[event("evt_5")]).await.unwrap();
    let before_the_put = started.load(std::sync::atomic::Ordering::SeqCst);
    assert!(
        before_the_put <= 2,
        "{before_the_put} of 4 handlers ran in front of the put"
    );
    while let Some(outcome) = transactions.join_next().await {
        assert!(matches!(outcome.unwrap(), TransactionOutcome::Committed));
    }
}
