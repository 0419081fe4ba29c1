//! A database file of its own for every test, and the clock that its stores read.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use webhook_idempotency::conformance::Harness;
use webhook_idempotency::{Lease, Namespace, NewRecord, Queue, SqliteOptions, SqliteStore, State};
use webhook_verify::UnixTime;

pub(crate) const LEASE: Duration = Duration::from_secs(60);

pub(crate) struct Database {
    directory: tempfile::TempDir,
    now: Arc<Mutex<UnixTime>>,
    /// Empty if every handle is a store of its own.
    shared: Option<Mutex<Option<Arc<SqliteStore>>>>,
}

impl Database {
    pub(crate) fn new(a_store_for_each_handle: bool) -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            now: Arc::new(Mutex::new(UnixTime::from_secs(1_700_000_000))),
            shared: (!a_store_for_each_handle).then(Mutex::default),
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("webhooks.db")
    }

    pub(crate) fn options(&self) -> SqliteOptions {
        let now = Arc::clone(&self.now);
        SqliteOptions::new(self.path()).clock(Arc::new(move || *now.lock().unwrap()))
    }

    pub(crate) async fn open(&self) -> SqliteStore {
        self.options().open().await.unwrap()
    }

    /// A connection as a program has one of its own.
    pub(crate) async fn connection(&self) -> SqliteConnection {
        SqliteConnectOptions::new()
            .filename(self.path())
            .connect()
            .await
            .unwrap()
    }

    pub(crate) fn step(&self, by: Duration) {
        let mut now = self.now.lock().unwrap();
        *now = now.saturating_add(by);
    }
}

#[async_trait]
impl Harness for Database {
    async fn store(&self) -> Arc<dyn Queue> {
        let Some(shared) = &self.shared else {
            return Arc::new(self.open().await);
        };
        let existing = shared.lock().unwrap().clone();
        if let Some(store) = existing {
            return store;
        }
        let store = Arc::new(self.open().await);
        *shared.lock().unwrap() = Some(Arc::clone(&store));
        store
    }

    async fn restart(&self) -> Arc<dyn Queue> {
        if let Some(shared) = &self.shared {
            let last = shared.lock().unwrap().take().unwrap();
            assert_eq!(Arc::strong_count(&last), 1, "a handle outlives the restart");
        }
        self.store().await
    }

    async fn advance(&self, by: Duration) {
        self.step(by);
    }
}

pub(crate) fn inbox() -> Namespace {
    Namespace::queue("inbox").unwrap()
}

pub(crate) fn event(id: &str) -> NewRecord {
    NewRecord::own(
        &inbox(),
        "shop",
        "hooks",
        id,
        "order.paid",
        Bytes::from_static(b"{\"total\":1}"),
    )
}

pub(crate) async fn lease(store: &SqliteStore) -> Lease {
    let leased = store.lease(&inbox(), 1, LEASE).await.unwrap();
    assert_eq!(leased.len(), 1, "nothing to lease");
    leased[0].lease
}

pub(crate) async fn state(store: &SqliteStore, id: &str) -> Option<State> {
    use webhook_idempotency::Claims;
    store
        .get(&[event(id).key()])
        .await
        .unwrap()
        .remove(0)
        .map(|record| record.state)
}
