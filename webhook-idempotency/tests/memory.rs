//! The memory store against the published conformance suite.
