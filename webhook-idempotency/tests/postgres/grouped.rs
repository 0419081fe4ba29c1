//! The group commit in front of Postgres.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use sqlx::Connection;
use webhook_idempotency::conformance::Harness;
use webhook_idempotency::{Claims, GroupCommit, Put, Queue, StoreErrorKind};

use crate::harness::{Database, event};

/// Each handle groups its own callers over a store of its own on one database.
struct Grouped(Database);

#[async_trait]
impl Harness for Grouped {
    async fn store(&self) -> Arc<dyn Queue> {
        Arc::new(GroupCommit::new(self.0.store().await))
    }

    async fn restart(&self) -> Arc<dyn Queue> {
        self.store().await
    }

    async fn advance(&self, by: Duration) {
        self.0.advance(by).await;
    }
}

mod conformance {
    webhook_idempotency::conformance_tests!(super::Grouped(crate::harness::Database::new()));
}

#[tokio::test]
async fn a_key_in_somebodys_open_transaction_keeps_nobody_elses_waiting() {
    let lock_timeout = Duration::from_secs(3);
    let database = Database::new();
    database.prepare().await;
    let options = database.options().lock_timeout(lock_timeout);
    let store = Arc::new(options.open().await.unwrap());
    let grouped = Arc::new(GroupCommit::new(Arc::clone(&store)));

    let mut connection = database.connection().await;
    let mut open = connection.begin().await.unwrap();
    let put = store.put_in(&mut open, &[event("held")]).await.unwrap();
    assert_eq!(put, [Put::New]);

    let stop = Arc::new(AtomicBool::new(false));
    let sender = {
        let (grouped, stop) = (Arc::clone(&grouped), Arc::clone(&stop));
        tokio::spawn(async move {
            while !stop.load(SeqCst) {
                let error = grouped.put(&[event("held")]).await.unwrap_err();
                assert_eq!(error.kind(), StoreErrorKind::Locked);
            }
        })
    };
    let others = (0..64).map(|caller| {
        let grouped = Arc::clone(&grouped);
        tokio::spawn(async move {
            let mut took = Vec::new();
            for at in 0..20 {
                let began = Instant::now();
                let put = grouped.put(&[event(&format!("evt_{caller}_{at}"))]).await;
                assert_eq!(put.unwrap(), [Put::New]);
                took.push(began.elapsed());
            }
            took
        })
    });
    let others: Vec<_> = others.collect();
    let mut took = Vec::new();
    for other in others {
        took.extend(other.await.unwrap());
    }
    took.sort();
    // The first batch may have met the key before anybody knew of it; 64 of 1,280 is one in twenty.
    let p90 = took[took.len() * 9 / 10];
    assert!(p90 < lock_timeout, "{p90:?}");

    stop.store(true, SeqCst);
    sender.await.unwrap();
    open.rollback().await.unwrap();
    assert_eq!(grouped.put(&[event("held")]).await.unwrap(), [Put::New]);
}
