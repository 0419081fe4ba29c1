//! A bundled webhook sender: events leave with your transaction, are signed at each attempt, and go only where they may.

mod classify;
mod client;
mod egress;
mod error;

pub use classify::{DeadReason, Decision, Patience, classify, classify_failure};
pub use client::{
    Answer, Client, DEFAULT_TIMEOUT, EXCERPT_LIMIT, Failure, FailureClass, RetryAfter,
};
pub use egress::{EgressPolicy, EndpointUrl, Resolve, SystemResolver, UrlError};
pub use error::ConfigError;
