//! Why a request got no further, and the one mapping from that to an answer.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use webhook_verify::{Delivery, VerifyError};

/// After how long a sender is asked to come back when the trouble is ours.
const COME_BACK: Duration = Duration::from_secs(5);

/// A refusal: its reason for the log, and the answer for the peer, which is a status and an empty body. Doors put it into
/// the extensions of their responses.
#[derive(Clone, Debug)]
pub struct Rejection {
    reason: Reason,
    status: u16,
    allow: Option<Arc<str>>,
}

/// Why a request was refused.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Reason {
    /// The connection broke, or the server refused the rest of the body.
    BodyBroken(Cow<'static, str>),
    /// The body came in more pieces than its length explains.
    BodyInShreds,
    /// The body did not arrive in time, or not fast enough.
    BodyTimeout,
    /// The body is compressed, and that was not configured or not in this way.
    ContentEncoding,
    /// The body is of a type that was not asked for.
    ContentType,
    /// The body is authentic, and its compressed bytes are damaged.
    Inflate,
    /// The body is authentic, and longer than this many bytes once it is decompressed.
    InflateTooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The delivery is authentic, and not JSON of the shape that the handler asks for.
    Json {
        /// The line of the body at which reading stopped, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// The method is not one that the door takes.
    Method,
    /// As many bytes of bodies are in flight as the budget allows.
    Overloaded,
    /// The store failed, with this error. The event may be stored; the sender tries again.
    Store(Arc<dyn Error + Send + Sync>),
    /// The store did not answer in time. The event may be stored; the sender tries again.
    StoreTimeout,
    /// The tenant could not be looked up, with this error. The sender tries again.
    Tenant(Arc<dyn Error + Send + Sync>),
    /// The lookup of the tenant did not answer in time. The sender tries again.
    TenantTimeout,
    /// A handler asked for a proof, and no verification is in front of it. The program is wrong, not the request.
    Unguarded,
    /// The request names no tenant, or one that does not exist. The peer sees what it sees for a wrong signature.
    UnknownTenant,
    /// The request is not what it claims to be.
    Verify(VerifyError),
}

impl Reason {
    /// A short name for logs and metric labels; there are as many as there are variants, and those of [`VerifyError`].
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::BodyBroken(_) => "body_broken",
            Self::BodyInShreds => "body_in_shreds",
            Self::BodyTimeout => "body_timeout",
            Self::ContentEncoding => "content_encoding",
            Self::ContentType => "content_type",
            Self::Inflate => "inflate",
            Self::InflateTooLarge { .. } => "inflate_too_large",
            Self::Json { .. } => "json",
            Self::Method => "method",
            Self::Overloaded => "overloaded",
            Self::Store(_) => "store",
            Self::StoreTimeout => "store_timeout",
            Self::Tenant(_) => "tenant",
            Self::TenantTimeout => "tenant_timeout",
            Self::Unguarded => "unguarded",
            Self::UnknownTenant => "unknown_tenant",
            Self::Verify(error) => error.reason(),
        }
    }

    /// Whether the trouble is ours and passes, so that the sender must come back.
    const fn is_outage(&self) -> bool {
        matches!(
            self,
            Self::Overloaded
                | Self::Store(_)
                | Self::StoreTimeout
                | Self::Tenant(_)
                | Self::TenantTimeout
        )
    }

    const fn status(&self, delivery: &Delivery) -> u16 {
        match self {
            Self::BodyBroken(_) | Self::Inflate => 400,
            Self::BodyInShreds | Self::InflateTooLarge { .. } => 413,
            Self::BodyTimeout => 408,
            Self::ContentEncoding | Self::ContentType => 415,
            Self::Json { .. } => 422,
            Self::Method => 405,
            Self::Overloaded
            | Self::Store(_)
            | Self::StoreTimeout
            | Self::Tenant(_)
            | Self::TenantTimeout => delivery.retry_status,
            Self::Unguarded => 500,
            Self::UnknownTenant => 401,
            Self::Verify(error) => error.status(),
        }
    }
}

impl Rejection {
    /// The refusal of a delivery for that reason, answered so that its provider understands it.
    #[must_use]
    pub const fn new(reason: Reason, delivery: &Delivery) -> Self {
        Self {
            status: reason.status(delivery),
            reason,
            allow: None,
        }
    }

    pub(crate) const fn method(delivery: &Delivery, allow: Arc<str>) -> Self {
        Self {
            status: Reason::Method.status(delivery),
            reason: Reason::Method,
            allow: Some(allow),
        }
    }

    /// The refusal of a request whose handler asked for a proof where no verification is in front of it: 500.
    #[must_use]
    pub const fn unguarded() -> Self {
        Self {
            reason: Reason::Unguarded,
            status: 500,
            allow: None,
        }
    }

    /// Why.
    #[must_use]
    pub const fn reason(&self) -> &Reason {
        &self.reason
    }

