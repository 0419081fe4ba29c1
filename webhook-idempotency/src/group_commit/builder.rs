use std::fmt;
use std::sync::Arc;

use super::GroupCommit;
use crate::claims::Claims;
use crate::error::ConfigError;

/// What a group commit may take at a time, in records and commits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) max_batch: usize,
    pub(super) queue: usize,
    pub(super) lanes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_batch: 512,
            queue: 8_192,
            lanes: 4,
        }
    }
}

/// Configures a [`GroupCommit`].
pub struct GroupCommitBuilder<S: ?Sized> {
    store: Arc<S>,
    limits: Limits,
}

impl<S: Claims + ?Sized> GroupCommitBuilder<S> {
    pub(super) fn new(store: Arc<S>) -> Self {
        Self {
            store,
            limits: Limits::default(),
        }
    }

    /// At most so many records in one commit; 512 unless told. From 1 to 10,000.
    #[must_use]
    pub const fn max_batch(mut self, records: usize) -> Self {
        self.limits.max_batch = records;
        self
    }

    /// At most so many records waiting or being committed, for each kind of call; 8,192 unless told. From `max_batch` to
    /// 1,000,000.
    #[must_use]
    pub const fn queue(mut self, records: usize) -> Self {
        self.limits.queue = records;
        self
    }

    /// At most so many commits at the same time, for each kind of call; 4 unless told. From 2 to 64. One of them takes
    /// whatever comes; the others are only for what keeps it waiting. A store with a pool of connections needs as many.
    #[must_use]
    pub const fn lanes(mut self, commits: usize) -> Self {
        self.limits.lanes = commits;
        self
    }

    /// The store that groups.
    ///
    /// # Errors
    /// [`ConfigError::Limit`] if one of the limits is out of its range.
    pub fn build(self) -> Result<GroupCommit<S>, ConfigError> {
        let Limits {
            max_batch,
            queue,
            lanes,
        } = self.limits;
        let refuse = |option, problem| Err(ConfigError::Limit { option, problem });
        if !(1..=10_000).contains(&max_batch) {
            return refuse("max_batch", "must be from 1 to 10,000 records");
        }
        if !(max_batch..=1_000_000).contains(&queue) {
            return refuse("queue", "must be from max_batch to 1,000,000 records");
        }
        if !(2..=64).contains(&lanes) {
            return refuse("lanes", "must be from 2 to 64 commits");
        }
        Ok(GroupCommit::with(self.store, self.limits))
    }
}

impl<S: fmt::Debug + ?Sized> fmt::Debug for GroupCommitBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupCommitBuilder")
            .field("store", &self.store)
            .field("limits", &self.limits)
            .finish()
    }
}
