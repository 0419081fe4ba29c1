//! Records in this process's memory.

mod row;
mod table;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use webhook_verify::{Clock, SystemClock, UnixTime};

use self::table::Table;
use crate::claims::{Begun, Claims, Put, Settled, Settlement};
use crate::error::StoreError;
use crate::key::{Key, Namespace};
use crate::queue::{ListRequest, Queue, Replayed, Stats};
use crate::record::{Lease, Leased, NewRecord, Record};
use crate::store::wake::Wake;

/// A store that forgets everything when the process ends: for tests, and for effects that may be repeated after a
/// restart.
///
/// It is the reference for what each call means; the other stores keep the same records on disk. An acknowledgement
/// that rests on it is worth no more than the process.
pub struct MemoryStore {
    table: Mutex<Table>,
    clock: Arc<dyn Clock>,
    wake: Wake,
}

impl MemoryStore {
    /// An empty store for at most `capacity` records, settled ones included.
    ///
    /// A full store refuses new records with [`StoreErrorKind::Full`](crate::StoreErrorKind::Full). It never makes room
    /// by itself: [`Claims::purge`] does.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            table: Mutex::new(Table::new(capacity)),
            clock: Arc::new(SystemClock),
            wake: Wake::default(),
        }
    }

    /// The same store, reading the time from there.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The table and the time. No call waits while it holds the lock.
    fn table(&self) -> (MutexGuard<'_, Table>, UnixTime) {
        // Every change is checked before it is begun, so a panic elsewhere leaves no half of one behind.
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        (table, self.clock.now())
    }

    fn signal<'a>(&self, changed: impl IntoIterator<Item = &'a Namespace>) {
        for namespace in changed {
            self.wake.signal(namespace.as_str());
        }
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("records", &self.table().0.len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Claims for MemoryStore {
    async fn put(&self, records: &[NewRecord]) -> Result<Vec<Put>, StoreError> {
        let puts = {
            let (mut table, now) = self.table();
            table.put(records, now)?
        };
        self.signal(super::put_anew(records, &puts));
        Ok(puts)
    }

    async fn put_leased(
        &self,
        records: &[NewRecord],
        lease: Duration,
    ) -> Result<Vec<Begun>, StoreError> {
        let (mut table, now) = self.table();
        table.put_leased(records, lease, now)
    }

    async fn extend(
        &self,
        leases: &[Lease],
        lease: Duration,
    ) -> Result<Vec<Option<Lease>>, StoreError> {
        let (mut table, now) = self.table();
        Ok(leases
            .iter()
            .map(|held| table.extend(held, lease, now))
            .collect())
    }

    async fn settle(&self, settlements: &[Settlement]) -> Result<Vec<Settled>, StoreError> {
        let (settled, ready) = {
            let (mut table, now) = self.table();
            table.settle(settlements, now)?
        };
        self.signal(&ready);
        Ok(settled)
    }

    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        let (table, _) = self.table();
        Ok(keys.iter().map(|key| table.get(key)).collect())
    }

    async fn purge(
        &self,
        namespace: &Namespace,
        settled_for: Duration,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let (mut table, now) = self.table();
        Ok(table.purge(namespace, settled_for, limit, now))
    }
}

#[async_trait]
impl Queue for MemoryStore {
    async fn lease(
        &self,
        namespace: &Namespace,
        limit: u32,
        lease: Duration,
    ) -> Result<Vec<Leased>, StoreError> {
        let (mut table, now) = self.table();
        table.lease(namespace, limit, lease, now)
    }

    async fn list(&self, request: &ListRequest) -> Result<Vec<Record>, StoreError> {
        let (table, _) = self.table();
        Ok(table.list(request))
    }

    async fn replay(&self, keys: &[Key]) -> Result<Vec<Replayed>, StoreError> {
        let (replayed, ready) = {
            let (mut table, now) = self.table();
            table.replay(keys, now)
        };
        self.signal(&ready);
        Ok(replayed)
    }

    async fn stats(&self, namespace: &Namespace) -> Result<Stats, StoreError> {
        let (table, now) = self.table();
        Ok(table.stats(namespace, now))
    }

    /// # Panics
    /// Outside of a tokio runtime with a timer.
    async fn wait(&self, namespace: &Namespace, at_most: Duration) {
        self.wake.wait(namespace.as_str(), at_most).await;
    }
}
