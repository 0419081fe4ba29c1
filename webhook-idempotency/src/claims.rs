//! The store contract that every backend keeps: claims under a unique key.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use webhook_verify::UnixTime;

use crate::error::StoreError;
use crate::key::{Key, Namespace};
use crate::record::{Lease, NewRecord, Record, State};

/// Records under unique keys, put once and settled under a fence.
///
/// Every method takes a batch and answers in its order. A method that returns an error promises nothing: the batch may
/// or may not have been stored, and the caller must not acknowledge any of it. A method that returns `Ok` has
/// committed durably, as far as the backend is durable, also for what it reports as a duplicate.
///
/// All times are the store's own clock's. Futures may be dropped at any point; no record is then held longer than its
/// lease.
#[async_trait]
pub trait Claims: std::fmt::Debug + Send + Sync + 'static {
    /// Stores each record whose key is absent, ready for a worker. This is the dedupe: there is no other check.
    ///
    /// Equal keys inside one batch are one event: the first is new, the others are duplicates of it.
    async fn put(&self, records: &[NewRecord]) -> Result<Vec<Put>, StoreError>;

    /// Stores each record whose key is absent, or takes over one that was released or has lapsed, leased to the caller.
    async fn put_leased(
        &self,
        records: &[NewRecord],
        lease: Duration,
    ) -> Result<Vec<Begun>, StoreError>;

    /// Moves the end of each lease that is still held to `lease` from now. `None` says that the lease is lost.
    async fn extend(
        &self,
        leases: &[Lease],
        lease: Duration,
    ) -> Result<Vec<Option<Lease>>, StoreError>;

    /// Ends each lease with its outcome, if its fence is still the newest.
    async fn settle(&self, settlements: &[Settlement]) -> Result<Vec<Settled>, StoreError>;

    /// Reads each record.
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError>;

    /// Forgets done and dead records of the namespace that were settled longer than `settled_for` ago, at most `limit`
    /// of them, oldest first, and says how many. Ready and leased records never age out.
    async fn purge(
        &self,
        namespace: &Namespace,
        settled_for: Duration,
        limit: u32,
    ) -> Result<u64, StoreError>;
}

/// The answer to one put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Put {
    /// The key was there already.
    Duplicate {
        /// Where the earlier record stands.
        state: State,
        /// Whether it has the same payload, byte for byte.
        same_payload: bool,
    },
    /// It is stored now.
    New,
}

/// The answer to one leased put.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Begun {
    /// The caller holds the lease and runs the handler.
    Began(Lease),
    /// The key exists with another payload.
    Conflict,
    /// The handler ran before; this is what it stored.
    Done(Option<Bytes>),
    /// Another caller holds the lease.
    InFlight {
        /// When that lease lapses.
        until: UnixTime,
    },
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Give up, for this reason.
    Dead {
        /// What a person reads beside the dead letter.
        reason: String,
    },
    /// Finished; a guard keeps the response.
    Done {
        /// What a duplicate is answered with.
        output: Option<Bytes>,
    },
    /// Not attempted after all: ready again now, and not counted as an attempt.
    Release,
    /// Failed: ready again after a while.
    Retry {
        /// How long to wait, on the store's clock.
        after: Duration,
        /// What went wrong.
        error: String,
    },
    /// Not the event's fault that it cannot run now: ready again after a while, and not counted as an attempt. What
    /// the last failed attempt left as its error stays.
    Snooze {
        /// How long to wait, on the store's clock.
        after: Duration,
    },
}

/// A lease and the outcome that ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The lease, as the store handed it out.
    pub lease: Lease,
    /// How the attempt ended.
    pub outcome: Outcome,
}

/// The answer to one settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settled {
    /// This fence settled it before; nothing was changed. A caller that lost the reply may take this as success.
    AlreadySettled,
    /// It is written.
    Applied,
    /// Another lease has been handed out since, or the record is gone; nothing was changed.
    LeaseLost,
}
