//! Which requests go into which commit.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::Limits;
use super::apart::{Apart, Locked, Parted};
use super::batch::{Batch, Request};
use super::operation::Operation;

/// A batch never grows beyond this for a second request, so that its memory does not either.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Everything that waits.
pub(super) struct Plan<O: Operation> {
    /// For the common lane.
    waiting: VecDeque<Request<O>>,
    /// For a key that is apart or locked.
    parked: VecDeque<Request<O>>,
    /// Parts of batches that failed because of one of their records.
    suspects: VecDeque<(Batch<O>, Parted)>,
    pub(super) apart: Arc<Apart>,
    pub(super) locked: Locked,
    /// Whether the common lane is in a commit.
    pub(super) is_running: bool,
    pace: Duration,
}

impl<O: Operation> Default for Plan<O> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            parked: VecDeque::new(),
            suspects: VecDeque::new(),
            apart: Arc::default(),
            locked: Locked::default(),
            is_running: false,
            pace: Duration::from_millis(25),
        }
    }
}

impl<O: Operation> Plan<O> {
    pub(super) fn add(&mut self, request: Request<O>) {
        if self.must_wait_apart(&request) {
            self.parked.push_back(request);
        } else {
            self.waiting.push_back(request);
        }
    }

    pub(super) fn suspect(&mut self, batch: Batch<O>) {
        let parted = self.apart.set(batch.keys());
        self.suspects.push_back((batch, parted));
    }

    fn must_wait_apart(&self, request: &Request<O>) -> bool {
        self.apart.holds_any(request.keys()) || self.locked.holds_any(request.keys())
    }

    /// The next commit of the common lane: whatever waits, oldest first.
    pub(super) fn next(&mut self, limits: Limits) -> Option<Batch<O>> {
        let mut batch: Option<Batch<O>> = None;
        let mut bytes = 0;
        let mut others = VecDeque::new();
        while let Some(request) = self.waiting.pop_front() {
            if request.is_forsaken() {
                continue;
            }
            if self.must_wait_apart(&request) {
                self.parked.push_back(request);
                continue;
            }
            bytes += request.bytes();
            match &mut batch {
                None => batch = Some(Batch::of(request)),
                Some(batch) => {
                    let full = batch.items().len() + request.items.len() > limits.max_batch;
                    if full || bytes > MOST_BYTES {
                        self.waiting.push_front(request);
                        break;
                    }
                    if batch.common() == request.common {
                        batch.add(request);
                    } else {
                        others.push_back(request);
                    }
                }
            }
        }
        others.append(&mut self.waiting);
        self.waiting = others;
        batch
    }

    /// The next commit beside the common lane, with its keys set apart. Suspects come first: most of them are innocent.
    pub(super) fn next_aside(&mut self, limits: Limits) -> Option<(Batch<O>, Parted)> {
        while let Some((batch, parted)) = self.suspects.pop_front() {
            if !batch.is_forsaken() {
                return Some((batch, parted));
            }
        }
        let mut batch: Option<Batch<O>> = None;
        let mut still = VecDeque::new();
        while let Some(request) = self.parked.pop_front() {
            if request.is_forsaken() {
                continue;
            }
            match &mut batch {
                _ if self.apart.holds_any(request.keys()) => still.push_back(request),
                _ if !self.locked.holds_any(request.keys()) => self.waiting.push_back(request),
                None => batch = Some(Batch::of(request)),
                // Whoever asks for the same locked key has the same wait, and one statement answers them all.
                Some(batch)
                    if batch.common() == request.common
                        && batch.items().len() + request.items.len() <= limits.max_batch
                        && batch.starts_like(&request) =>
                {
                    batch.add(request);
                }
                Some(_) => still.push_back(request),
            }
        }
        self.parked = still;
        let batch = batch?;
        let parted = self.apart.set(batch.keys());
        Some((batch, parted))
    }

    pub(super) fn has_work(&self) -> bool {
        !self.waiting.is_empty()
    }

    pub(super) fn has_work_aside(&self) -> bool {
        !self.suspects.is_empty() || !self.parked.is_empty()
    }

    /// Learns from a commit how long one takes.
    pub(super) fn took(&mut self, time: Duration) {
        self.pace = (self.pace * 7 + time) / 8;
    }

    /// A commit that takes longer than this waits for something, and the others do not wait for it.
    pub(super) fn patience(&self) -> Duration {
        (self.pace * 4).clamp(Duration::from_millis(20), Duration::from_secs(1))
    }

    /// Takes out everything that waits, for the case that nothing will come of it any more.
    pub(super) fn give_up(&mut self) -> Self {
        let apart = Arc::clone(&self.apart);
        let given_up = std::mem::take(self);
        self.apart = apart;
        given_up
    }
}
