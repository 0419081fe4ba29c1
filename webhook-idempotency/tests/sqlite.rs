//! The SQLite store against the published conformance suite, and what only SQLite promises.
