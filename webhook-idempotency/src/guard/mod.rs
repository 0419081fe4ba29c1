//! Idempotency for handlers that run inside the request.

mod attempt;
mod begin;
mod builder;
mod key;
mod refusal;
mod response;

use std::fmt;
use std::sync::Arc;

use tokio::sync::Semaphore;

pub use self::attempt::{Attempt, Completion};
pub use self::begin::Entry;
pub use self::builder::GuardBuilder;
use self::builder::Policy;
pub use self::key::GuardKey;
pub use self::refusal::{GuardReason, GuardRefusal};
pub use self::response::StoredResponse;
use crate::claims::Claims;
use crate::error::ConfigError;
use crate::key::Namespace;

/// Lets a handler run once for each request, however often the request comes, and answers repetitions with what the
/// handler said the first time.
///
/// For handlers that must answer with their result; whoever only needs to acknowledge is better served by an
/// [`Inbox`](crate::Inbox), which loses nothing when a handler is stopped half way.
///
/// - The first request takes a lease on its key and runs. While it runs, a repetition is refused with a status on which
///   its peer tries again: the provider's own for deliveries (503 unless it is known to need another), 409 for API
///   clients. Never a 2xx: nothing is done yet.
/// - A response that completes (2xx unless configured) is stored: the status, the headers that are kept, a body of up to
///   64 KiB. A longer body is not kept, and repetitions get the bare status.
/// - Any other response, an error, a panic, and a client that disconnects release the key, and a repetition runs.
/// - The lease is extended while the handler runs, up to a ceiling. A process that dies leaves a lease that lapses.
/// - If the store cannot be asked, nothing runs, and the peer is told to come back.
///
/// The handler's effects are done at least once: it may have done something before it was stopped, and a process that dies
/// after the handler and before the response is stored runs it again. Effects in a database of one's own happen once with
/// the inbox and `handle_tx`.
///
/// Needs a tokio runtime with a timer. Cloning it copies a pointer.
///
/// ```
/// use std::sync::Arc;
/// use bytes::Bytes;
/// use webhook_idempotency::{Entry, Guard, MemoryStore, StoredResponse};
/// use webhook_verify::{Message, StandardWebhooks};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let guard = Guard::new(Arc::new(MemoryStore::new(10_000)), "shop")?;
/// # let secret = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";
/// # let headers = StandardWebhooks::signer(secret)?.sign(&Message::new(b"{}").id("msg_1"))?;
/// let verifier = StandardWebhooks::new(secret)?;
/// for time in ["first", "second"] {
///     let verified = verifier.verify(&headers, b"{}")?;
///     match guard.begin(&guard.delivery(&verified)).await {
///         Entry::Began(attempt) => {
///             assert_eq!(time, "first");
///             // The handler runs here.
///             let response = StoredResponse::new(200, [("content-type", "text/plain")], Bytes::from("paid"));
///             attempt.finish(response).await;
///         }
///         Entry::Replayed(response) => assert_eq!((time, &response.body()[..]), ("second", &b"paid"[..])),
///         other => panic!("{other:?}"),
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Guard {
    shared: Arc<Shared>,
}

struct Shared {
    store: Arc<dyn Claims>,
    namespace: Namespace,
    endpoint: Box<str>,
    policy: Policy,
    /// Room for calls to the store that nobody may be waiting for any more.
    places: Arc<Semaphore>,
}

impl Guard {
    /// The namespace of a guard that was not given another one.
    pub const NAMESPACE: &'static str = "requests";

    /// A guard of that endpoint in the namespace `requests`, with the defaults of [`Guard::builder`].
    ///
    /// The endpoint is part of each request's identity and must stay the same for as long as one may be repeated.
    ///
    /// # Errors
    /// [`ConfigError::Name`] unless the name has 1 to 64 characters of `a-z`, `0-9`, `-`, `_`, `.` and `/`.
    pub fn new(store: Arc<dyn Claims>, endpoint: &str) -> Result<Self, ConfigError> {
        Self::builder(store, endpoint).build()
    }

    /// Begins to configure one.
    pub fn builder(store: Arc<dyn Claims>, endpoint: &str) -> GuardBuilder {
        GuardBuilder::new(store, endpoint)
    }

    /// The namespace, for [`Claims::purge`].
    #[must_use]
    pub fn namespace(&self) -> &Namespace {
        &self.shared.namespace
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("namespace", &self.shared.namespace)
            .field("endpoint", &self.shared.endpoint)
            .field("policy", &self.shared.policy)
            .finish_non_exhaustive()
    }
}
