//! The egress guard: what a request may be sent to, checked at the URL and again at the socket.
//!
//! A check of the URL alone is void, because the name can resolve to anything later; a check in the resolver alone is
//! void, because literals never reach it. So there is one connector for both, which resolves once, judges every
//! address, and dials exactly what it judged.

mod address;
mod connector;
mod dial;
mod policy;
mod resolve;
mod url;

pub(crate) use connector::{ConnectError, Connector, Opened, guarded_tls};
pub use policy::EgressPolicy;
pub use resolve::{Resolve, SystemResolver};
pub use url::{EndpointUrl, UrlError};
