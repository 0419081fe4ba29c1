//! Verification in front of a service that handles the event itself.
//!
//! The inner service gets the body as `Full<Bytes>`, byte for byte what was signed, and a
//! [`Verified`](webhook_verify::Verified) in the request's extensions.

mod future;
mod layer;
mod service;

pub use future::VerifyFuture;
pub use layer::VerifyLayer;
pub use service::Verify;
