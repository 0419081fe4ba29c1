//! Where verified deliveries are stored before they are acknowledged.

use std::fmt;
use std::sync::Arc;

use webhook_verify::{Body, Verified};

use crate::claims::Put;
use crate::error::{ConfigError, StoreError, StoreErrorKind};
use crate::key::{Namespace, check_name};
use crate::queue::Queue;
use crate::record::NewRecord;
use crate::text;

/// A door's way into a store: one endpoint of one durable inbox. Cloning it copies two pointers and a name.
///
/// The endpoint is part of each event's identity, so every account and mode gets its own: `stripe-live` and
/// `stripe-test` may use one id for two events. It must stay the same for as long as a sender may send again.
///
/// ```
/// use std::sync::Arc;
/// use webhook_idempotency::{Inbox, Queue};
///
/// # fn main() -> Result<(), webhook_idempotency::ConfigError> {
/// # fn open(store: Arc<dyn Queue>) -> Result<(), webhook_idempotency::ConfigError> {
/// let live = Inbox::new(store, "stripe-live")?;
/// let test = live.endpoint("stripe-test")?; // the same store and namespace
/// # assert_eq!(live.namespace(), test.namespace());
/// # Ok(()) }
/// # Ok(()) }
/// ```
///
/// On a durable store put a [`GroupCommit`](crate::GroupCommit) in between, so that deliveries that come at the same time
/// share a commit:
///
/// ```
/// # #[cfg(feature = "sqlite")]
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
/// use webhook_idempotency::{GroupCommit, Inbox, SqliteStore};
///
/// let sqlite = Arc::new(SqliteStore::open("/var/lib/shop/webhooks.db").await?);
/// let store = Arc::new(GroupCommit::new(sqlite));
/// let inbox = Inbox::new(store.clone(), "stripe-live")?;
/// // A worker takes the same store: its settlements share commits too.
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Inbox {
    store: Arc<dyn Queue>,
    namespace: Namespace,
    endpoint: Arc<str>,
}

impl Inbox {
    /// The namespace of an inbox that was not given another one.
    pub const NAMESPACE: &'static str = "inbox";

    /// The inbox of that endpoint in the namespace `inbox`.
    ///
    /// # Errors
    /// [`ConfigError::Name`] unless the name has 1 to 64 characters of `a-z`, `0-9`, `-`, `_`, `.` and `/`.
    pub fn new(store: Arc<dyn Queue>, endpoint: &str) -> Result<Self, ConfigError> {
        check_name("endpoint", endpoint)?;
        Ok(Self {
            store,
            namespace: Namespace::queue(Self::NAMESPACE)?,
            endpoint: endpoint.into(),
        })
    }

    /// The same inbox in another namespace. A worker serves one namespace, so give each group of endpoints that must
    /// not wait for another its own.
    ///
    /// # Errors
    /// As [`Inbox::new`].
    pub fn in_namespace(self, name: &str) -> Result<Self, ConfigError> {
        Ok(Self {
            namespace: Namespace::queue(name)?,
            ..self
        })
    }

    /// Another endpoint of the same store and namespace.
    ///
    /// # Errors
    /// As [`Inbox::new`].
    pub fn endpoint(&self, name: &str) -> Result<Self, ConfigError> {
        check_name("endpoint", name)?;
        Ok(Self {
            endpoint: name.into(),
            ..self.clone()
        })
    }

    /// The endpoint's name.
    #[must_use]
    pub fn endpoint_name(&self) -> &str {
        &self.endpoint
    }

    /// The namespace.
    #[must_use]
    pub const fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// Stores a verified delivery in one atomic put. Once it returns `Ok`, of whatever kind, acknowledge with a 2xx.
    ///
    /// Dropping the future promises nothing: the delivery may or may not be stored, and the sender's next try finds out.
    ///
    /// # Errors
    /// [`StoreError`]: it may or may not be stored. Answer 503 and let the sender try again.
    pub async fn accept<B: Body>(&self, delivery: Verified<B>) -> Result<Accepted, StoreError> {
        let record = NewRecord::verified(&self.namespace, &self.endpoint, delivery);
        let answers = self.store.put(std::slice::from_ref(&record)).await?;
        match answers.as_slice() {
            [answer] => Ok(self.judge(&record, *answer)),
            _ => Err(answered(answers.len(), 1)),
        }
    }

    /// Stores several verified deliveries in one atomic put, all or none, and answers in their order: for consumers
    /// that receive batches.
    ///
    /// # Errors
    /// As [`Inbox::accept`], for the whole batch.
    pub async fn accept_all<B: Body>(
        &self,
        deliveries: impl IntoIterator<Item = Verified<B>>,
    ) -> Result<Vec<Accepted>, StoreError> {
        let records: Vec<NewRecord> = deliveries
            .into_iter()
            .map(|delivery| NewRecord::verified(&self.namespace, &self.endpoint, delivery))
            .collect();
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let answers = self.store.put(&records).await?;
        if answers.len() != records.len() {
            return Err(answered(answers.len(), records.len()));
        }
        Ok(records
            .iter()
            .zip(answers)
            .map(|(record, answer)| self.judge(record, answer))
            .collect())
    }

    fn judge(&self, record: &NewRecord, answer: Put) -> Accepted {
        match answer {
            Put::New => Accepted::New,
            Put::Duplicate { same_payload, .. } => {
                if !same_payload {
                    let id = record
                        .facts()
                        .id
                        .as_ref()
                        .map_or("", |id| id.value.as_str());
                    tracing::warn!(
                        endpoint = %self.endpoint,
                        key = %record.key(),
                        id = text::loggable(id),
                        "a duplicate has another payload than the event that is stored; the stored one is kept"
                    );
                }
                Accepted::Duplicate { same_payload }
            }
        }
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox")
            .field("namespace", &self.namespace)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// What became of a delivery. Either way it is durable, and the sender gets a 2xx.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Accepted {
    /// The event was stored before.
    #[non_exhaustive]
    Duplicate {
        /// Whether the payload was the same, byte for byte. If not, the earlier one is kept and a warning is traced.
        same_payload: bool,
    },
    /// It is stored now.
    New,
}

/// A store that leaves a put unanswered has not confirmed it, so nothing may be acknowledged.
fn answered(answers: usize, records: usize) -> StoreError {
    StoreError::new("inbox", StoreErrorKind::Unavailable).with_source(format!(
        "the store gave {answers} answers to {records} puts"
    ))
}
