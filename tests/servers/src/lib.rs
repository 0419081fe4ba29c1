//! Private database servers for tests.
//!
//! Each is a child process in a directory of its own, on a free port of the loopback interface. It ends with its handle, and
//! also when the test process is killed: see [`process::Janitor`]. A server that is not installed is a failure, never a
//! reason to skip; `tests/run` installs them.

// A server that does not start fails the test that wants it.
#![allow(clippy::expect_used, clippy::missing_panics_doc, clippy::panic)]

pub mod pgbouncer;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod redis;

pub use pgbouncer::PgBouncer;
pub use postgres::Postgres;
pub use proxy::Proxy;
pub use redis::Redis;
