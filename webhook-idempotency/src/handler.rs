//! What users write: the code that runs for each event, and how it says what became of it.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use crate::event::Event;
use crate::text;

/// A boxed future, as handlers that borrow a transaction return it: `Box::pin(async move { .. })`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Code that runs for each event, at least once.
///
/// Async closures and functions from [`Event`] are handlers; implement it for a type where the handler has state or a
/// name. An event may come again after a crash or a lost lease, so effects outside the store's own database go out under
/// [`Event::idempotency_key`].
///
/// The future is dropped at an `.await` when the lease is lost, when the deadline has passed, and when the worker has
/// waited long enough at shutdown.
pub trait Handler: Send + Sync + 'static {
    /// Handles one attempt at one event.
    fn call(&self, event: Event) -> impl Future<Output = Result<(), HandlerError>> + Send;
}

impl<F, Fut> Handler for F
where
    F: Fn(Event) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<(), HandlerError>> + Send,
{
    fn call(&self, event: Event) -> impl Future<Output = Result<(), HandlerError>> + Send {
        self(event)
    }
}

/// How a handler says that it is not done.
///
/// Every error converts into a retry, so `?` works on anything that implements [`std::error::Error`]. It does not
/// implement that trait itself, because the conversion would then be ambiguous.
///
/// ```
/// use std::time::Duration;
/// use webhook_idempotency::{Event, HandlerError};
///
/// async fn on_invoice(event: Event) -> Result<(), HandlerError> {
///     let text = std::str::from_utf8(event.payload())?; // tried again, in the end a dead letter with this reason
///     match text {
///         "busy" => Err(HandlerError::retry_after(Duration::from_secs(60), "the ledger is locked")),
///         "closed" => Err(HandlerError::dead("the account was closed")),
///         _ => Ok(()),
///     }
/// }
/// ```
#[non_exhaustive]
pub enum HandlerError {
    /// Never try this event again; keep it as a dead letter.
    Dead {
        /// What a person reads beside the dead letter. Stored up to 1 KiB.
        reason: String,
    },
    /// This attempt failed: try again as the retry policy says.
    Retry {
        /// Not before then, even if the policy says so. The policy's limits on attempts and age still hold.
        after: Option<Duration>,
        /// What went wrong. Its text and those of its sources are stored, up to 1 KiB.
        error: Box<dyn Error + Send + Sync>,
    },
    /// Not now, and it is not the event's fault: come back then, without charging an attempt.
    Snooze {
        /// How long to wait, at least a second. The policy's limit on age still holds.
        after: Duration,
    },
}

impl HandlerError {
    /// Try again as the retry policy says. Takes a text, or any error, also one that is boxed already.
    #[must_use]
    pub fn retry(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Retry {
            after: None,
            error: error.into(),
        }
    }

    /// Try again, but not before `after` has passed.
    #[must_use]
    pub fn retry_after(after: Duration, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Retry {
            after: Some(after),
            error: error.into(),
        }
    }

    /// Come back after a while without charging an attempt: what the event needs is not there yet.
    #[must_use]
    pub const fn snooze(after: Duration) -> Self {
        Self::Snooze { after }
    }

    /// Never try this event again.
    #[must_use]
    pub fn dead(reason: impl Into<String>) -> Self {
        Self::Dead {
            reason: reason.into(),
        }
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for HandlerError {
    fn from(error: E) -> Self {
        Self::retry(error)
    }
}

impl fmt::Display for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dead { reason } => write!(f, "dead: {reason}"),
            Self::Retry { after: None, error } => write!(f, "retry: {}", text::chain(&**error)),
            Self::Retry {
                after: Some(after),
                error,
            } => {
                write!(f, "retry after {after:?}: {}", text::chain(&**error))
            }
            Self::Snooze { after } => write!(f, "snoozed for {after:?}"),
        }
    }
}

/// The same as `Display`: handlers' errors end up in the output of tests and of `unwrap`.
impl fmt::Debug for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_error_becomes_a_retry_with_its_causes_in_the_text() {
        fn parse() -> Result<u8, HandlerError> {
            Ok("x".parse::<u8>()?)
        }
        assert_eq!(
            parse().unwrap_err().to_string(),
            "retry: invalid digit found in string"
        );
        assert_eq!(
            HandlerError::retry("no answer").to_string(),
            "retry: no answer"
        );
        let caused =
            crate::StoreError::new("sqlite", crate::StoreErrorKind::Full).with_source("errno 28");
        assert_eq!(
            HandlerError::from(caused).to_string(),
            "retry: sqlite: there is no room left; free some space: errno 28"
        );
    }

    #[test]
    fn every_outcome_says_what_it_is() {
        let second = Duration::from_secs(1);
        assert_eq!(
            HandlerError::retry_after(second, "busy").to_string(),
            "retry after 1s: busy"
        );
        assert_eq!(HandlerError::snooze(second).to_string(), "snoozed for 1s");
        assert_eq!(
            format!("{:?}", HandlerError::dead("closed")),
            "dead: closed"
        );
    }
}
