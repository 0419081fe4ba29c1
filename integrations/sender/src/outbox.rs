//! The way into the outbox: in the caller's own transaction, or without one.

use std::error::Error;
use std::fmt;
use std::slice;
use std::sync::Arc;

use sqlx::SqliteConnection;
use webhook_idempotency::{
    Claims, Namespace, NewRecord, Put, SqliteStore, StoreError, StoreErrorKind,
};

use crate::error::ConfigError;
use crate::event::OutgoingEvent;

/// The namespace that the outbox and the sender share.
pub(crate) const NAMESPACE: &str = "outbox";

/// What stored events of the program's own are called where received ones carry their provider's name.
const SOURCE: &str = "outbox";

/// Where events wait to be sent. Cloning it copies pointers.
///
/// An event that is enqueued in a transaction is sent if that transaction commits, and only then. A [`Sender`](crate::Sender) on
/// the same file, in this process or another, does the sending.
#[derive(Clone, Debug)]
pub struct Outbox {
    store: Arc<SqliteStore>,
    namespace: Namespace,
}

impl Outbox {
    /// The outbox in that store.
    ///
    /// # Errors
    /// [`ConfigError::Option`] if the store refuses the namespace of the outbox, as it does to no released version.
    pub fn new(store: Arc<SqliteStore>) -> Result<Self, ConfigError> {
        Ok(Self {
            store,
            namespace: Namespace::queue(NAMESPACE)?,
        })
    }

    /// Enqueues an event for an endpoint on a connection of the caller's own, within whatever transaction is open there.
    ///
    /// The connection must be on the store's file and enforce foreign keys, as sqlx's do. Begin the transaction with
    /// `BEGIN IMMEDIATE`, and call [`Outbox::wake`] behind the commit to have the event sent at once instead of at the
    /// sender's next poll.
    ///
    /// The endpoint is the name that the sender knows it by. An event for a name that no sender knows waits.
    ///
    /// # Errors
    /// [`EnqueueError`]; then nothing was added to the transaction.
    pub async fn enqueue_in(
        &self,
        connection: &mut SqliteConnection,
        endpoint: &str,
        event: OutgoingEvent,
    ) -> Result<Enqueued, EnqueueError> {
        let record = self.record(endpoint, event)?;
        judge(
            &self
                .store
                .put_in(connection, slice::from_ref(&record))
                .await?,
        )
    }

    /// Enqueues an event for an endpoint in a transaction of its own. It is durable once this returns.
    ///
    /// # Errors
    /// [`EnqueueError`]. After [`EnqueueError::Store`] the event may be stored or not: enqueue it again under its id.
    pub async fn enqueue(
        &self,
        endpoint: &str,
        event: OutgoingEvent,
    ) -> Result<Enqueued, EnqueueError> {
        let record = self.record(endpoint, event)?;
        judge(&self.store.put(slice::from_ref(&record)).await?)
    }

    /// Tells senders in this process that something was committed.
    pub fn wake(&self) {
        self.store.wake(&self.namespace);
    }

    /// The namespace of the outbox, for listing and replaying through the store.
    #[must_use]
    pub const fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    fn record(&self, endpoint: &str, event: OutgoingEvent) -> Result<NewRecord, EnqueueError> {
        check_endpoint_name(endpoint).map_err(EnqueueError::Endpoint)?;
        Ok(NewRecord::own(
            &self.namespace,
            SOURCE,
            endpoint,
            event.id(),
            event.event_type(),
            event.payload().clone(),
        ))
    }
}

/// Endpoint names obey the rule of all names in the store.
pub(crate) fn check_endpoint_name(name: &str) -> Result<(), webhook_idempotency::ConfigError> {
    use webhook_idempotency::ConfigError::Name;
    match Namespace::queue(name) {
        Ok(_) => Ok(()),
        Err(Name { name, .. }) => Err(Name {
            what: "endpoint",
            name,
        }),
        Err(other) => Err(other),
    }
}

fn judge(answers: &[Put]) -> Result<Enqueued, EnqueueError> {
    match answers {
        [Put::New] => Ok(Enqueued::New),
        [
            Put::Duplicate {
                same_payload: true, ..
            },
        ] => Ok(Enqueued::Duplicate),
        [
            Put::Duplicate {
                same_payload: false,
                ..
            },
        ] => Err(EnqueueError::Conflict),
        _ => Err(StoreError::new("outbox", StoreErrorKind::Unavailable).into()),
    }
}

/// What became of an enqueued event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Enqueued {
    /// The endpoint had this event before, with the same payload. It is not sent a second time.
    Duplicate,
    /// It is on its way.
    New,
}

/// Why an event was not enqueued.
#[derive(Debug)]
#[non_exhaustive]
pub enum EnqueueError {
    /// The endpoint had an event of this id before, with another payload. That one is kept.
    Conflict,
    /// The endpoint's name cannot be one.
    Endpoint(webhook_idempotency::ConfigError),
    /// The store failed.
    Store(StoreError),
}

impl fmt::Display for EnqueueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => f.write_str(
                "the endpoint has an event of this id with another payload; give each event an id of its own",
            ),
            Self::Endpoint(_) => f.write_str("the event cannot be addressed"),
            Self::Store(_) => f.write_str("the event could not be stored"),
        }
    }
}

impl Error for EnqueueError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Conflict => None,
            Self::Endpoint(error) => Some(error),
            Self::Store(error) => Some(error),
        }
    }
}

impl From<StoreError> for EnqueueError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
