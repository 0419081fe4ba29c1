//! Many callers, one commit.

mod apart;
mod batch;
mod builder;
mod group;
mod operation;
mod plan;
mod store;

use std::fmt;
use std::sync::Arc;

pub use self::builder::GroupCommitBuilder;
use self::builder::Limits;
use self::group::Group;
use self::operation::{Beginning, Extending, Putting, Settling};
use crate::claims::Claims;

/// A store in front of a store, in which callers that come at the same time share a commit.
///
/// A durable commit waits for the disk however little it writes, so one commit for a hundred deliveries costs little more
/// than one for a single delivery. Nothing is delayed for it: a commit begins at once if none is under way, and whatever
/// arrives meanwhile goes into the next one.
///
/// - Each caller is answered after the commit that holds its own records, never before. What one caller puts in one call
///   is in one commit.
/// - A batch that fails because of one record is halved until that record stands alone. Everybody else is committed.
///   Beyond some eight such records in one batch the rest of it gets the error too.
/// - A commit that waits for something is left to wait in a lane of its own, and the others go on. A key that somebody's
///   open transaction holds is from then on tried alone, until it is free.
/// - A caller that goes away changes nothing for the others. What was under way for it is committed; what was not begun
///   is not.
/// - Callers wait in a bounded queue. Beyond it they get [`StoreErrorKind::Overloaded`](crate::StoreErrorKind::Overloaded),
///   and answer 503.
///
/// Puts, leased puts, extensions and settlements are grouped, each with its own kind; the other calls go straight through,
/// and so does a single call with more records than a batch may have. Grouped calls need a tokio runtime with a timer, and
/// fail as unavailable without one.
///
/// Several handles that share one database should share one `GroupCommit`, since only its own callers are grouped.
///
/// ```
/// # #[cfg(feature = "sqlite")]
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
/// use webhook_idempotency::{GroupCommit, Inbox, SqliteStore};
///
/// let sqlite = Arc::new(SqliteStore::open("/var/lib/shop/webhooks.db").await?);
/// let store = Arc::new(GroupCommit::new(sqlite));
/// let inbox = Inbox::new(store, "stripe-live")?;
/// # Ok(()) }
/// ```
pub struct GroupCommit<S: ?Sized> {
    store: Arc<S>,
    limits: Limits,
    putting: Arc<Group<Putting, S>>,
    beginning: Arc<Group<Beginning, S>>,
    extending: Arc<Group<Extending, S>>,
    settling: Arc<Group<Settling, S>>,
}

impl<S: Claims + ?Sized> GroupCommit<S> {
    /// Groups the callers of that store, within the limits of [`GroupCommit::builder`].
    #[must_use]
    pub fn new(store: Arc<S>) -> Self {
        Self::with(store, Limits::default())
    }

    /// Begins to configure it.
    pub fn builder(store: Arc<S>) -> GroupCommitBuilder<S> {
        GroupCommitBuilder::new(store)
    }

    fn with(store: Arc<S>, limits: Limits) -> Self {
        Self {
            putting: Group::new(Arc::clone(&store), limits),
            beginning: Group::new(Arc::clone(&store), limits),
            extending: Group::new(Arc::clone(&store), limits),
            settling: Group::new(Arc::clone(&store), limits),
            store,
            limits,
        }
    }

    /// The store behind it, for what only that store can do.
    #[must_use]
    pub const fn inner(&self) -> &Arc<S> {
        &self.store
    }
}

impl<S: fmt::Debug + ?Sized> fmt::Debug for GroupCommit<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupCommit")
            .field("store", &self.store)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
