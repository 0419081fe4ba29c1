//! What is known of a provider apart from how it signs, and how well it is known.

use core::time::Duration;

/// How a provider delivers, and what it makes of an answer. `None` where it does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// How long it waits for an answer.
    pub ack_deadline: Option<Duration>,
    /// How long after an event it may send it again, by itself or by hand.
    pub resend_horizon: Option<Duration>,
    /// The status that it takes for "received", with an empty body: 200, or 204 where it asks for that.
    pub ack_status: u16,
    /// The status on which it sends again later, for trouble of the receiver's own. Never one that makes a sender give up
    /// the event or the endpoint, as 404 and 410 do.
    pub retry_status: u16,
}

impl Delivery {
    /// What is assumed where nothing is known: 200 for received, 503 for trouble.
    pub const UNKNOWN: Self = Self {
        ack_deadline: None,
        resend_horizon: None,
        ack_status: 200,
        retry_status: 503,
    };

    pub(crate) const fn new(ack_seconds: u64, resend_hours: u64) -> Self {
        const fn some(seconds: u64) -> Option<Duration> {
            match seconds {
                0 => None,
                seconds => Some(Duration::from_secs(seconds)),
            }
        }
        Self {
            ack_deadline: some(ack_seconds),
            resend_horizon: some(resend_hours * 60 * 60),
            ..Self::UNKNOWN
        }
    }

    /// For providers that want another answer than 200.
    #[cfg(feature = "ed25519")]
    pub(crate) const fn acked_by(self, ack_status: u16) -> Self {
        Self { ack_status, ..self }
    }
}

/// Where the facts of a row come from, and how sure they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// How the signature is made and where it is.
    pub signature: Confidence,
    /// How the key is made from the secret.
    pub secret: Confidence,
    /// Where the id is, and whether it stays the same.
    pub event_id: Confidence,
    /// Deadlines and retries.
    pub delivery: Confidence,
    /// What was read.
    pub source: &'static str,
    /// The day it was read, as `2026-11-22`.
    pub checked: &'static str,
}

impl Facts {
    pub(crate) const UNKNOWN: Self = Self {
        signature: Confidence::Unchecked,
        secret: Confidence::Unchecked,
        event_id: Confidence::Unchecked,
        delivery: Confidence::Unchecked,
        source: "",
        checked: "",
    };
}

/// How sure a fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Confidence {
    /// From memory of the documentation; check it before you rely on it.
    Unchecked,
    /// Read in code or guides of third parties.
    Secondary,
    /// Read in the provider's documentation or specification.
    Documented,
    /// Read in the provider's own SDK or sender.
    Source,
}
