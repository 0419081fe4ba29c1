//! A body on its way in.

use std::borrow::Cow;
use std::time::Instant;

use bytes::Bytes;
use webhook_verify::{Delivery, Verification};

use crate::arrived::Arrived;
use crate::budget::Reservation;
use crate::coding::Coding;
use crate::pace::Pace;
use crate::rejection::{Reason, Rejection};

/// What a body may be cut into whatever its length.
const SOME_CHUNKS: usize = 1_024;
/// And how long its pieces must be on average beyond that. Servers hand in what a read brought: a thousand bytes and more.
const BYTES_A_CHUNK: usize = 64;

/// A request between its head and the end of its body: hashes, counts and times what comes in.
///
/// Hand in each [`chunk`](Self::chunk); give up the wait for the next one at [`due`](Self::due), which is later after
/// each chunk, and ask [`check`](Self::check) then.
#[derive(Debug)]
#[must_use]
pub struct Reading {
    verification: Verification,
    limit: usize,
    received: usize,
    chunks: usize,
    pace: Pace,
    reservation: Reservation,
    coding: Coding,
    inflate: Option<usize>,
    answer_by: Instant,
    delivery: Delivery,
}

impl Reading {
    #[allow(clippy::too_many_arguments)]
    pub(crate) const fn new(
        verification: Verification,
        limit: usize,
        pace: Pace,
        reservation: Reservation,
        coding: Coding,
        inflate: Option<usize>,
        answer_by: Instant,
        delivery: Delivery,
    ) -> Self {
        Self {
            verification,
            limit,
            received: 0,
            chunks: 0,
            pace,
            reservation,
            coding,
            inflate,
            answer_by,
            delivery,
        }
    }

    /// Until when the next chunk must come.
    #[must_use]
    pub fn due(&self) -> Instant {
        self.pace.due(self.received)
    }

    /// Whether there is still time.
    ///
    /// # Errors
    /// [`Reason::BodyTimeout`] from [`due`](Self::due) on.
    pub fn check(&self, now: Instant) -> Result<(), Rejection> {
        if now >= self.due() {
            return Err(self.refuse(Reason::BodyTimeout));
        }
        Ok(())
    }

    /// Takes the next piece of the body.
    ///
    /// # Errors
    /// [`Rejection`] if it is late, over the limit or over the budget, or if there are too many of them. Read nothing more
    /// then.
    pub fn chunk(&mut self, chunk: Bytes, now: Instant) -> Result<(), Rejection> {
        self.check(now)?;
        self.chunks += 1;
        let received = self.received.saturating_add(chunk.len());
        if self.chunks > SOME_CHUNKS.saturating_add(received / BYTES_A_CHUNK) {
            return Err(self.refuse(Reason::BodyInShreds));
        }
        // One chunk is kept as it is; several are put together in a buffer that grows by doubling.
        let in_memory = match self.received {
            0 => received,
            _ => received.checked_next_power_of_two().unwrap_or(received),
        };
        if received <= self.limit && !self.reservation.hold(in_memory) {
            return Err(self.refuse(Reason::Overloaded));
        }
        self.received = received;
        self.verification
            .update_bytes(chunk)
            .map_err(|error| self.refuse(Reason::Verify(error)))
    }

    /// The refusal of a body that broke off.
    pub fn broken(&self, problem: impl Into<Cow<'static, str>>) -> Rejection {
        self.refuse(Reason::BodyBroken(problem.into()))
    }

    /// Ends the body, gives the verdict, and decompresses what is authentic and compressed.
    ///
    /// # Errors
    /// [`Rejection`] if the request is not authentic, or does not decompress within its limit.
    pub fn finish(self) -> Result<Arrived, Rejection> {
        let Self {
            verification,
            mut reservation,
            coding,
            inflate,
            answer_by,
            delivery,
            ..
        } = self;
        let refuse = |reason| Rejection::new(reason, &delivery);
        let verified = verification
            .finish()
            .map_err(|error| refuse(Reason::Verify(error)))?;
        let inflated = match inflate {
            Some(limit) if coding != Coding::Identity => {
                Some(inflated(coding, verified.body(), limit, &mut reservation).map_err(refuse)?)
            }
            _ => None,
        };
        Ok(Arrived::new(
            verified,
            inflated,
            reservation,
            answer_by,
            delivery,
        ))
    }

    const fn refuse(&self, reason: Reason) -> Rejection {
        Rejection::new(reason, &self.delivery)
    }
}

#[cfg(feature = "inflate")]
fn inflated(
    coding: Coding,
    body: &[u8],
    limit: usize,
    reservation: &mut Reservation,
) -> Result<Bytes, Reason> {
    coding.inflate(body, limit, reservation)
}

#[cfg(not(feature = "inflate"))]
fn inflated(_: Coding, _: &[u8], _: usize, _: &mut Reservation) -> Result<Bytes, Reason> {
    Err(Reason::ContentEncoding)
}
