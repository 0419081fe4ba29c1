//! Every door behind a real socket, and the requests that go through all of them.
//!
//! A test package: what cannot be set up is a panic.
#![allow(clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc)]

pub mod abuse;
pub mod cases;
pub mod http2;
pub mod routes;
pub mod servers;
pub mod wire;
