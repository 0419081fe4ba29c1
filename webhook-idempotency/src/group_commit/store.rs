//! The store contract, grouped or passed through.

use std::time::Duration;

use async_trait::async_trait;

use super::GroupCommit;
use super::batch::STORE;
use crate::claims::{Begun, Claims, Put, Settled, Settlement};
use crate::error::StoreError;
use crate::key::{Key, Kind, Namespace};
use crate::queue::{ListRequest, Queue, Replayed, Stats};
use crate::record::{Lease, Leased, NewRecord, Record};
use crate::store::require;
use crate::transaction::{Apply, TransactionOutcome, TransactionalQueue};

#[async_trait]
impl<S: Claims + ?Sized> Claims for GroupCommit<S> {
    async fn put(&self, records: &[NewRecord]) -> Result<Vec<Put>, StoreError> {
        require(STORE, Kind::Queue, records.iter().map(NewRecord::namespace))?;
        self.putting.submit(records, ()).await
    }

    async fn put_leased(
        &self,
        records: &[NewRecord],
        lease: Duration,
    ) -> Result<Vec<Begun>, StoreError> {
        require(STORE, Kind::Guard, records.iter().map(NewRecord::namespace))?;
        self.beginning.submit(records, lease).await
    }

    async fn extend(
        &self,
        leases: &[Lease],
        lease: Duration,
    ) -> Result<Vec<Option<Lease>>, StoreError> {
        self.extending.submit(leases, lease).await
    }

    async fn settle(&self, settlements: &[Settlement]) -> Result<Vec<Settled>, StoreError> {
        self.settling.submit(settlements, ()).await
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
impl<S: Queue + ?Sized> Queue for GroupCommit<S> {
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

#[async_trait]
impl<S: TransactionalQueue> TransactionalQueue for GroupCommit<S> {
    type Connection = S::Connection;

    async fn run_in_transaction<E: Send + 'static>(
        &self,
        lease: &Lease,
        limit: Duration,
        apply: Apply<S::Connection, E>,
    ) -> Result<TransactionOutcome<E>, StoreError> {
        self.store.run_in_transaction(lease, limit, apply).await
    }
}
