//! The memory store against the published conformance suite, and what only it promises.
// A helper that fails should fail its test, and clippy knows tests only by their attribute.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use webhook_idempotency::conformance::Harness;
use webhook_idempotency::{
    Claims, MemoryStore, Namespace, NewRecord, Outcome, Put, Queue, Settlement, State,
    StoreErrorKind,
};
use webhook_verify::UnixTime;

struct InMemory {
    now: Arc<Mutex<UnixTime>>,
    store: Arc<MemoryStore>,
}

impl InMemory {
    fn new(capacity: usize) -> Self {
        let now = Arc::new(Mutex::new(UnixTime::from_secs(1_700_000_000)));
        let clock = Arc::clone(&now);
        let store = MemoryStore::new(capacity).with_clock(Arc::new(move || *clock.lock().unwrap()));
        Self {
            now,
            store: Arc::new(store),
        }
    }
}

#[async_trait]
impl Harness for InMemory {
    async fn store(&self) -> Arc<dyn Queue> {
        Arc::<MemoryStore>::clone(&self.store)
    }

    async fn restart(&self) -> Arc<dyn Queue> {
        Arc::<MemoryStore>::clone(&self.store)
    }

    async fn advance(&self, by: Duration) {
        let mut now = self.now.lock().unwrap();
        *now = now.saturating_add(by);
    }
}

mod conformance {
    webhook_idempotency::conformance_tests!(super::InMemory::new(10_000));
}

const LEASE: Duration = Duration::from_secs(60);

fn event(id: &str) -> NewRecord {
    let inbox = Namespace::queue("inbox").unwrap();
    NewRecord::own(
        &inbox,
        "shop",
        "hooks",
        id,
        "order.paid",
        Bytes::from_static(b"{}"),
    )
}

#[tokio::test]
async fn a_full_store_refuses_what_is_new_and_forgets_nothing() {
    let harness = InMemory::new(2);
    let (store, inbox) = (&harness.store, Namespace::queue("inbox").unwrap());
    store.put(&[event("a"), event("b")]).await.unwrap();
    let leased = store.lease(&inbox, 1, LEASE).await.unwrap().remove(0);
    let settlement = Settlement {
        lease: leased.lease,
        outcome: Outcome::Done { output: None },
    };
    store.settle(&[settlement]).await.unwrap();

    assert_eq!(
        store.put(&[event("c")]).await.unwrap_err().kind(),
        StoreErrorKind::Full
    );
    let answer = store
        .put(&[event("a"), event("b"), event("a")])
        .await
        .unwrap();
    assert_eq!(
        answer[0],
        Put::Duplicate {
            state: State::Done,
            same_payload: true
        }
    );
    assert_eq!(store.stats(&inbox).await.unwrap().total(), 2);

    harness.advance(2 * LEASE).await;
    assert_eq!(store.purge(&inbox, LEASE, 10).await.unwrap(), 1);
    assert_eq!(store.put(&[event("c")]).await.unwrap(), [Put::New]);
}

#[tokio::test]
async fn a_batch_that_does_not_fit_is_refused_whole() {
    let harness = InMemory::new(2);
    let refused = harness
        .store
        .put(&[event("a"), event("b"), event("c")])
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Full);
    let inbox = Namespace::queue("inbox").unwrap();
    assert_eq!(harness.store.stats(&inbox).await.unwrap().total(), 0);
    let folded = harness
        .store
        .put(&[event("a"), event("b"), event("a")])
        .await
        .unwrap();
    assert_eq!(folded[..2], [Put::New, Put::New]);
}

#[tokio::test(start_paused = true)]
async fn a_put_wakes_a_worker_that_waits() {
    let harness = InMemory::new(10);
    let store = Arc::clone(&harness.store);
    let inbox = Namespace::queue("inbox").unwrap();
    let started = tokio::time::Instant::now();
    let waiting = tokio::spawn(async move { store.wait(&inbox, Duration::from_secs(3600)).await });
    tokio::task::yield_now().await;
    harness.store.put(&[event("a")]).await.unwrap();
    waiting.await.unwrap();
    assert_eq!(started.elapsed(), Duration::ZERO);
}
