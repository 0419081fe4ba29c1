//! The store contract as tests that anybody can run over a store of their own.
//!
//! Each function is one claim and its name is the claim: it panics if the claim does not hold.
//! [`conformance_tests!`](crate::conformance_tests) makes a test of every one of them. There is one claim for each cell
//! of the table of states and calls, and further ones for what only shows over several calls.
//!
//! A store that is no [`Queue`](crate::Queue) keeps the claims in [`claims`], and
//! [`claims_conformance_tests!`](crate::claims_conformance_tests) makes tests of these; every queue keeps them too.
//!
//! This module follows the contract, not semantic versioning: a minor release may add claims.
//!
//! ```
//! # mod example {
//! use std::sync::{Arc, Mutex};
//! use std::time::Duration;
//! use webhook_idempotency::conformance::{Harness, conformance_tests};
//! use webhook_idempotency::{MemoryStore, Queue};
//! use webhook_verify::UnixTime;
//!
//! struct InMemory {
//!     now: Arc<Mutex<UnixTime>>,
//!     store: Arc<MemoryStore>,
//! }
//!
//! impl InMemory {
//!     fn new() -> Self {
//!         let now = Arc::new(Mutex::new(UnixTime::from_secs(1_700_000_000)));
//!         let clock = Arc::clone(&now);
//!         let store = MemoryStore::new(100_000).with_clock(Arc::new(move || *clock.lock().unwrap()));
//!         Self { now, store: Arc::new(store) }
//!     }
//! }
//!
//! #[async_trait::async_trait]
//! impl Harness for InMemory {
//!     async fn store(&self) -> Arc<dyn Queue> {
//!         self.store.clone()
//!     }
//!
//!     async fn restart(&self) -> Arc<dyn Queue> {
//!         self.store.clone()
//!     }
//!
//!     async fn advance(&self, by: Duration) {
//!         let mut now = self.now.lock().unwrap();
//!         *now = now.saturating_add(by);
//!     }
//! }
//!
//! conformance_tests!(InMemory::new());
//! # }
//! ```

// A claim that does not hold panics, as a test does.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used
)]

mod case;
mod dropped;
mod harness;
mod macros;

pub mod attempts;
pub mod cancellation;
pub mod claims;
pub mod durability;
pub mod extend;
pub mod fencing;
pub mod get;
pub mod lease;
pub mod list;
pub mod namespaces;
pub mod paging;
pub mod payloads;
pub mod purge;
pub mod put;
pub mod replay;
pub mod retention;
pub mod settle;
pub mod stats;
pub mod timing;

pub use self::harness::{ClaimsHarness, Harness};
pub use crate::{claims_conformance_tests, conformance_tests};
