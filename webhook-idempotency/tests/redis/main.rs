//! The Redis store against the published conformance suite and against servers and networks that fail.
// A helper that fails should fail its test, and clippy knows tests only by their attribute.
#![allow(clippy::unwrap_used, clippy::unwrap_in_result, clippy::panic)]

mod durable;
mod failover;
mod harness;
mod open;
mod race;
mod replies;

/// One server.
mod single {
    webhook_idempotency::claims_conformance_tests!(crate::harness::Shared::single());
}

/// One server with a replica that confirms each write.
mod confirmed {
    webhook_idempotency::claims_conformance_tests!(crate::harness::Shared::confirmed());
}

/// Three primaries with a replica each.
mod cluster {
    webhook_idempotency::claims_conformance_tests!(crate::harness::Shared::cluster());
}

/// The same, with replicas that confirm each write.
mod confirmed_cluster {
    webhook_idempotency::claims_conformance_tests!(crate::harness::Shared::confirmed_cluster());
}
