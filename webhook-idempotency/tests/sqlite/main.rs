//! The SQLite store against the published conformance suite, and what only SQLite promises.
// A helper that fails should fail its test, and clippy knows tests only by their attribute.
#![allow(clippy::unwrap_used)]

mod faults;
mod harness;
mod open;
mod own_transaction;
mod transactions;

mod one_handle {
    webhook_idempotency::conformance_tests!(crate::harness::Database::new(false));
}

mod two_handles_on_one_file {
    webhook_idempotency::conformance_tests!(crate::harness::Database::new(true));
}
