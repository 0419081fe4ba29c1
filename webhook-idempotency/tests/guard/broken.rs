//! A store that fails or hangs when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use async_trait::async_trait;
use webhook_idempotency::{
    Begun, Claims, Key, Lease, MemoryStore, Namespace, NewRecord, Put, Record, Settled, Settlement,
    StoreError, StoreErrorKind,
};

#[derive(Debug)]
pub(crate) struct Broken {
    inner: MemoryStore,
    pub(crate) fails: AtomicBool,
    pub(crate) hangs: AtomicBool,
    pub(crate) calls: AtomicUsize,
}

impl Broken {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            inner: MemoryStore::new(10_000),
            fails: AtomicBool::new(false),
            hangs: AtomicBool::new(false),
            calls: AtomicUsize::new(0),
        })
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.calls.fetch_add(1, SeqCst);
        while self.hangs.load(SeqCst) {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        if self.fails.load(SeqCst) {
            return Err(StoreError::new("broken", StoreErrorKind::Unavailable));
        }
        Ok(())
    }
}

#[async_trait]
impl Claims for Broken {
    async fn put(&self, records: &[NewRecord]) -> Result<Vec<Put>, StoreError> {
        self.inner.put(records).await
    }

    async fn put_leased(
        &self,
        records: &[NewRecord],
        lease: Duration,
    ) -> Result<Vec<Begun>, StoreError> {
        self.check().await?;
        self.inner.put_leased(records, lease).await
    }

    async fn extend(
        &self,
        leases: &[Lease],
        lease: Duration,
    ) -> Result<Vec<Option<Lease>>, StoreError> {
        self.check().await?;
        self.inner.extend(leases, lease).await
    }

    async fn settle(&self, settlements: &[Settlement]) -> Result<Vec<Settled>, StoreError> {
        self.check().await?;
        self.inner.settle(settlements).await
    }

    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        self.inner.get(keys).await
    }

    async fn purge(
        &self,
        namespace: &Namespace,
        settled_for: Duration,
        limit: u32,
    ) -> Result<u64, StoreError> {
        self.inner.purge(namespace, settled_for, limit).await
    }
}
