use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;
use webhook_idempotency::{
    Begun, Claims, Key, Lease, Leased, ListRequest, MemoryStore, Namespace, NewRecord, Put, Queue,
    Record, Replayed, Settled, Settlement, Stats, StoreError, StoreErrorKind,
};

/// A store that can be made to fail in the calls that a worker makes.
#[derive(Debug)]
pub(crate) struct Faulty {
    pub(crate) inner: Arc<MemoryStore>,
    pub(crate) lease_fails: AtomicBool,
    pub(crate) lease_takes: Duration,
    pub(crate) leases: AtomicU32,
    pub(crate) extend_fails: AtomicBool,
    pub(crate) settle_fails: AtomicBool,
    pub(crate) wait: Waiting,
    pub(crate) hint: Notify,
    /// Stored by somebody else while a lease is under way, too late for it.
    pub(crate) late: Mutex<Option<NewRecord>>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Waiting {
    AtOnce,
    Forever,
    Inner,
    /// Whoever does not listen yet hears nothing.
    Lossy,
}

impl Faulty {
    pub(crate) fn new(inner: Arc<MemoryStore>) -> Self {
        Self {
            inner,
            lease_fails: AtomicBool::new(false),
            lease_takes: Duration::ZERO,
            leases: AtomicU32::new(0),
            extend_fails: AtomicBool::new(false),
            settle_fails: AtomicBool::new(false),
            wait: Waiting::Inner,
            hint: Notify::new(),
            late: Mutex::new(None),
        }
    }
}

fn check(fails: &AtomicBool) -> Result<(), StoreError> {
    if fails.load(SeqCst) {
        Err(StoreError::new("faulty", StoreErrorKind::Unavailable))
    } else {
        Ok(())
    }
}

#[async_trait]
impl Claims for Faulty {
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
        lease: Duration,
    ) -> Result<Vec<Option<Lease>>, StoreError> {
        check(&self.extend_fails)?;
        self.inner.extend(leases, lease).await
    }

    async fn settle(&self, settlements: &[Settlement]) -> Result<Vec<Settled>, StoreError> {
        check(&self.settle_fails)?;
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
impl Queue for Faulty {
    async fn lease(
        &self,
        namespace: &Namespace,
        limit: u32,
        lease: Duration,
    ) -> Result<Vec<Leased>, StoreError> {
        self.leases.fetch_add(1, SeqCst);
        check(&self.lease_fails)?;
        let leased = self.inner.lease(namespace, limit, lease).await;
        let late = self.late.lock().unwrap().take();
        if let Some(late) = late {
            self.inner.put(&[late]).await?;
            self.hint.notify_waiters();
        }
        // The records are leased, and the answer is on its way.
        if !self.lease_takes.is_zero() {
            tokio::time::sleep(self.lease_takes).await;
        }
        leased
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
        match self.wait {
            Waiting::AtOnce => {}
            Waiting::Forever => pending().await,
            Waiting::Inner => self.inner.wait(namespace, at_most).await,
            Waiting::Lossy => self.hint.notified().await,
        }
    }
}
