//! The official SDKs as oracles for `webhook-verify`: what they sign we accept, what we sign they accept, and where a
//! verdict differs a table says so and why. See the README beside this crate.
// A harness of tests: whatever goes wrong in it is a failed test.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used
)]

pub mod cases;
pub mod corpus;
pub mod oracle;
pub mod request;
pub mod schemes;
pub mod verdicts;
