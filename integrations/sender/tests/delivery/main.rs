//! From the outbox to a receiver, over loopback and a real file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod configuration;
mod outbox;
mod restart;
mod retries;
mod support;
