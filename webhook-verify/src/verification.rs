//! A request whose body arrives in pieces.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use bytes::{Bytes, BytesMut};

use crate::error::VerifyError;
use crate::head::Head;
use crate::mac::Running;
use crate::scheme::Signatures;
use crate::time::UnixTime;
use crate::verified::Verified;
use crate::verifier::Inner;

/// A verification between the headers and the end of the body. Hashes while the body comes in.
///
/// ```
/// use webhook_verify::{Message, StandardWebhooks};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let secret = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";
/// # let headers = StandardWebhooks::signer(secret)?.sign(&Message::new(b"one body").id("msg_1"))?;
/// let verifier = StandardWebhooks::new(secret)?;
/// let mut verification = verifier.begin(&headers)?;
/// for chunk in [&b"one "[..], b"body"] {
///     verification.update(chunk)?;
/// }
/// assert_eq!(verification.finish()?.body(), b"one body");
/// # Ok(()) }
/// ```
#[must_use]
pub struct Verification {
    verifier: Arc<Inner>,
    /// Boxed, because a verification is moved about more than a request in memory is.
    begun: Box<(Head, Signatures)>,
    /// Nothing to feed where the body must be read before it can be hashed.
    running: Option<Vec<Running>>,
    body: Buffer,
    received_at: UnixTime,
}

/// The body so far. One chunk, as most bodies are, is kept without a copy.
enum Buffer {
    Empty,
    Many(BytesMut),
    One(Bytes),
}

impl Buffer {
    fn len(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Many(bytes) => bytes.len(),
            Self::One(bytes) => bytes.len(),
        }
    }

    fn push(&mut self, chunk: Bytes) {
        match self {
            Self::Empty => *self = Self::One(chunk),
            Self::Many(bytes) => bytes.extend_from_slice(&chunk),
            Self::One(first) => {
                let mut bytes =
                    BytesMut::with_capacity((first.len() + chunk.len()).next_power_of_two());
                bytes.extend_from_slice(first);
                bytes.extend_from_slice(&chunk);
                *self = Self::Many(bytes);
            }
        }
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::Empty => Bytes::new(),
            Self::Many(bytes) => bytes.freeze(),
            Self::One(bytes) => bytes,
        }
    }
}

impl Verification {
    pub(crate) fn new(
        verifier: Arc<Inner>,
        head: Head,
        signatures: Signatures,
        received_at: UnixTime,
    ) -> Self {
        let running = (!verifier.plan.parsed_first).then(|| {
            verifier
                .active(received_at)
                .map(|(_, key)| key.start(verifier.content(), &head))
                .collect()
        });
        Self {
            verifier,
            begun: Box::new((head, signatures)),
            running,
            body: Buffer::Empty,
            received_at,
        }
    }

    /// Takes the next piece of the body and copies it.
    ///
    /// # Errors
    /// [`VerifyError::BodyTooLarge`] as soon as the body is over the limit. Read nothing more of it then.
    pub fn update(&mut self, chunk: &[u8]) -> Result<(), VerifyError> {
        if chunk.is_empty() {
            return Ok(());
        }
        self.hash(chunk)?;
        match &mut self.body {
            Buffer::Many(bytes) => bytes.extend_from_slice(chunk),
            buffer => buffer.push(Bytes::copy_from_slice(chunk)),
        }
        Ok(())
    }

    /// Takes the next piece of the body; a body of one piece is never copied.
    ///
    /// # Errors
    /// As [`Verification::update`].
    pub fn update_bytes(&mut self, chunk: Bytes) -> Result<(), VerifyError> {
        if chunk.is_empty() {
            return Ok(());
        }
        self.hash(&chunk)?;
        self.body.push(chunk);
        Ok(())
    }

    fn hash(&mut self, chunk: &[u8]) -> Result<(), VerifyError> {
        let limit = self.verifier.body_limit;
        if chunk.len() > limit.saturating_sub(self.body.len()) {
            return Err(VerifyError::BodyTooLarge { limit });
        }
        if self.verifier.plan.covers_body {
            self.running
                .iter_mut()
                .flatten()
                .for_each(|running| running.update(chunk));
        }
        Ok(())
    }

    /// Ends the body and gives the verdict.
    ///
    /// # Errors
    /// [`VerifyError`] if no signature matches under any secret, or if what the scheme keeps in the body is malformed.
    pub fn finish(self) -> Result<Verified, VerifyError> {
        let body = self.body.into_bytes();
        let (mut head, mut signatures) = *self.begun;
        let secret = self.verifier.judge(
            &mut head,
            &mut signatures,
            &body,
            self.running,
            self.received_at,
        )?;
        Ok(Verified::new(
            self.verifier,
            head,
            secret,
            self.received_at,
            body,
        ))
    }
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verification")
            .field("scheme", &self.verifier.scheme.name())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
