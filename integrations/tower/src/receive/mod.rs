//! The durable receiver: verify, persist, acknowledge.

mod future;
mod service;

pub use future::ReceiveFuture;
pub use service::Receive;