    /// The status that the peer sees.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The value of `Retry-After`, where the trouble is ours and passes.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        if self.reason.is_outage() {
            Some(COME_BACK)
        } else {
            None
        }
    }

    /// Whether the connection must be closed, since the rest of the body is not coming or not wanted. Only HTTP/1 has a
    /// header for it.
    #[must_use]
    pub const fn closes(&self) -> bool {
        matches!(
            self.reason,
            Reason::BodyBroken(_) | Reason::BodyInShreds | Reason::BodyTimeout
        )
    }

    /// The value of `Allow`, for a method that is not taken.
    #[must_use]
    pub fn allow(&self) -> Option<&str> {
        self.allow.as_deref()
    }

    /// One line for the log: what the program's author must see is an error, trouble of ours is a warning with its
    /// causes, and a refused request is a detail.
    pub fn log(&self) {
        let status = self.status;
        let reason = self.reason.name();
        match &self.reason {
            Reason::Unguarded => {
                tracing::error!(target: "webhook::rejection", status, reason, "{self}; put the verification in front of this route");
            }
            Reason::Overloaded => {
                tracing::warn!(target: "webhook::rejection", status, reason, "{self}; the sender is asked to come back");
            }
            Reason::Store(error) | Reason::Tenant(error) => {
                let cause = causes(&**error);
                tracing::warn!(target: "webhook::rejection", status, reason, cause, "{self}; the sender is asked to come back");
            }
            Reason::StoreTimeout | Reason::TenantTimeout => {
                tracing::warn!(target: "webhook::rejection", status, reason, "{self}; the sender is asked to come back");
            }
            Reason::Verify(error) => {
                tracing::debug!(target: "webhook::rejection", status, reason, "{error}");
            }
            _ => tracing::debug!(target: "webhook::rejection", status, reason, "{self}"),
        }
    }
}

/// An error with everything behind it.
fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.reason, f)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BodyBroken(problem) => write!(f, "the body could not be read: {problem}"),
            Self::BodyInShreds => f.write_str("the body came in too many pieces for its length"),
            Self::BodyTimeout => f.write_str("the body did not arrive in time"),
            Self::ContentEncoding => {
                f.write_str("the body is compressed in a way that is not taken here")
            }
            Self::ContentType => f.write_str("the body is of a type that is not taken here"),
            Self::Inflate => f.write_str("the compressed body is damaged"),
            Self::InflateTooLarge { limit } => {
                write!(f, "the body is longer than {limit} bytes once decompressed")
            }
            Self::Json { line, column } => write!(
                f,
                "the body is not the JSON that the handler asks for, at line {line} column {column}"
            ),
            Self::Method => f.write_str("the method is not one that is taken here"),
            Self::Overloaded => {
                f.write_str("as many bytes of bodies are in flight as the budget allows")
            }
            Self::Store(_) => f.write_str("the event could not be stored"),
            Self::StoreTimeout => f.write_str("the store did not answer in time"),
            Self::Unguarded => {
                f.write_str("a handler asked for a verified delivery where nothing verifies")
            }
            Self::Tenant(_) => f.write_str("the tenant could not be looked up"),
            Self::TenantTimeout => f.write_str("the lookup of the tenant did not answer in time"),
            Self::UnknownTenant => f.write_str("the tenant is not known"),
            Self::Verify(_) => f.write_str("the request was refused"),
        }
    }
}

impl Error for Rejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.reason {
            Reason::Store(error) | Reason::Tenant(error) => Some(&**error),
            Reason::Verify(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use webhook_verify::{Scheme, schemes};

    use super::*;

    fn store(problem: &str) -> Reason {
        let error: Box<dyn Error + Send + Sync> = problem.into();
        Reason::Store(error.into())
    }

    fn all() -> Vec<(Reason, u16)> {
        vec![
            (Reason::BodyBroken("reset".into()), 400),
            (Reason::BodyInShreds, 413),
            (Reason::BodyTimeout, 408),
            (Reason::ContentEncoding, 415),
            (Reason::ContentType, 415),
            (Reason::Inflate, 400),
            (Reason::InflateTooLarge { limit: 1 }, 413),
            (Reason::Json { line: 1, column: 2 }, 422),
            (Reason::Method, 405),
            (Reason::Overloaded, 503),
            (store("disk"), 503),
            (Reason::StoreTimeout, 503),
            (Reason::Tenant(Arc::new(std::io::Error::other("down"))), 503),
            (Reason::TenantTimeout, 503),
            (Reason::Unguarded, 500),
            (Reason::UnknownTenant, 401),
            (Reason::Verify(VerifyError::SignatureMismatch), 401),
        ]
    }

    #[test]
    fn each_reason_has_one_status_and_only_trouble_of_ours_asks_the_sender_back() {
        let unknown = *webhook_verify::StandardWebhooks::SCHEME.delivery();
        for (reason, status) in all() {
            let rejection = Rejection::new(reason, &unknown);
            assert_eq!(rejection.status(), status, "{rejection:?}");
            assert_eq!(
                rejection.retry_after(),
                (status == 503).then_some(Duration::from_secs(5)),
                "{rejection:?}"
            );
        }
    }

    #[test]
    fn no_provider_is_told_that_the_endpoint_is_gone() {
        for delivery in schemes().iter().map(Scheme::delivery) {
            for (reason, _) in all() {
                let rejection = Rejection::new(reason, delivery);
                assert!(!matches!(rejection.status(), 404 | 410 | 200..=399));
                if rejection.retry_after().is_some() {
                    assert!(matches!(rejection.status(), 429 | 500..=599));
                }
            }
        }
    }

    #[test]
    fn a_rejection_tells_its_cause_to_the_log_only() {
        let delivery = *webhook_verify::GitHub::SCHEME.delivery();
        let rejection = Rejection::new(store("disk full"), &delivery);
        assert_eq!(rejection.to_string(), "the event could not be stored");
        assert_eq!(
            rejection.source().map(ToString::to_string).as_deref(),
            Some("disk full")
        );
        assert_eq!(rejection.reason().name(), "store");
    }
}
