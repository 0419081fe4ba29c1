//! Real files and real connections. The stores' clock is stepped, so that leases lapse when a test wants them to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use sqlx::SqliteConnection;
use tempfile::TempDir;
use tokio::sync::Semaphore;
use webhook_idempotency::{
    BoxFuture, Event, HandlerError, RetryPolicy, SqliteOptions, SqliteStore, State,
};
use webhook_verify::UnixTime;

use crate::frozen::{Fault, Frozen};
use crate::support::{SECOND, put, record, state, worker};

struct Shop {
    _directory: TempDir,
    store: Arc<SqliteStore>,
    millis: Arc<AtomicU64>,
}

async fn shop() -> Shop {
    let directory = tempfile::tempdir().unwrap();
    let millis = Arc::new(AtomicU64::new(1_700_000_000_000));
    let clock = {
        let millis = Arc::clone(&millis);
        move || UnixTime::from_millis(millis.load(SeqCst))
    };
    let options = SqliteOptions::new(directory.path().join("shop.db")).clock(Arc::new(clock));
    let store = Arc::new(options.open().await.unwrap());
    let shop = Shop {
        _directory: directory,
        store,
        millis,
    };
    shop.connect()
        .await
        .execute_sql("CREATE TABLE payments (event TEXT NOT NULL, attempt INTEGER NOT NULL)")
        .await;
    shop
}

struct Client(SqliteConnection);

/// The time of the worker is real here, so that a hang ends the test.
async fn settled(store: Arc<SqliteStore>) {
    tokio::time::timeout(30 * SECOND, crate::support::settled(store))
        .await
        .unwrap();
}

impl Shop {
    async fn connect(&self) -> Client {
        use sqlx::ConnectOptions;
        let path = self._directory.path().join("shop.db");
        Client(
            sqlx::sqlite::SqliteConnectOptions::new()
                .filename(path)
                .connect()
                .await
                .unwrap(),
        )
    }

    async fn payments(&self) -> Vec<(String, i64)> {
        let mut client = self.connect().await;
        sqlx::query_as("SELECT event, attempt FROM payments ORDER BY rowid")
            .fetch_all(&mut client.0)
            .await
            .unwrap()
    }

    fn step(&self, by: Duration) {
        self.millis
            .fetch_add(u64::try_from(by.as_millis()).unwrap(), SeqCst);
    }
}

impl Client {
    async fn execute_sql(&mut self, sql: &'static str) {
        sqlx::query(sql).execute(&mut self.0).await.unwrap();
    }
}

fn pay<'a>(
    event: &'a Event,
    connection: &'a mut SqliteConnection,
) -> BoxFuture<'a, Result<(), HandlerError>> {
    Box::pin(async move {
        let insert = sqlx::query("INSERT INTO payments (event, attempt) VALUES (?1, ?2)");
        insert
            .bind(event.id().map(str::to_owned))
            .bind(event.attempt())
            .execute(connection)
            .await?;
        Ok(())
    })
}

#[tokio::test]
async fn an_effect_and_its_settlement_are_committed_together() {
    let shop = shop().await;
    let ids: Vec<String> = (0..20).map(|n| format!("evt_{n}")).collect();
    put(
        &*shop.store,
        &ids.iter().map(String::as_str).collect::<Vec<_>>(),
    )
    .await;
    worker(&shop.store)
        .handle_tx(pay)
        .build()
        .unwrap()
        .run(settled(Arc::clone(&shop.store)))
        .await;
    let mut paid: Vec<String> = shop
        .payments()
        .await
        .into_iter()
        .map(|(event, _)| event)
        .collect();
    paid.sort_unstable();
    let mut expected = ids.clone();
    expected.sort_unstable();
    assert_eq!(paid, expected);
    assert_eq!(record(&*shop.store, "evt_7").await.state, State::Done);
}

