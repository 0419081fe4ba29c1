use std::fmt;

use http::{HeaderValue, Response, StatusCode, header};
use webhook_idempotency::GuardRefusal;

/// Why [`Idempotency`](super::Idempotency) did not run the handler. The peer sees the status alone; this is in the
/// response's extensions.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum IdempotencyRejection {
    /// The body could not be read to its end.
    BodyBroken,
    /// The body did not arrive in time.
    BodyTimeout,
    /// The body is longer than this many bytes.
    BodyTooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The guard refused.
    Guard(GuardRefusal),
    /// Nobody could say who the client is.
    Unidentified,
}

impl IdempotencyRejection {
    /// The status that the peer sees: 400, 401, 408, 413, or [`GuardRefusal::status`].
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BodyBroken => StatusCode::BAD_REQUEST,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Guard(refusal) => {
                StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE)
            }
            Self::Unidentified => StatusCode::UNAUTHORIZED,
        }
    }

    pub(super) fn into_response<B: Default>(self) -> Response<B> {
        let status = self.status();
        tracing::debug!(target: "webhook::rejection", status = status.as_u16(), "{self}");
        let mut response = Response::new(B::default());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        match &self {
            Self::BodyBroken | Self::BodyTimeout => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Self::Guard(refusal) => {
                if let Some(after) = refusal.retry_after() {
                    headers.insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs()));
                }
            }
            Self::BodyTooLarge { .. } | Self::Unidentified => {}
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl fmt::Display for IdempotencyRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BodyBroken => f.write_str("the body could not be read to its end"),
            Self::BodyTimeout => f.write_str("the body did not arrive in time"),
            Self::BodyTooLarge { limit } => write!(f, "the body is longer than {limit} bytes"),
            Self::Guard(_) => f.write_str("the handler was not run"),
            Self::Unidentified => f.write_str("nobody could say who the client is"),
        }
    }
}

impl std::error::Error for IdempotencyRejection {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Guard(refusal) => Some(refusal),
            _ => None,
        }
    }
}
