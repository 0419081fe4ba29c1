//! How long to leave a store alone that is in trouble.

use std::time::Duration;

use rand::{Rng, RngExt};

/// Pauses that double up to a cap. Half of each is random, so that many workers do not come back together, and the other
/// half is not, so that none of them comes back at once.
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    cap: Duration,
    next: Duration,
}

impl Backoff {
    pub(super) const fn new(first: Duration, cap: Duration) -> Self {
        Self {
            first,
            cap,
            next: first,
        }
    }

    pub(super) fn next<R: Rng>(&mut self, rng: &mut R) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.cap);
        rng.random_range(pause / 2..=pause)
    }

    pub(super) const fn reset(&mut self) {
        self.next = self.first;
    }
}
