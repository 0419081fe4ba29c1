//! An idempotency store and a durable inbox for webhooks.

mod claims;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod event;
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
pub use handler::{BoxFuture, Handler, HandlerError};
pub use inbox::{Accepted, Inbox};
pub use key::{Key, Kind, Namespace};
pub use queue::{ListRequest, Queue, Replayed, StateKind, Stats};
pub use record::{Attribute, Facts, Fence, Lease, Leased, NewRecord, Provenance, Record, State};
#[cfg(feature = "worker")]
pub use retry::RetryPolicy;
pub use store::memory::MemoryStore;
#[cfg(feature = "sqlite")]
pub use store::sqlite::{SqliteOptions, SqliteStore};
pub use transaction::{Apply, Refusal, TransactionOutcome, TransactionalQueue};
#[cfg(feature = "worker")]
pub use worker::{Drained, NoHandler, WithHandler, Worker, WorkerBuilder};
