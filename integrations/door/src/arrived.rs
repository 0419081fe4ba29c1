//! A delivery that is verified and about to be handed on.

use std::time::{Duration, Instant};

use bytes::Bytes;
use webhook_verify::{Delivery, Verified};

use crate::budget::Reservation;
use crate::rejection::{Reason, Rejection};

/// A verified delivery, with what is left of its request's time and its share of the budget. Keep it until the request is
/// answered.
#[derive(Debug)]
pub struct Arrived {
    verified: Verified,
    inflated: Option<Bytes>,
    reservation: Reservation,
    answer_by: Instant,
    delivery: Delivery,
}

impl Arrived {
    pub(crate) const fn new(
        verified: Verified,
        inflated: Option<Bytes>,
        reservation: Reservation,
        answer_by: Instant,
        delivery: Delivery,
    ) -> Self {
        Self {
            verified,
            inflated,
            reservation,
            answer_by,
            delivery,
        }
    }

    /// The proof, with the very bytes that were signed.
    pub const fn verified(&self) -> &Verified {
        &self.verified
    }

    /// What a handler reads: the signed bytes, or what they decompress to.
    #[must_use]
    pub fn content(&self) -> Bytes {
        match &self.inflated {
            Some(inflated) => inflated.clone(),
            None => self.verified.clone().into_bytes(),
        }
    }

    /// Whether [`content`](Self::content) is decompressed, so that the request's `Content-Encoding` and `Content-Length`
    /// no longer describe it and must not be handed on.
    #[must_use]
    pub const fn is_inflated(&self) -> bool {
        self.inflated.is_some()
    }

    /// How much is left of the time in which the request must be answered.
    #[must_use]
    pub fn time_left(&self, now: Instant) -> Duration {
        self.answer_by.saturating_duration_since(now)
    }

    /// What the provider makes of answers.
    #[must_use]
    pub const fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// The refusal of this delivery for a reason that came up later.
    #[must_use]
    pub const fn refuse(&self, reason: Reason) -> Rejection {
        Rejection::new(reason, &self.delivery)
    }

    /// The proof, and the share of the budget to keep until the request is answered.
    pub fn into_parts(self) -> (Verified, Reservation) {
        (self.verified, self.reservation)
    }
}
