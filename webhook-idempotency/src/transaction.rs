//! Effects and settlement in one transaction, for stores that share a database with the program.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::StoreError;
use crate::handler::BoxFuture;
use crate::queue::Queue;
use crate::record::Lease;

/// What to do inside the transaction: it gets the store's own connection and borrows it while it runs.
pub type Apply<C, E> = Box<dyn for<'c> FnOnce(&'c mut C) -> BoxFuture<'c, Result<(), E>> + Send>;

/// A queue that can settle a record in the same transaction as the effects of its handler.
///
/// This is what makes an effect happen exactly once: either both are committed or neither is.
#[async_trait]
pub trait TransactionalQueue: Queue {
    /// The connection that effects are written through.
    type Connection: Send;

    /// Opens a transaction, runs `apply` in it, settles the lease as done as the last statement, and commits.
    ///
    /// Everything that `apply` wrote is rolled back unless the answer is [`TransactionOutcome::Committed`]: also if it
    /// panics, if this future is dropped, and if it takes longer than `limit`. A lease that is lost already is found
    /// out before `apply` runs. `apply` must not end the transaction that it is in; transactions that it opens itself
    /// become savepoints.
    ///
    /// # Errors
    /// [`StoreError`] if the transaction cannot be opened or its end is not known. After such an error the effects are
    /// either committed together with the settlement, or not at all.
    async fn run_in_transaction<E: Send + 'static>(
        &self,
        lease: &Lease,
        limit: Duration,
        apply: Apply<Self::Connection, E>,
    ) -> Result<TransactionOutcome<E>, StoreError>;
}

/// How a transaction ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum TransactionOutcome<E> {
    /// This fence settled the record before, so nothing was applied now.
    AlreadySettled,
    /// The effects and the settlement are durable.
    Committed,
    /// `apply` returned an error; its effects are rolled back and the lease is still held.
    Failed(E),
    /// Another lease has been handed out since, or the record is gone; the effects are rolled back.
    LeaseLost,
    /// What `apply` did cannot be committed; its effects are rolled back and the lease is still held.
    Refused(Refusal),
    /// `apply` took longer than its limit; its effects are rolled back and the lease is still held.
    TimedOut,
}

/// Why a transaction was not committed although its handler was content.
#[derive(Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// The handler committed or rolled back the transaction that it was given.
    Ended,
    /// The database refused the commit, for instance because a deferred constraint does not hold.
    Rejected(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ended => "the handler ended the transaction that it was given; leave COMMIT and ROLLBACK to the store",
            Self::Rejected(_) => "the database refused to commit what the handler wrote",
        })
    }
}

impl Error for Refusal {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Ended => None,
            Self::Rejected(source) => Some(source.as_ref()),
        }
    }
}
