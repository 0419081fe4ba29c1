//! A store around the store that tells of each put, once it is durable.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use webhook_idempotency::{
    Begun, Claims, Key, Lease, Leased, ListRequest, Namespace, NewRecord, Put, Queue, Record,
    Replayed, Settled, Settlement, Stats, StoreError,
};

use super::journal::Journal;

#[derive(Debug)]
pub(super) struct Witness {
    store: Arc<dyn Queue>,
    journal: Arc<Journal>,
}

impl Witness {
    pub(super) const fn new(store: Arc<dyn Queue>, journal: Arc<Journal>) -> Self {
        Self { store, journal }
    }
}

#[async_trait]
impl Claims for Witness {
    async fn put(&self, records: &[NewRecord]) -> Result<Vec<Put>, StoreError> {
        let begun = Instant::now();
        let puts = self.store.put(records).await?;
        self.journal.put_took(begun.elapsed());
        for (record, put) in records.iter().zip(&puts) {
            self.journal.received(record, *put);
        }
        Ok(puts)
    }

    async fn put_leased(
        &self,
        records: &[NewRecord],
        lease: Duration,
    ) -> Result<Vec<Begun>, StoreError> {
        self.store.put_leased(records, lease).await
    }

    async fn extend(
        &self,
        leases: &[Lease],
        lease: Duration,
    ) -> Result<Vec<Option<Lease>>, StoreError> {
        self.store.extend(leases, lease).await
    }

    async fn settle(&self, settlements: &[Settlement]) -> Result<Vec<Settled>, StoreError> {
        self.store.settle(settlements).await
    }

    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        self.store.get(keys).await
    }

    async fn purge(
        &self,
        namespace: &Namespace,
        settled_for: Duration,
        limit: u32,
    ) -> Result<u64, StoreError> {
        self.store.purge(namespace, settled_for, limit).await
    }
}

#[async_trait]
impl Queue for Witness {
    async fn lease(
        &self,
        namespace: &Namespace,
        limit: u32,
        lease: Duration,
    ) -> Result<Vec<Leased>, StoreError> {
        self.store.lease(namespace, limit, lease).await
    }

    async fn list(&self, request: &ListRequest) -> Result<Vec<Record>, StoreError> {
        self.store.list(request).await
    }

    async fn replay(&self, keys: &[Key]) -> Result<Vec<Replayed>, StoreError> {
        self.store.replay(keys).await
    }

    async fn stats(&self, namespace: &Namespace) -> Result<Stats, StoreError> {
        self.store.stats(namespace).await
    }

    async fn wait(&self, namespace: &Namespace, at_most: Duration) {
        self.store.wait(namespace, at_most).await;
    }
}
