//! The worker against real stores. Time is tokio's paused clock, which the stores read too, so nothing really sleeps.
#![allow(clippy::panic, clippy::unwrap_used)]

mod drain;
mod faulty;
#[cfg(feature = "sqlite")]
mod frozen;
mod leases;
mod outcomes;
mod permits;
mod support;
#[cfg(feature = "sqlite")]
mod transactions;
mod trouble;
