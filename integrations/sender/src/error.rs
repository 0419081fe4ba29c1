//! Errors of the program's own configuration.

use std::error::Error;
use std::fmt;

use crate::egress::UrlError;

/// The program's own configuration is wrong. Comes from constructors only, never from a delivery.
#[non_exhaustive]
pub enum ConfigError {
    /// Two endpoints have one name.
    DuplicateEndpoint {
        /// The name.
        name: String,
    },
    /// The egress policy of the sender refuses an endpoint.
    Endpoint {
        /// The endpoint's name.
        name: String,
        /// Which rule its URL breaks.
        problem: UrlError,
    },
    /// An option of the worker or a name is out of its range.
    Option(webhook_idempotency::ConfigError),
    /// TLS cannot be set up.
    Tls(rustls::Error),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateEndpoint { name } => {
                write!(
                    f,
                    "two endpoints are called \"{name}\"; give each a name of its own"
                )
            }
            Self::Endpoint { name, .. } => {
                write!(
                    f,
                    "the egress policy refuses the URL of the endpoint \"{name}\""
                )
            }
            Self::Option(error) => error.fmt(f),
            Self::Tls(_) => f.write_str(
                "TLS cannot be set up; build rustls with its ring provider and TLS 1.2 or 1.3",
            ),
        }
    }
}

/// The same as `Display`: a `main` that returns this error shows its user the sentence.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::DuplicateEndpoint { .. } => None,
            Self::Endpoint { problem, .. } => Some(problem),
            Self::Option(error) => error.source(),
            Self::Tls(error) => Some(error),
        }
    }
}

impl From<webhook_idempotency::ConfigError> for ConfigError {
    fn from(error: webhook_idempotency::ConfigError) -> Self {
        Self::Option(error)
    }
}
