use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::SqliteConnection;
use tokio::sync::Semaphore;
use webhook_idempotency::{
    Apply, Begun, Claims, Key, Lease, Leased, ListRequest, Namespace, NewRecord, Put, Queue,
    Record, Replayed, Settled, Settlement, SqliteStore, Stats, StoreError, StoreErrorKind,
    TransactionOutcome, TransactionalQueue,
};

/// A store whose transactions meet with trouble, and that extends no lease, as if its process stood still.
#[derive(Debug)]
pub(crate) struct Frozen {
    inner: Arc<SqliteStore>,
    fault: Fault,
    pub(crate) arrived: Semaphore,
    pub(crate) thawed: Semaphore,
}

#[derive(Debug)]
pub(crate) enum Fault {
    AnswerLost,
    Busy(AtomicU32),
    Held,
}

impl Frozen {
    pub(crate) fn new(inner: &Arc<SqliteStore>, fault: Fault) -> Self {
        Self {
            inner: Arc::clone(inner),
            fault,
            arrived: Semaphore::new(0),
            thawed: Semaphore::new(0),
        }
    }
}

#[async_trait]
impl TransactionalQueue for Frozen {
    type Connection = SqliteConnection;

    async fn run_in_transaction<E: Send + 'static>(
        &self,
        lease: &Lease,
        limit: Duration,
        apply: Apply<SqliteConnection, E>,
    ) -> Result<TransactionOutcome<E>, StoreError> {
        let unavailable = StoreError::new("frozen", StoreErrorKind::Unavailable);
        match &self.fault {
            Fault::AnswerLost => {
                self.inner.run_in_transaction(lease, limit, apply).await?;
                Err(unavailable)
            }
            Fault::Busy(times) => {
                if times
                    .fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1))
                    .is_ok()
                {
                    return Err(unavailable);
                }
                self.inner.run_in_transaction(lease, limit, apply).await
            }
            Fault::Held => {
                self.arrived.add_permits(1);
                self.thawed.acquire().await.unwrap().forget();
                self.inner.run_in_transaction(lease, limit, apply).await
            }
        }
    }
}

#[async_trait]
impl Claims for Frozen {
    async fn put(&self, records: &[NewRecord]) -> Result<Vec<Put>, StoreError> {
        self.inner.put(records).await
    }

    async fn put_leased(
        &self,
        records: &[NewRecord],
        lease: Duration,
    ) -> Result<Vec<Begun>, StoreError> {
        self.inner.put_leased(records, lease).await
    }

    async fn extend(
        &self,
        leases: &[Lease],
        _: Duration,
    ) -> Result<Vec<Option<Lease>>, StoreError> {
        Ok(leases.iter().copied().map(Some).collect())
    }

    async fn settle(&self, settlements: &[Settlement]) -> Result<Vec<Settled>, StoreError> {
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

#[async_trait]
impl Queue for Frozen {
    async fn lease(
        &self,
        namespace: &Namespace,
        limit: u32,
        lease: Duration,
    ) -> Result<Vec<Leased>, StoreError> {
        self.inner.lease(namespace, limit, lease).await
    }

    async fn list(&self, request: &ListRequest) -> Result<Vec<Record>, StoreError> {
        self.inner.list(request).await
    }

    async fn replay(&self, keys: &[Key]) -> Result<Vec<Replayed>, StoreError> {
        self.inner.replay(keys).await
    }

    async fn stats(&self, namespace: &Namespace) -> Result<Stats, StoreError> {
        self.inner.stats(namespace).await
    }

    async fn wait(&self, namespace: &Namespace, at_most: Duration) {
        self.inner.wait(namespace, at_most).await;
    }
}