#[tokio::test]
async fn nothing_remains_of_a_handler_that_failed_or_panicked() {
    let shop = shop().await;
    put(&*shop.store, &["fails", "panics", "good"]).await;
    let retry = RetryPolicy::default().max_attempts(1).unwrap();
    let worker = worker(&shop.store)
        .retry(retry)
        .handle_tx(|event, connection| {
            Box::pin(async move {
                pay(event, connection).await?;
                match event.id() {
                    Some("fails") => Err(HandlerError::retry("after the insert")),
                    Some("panics") => panic!("after the insert"),
                    _ => Ok(()),
                }
            })
        })
        .build()
        .unwrap();
    worker.run(settled(Arc::clone(&shop.store))).await;
    assert_eq!(shop.payments().await, [("good".to_owned(), 1)]);
    let reasons = [
        record(&*shop.store, "fails").await,
        record(&*shop.store, "panics").await,
    ]
    .map(|record| (record.state, record.last_error.unwrap()));
    assert_eq!(
        reasons,
        [
            (
                State::Dead,
                "given up after 1 attempt: after the insert".to_owned()
            ),
            (
                State::Dead,
                "given up after 1 attempt: the handler panicked: after the insert".to_owned()
            ),
        ]
    );
}

#[tokio::test]
async fn a_transaction_that_overruns_its_limit_is_rolled_back() {
    let shop = shop().await;
    put(&*shop.store, &["evt_1"]).await;
    let retry = RetryPolicy::default().max_attempts(1).unwrap();
    let worker = worker(&shop.store)
        .retry(retry)
        .handle_tx(|event, connection| {
            Box::pin(async move {
                pay(event, connection).await?;
                std::future::pending().await
            })
        })
        .transaction_limit(Duration::from_millis(50))
        .build()
        .unwrap();
    worker.run(settled(Arc::clone(&shop.store))).await;
    assert_eq!(shop.payments().await, []);
    assert_eq!(
        record(&*shop.store, "evt_1").await.last_error.as_deref(),
        Some("given up after 1 attempt: the transaction was stopped after its limit of 50ms")
    );
}

#[tokio::test]
async fn the_effect_of_a_worker_that_was_frozen_beyond_its_lease_happens_once() {
    let shop = shop().await;
    put(&*shop.store, &["evt_1"]).await;
    let frozen = Arc::new(Frozen::new(&shop.store, Fault::Held));
    // With a second permit it would lease the lapsed event again itself.
    let late = worker(&frozen)
        .concurrency(1)
        .handle_tx(pay)
        .build()
        .unwrap();
    let stop = Arc::new(Semaphore::new(0));
    let stopped = Arc::clone(&stop);
    let late = tokio::spawn(late.run(async move {
        let _ = stopped.acquire().await;
    }));
    frozen.arrived.acquire().await.unwrap().forget();

    shop.step(4 * SECOND);
    worker(&shop.store)
        .handle_tx(pay)
        .build()
        .unwrap()
        .run(settled(Arc::clone(&shop.store)))
        .await;
    assert_eq!(shop.payments().await, [("evt_1".to_owned(), 2)]);

    frozen.thawed.add_permits(1);
    stop.add_permits(1);
    late.await.unwrap();
    assert_eq!(shop.payments().await, [("evt_1".to_owned(), 2)]);
    let record = record(&*shop.store, "evt_1").await;
    assert_eq!(
        (record.state, record.attempts, record.last_error),
        (State::Done, 2, None)
    );
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_not_repeated() {
    let shop = shop().await;
    put(&*shop.store, &["evt_1"]).await;
    let cut_off = Arc::new(Frozen::new(&shop.store, Fault::AnswerLost));
    worker(&cut_off)
        .handle_tx(pay)
        .build()
        .unwrap()
        .run(settled(Arc::clone(&shop.store)))
        .await;
    assert_eq!(shop.payments().await, [("evt_1".to_owned(), 1)]);
    let record = record(&*shop.store, "evt_1").await;
    assert_eq!((record.state, record.attempts), (State::Done, 1));
}

#[tokio::test]
async fn an_event_whose_transaction_could_not_be_opened_is_not_charged() {
    let shop = shop().await;
    put(&*shop.store, &["evt_1"]).await;
    let busy = Arc::new(Frozen::new(&shop.store, Fault::Busy(AtomicU32::new(5))));
    let worker = worker(&busy)
        .poll_interval(Duration::from_millis(5))
        .handle_tx(pay)
        .build()
        .unwrap();
    let running = tokio::spawn(worker.run(settled(Arc::clone(&shop.store))));
    while !running.is_finished() {
        // Only while it waits, so that no lease lapses however slow the disk is.
        if let State::Ready { .. } = state(&*shop.store, "evt_1").await {
            shop.step(SECOND / 10);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(shop.payments().await, [("evt_1".to_owned(), 1)]);
}
