//! How many bytes of bodies may be in memory at once.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

/// Bytes of request bodies that may be in flight at once, over all connections. Clones share it.
///
/// A limit for each body bounds nothing by itself: a thousand slow senders hold a thousand bodies. What a door reads is
/// reserved here as it arrives, not when it is announced, so that nobody holds what he has not sent; it is given back when
/// the request is answered. It counts bodies: a server's own buffers and what the allocator keeps come on top, together about
/// as much again. When nothing is left the answer is the provider's status for "send it again".
///
/// ```
/// use webhook_door::{Budget, Intake};
///
/// let budget = Budget::new(16 * 1024 * 1024);
/// let (stripe, github) = (Intake::new().budget(&budget), Intake::new().budget(&budget));
/// ```
#[derive(Clone)]
pub struct Budget(Arc<Account>);

struct Account {
    limit: usize,
    spent: AtomicUsize,
}

/// 64 bodies of 1 MiB, or 16,000 of 4 KiB.
const DEFAULT: usize = 64 * 1024 * 1024;

/// Memory is the process's, so the budget of those who ask for nothing else is too.
static OF_THIS_PROCESS: LazyLock<Budget> = LazyLock::new(|| Budget::new(DEFAULT));

impl Budget {
    /// A budget of that many bytes. Give several times the longest body.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Account {
            limit: bytes,
            spent: AtomicUsize::new(0),
        }))
    }

    /// The budget of all doors that were given no other: 64 MiB for the whole process.
    #[must_use]
    pub fn of_this_process() -> Self {
        OF_THIS_PROCESS.clone()
    }

    /// The whole of it, in bytes.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.0.limit
    }

    /// What is in flight now, in bytes. For a gauge.
    #[must_use]
    pub fn spent(&self) -> usize {
        self.0.spent.load(Ordering::Relaxed)
    }

    pub(crate) fn reservation(&self) -> Reservation {
        Reservation {
            budget: self.clone(),
            held: 0,
        }
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget")
            .field("limit", &self.limit())
            .field("spent", &self.spent())
            .finish()
    }
}

/// One request's share of a [`Budget`], given back when it is dropped.
#[derive(Debug)]
#[must_use = "the bytes are given back when this is dropped"]
pub struct Reservation {
    budget: Budget,
    held: usize,
}

impl Reservation {
    /// Holds that many bytes in total from now on, or says that there are not as many left.
    pub(crate) fn hold(&mut self, total: usize) -> bool {
        let Some(more @ 1..) = total.checked_sub(self.held) else {
            return true;
        };
        let account = &*self.budget.0;
        let reserved = account
            .spent
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |spent| {
                spent
                    .checked_add(more)
                    .filter(|spent| *spent <= account.limit)
            });
        if reserved.is_ok() {
            self.held = total;
        }
        reserved.is_ok()
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.0.spent.fetch_sub(self.held, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_a_budget_and_what_is_dropped_is_given_back() {
        let budget = Budget::new(100);
        let clone = budget.clone();
        let mut first = budget.reservation();
        let mut second = clone.reservation();
        assert!(first.hold(60));
        assert!(!second.hold(41));
        assert!(second.hold(40));
        assert_eq!(budget.spent(), 100);
        assert!(!first.hold(61));
        assert!(first.hold(60));
        drop(first);
        assert_eq!(budget.spent(), 40);
        assert!(second.hold(100));
        assert!(!second.hold(usize::MAX));
        drop(second);
        assert_eq!(budget.spent(), 0);
    }

    #[test]
    fn a_reservation_never_shrinks_before_it_is_dropped() {
        let budget = Budget::new(100);
        let mut one = budget.reservation();
        assert!(one.hold(60) && one.hold(10));
        assert_eq!(budget.spent(), 60);
    }
}
