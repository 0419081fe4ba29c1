//! One event on its way: what is put, what is stored, what a worker gets.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use rand::RngExt;
use sha2::{Digest, Sha256};
use webhook_verify::{Body, Coverage, UnixTime, Verified};

use crate::key::{Key, Namespace};

/// How the bytes of an event came to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Provenance {
    /// Written by this program, to be sent.
    Own,
    /// Listed by the provider's API after a delivery was missed.
    Recovered,
    /// Received over HTTP under a valid signature.
    Verified,
}

/// An id or a type, and whether the signature covered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The text as the sender wrote it.
    pub value: String,
    /// Whether somebody without the secret could have changed it.
    pub signed: bool,
}

/// What is known of an event apart from its payload. Changing a copy changes nothing that is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// The scheme that authenticated it (`stripe`), or the program's own name for an event that it sends.
    pub source: String,
    /// The endpoint that received it, or that it goes to.
    pub endpoint: String,
    /// The tenant that the resolver named.
    pub tenant: Option<String>,
    /// The sender's id of the event.
    pub id: Option<Attribute>,
    /// The event type.
    pub event_type: Option<Attribute>,
    /// The time the sender signed.
    pub signed_at: Option<UnixTime>,
    /// How the bytes came to be trusted.
    pub provenance: Provenance,
    /// What the signature covered.
    pub coverage: Coverage,
    /// The label of the secret that matched.
    pub secret: Option<String>,
}

impl Facts {
    /// Facts with everything optional left out: for stores that read them back.
    #[must_use]
    pub const fn new(
        source: String,
        endpoint: String,
        provenance: Provenance,
        coverage: Coverage,
    ) -> Self {
        Self {
            source,
            endpoint,
            tenant: None,
            id: None,
            event_type: None,
            signed_at: None,
            provenance,
            coverage,
            secret: None,
        }
    }
}

/// A record that is about to be put. Only a [`Verified`] delivery or an event of the program's own can become one.
#[derive(Clone)]
pub struct NewRecord {
    namespace: Namespace,
    key: Key,
    facts: Facts,
    payload: Bytes,
    payload_sha256: [u8; 32],
    delay: Duration,
}

impl NewRecord {
    /// The record of a verified delivery. Never fails: whatever is missing was judged before the signature was.
    #[must_use]
    pub fn verified<B: Body>(namespace: &Namespace, endpoint: &str, verified: Verified<B>) -> Self {
        let (key, facts) = identify(namespace, endpoint, &verified);
        Self::new(namespace, key, facts, verified.into_bytes())
    }

    /// The record of a verified delivery whose handler runs inside the request. It keeps no body: what must be the same
    /// for two deliveries to be one, apart from their identity, is its payload.
    pub(crate) fn guarding<B: Body>(
        namespace: &Namespace,
        endpoint: &str,
        verified: &Verified<B>,
        fingerprint: Bytes,
    ) -> Self {
        let (key, facts) = identify(namespace, endpoint, verified);
        Self::new(namespace, key, facts, fingerprint)
    }

    /// The record of a request under a key that an API client chose.
    pub(crate) fn requested(
        namespace: &Namespace,
        endpoint: &str,
        scope: &str,
        id: &str,
        fingerprint: Bytes,
    ) -> Self {
        let source = "api";
        let key = Key::derive(namespace, source, endpoint, Some(scope), id.as_bytes());
        let mut facts = Facts::new(
            source.to_owned(),
            endpoint.to_owned(),
            Provenance::Own,
            Coverage::WHOLE_BODY,
        );
        facts.id = Some(Attribute {
            value: id.to_owned(),
            signed: false,
        });
        Self::new(namespace, key, facts, fingerprint)
    }

    /// The record of an event that this program sends: `id` is its identity at `endpoint`.
    #[must_use]
    pub fn own(
        namespace: &Namespace,
        source: &str,
        endpoint: &str,
        id: &str,
        event_type: &str,
        payload: Bytes,
    ) -> Self {
        let mut facts = Facts::new(
            source.to_owned(),
            endpoint.to_owned(),
            Provenance::Own,
            Coverage::WHOLE_BODY,
        );
        facts.id = Some(Attribute {
            value: id.to_owned(),
            signed: true,
        });
        facts.event_type = Some(Attribute {
            value: event_type.to_owned(),
            signed: true,
        });
        let key = Key::derive(namespace, source, endpoint, None, id.as_bytes());
        Self::new(namespace, key, facts, payload)
    }

    fn new(namespace: &Namespace, key: Key, facts: Facts, payload: Bytes) -> Self {
        let payload_sha256 = Sha256::digest(&payload).into();
        Self {
            namespace: namespace.clone(),
            key,
            facts,
            payload,
            payload_sha256,
            delay: Duration::ZERO,
        }
    }

