//! Why a request got no further, and the one mapping from that to a status.

use std::borrow::Cow;
use std::fmt;

use http::{HeaderValue, Response, StatusCode, header};
use webhook_verify::VerifyError;

/// Why a request was refused. The peer sees the status alone; this is in the response's extensions.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Rejection {
    /// The connection broke, or the server refused the rest of the body.
    BodyBroken(Cow<'static, str>),
    /// The body did not arrive in time.
    BodyTimeout,
    /// The method is not POST.
    Method,
    /// The store could not be asked or did not answer in time. The event may be stored; the sender tries again.
    #[cfg(feature = "inbox")]
    Store(Option<std::sync::Arc<webhook_idempotency::StoreError>>),
    /// The request is not what it claims to be.
    Verify(VerifyError),
}

impl Rejection {
    /// The status that the peer sees: [`VerifyError::status`], 400 for a broken body, 405, 408, or 503.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BodyBroken(_) => StatusCode::BAD_REQUEST,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            #[cfg(feature = "inbox")]
            Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Verify(error) => {
                StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNAUTHORIZED)
            }
        }
    }

    /// One line for the log: a store in trouble is a warning with its causes, a refusal is a detail.
    fn trace(&self) {
        let status = self.status().as_u16();
        match self {
            #[cfg(feature = "inbox")]
            Self::Store(error) => {
                let cause = error
                    .as_ref()
                    .map(|error| causes(&**error))
                    .unwrap_or_default();
                tracing::warn!(target: "webhook::rejection", status, cause, "{self}; the sender is asked to come back");
            }
            Self::Verify(error) => {
                tracing::debug!(target: "webhook::rejection", status, reason = error.reason(), "{error}");
            }
            Self::BodyBroken(_) | Self::BodyTimeout | Self::Method => {
                tracing::debug!(target: "webhook::rejection", status, "{self}");
            }
        }
    }

    /// A response of that status with an empty body, and with this in its extensions.
    #[must_use]
    pub fn into_response<B: Default>(self) -> Response<B> {
        self.trace();
        let mut response = Response::new(B::default());
        *response.status_mut() = self.status();
        match self {
            Self::Method => {
                response
                    .headers_mut()
                    .insert(header::ALLOW, HeaderValue::from_static("POST"));
            }
            // The rest of the body is not coming, or not wanted: this connection cannot carry another request.
            Self::BodyTimeout | Self::BodyBroken(_) => {
                response
                    .headers_mut()
                    .insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            #[cfg(feature = "inbox")]
            Self::Store(_) => {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            Self::Verify(_) => {}
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// An error with everything behind it.
#[cfg(feature = "inbox")]
fn causes(error: &dyn std::error::Error) -> String {
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
        match self {
            Self::BodyBroken(problem) => write!(f, "the body could not be read: {problem}"),
            Self::BodyTimeout => f.write_str("the body did not arrive in time"),
            Self::Method => f.write_str("the method is not POST"),
            #[cfg(feature = "inbox")]
            Self::Store(Some(_)) => f.write_str("the event could not be stored"),
            #[cfg(feature = "inbox")]
            Self::Store(None) => f.write_str("the store did not answer in time"),
            Self::Verify(_) => f.write_str("the request was refused"),
        }
    }
}

impl std::error::Error for Rejection {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            #[cfg(feature = "inbox")]
            Self::Store(Some(error)) => Some(&**error),
            Self::Verify(error) => Some(error),
            _ => None,
        }
    }
}
