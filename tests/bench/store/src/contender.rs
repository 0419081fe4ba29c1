//! Who stores the deliveries.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use tokio::sync::Mutex;
use webhook_idempotency::{Claims, GroupCommit, Namespace, NewRecord, Put, SqliteStore};

#[async_trait]
pub(crate) trait Contender: Send + Sync {
    /// Stores one delivery durably, and says whether it was new.
    async fn put(&self, id: String, body: Bytes) -> bool;
}

/// One connection that writes, one table, one statement: what one would write by hand.
pub(crate) struct ByHand(Mutex<SqliteConnection>);

impl ByHand {
    pub(crate) async fn open(folder: &Path) -> Self {
        let mut connection = SqliteConnectOptions::new()
            .filename(folder.join("by_hand.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .disable_statement_logging()
            .connect()
            .await
            .expect("a database");
        sqlx::query(
            "CREATE TABLE IF NOT EXISTS events (
                id TEXT PRIMARY KEY, body BLOB NOT NULL, status INTEGER NOT NULL DEFAULT 0,
                received_at INTEGER NOT NULL DEFAULT (unixepoch())
            )",
        )
        .execute(&mut connection)
        .await
        .expect("a table");
        Self(Mutex::new(connection))
    }
}

#[async_trait]
impl Contender for ByHand {
    async fn put(&self, id: String, body: Bytes) -> bool {
        let mut connection = self.0.lock().await;
        let inserted =
            sqlx::query("INSERT INTO events (id, body) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
                .bind(id)
                .bind(&body[..])
                .execute(&mut *connection)
                .await
                .expect("an insert");
        inserted.rows_affected() == 1
    }
}

async fn put<S: Claims>(store: &S, namespace: &Namespace, id: &str, body: Bytes) -> bool {
    let record = NewRecord::own(namespace, "shop", "hooks", id, "order.paid", body);
    store.put(&[record]).await.expect("a put") == [Put::New]
}

fn inbox() -> Namespace {
    Namespace::queue("inbox").expect("a name")
}

/// The store, each call a commit of its own.
pub(crate) struct Single(SqliteStore, Namespace);

impl Single {
    pub(crate) async fn open(folder: &Path) -> Self {
        let store = SqliteStore::open(folder.join("store.db")).await;
        Self(store.expect("a store"), inbox())
    }
}

#[async_trait]
impl Contender for Single {
    async fn put(&self, id: String, body: Bytes) -> bool {
        put(&self.0, &self.1, &id, body).await
    }
}

/// The store behind a group commit.
pub(crate) struct Grouped(GroupCommit<SqliteStore>, Namespace);

impl Grouped {
    pub(crate) async fn open(folder: &Path) -> Self {
        let store = SqliteStore::open(folder.join("grouped.db"))
            .await
            .expect("a store");
        Self(GroupCommit::new(Arc::new(store)), inbox())
    }
}

#[async_trait]
impl Contender for Grouped {
    async fn put(&self, id: String, body: Bytes) -> bool {
        put(&self.0, &self.1, &id, body).await
    }
}
