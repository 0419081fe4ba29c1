//! Why a handler does not run, and what the peer is told.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::error::{StoreError, StoreErrorKind};

/// After how long the peer is asked to come back.
const COME_BACK: Duration = Duration::from_secs(5);

/// A request that a guard does not let through, with the answer for the peer: a status and an empty body.
#[derive(Clone, Debug)]
pub struct GuardRefusal {
    reason: GuardReason,
    status: u16,
}

/// Why a guard refused.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum GuardReason {
    /// The same key came before, with another request.
    Conflict,
    /// The same request is being handled right now.
    InFlight,
    /// The key is no usable key.
    Key(&'static str),
    /// The handler ran for so long that somebody else may handle the request now; it was stopped.
    LeaseLost,
    /// The store failed. Nothing ran.
    Store(StoreError),
    /// The store did not answer in time. Nothing ran.
    StoreTimeout,
}

/// The statuses that a peer understands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Statuses {
    pub(super) conflict: u16,
    pub(super) in_flight: u16,
    pub(super) outage: u16,
}

impl GuardReason {
    pub(super) const fn refuse(self, statuses: Statuses) -> GuardRefusal {
        let status = match &self {
            Self::Conflict => statuses.conflict,
            Self::InFlight => statuses.in_flight,
            Self::Key(_) => 400,
            Self::LeaseLost | Self::Store(_) | Self::StoreTimeout => statuses.outage,
        };
        GuardRefusal {
            reason: self,
            status,
        }
    }
}

impl GuardRefusal {
    /// Why.
    #[must_use]
    pub const fn reason(&self) -> &GuardReason {
        &self.reason
    }

    /// The status that the peer sees.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The value of `Retry-After`, where the same request may succeed later.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self.reason {
            GuardReason::Conflict | GuardReason::Key(_) => None,
            _ => Some(COME_BACK),
        }
    }
}

impl fmt::Display for GuardRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            GuardReason::Conflict => {
                f.write_str("the key was used for another request; choose a new one")
            }
            GuardReason::InFlight => f.write_str("the same request is being handled right now"),
            GuardReason::Key(problem) => write!(f, "the idempotency key {problem}"),
            GuardReason::LeaseLost => f.write_str("the handler took too long and was stopped"),
            GuardReason::Store(error) if error.kind() == StoreErrorKind::Overloaded => {
                f.write_str("too many requests wait for the store")
            }
            GuardReason::Store(_) => f.write_str("the store could not be asked"),
            GuardReason::StoreTimeout => f.write_str("the store did not answer in time"),
        }
    }
}

impl Error for GuardRefusal {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.reason {
            GuardReason::Store(error) => Some(error),
            _ => None,
        }
    }
}
