//! The Postgres store against the published conformance suite, on a private server, and what only Postgres promises.
// A helper that fails should fail its test, and clippy knows tests only by their attribute.
#![allow(clippy::unwrap_used)]

mod faults;
mod grouped;
mod harness;
mod open;
mod own_transaction;
mod races;
mod transactions;

mod two_handles_on_one_database {
    webhook_idempotency::conformance_tests!(crate::harness::Database::new());
}

mod through_a_pooler {
    webhook_idempotency::conformance_tests!(crate::harness::Database::through_a_pooler());
}
