//! The proof that a request is who it says it is.

use alloc::sync::Arc;
use core::fmt;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::attributes::{Attribute, Attributes, Identity};
use crate::body::Body;
use crate::challenge::{ChallengeError, Judged};
use crate::head::Head;
use crate::scheme::{Coverage, Delivery};
use crate::time::UnixTime;
use crate::verifier::{Inner, Verifier};

/// A delivery whose signature was checked. Only the engine makes one, and nothing can change one.
///
/// It holds the very bytes that were signed.
#[must_use]
#[derive(Clone)]
pub struct Verified<B = Bytes> {
    verifier: Arc<Inner>,
    head: Head,
    secret: usize,
    received_at: UnixTime,
    body: B,
}

impl<B: Body> Verified<B> {
    /// Tells a signed question from an event, as [`Verifier::classify`] of the verifier that made this.
    ///
    /// # Errors
    /// [`ChallengeError`] if it is a question that may not be answered; answer with its status and an empty body.
    pub fn classify(self) -> Result<Judged<B>, ChallengeError> {
        Verifier::of(Arc::clone(&self.verifier)).classify(self)
    }

    pub(crate) const fn new(
        verifier: Arc<Inner>,
        head: Head,
        secret: usize,
        received_at: UnixTime,
        body: B,
    ) -> Self {
        Self {
            verifier,
            head,
            secret,
            received_at,
            body,
        }
    }

    /// The signed bytes.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.body.as_ref()
    }

    /// The signed bytes, out of their proof.
    #[must_use]
    pub fn into_body(self) -> B {
        self.body
    }

    /// The signed bytes as an owned, cheaply cloned buffer, out of their proof.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.body.into_bytes()
    }

    /// The same proof over an owned, cheaply cloned buffer.
    pub fn into_owned(self) -> Verified<Bytes> {
        Verified {
            verifier: self.verifier,
            head: self.head,
            secret: self.secret,
            received_at: self.received_at,
            body: self.body.into_bytes(),
        }
    }

    /// The name of the scheme that authenticated it.
    #[must_use]
    pub fn source(&self) -> &str {
        self.verifier.scheme.name()
    }

    /// How its provider delivers, and which answers it understands.
    #[must_use]
    pub fn delivery(&self) -> &Delivery {
        self.verifier.scheme.delivery()
    }

    /// The tenant of the verifier, where it has one.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.verifier.tenant.as_deref()
    }

    /// The label of the secret that matched; of the first, if several did. Secrets are given newest first.
    /// Where the public key was fetched, what it goes by with its provider.
    #[must_use]
    pub fn secret_label(&self) -> &str {
        self.verifier
            .keys
            .get(self.secret)
            .map(|key| &*key.label)
            .or_else(|| self.head.extra.as_ref()?.key_label.as_deref())
            .unwrap_or_default()
    }

    /// What nobody without the secret could have changed.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        self.verifier.scheme.coverage()
    }

    /// The time that the sender signed, if it did.
    #[must_use]
    pub const fn signed_at(&self) -> Option<UnixTime> {
        self.head.signed_at
    }

    /// The time that the verification was made at.
    #[must_use]
    pub const fn received_at(&self) -> UnixTime {
        self.received_at
    }

    /// Id, type and identity in one pass over the body; for schemes that keep them in the body this parses it, so keep
    /// the answer.
    #[must_use]
    pub fn attributes(&self) -> Attributes<'_> {
        Attributes::read(&self.verifier.scheme, &self.head, self.body.as_ref())
    }

    /// The id that the sender gave the event, as in [`Verified::attributes`].
    #[must_use]
    pub fn id(&self) -> Option<Attribute<'_>> {
        self.attributes().id.ok()
    }

    /// The event type, as in [`Verified::attributes`].
    #[must_use]
    pub fn event_type(&self) -> Option<Attribute<'_>> {
        self.attributes().event_type.ok()
    }

    /// What makes two deliveries the same event, as in [`Verified::attributes`].
    #[must_use]
    pub fn identity(&self) -> Identity<'_> {
        self.attributes().identity
    }

    /// The SHA-256 of the body.
    #[must_use]
    pub fn body_sha256(&self) -> [u8; 32] {
        Sha256::digest(self.body.as_ref()).into()
    }
}

impl<B: Body> fmt::Debug for Verified<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("source", &self.source())
            .field("secret_label", &self.secret_label())
            .field("coverage", &self.coverage())
            .field("signed_at", &self.signed_at())
            .field("body_bytes", &self.body.as_ref().len())
            .finish_non_exhaustive()
    }
}
