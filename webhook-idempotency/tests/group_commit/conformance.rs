//! A grouped store is a store.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use webhook_idempotency::conformance::Harness;
use webhook_idempotency::{GroupCommit, MemoryStore, Queue};
use webhook_verify::UnixTime;

use crate::sqlite::Database;

/// One grouped store in memory for every handle.
struct InMemory {
    now: Arc<Mutex<UnixTime>>,
    store: Arc<GroupCommit<MemoryStore>>,
}

impl InMemory {
    fn new() -> Self {
        let now = Arc::new(Mutex::new(UnixTime::from_secs(1_700_000_000)));
        let clock = Arc::clone(&now);
        let store = MemoryStore::new(10_000).with_clock(Arc::new(move || *clock.lock().unwrap()));
        let store = Arc::new(GroupCommit::new(Arc::new(store)));
        Self { now, store }
    }
}

#[async_trait]
impl Harness for InMemory {
    async fn store(&self) -> Arc<dyn Queue> {
        Arc::<GroupCommit<MemoryStore>>::clone(&self.store)
    }

    async fn restart(&self) -> Arc<dyn Queue> {
        self.store().await
    }

    async fn advance(&self, by: Duration) {
        let mut now = self.now.lock().unwrap();
        *now = now.saturating_add(by);
    }
}

/// Each handle groups its own callers over a store of its own on one file.
struct OnFile(Database);

#[async_trait]
impl Harness for OnFile {
    async fn store(&self) -> Arc<dyn Queue> {
        let store: Arc<dyn Queue> = self.0.store().await;
        Arc::new(GroupCommit::new(store))
    }

    async fn restart(&self) -> Arc<dyn Queue> {
        self.store().await
    }

    async fn advance(&self, by: Duration) {
        self.0.advance(by).await;
    }
}

mod over_memory {
    webhook_idempotency::conformance_tests!(super::InMemory::new());
}

mod over_sqlite {
    webhook_idempotency::conformance_tests!(super::OnFile(super::Database::new(true)));
}
