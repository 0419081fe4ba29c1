//! Idempotency around handlers that run inside the request.

mod body;
mod future;
mod gather;
mod layer;
mod rejection;
mod service;

pub use body::GuardedBody;
pub use future::IdempotencyFuture;
pub use layer::IdempotencyLayer;
pub use rejection::IdempotencyRejection;
pub use service::Idempotency;
