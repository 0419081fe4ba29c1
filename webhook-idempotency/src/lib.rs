//! An idempotency store and a durable inbox for webhooks.

mod claims;
mod error;
mod key;
mod queue;
mod record;

pub use claims::{Begun, Claims, Outcome, Put, Settled, Settlement};
pub use error::{ConfigError, StoreError, StoreErrorKind};
pub use key::{Key, Kind, Namespace};
pub use queue::{ListRequest, Queue, Replayed, StateKind, Stats};
pub use record::{Attribute, Facts, Fence, Lease, Leased, NewRecord, Provenance, Record, State};
