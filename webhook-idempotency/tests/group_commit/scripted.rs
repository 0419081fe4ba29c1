//! A store in memory whose commits take time, wait, and fail as a test says.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::Semaphore;
use webhook_idempotency::{
    Begun, Claims, GroupCommit, Key, Lease, MemoryStore, Namespace, NewRecord, Put, Record,
    Settled, Settlement, StoreError, StoreErrorKind,
};

/// What a caller is told when the scripted store fails.
pub(crate) fn error(kind: StoreErrorKind) -> StoreError {
    StoreError::new("scripted", kind)
}

#[derive(Debug)]
pub(crate) struct Scripted {
    pub(crate) inner: MemoryStore,
    /// How long a commit takes.
    pub(crate) takes: Duration,
    /// Each commit needs a permit that it does not give back, if there is a gate.
    pub(crate) gate: Option<Semaphore>,
    /// A batch with one of these fails.
    pub(crate) bad: Mutex<HashMap<Key, StoreErrorKind>>,
    /// A batch with one of these waits for `lock_timeout` and fails as locked, as behind a transaction that is left open.
    pub(crate) locked: Mutex<HashSet<Key>>,
    pub(crate) lock_timeout: Duration,
    pub(crate) panics: AtomicBool,
    pub(crate) answers_too_few: AtomicBool,
    /// How many records each call had, in the order in which the calls began.
    pub(crate) calls: Mutex<Vec<usize>>,
    pub(crate) commits: AtomicUsize,
}

impl Scripted {
    pub(crate) fn new() -> Self {
        Self {
            inner: MemoryStore::new(10_000_000),
            takes: Duration::ZERO,
            gate: None,
            bad: Mutex::default(),
            locked: Mutex::default(),
            lock_timeout: Duration::from_secs(1),
            panics: AtomicBool::new(false),
            answers_too_few: AtomicBool::new(false),
            calls: Mutex::default(),
            commits: AtomicUsize::new(0),
        }
    }

    pub(crate) fn gated() -> Self {
        Self {
            gate: Some(Semaphore::new(0)),
            ..Self::new()
        }
    }

    /// Lets so many commits through.
    pub(crate) fn open(&self, commits: usize) {
        self.gate.as_ref().unwrap().add_permits(commits);
    }

    pub(crate) fn grouped(self) -> (Arc<Self>, Arc<GroupCommit<Self>>) {
        let store = Arc::new(self);
        (Arc::clone(&store), Arc::new(GroupCommit::new(store)))
    }

    pub(crate) fn calls(&self) -> Vec<usize> {
        self.calls.lock().unwrap().clone()
    }

    pub(crate) fn commits(&self) -> usize {
        self.commits.load(SeqCst)
    }

    pub(crate) async fn holds(&self, id: &str) -> bool {
        self.inner.get(&[event(id).key()]).await.unwrap()[0].is_some()
    }

    async fn commit(&self, keys: Vec<Key>) -> Result<(), StoreError> {
        self.calls.lock().unwrap().push(keys.len());
        if let Some(gate) = &self.gate {
            gate.acquire().await.unwrap().forget();
        }
        assert!(!self.panics.load(SeqCst), "as the test asked");
        let is_locked = keys
            .iter()
            .any(|key| self.locked.lock().unwrap().contains(key));
        if is_locked {
            tokio::time::sleep(self.lock_timeout).await;
            return Err(error(StoreErrorKind::Locked));
        }
        if !self.takes.is_zero() {
            tokio::time::sleep(self.takes).await;
        }
        let bad = self.bad.lock().unwrap();
        if let Some(kind) = keys.iter().find_map(|key| bad.get(key)) {
            return Err(error(*kind));
        }
        self.commits.fetch_add(1, SeqCst);
        Ok(())
    }
}

#[async_trait]
impl Claims for Scripted {
    async fn put(&self, records: &[NewRecord]) -> Result<Vec<Put>, StoreError> {
        self.commit(records.iter().map(NewRecord::key).collect())
            .await?;
        let mut puts = self.inner.put(records).await?;
        if self.answers_too_few.load(SeqCst) {
            puts.pop();
        }
        Ok(puts)
    }

    async fn put_leased(
        &self,
        records: &[NewRecord],
        lease: Duration,
    ) -> Result<Vec<Begun>, StoreError> {
        self.commit(records.iter().map(NewRecord::key).collect())
            .await?;
        self.inner.put_leased(records, lease).await
    }

    async fn extend(
        &self,
        leases: &[Lease],
        lease: Duration,
    ) -> Result<Vec<Option<Lease>>, StoreError> {
        self.commit(leases.iter().map(|lease| lease.key).collect())
            .await?;
        self.inner.extend(leases, lease).await
    }

    async fn settle(&self, settlements: &[Settlement]) -> Result<Vec<Settled>, StoreError> {
        let keys = settlements.iter().map(|settlement| settlement.lease.key);
        self.commit(keys.collect()).await?;
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

pub(crate) fn event_in(namespace: &Namespace, id: &str) -> NewRecord {
    NewRecord::own(
        namespace,
        "shop",
        "hooks",
        id,
        "order.paid",
        Bytes::from_static(b"{}"),
    )
}

pub(crate) fn event(id: &str) -> NewRecord {
    event_in(&Namespace::queue("inbox").unwrap(), id)
}

/// A caller in a task of its own.
pub(crate) fn caller<S: Claims>(
    store: &Arc<S>,
    record: NewRecord,
) -> tokio::task::JoinHandle<Result<Vec<Put>, StoreError>> {
    let store = Arc::clone(store);
    tokio::spawn(async move { store.put(&[record]).await })
}

/// Lets every task run until it waits for something, without moving the clock.
pub(crate) async fn settled() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}
