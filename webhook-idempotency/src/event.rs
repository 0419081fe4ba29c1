//! What a handler is given.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use webhook_verify::{Coverage, UnixTime};

use crate::key::Key;
use crate::record::{Facts, Fence, Leased, Provenance};

#[cfg(feature = "json")]
mod json;
#[cfg(feature = "json")]
pub use json::JsonError;

/// One attempt at one event, as a handler sees it. Cloning it copies a pointer.
///
/// Nothing of it is secret to the handler, but its `Debug` shows no payload, so that it may be logged.
#[derive(Clone)]
pub struct Event(Arc<Inner>);

struct Inner {
    leased: Leased,
    leased_at: UnixTime,
}

impl Event {
    /// The event of a record that was leased at that time on the store's clock: for programs that lease by themselves,
    /// and for tests of handlers. A worker makes its events itself.
    #[must_use]
    pub fn new(leased: Leased, leased_at: UnixTime) -> Self {
        Self(Arc::new(Inner { leased, leased_at }))
    }

    /// The bytes, exactly as they were signed.
    #[must_use]
    pub fn payload(&self) -> &Bytes {
        &self.0.leased.record.payload
    }

    /// Everything that is known of the event apart from its payload.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.0.leased.record.facts
    }

    /// The sender's id of the event. [`Facts::id`] says whether the signature covered it.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.facts().id.as_ref().map(|id| id.value.as_str())
    }

    /// The event type. [`Facts::event_type`] says whether the signature covered it.
    #[must_use]
    pub fn event_type(&self) -> Option<&str> {
        self.facts()
            .event_type
            .as_ref()
            .map(|event_type| event_type.value.as_str())
    }

    /// The scheme that authenticated it (`stripe`), or the program's own name for an event that it sends.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.facts().source
    }

    /// The endpoint that received it, or that it goes to.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.facts().endpoint
    }

    /// The tenant, where there are several.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.facts().tenant.as_deref()
    }

    /// How the bytes came to be trusted.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        self.facts().provenance
    }

    /// What the signature covered.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        self.facts().coverage
    }

    /// The number of this attempt, counted from 1. Attempts that ended in a crash count; those that were given back
    /// unfinished or put off do not.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.0.leased.record.attempts
    }

    /// When the event was stored, on the store's clock.
    #[must_use]
    pub fn received_at(&self) -> UnixTime {
        self.0.leased.record.received_at
    }

    /// How long the event had been stored when this attempt began, by the store's clock.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.0.leased_at.saturating_since(self.received_at())
    }

    /// A number that rises with every lease of this event. A resource that remembers the highest one it has seen can
    /// refuse a worker that was frozen and came back.
    #[must_use]
    pub fn fence(&self) -> Fence {
        self.0.leased.lease.fence
    }

    /// The unique key of the stored record.
    #[must_use]
    pub fn key(&self) -> Key {
        self.0.leased.record.key
    }

    /// What to send as the idempotency key of a call to another service: the same text in every attempt, after every
    /// replay and on every host, and another one for every other event.
    ///
    /// It has the form of a UUID (version 8), 36 characters, because some services accept nothing else.
    #[must_use]
    pub fn idempotency_key(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"webhook idempotency key 1");
        hash.update(self.key().as_bytes());
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] =
            <[u8; 32]>::from(hash.finalize());
        let mut uuid = u128::from_be_bytes([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]);
        uuid = uuid & !(0xF << 76) | 0x8 << 76;
        uuid = uuid & !(0b11 << 62) | 0b10 << 62;
        let field = |shift: u32, bits: u32| (uuid >> shift) & ((1 << bits) - 1);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            field(96, 32),
            field(80, 16),
            field(64, 16),
            field(48, 16),
            field(0, 48)
        )
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("key", &self.key())
            .field("source", &self.source())
            .field("endpoint", &self.endpoint())
            .field("id", &self.id())
            .field("event_type", &self.event_type())
            .field("attempt", &self.attempt())
            .field("age", &self.age())
            .field("fence", &self.fence())
            .field("payload_bytes", &self.payload().len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
