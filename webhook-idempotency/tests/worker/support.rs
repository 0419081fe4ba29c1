use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use webhook_idempotency::{
    Claims, Key, MemoryStore, Namespace, NewRecord, Put, Queue, Record, RetryPolicy, State, Worker,
    WorkerBuilder,
};
use webhook_verify::UnixTime;

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// A store whose clock is tokio's.
pub(crate) fn memory() -> Arc<MemoryStore> {
    let started = Instant::now();
    let clock = move || UnixTime::from_secs(1_700_000_000).saturating_add(started.elapsed());
    Arc::new(MemoryStore::new(10_000).with_clock(Arc::new(clock)))
}

pub(crate) fn inbox() -> Namespace {
    Namespace::queue("inbox").unwrap()
}

pub(crate) fn new(id: &str) -> NewRecord {
    let payload = Bytes::from(format!("{{\"id\":\"{id}\"}}"));
    NewRecord::own(&inbox(), "shop", "orders", id, "order.paid", payload)
}

pub(crate) async fn put(store: &impl Claims, ids: &[&str]) {
    let records: Vec<_> = ids.iter().map(|id| new(id)).collect();
    assert_eq!(
        store.put(&records).await.unwrap(),
        vec![Put::New; ids.len()]
    );
}

pub(crate) fn key(id: &str) -> Key {
    new(id).key()
}

pub(crate) async fn record(store: &impl Claims, id: &str) -> Record {
    store.get(&[key(id)]).await.unwrap().remove(0).unwrap()
}

pub(crate) async fn state(store: &impl Claims, id: &str) -> State {
    record(store, id).await.state
}

/// Ready when nothing is left to do, or with a panic after a day.
pub(crate) async fn settled(store: Arc<impl Queue>) {
    for _ in 0..24 * 3600 * 10 {
        let stats = store.stats(&inbox()).await.unwrap();
        if stats.ready + stats.leased == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("still not settled: {:?}", store.stats(&inbox()).await);
}

/// A worker's usual options: a lease of 3 seconds, retries within 10 seconds and up to 3 attempts.
pub(crate) fn worker<Q: Queue>(store: &Arc<Q>) -> WorkerBuilder<Q> {
    let retry = RetryPolicy::exponential(SECOND, 10 * SECOND)
        .unwrap()
        .max_attempts(3)
        .unwrap();
    Worker::builder(Arc::clone(store))
        .lease(3 * SECOND)
        .retry(retry)
        .seed(1)
}
