//! The group commit over scripted stores, and against the published conformance suite.
// A helper that fails should fail its test, and clippy knows tests only by their attribute.
#![allow(clippy::panic, clippy::unwrap_used)]

mod bad_records;
mod callers;
mod chaos;
mod conformance;
mod lanes;
mod locked;
mod other_calls;
mod scripted;
#[allow(dead_code)]
#[path = "../sqlite/harness.rs"]
mod sqlite;
