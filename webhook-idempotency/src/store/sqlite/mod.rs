//! Records in an SQLite file.

mod admin;
mod claims;
mod connect;
mod error;
mod gate;
mod lease;
mod migrations;
mod options;
mod problem;
mod put;
mod queue;
mod row;
mod savepoint;
mod settle;
#[cfg(test)]
mod tests;
mod transaction;
mod writer;

use std::collections::HashSet;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use sqlx::Sqlite;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use tokio::sync::Mutex;
use webhook_verify::{Clock, UnixTime};

use self::connect::Connector;
use self::error::store_error;
pub use self::options::SqliteOptions;
use self::writer::Writer;
use crate::claims::{Put, Settled, Settlement};
use crate::error::{ConfigError, StoreError};
use crate::key::{Kind, Namespace};
use crate::record::NewRecord;
use crate::store::require;
use crate::store::wake::Wake;

/// A store in an SQLite file on a local disk: durable, for one host, for any number of processes on it.
///
/// A write that returned `Ok` has been synced to the disk (WAL with `synchronous=FULL`, read back on each connection).
/// The tables are named `webhook_*` and may share the file with tables of the program's own, which is what lets a
/// handler's effects and its settlement be one transaction.
///
/// All writes go through one connection. After an error that leaves its state in doubt, and when a caller is dropped
/// half way, that connection is closed, which rolls back what was open, and another one is opened for the next write.
///
/// ```no_run
/// # async fn run() -> Result<(), webhook_idempotency::ConfigError> {
/// use webhook_idempotency::SqliteStore;
/// let store = SqliteStore::open("/var/lib/shop/webhooks.db").await?;
/// # Ok(()) }
/// ```
pub struct SqliteStore {
    writer: Writer,
    readers: SqlitePool,
    clock: Arc<dyn Clock>,
    wake: Wake,
    /// Held by the one handler's transaction that runs or is next to run.
    transactions: Mutex<()>,
}

impl SqliteStore {
    /// Opens the file, creating it if it is missing, with the defaults of [`SqliteOptions`].
    ///
    /// # Errors
    /// As [`SqliteOptions::open`].
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        SqliteOptions::new(path).open().await
    }

    async fn start(connector: Connector, options: SqliteOptions) -> Result<Self, ConfigError> {
        let refuse = |error| connector.refuse(&error);
        let writer = Writer::start(&connector, row::millis(options.clock.now()))
            .await
            .map_err(refuse)?;
        let readers = connector.readers();
        readers.acquire().await.map_err(refuse)?;
        Ok(Self {
            writer,
            readers,
            clock: options.clock,
            wake: Wake::default(),
            transactions: Mutex::default(),
        })
    }

    /// [`put`](crate::Claims::put) on a connection of the caller's own, to enqueue in the caller's transaction.
    ///
    /// Nothing is stored before the caller commits, and the commit is as durable as that connection's settings make it:
    /// `PRAGMA synchronous` must be FULL, as it is unless changed. The connection must be on this store's file and
    /// enforce foreign keys. Begin the transaction with `BEGIN IMMEDIATE`: one that writes only later may be refused as
    /// busy. A worker in this process finds the records at its next poll, or after [`SqliteStore::wake`].
    ///
    /// # Errors
    /// [`StoreError`] as `put`; then nothing of the batch is in the transaction.
    pub async fn put_in(
        &self,
        connection: &mut SqliteConnection,
        records: &[NewRecord],
    ) -> Result<Vec<Put>, StoreError> {
        require(
            error::STORE,
            Kind::Queue,
            records.iter().map(NewRecord::namespace),
        )?;
        savepoint::require_foreign_keys(connection).await?;
        savepoint::open(connection).await?;
        let puts = put::put(connection, records, self.now()).await;
        savepoint::close(connection, puts).await
    }

    /// [`settle`](crate::Claims::settle) of one lease on a connection of the caller's own, to settle in the caller's
    /// transaction. The connection must be as for [`SqliteStore::put_in`], and the commit is the caller's too.
    ///
    /// Unless the answer is [`Settled::Applied`], SQLite refuses to commit that transaction: also where the caller does not
    /// look at the answer, its effects are not stored. Only a rollback to a savepoint undoes that, and with it everything
    /// since.
    ///
    /// # Errors
    /// [`StoreError`] as `settle`; then nothing of it is in the transaction.
    pub async fn settle_in(
        &self,
        connection: &mut SqliteConnection,
        settlement: &Settlement,
    ) -> Result<Settled, StoreError> {
        savepoint::require_foreign_keys(connection).await?;
        savepoint::open(connection).await?;
        match settle::settle(connection, settlement, self.now()).await {
            Ok(settling) if settling.settled != Settled::Applied => {
                savepoint::spoil(connection).await?;
                Ok(settling.settled)
            }
            settled => savepoint::close(connection, settled)
                .await
                .map(|settling| settling.settled),
        }
    }

    /// Tells workers in this process that the namespace has something new: for after a commit of
    /// [`SqliteStore::put_in`].
    pub fn wake(&self, namespace: &Namespace) {
        self.wake.signal(namespace.as_str());
    }

    fn now(&self) -> UnixTime {
        self.clock.now()
    }

    async fn reader(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        self.readers.acquire().await.map_err(store_error)
    }

    fn signal(&self, ready: HashSet<String>) {
        for namespace in ready {
            self.wake.signal(&namespace);
        }
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("writer", &self.writer)
            .finish_non_exhaustive()
    }
}