    /// The same record, not to be leased before `delay` has passed on the store's clock.
    #[must_use]
    pub const fn delayed(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// The namespace it goes into.
    #[must_use]
    pub const fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// Its unique key.
    #[must_use]
    pub const fn key(&self) -> Key {
        self.key
    }

    /// What is known of it.
    #[must_use]
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The bytes, exactly as they were signed.
    #[must_use]
    pub const fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// The SHA-256 of the payload, checked whenever it is read back.
    #[must_use]
    pub const fn payload_sha256(&self) -> &[u8; 32] {
        &self.payload_sha256
    }

    /// How long after the put it may first be leased.
    #[must_use]
    pub const fn delay(&self) -> Duration {
        self.delay
    }
}

/// The key and the facts of a verified delivery.
fn identify<B: Body>(
    namespace: &Namespace,
    endpoint: &str,
    verified: &Verified<B>,
) -> (Key, Facts) {
    let attributes = verified.attributes();
    let stored = |attribute: Result<webhook_verify::Attribute<'_>, _>| {
        attribute.ok().map(|attribute| Attribute {
            value: attribute.value.into_owned(),
            signed: attribute.signed,
        })
    };
    // An event that nothing identifies gets a key that nothing else has, so that it is never taken for another.
    let identity = attributes.identity.to_bytes().unwrap_or_else(|| {
        let nonce: [u8; 32] = rand::rng().random();
        nonce.to_vec()
    });
    let facts = Facts {
        source: verified.source().to_owned(),
        endpoint: endpoint.to_owned(),
        tenant: verified.tenant().map(str::to_owned),
        id: stored(attributes.id),
        event_type: stored(attributes.event_type),
        signed_at: verified.signed_at(),
        provenance: Provenance::Verified,
        coverage: verified.coverage(),
        secret: Some(verified.secret_label().to_owned()),
    };
    let key = Key::derive(
        namespace,
        verified.source(),
        endpoint,
        verified.tenant(),
        &identity,
    );
    (key, facts)
}

impl fmt::Debug for NewRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewRecord")
            .field("namespace", &self.namespace)
            .field("key", &self.key)
            .field("facts", &self.facts)
            .field("payload_bytes", &self.payload.len())
            .finish_non_exhaustive()
    }
}

/// A number that rises with every lease of a record and never starts again, also after the record was forgotten. Stores
/// other than Redis let it rise across all their records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fence(pub i64);

/// The right to work on one record, until it lapses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lease {
    /// The record.
    pub key: Key,
    /// Every later write carries it; a store refuses a write whose fence is not the newest.
    pub fence: Fence,
    /// When it lapses, on the store's clock.
    pub until: UnixTime,
}

impl Lease {
    /// A lease as a store hands it out.
    #[must_use]
    pub const fn new(key: Key, fence: Fence, until: UnixTime) -> Self {
        Self { key, fence, until }
    }
}

/// Where a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// Given up, kept for people to look at and replay.
    Dead,
    /// Finished.
    Done,
    /// Somebody works on it, until then.
    Leased {
        /// When the lease lapses.
        until: UnixTime,
    },
    /// Waiting for a worker, from then on.
    Ready {
        /// When it may first be leased.
        at: UnixTime,
    },
}

/// A stored record.
#[derive(Clone)]
#[non_exhaustive]
pub struct Record {
    /// Its unique key.
    pub key: Key,
    /// What is known of the event.
    pub facts: Facts,
    /// The payload.
    pub payload: Bytes,
    /// Whether what is stored is not what was put. The payload is empty then, and no worker ever gets the record; only
    /// a listing shows it.
    pub damaged: bool,
    /// Where it stands.
    pub state: State,
    /// How many times it has been leased and not released since it was put or last replayed.
    pub attempts: u32,
    /// When it was put.
    pub received_at: UnixTime,
    /// When it was settled as done or dead.
    pub settled_at: Option<UnixTime>,
    /// Why the last attempt failed, or why it is dead.
    pub last_error: Option<String>,
    /// What a guard stored when it completed.
    pub output: Option<Bytes>,
    /// Its place in the order of commits, which pages of a listing follow.
    pub sequence: i64,
}

impl Record {
    /// A record as a store reads it back, with nothing attempted or settled.
    #[must_use]
    pub const fn new(
        key: Key,
        facts: Facts,
        payload: Bytes,
        state: State,
        received_at: UnixTime,
        sequence: i64,
    ) -> Self {
        Self {
            key,
            facts,
            payload,
            damaged: false,
            state,
            attempts: 0,
            received_at,
            settled_at: None,
            last_error: None,
            output: None,
            sequence,
        }
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("key", &self.key)
            .field("facts", &self.facts)
            .field("payload_bytes", &self.payload.len())
            .field("state", &self.state)
            .field("attempts", &self.attempts)
            .field("last_error", &self.last_error)
            .field("sequence", &self.sequence)
            .finish_non_exhaustive()
    }
}

/// A record together with the right to work on it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Leased {
    /// The right to work on it.
    pub lease: Lease,
    /// The record, with this attempt counted.
    pub record: Record,
}

impl Leased {
    /// What a store returns from a lease.
    #[must_use]
    pub const fn new(lease: Lease, record: Record) -> Self {
        Self { lease, record }
    }
}
