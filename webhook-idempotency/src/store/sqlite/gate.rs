//! Whether a commit is ours to make.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::sqlite::SqliteConnection;

/// Stands in front of every commit of a connection while somebody else's statements run on it.
#[derive(Debug, Default)]
pub(super) struct Gate {
    lent: AtomicBool,
    ended: AtomicBool,
}

impl Gate {
    /// SQLite turns a commit into a rollback when its commit hook says no, and reports each rollback to the other hook.
    pub(super) async fn install(
        connection: &mut SqliteConnection,
    ) -> Result<Arc<Self>, sqlx::Error> {
        let gate = Arc::new(Self::default());
        let mut handle = connection.lock_handle().await?;
        let on_commit = Arc::clone(&gate);
        handle.set_commit_hook(move || on_commit.may_commit());
        let on_rollback = Arc::clone(&gate);
        handle.set_rollback_hook(move || on_rollback.ended.store(true, Ordering::SeqCst));
        Ok(gate)
    }

    fn may_commit(&self) -> bool {
        let lent = self.lent.load(Ordering::SeqCst);
        if lent {
            self.ended.store(true, Ordering::SeqCst);
        }
        !lent
    }

    /// From here on a commit is a mistake of the handler.
    pub(super) fn lend(&self) {
        self.ended.store(false, Ordering::SeqCst);
        self.lent.store(true, Ordering::SeqCst);
    }

    /// Says whether the transaction that was lent is still the one that is open.
    pub(super) fn take_back(&self) -> bool {
        self.lent.store(false, Ordering::SeqCst);
        !self.ended.load(Ordering::SeqCst)
    }
}
