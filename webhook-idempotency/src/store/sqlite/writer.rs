//! The one connection that writes, and never in a state that nobody knows.

use std::fmt;
use std::sync::Arc;

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, SqliteTransaction};
use tokio::sync::{Mutex, MutexGuard};

use super::connect::Connector;
use super::error::{BUSY, STORE, code, store_error};
use super::gate::Gate;
use super::{lease, migrations};
use crate::error::{StoreError, StoreErrorKind};

/// Hands out the connection, and opens another one in place of one that did not come back.
pub(super) struct Writer {
    connector: Connector,
    slot: Mutex<Option<Idle>>,
}

/// A connection with no transaction open.
struct Idle {
    connection: SqliteConnection,
    gate: Arc<Gate>,
}

impl Writer {
    /// Opens the first connection and brings the tables up to date.
    pub(super) async fn start(connector: &Connector, now: i64) -> Result<Self, sqlx::Error> {
        let mut connection = connector.writer().await?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        migrations::apply(&mut transaction, now).await?;
        transaction.commit().await?;
        let idle = ready(connection).await?;
        Ok(Self {
            connector: connector.clone(),
            slot: Mutex::new(Some(idle)),
        })
    }

    /// Takes the connection, waiting for whoever has it now.
    pub(super) async fn hold(&self) -> Result<Held<'_>, StoreError> {
        let waiting = tokio::time::timeout(self.connector.busy_timeout(), self.slot.lock());
        let mut slot = waiting
            .await
            .map_err(|_| StoreError::new(STORE, StoreErrorKind::Busy))?;
        if slot.is_none() {
            let connection = self.connector.writer().await.map_err(store_error)?;
            *slot = Some(ready(connection).await.map_err(store_error)?);
        }
        Ok(Held {
            slot,
            reusable: true,
        })
    }
}

/// The first commit of every connection is one of no meaning: when it is durable, so is every commit before it.
///
/// It has a COMMIT of its own, because a commit that is part of a statement's end is one whose failure sqlx drops.
async fn ready(mut connection: SqliteConnection) -> Result<Idle, sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    lease::next_fence(&mut transaction, 1).await?;
    transaction.commit().await?;
    let gate = Gate::install(&mut connection).await?;
    Ok(Idle { connection, gate })
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("connector", &self.connector)
            .finish_non_exhaustive()
    }
}

/// The connection, in the hands of one caller.
///
/// Once a transaction was begun it is closed on drop, which rolls back whatever is open, unless it is given back: so
/// neither an error nor a caller that is dropped half way leaves anything behind.
pub(super) struct Held<'a> {
    slot: MutexGuard<'a, Option<Idle>>,
    reusable: bool,
}

impl Held<'_> {
    /// Opens a transaction that has the write lock from its start. One that asks for it later may be refused however
    /// long it waits.
    pub(super) async fn begin(&mut self) -> Result<(SqliteTransaction<'_>, Arc<Gate>), StoreError> {
        let Self { slot, reusable } = self;
        let idle = slot
            .as_mut()
            .ok_or_else(|| StoreError::new(STORE, StoreErrorKind::Unavailable))?;
        *reusable = false;
        match idle.connection.begin_with("BEGIN IMMEDIATE").await {
            Ok(transaction) => Ok((transaction, Arc::clone(&idle.gate))),
            Err(error) => {
                *reusable = code(&error) == Some(BUSY);
                Err(store_error(error))
            }
        }
    }

    /// Says that the transaction is over. Answers whether it really is.
    pub(super) fn give_back(mut self) -> bool {
        self.reusable = self
            .slot
            .as_ref()
            .is_some_and(|idle| !idle.connection.is_in_transaction());
        self.reusable
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if !self.reusable {
            *self.slot = None;
        }
    }
}
