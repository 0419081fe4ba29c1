//! Keys that must not be put into the common commit now.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::key::Key;

/// The keys of every batch that has left the common lane and is not answered yet.
#[derive(Debug, Default)]
pub(super) struct Apart {
    keys: Mutex<HashMap<Key, usize>>,
}

impl Apart {
    /// Sets these keys apart for as long as the guard lives.
    pub(super) fn set(self: &Arc<Self>, keys: impl Iterator<Item = Key>) -> Parted {
        let keys: Vec<Key> = keys.collect();
        let mut all = self.lock();
        for key in &keys {
            *all.entry(*key).or_default() += 1;
        }
        drop(all);
        Parted {
            apart: Arc::clone(self),
            keys,
        }
    }

    pub(super) fn holds_any(&self, mut keys: impl Iterator<Item = Key>) -> bool {
        let all = self.lock();
        !all.is_empty() && keys.any(|key| all.contains_key(&key))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, usize>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keys that are apart, until it is dropped.
#[derive(Debug)]
pub(super) struct Parted {
    apart: Arc<Apart>,
    keys: Vec<Key>,
}

impl Drop for Parted {
    fn drop(&mut self) {
        let mut all = self.apart.lock();
        for key in &self.keys {
            if let Some(count) = all.get_mut(key) {
                *count -= 1;
                if *count == 0 {
                    all.remove(key);
                }
            }
        }
    }
}

/// A key that was found locked is tried alone for so long, unless it is found free before.
const REMEMBERED: Duration = Duration::from_secs(60);
/// More keys than this are not held by one forgotten transaction, and are no longer worth the memory.
const MOST: usize = 1_024;

/// Keys that somebody's open transaction held when they were last tried.
#[derive(Debug, Default)]
pub(super) struct Locked {
    since: HashMap<Key, Instant>,
}

impl Locked {
    pub(super) fn found_locked(&mut self, keys: impl Iterator<Item = Key>) {
        let now = Instant::now();
        self.since
            .retain(|_, since| now.duration_since(*since) < REMEMBERED);
        for key in keys {
            if self.since.len() < MOST || self.since.contains_key(&key) {
                self.since.insert(key, now);
            }
        }
    }

    pub(super) fn found_free(&mut self, keys: impl Iterator<Item = Key>) {
        if !self.since.is_empty() {
            for key in keys {
                self.since.remove(&key);
            }
        }
    }

    pub(super) fn holds_any(&self, mut keys: impl Iterator<Item = Key>) -> bool {
        let now = Instant::now();
        !self.since.is_empty()
            && keys.any(|key| {
                let since = self.since.get(&key);
                since.is_some_and(|since| now.duration_since(*since) < REMEMBERED)
            })
    }
}
