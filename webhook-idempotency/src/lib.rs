//! An idempotency store and a durable inbox for webhooks: dedupe is the insert, leases are fenced, effects run once.
//!
//! A verified delivery is *put* under a unique key, and acknowledged once that is durable. A worker *leases* it, runs a
//! handler, and *settles* it under the fence of its lease. Whatever crashes in between, nothing that was acknowledged is
//! lost, and a worker that comes back too late can write nothing any more.
//!
//! ```
//! # #[cfg(feature = "worker")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use webhook_idempotency::{Event, HandlerError, Inbox, MemoryStore, Worker};
//! use webhook_verify::{Message, StandardWebhooks};
//!
//! let store = Arc::new(MemoryStore::new(10_000));
//! let inbox = Inbox::new(store.clone(), "shop")?;
//!
//! # let secret = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";
//! # let headers = StandardWebhooks::signer(secret)?.sign(&Message::new(b"{}").id("msg_1"))?;
//! let verifier = StandardWebhooks::new(secret)?;
//! for _ in 0..2 {
//!     // Answer 200 to both; the second one is a duplicate and runs nothing.
//!     let accepted = inbox.accept(verifier.verify(&headers, b"{}")?).await?;
//!     println!("{accepted:?}");
//! }
//!
//! async fn on_event(event: Event) -> Result<(), HandlerError> {
//!     println!("{:?}", event.id());
//!     Ok(())
//! }
//! let worker = Worker::builder(store).handle(on_event).build()?;
//! # let shutdown = std::future::ready(());
//! worker.run(shutdown).await;
//! # Ok(()) }
//! # #[cfg(not(feature = "worker"))]
//! # fn main() {}
//! ```
//!
//! # The parts
//!
//! - [`Claims`] and [`Queue`] are what a store promises; [`MemoryStore`] is the reference, and `SqliteStore` (feature
//!   `sqlite`) and `PostgresStore` (feature `postgres`) are durable. The suite in `conformance` (feature) tests any
//!   implementation.
//! - [`GroupCommit`] goes in front of a durable store: callers that come at the same time share a commit.
//! - [`Inbox`] stores verified deliveries for one endpoint.
//! - [`Guard`] is for handlers that run inside the request and answer with their result.
//! - `Worker` (feature `worker`) runs [`Handler`]s: at least once, or, with `handle_tx`, with effects that happen exactly
//!   once because they are committed together with the settlement.
//!
//! Nothing is forgotten by itself: call [`Claims::purge`] from time to time, with a retention longer than the sender may
//! send an event again.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `postgres` | `PostgresStore`; needs Rust 1.94 |
//! | `sqlite` | `SqliteStore`; needs Rust 1.94 |
//! | `redis` | `RedisStore`, claims for many hosts: one server or a cluster |
//! | `worker` | `Worker`, `RetryPolicy` |
//! | `json` | `Event::json` |
//! | `conformance` | the test suite for stores, outside semantic versioning |

mod claims;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod event;
mod group_commit;
mod guard;
mod handler;
mod inbox;
mod key;
mod queue;
mod record;
#[cfg(feature = "worker")]
mod retry;
mod store;
mod text;
mod transaction;
#[cfg(feature = "worker")]
mod worker;

pub use claims::{Begun, Claims, Outcome, Put, Settled, Settlement};
pub use error::{ConfigError, StoreError, StoreErrorKind};
pub use event::Event;
#[cfg(feature = "json")]
pub use event::JsonError;
pub use group_commit::{GroupCommit, GroupCommitBuilder};
pub use guard::{
    Attempt, Completion, Entry, Guard, GuardBuilder, GuardKey, GuardReason, GuardRefusal,
    StoredResponse,
};
pub use handler::{BoxFuture, Handler, HandlerError};
pub use inbox::{Accepted, Inbox};
pub use key::{Key, Kind, Namespace};
pub use queue::{ListRequest, Queue, Replayed, StateKind, Stats};
pub use record::{Attribute, Facts, Fence, Lease, Leased, NewRecord, Provenance, Record, State};
#[cfg(feature = "worker")]
pub use retry::RetryPolicy;
pub use store::memory::MemoryStore;
#[cfg(feature = "postgres")]
pub use store::postgres::{Durability, Isolation, PostgresOptions, PostgresStore};
#[cfg(feature = "redis")]
pub use store::redis::{Persistence, RedisOptions, RedisStore};
#[cfg(feature = "sqlite")]
pub use store::sqlite::{SqliteOptions, SqliteStore};
pub use transaction::{Apply, Refusal, TransactionOutcome, TransactionalQueue};
#[cfg(feature = "worker")]
pub use worker::{Drained, NoHandler, WithHandler, Worker, WorkerBuilder};
