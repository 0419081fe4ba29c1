//! The leases that this worker holds right now.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::record::{Fence, Lease};

/// By fence, because one record may be in hand twice: an attempt that outlived its lease, and the one behind it.
#[derive(Debug, Default)]
pub(super) struct InHand {
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    held: HashMap<Fence, Slot>,
    /// Leases of attempts that were cut off, to be given back.
    dropped: Vec<Lease>,
}

#[derive(Debug)]
struct Slot {
    lease: Lease,
    /// Taken when the lease is lost or is being settled; from then on it is not extended.
    running: Option<oneshot::Sender<()>>,
}

impl InHand {
    /// Takes a lease in hand. The receiver is told when it is lost.
    pub(super) fn take(self: &Arc<Self>, lease: Lease) -> (Grip, oneshot::Receiver<()>) {
        let (running, lost) = oneshot::channel();
        self.lock().held.insert(
            lease.fence,
            Slot {
                lease,
                running: Some(running),
            },
        );
        (
            Grip {
                in_hand: Arc::clone(self),
                fence: lease.fence,
            },
            lost,
        )
    }

    /// The leases that have to be extended.
    pub(super) fn running(&self) -> Vec<Lease> {
        self.lock()
            .held
            .values()
            .filter(|slot| slot.running.is_some())
            .map(|slot| slot.lease)
            .collect()
    }

    /// Notes that a lease was extended.
    pub(super) fn extended(&self, lease: Lease) {
        if let Some(slot) = self.lock().held.get_mut(&lease.fence) {
            slot.lease = lease;
        }
    }

    /// Tells the attempt that its lease is lost. An attempt that is being settled finds out by itself.
    pub(super) fn lost(&self, fence: Fence) {
        let running = self
            .lock()
            .held
            .get_mut(&fence)
            .and_then(|slot| slot.running.take());
        if let Some(running) = running {
            // The attempt may have ended in this instant.
            let _ = running.send(());
        }
    }

    /// The leases of attempts that were cut off, each once.
    pub(super) fn take_dropped(&self) -> Vec<Lease> {
        std::mem::take(&mut self.lock().dropped)
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One attempt's hold on its lease. If it is dropped before it is let go, the attempt was cut off.
#[derive(Debug)]
pub(super) struct Grip {
    in_hand: Arc<InHand>,
    fence: Fence,
}

impl Grip {
    /// The handler has ended: stop extending.
    pub(super) fn stop(&self) {
        if let Some(slot) = self.in_hand.lock().held.get_mut(&self.fence) {
            slot.running = None;
        }
    }

    /// Nothing more will be written under this lease.
    pub(super) fn let_go(self) {
        self.in_hand.lock().held.remove(&self.fence);
    }
}

impl Drop for Grip {
    fn drop(&mut self) {
        let mut table = self.in_hand.lock();
        if let Some(slot) = table.held.remove(&self.fence) {
            table.dropped.push(slot.lease);
        }
    }
}
