//! What a store needs beyond claims to feed workers.

use std::time::Duration;

use async_trait::async_trait;

use crate::claims::Claims;
use crate::error::StoreError;
use crate::key::{Key, Namespace};
use crate::record::{Leased, Record};

/// A store whose queue namespaces workers can lease from.
#[async_trait]
pub trait Queue: Claims {
    /// Leases up to `limit` records that are due or whose lease has lapsed, oldest due first, and counts an attempt on
    /// each. No two calls ever hold one record at the same time.
    async fn lease(
        &self,
        namespace: &Namespace,
        limit: u32,
        lease: Duration,
    ) -> Result<Vec<Leased>, StoreError>;

    /// Reads one page of a namespace in the order of commits.
    async fn list(&self, request: &ListRequest) -> Result<Vec<Record>, StoreError>;

    /// Makes each done or dead record ready again, with its attempts counted from zero.
    async fn replay(&self, keys: &[Key]) -> Result<Vec<Replayed>, StoreError>;

    /// Counts a namespace's records by state.
    async fn stats(&self, namespace: &Namespace) -> Result<Stats, StoreError>;

    /// Returns when something may have become ready, or after `at_most`. A hint: polling is the truth.
    async fn wait(&self, namespace: &Namespace, at_most: Duration);
}

/// Which records of a namespace to list.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ListRequest {
    /// The namespace.
    pub namespace: Namespace,
    /// Only records in this state.
    pub only: Option<StateKind>,
    /// Only records behind this sequence number: the last one of the page before.
    pub after: Option<i64>,
    /// At most this many records.
    pub limit: u32,
}

impl ListRequest {
    /// The first hundred records of a namespace.
    #[must_use]
    pub const fn new(namespace: Namespace) -> Self {
        Self {
            namespace,
            only: None,
            after: None,
            limit: 100,
        }
    }

    /// Only records in that state.
    #[must_use]
    pub const fn only(mut self, state: StateKind) -> Self {
        self.only = Some(state);
        self
    }

    /// Only records behind that sequence number.
    #[must_use]
    pub const fn after(mut self, sequence: i64) -> Self {
        self.after = Some(sequence);
        self
    }

    /// At most that many records.
    #[must_use]
    pub const fn limit(mut self, limit: u32) -> Self {
        self.limit = limit;
        self
    }
}

/// A [`State`](crate::State) without its times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StateKind {
    /// Given up.
    Dead,
    /// Finished.
    Done,
    /// Being worked on, or abandoned by a worker that died.
    Leased,
    /// Waiting.
    Ready,
}

/// The answer to one replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Replayed {
    /// No such record.
    Absent,
    /// It is leased or waiting already; nothing was changed.
    Pending,
    /// It is ready again.
    Ready,
}

/// How many records of a namespace are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Given up.
    pub dead: u64,
    /// Finished.
    pub done: u64,
    /// Being worked on.
    pub leased: u64,
    /// Waiting, whether due or not.
    pub ready: u64,
    /// How long ago the longest waiting record that is not settled was put.
    pub oldest_pending: Option<Duration>,
}

impl Stats {
    /// Everything that was ever put and not purged.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.dead + self.done + self.leased + self.ready
    }
}
