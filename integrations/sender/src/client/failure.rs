//! Why there was no answer.

use std::error::Error;
use std::fmt;
use std::io;

use hyper_util::client::legacy;

use crate::egress::{ConnectError, UrlError};

/// What kind of failure it was: all that a tenant may be told.
///
/// With more than this, whoever registers endpoints could map the network that the sender runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureClass {
    /// The egress policy forbids the endpoint. Nothing was sent to it.
    Refused,
    /// No answer in time. The endpoint may have the request.
    Timeout,
    /// TLS failed, for example over the certificate.
    Tls,
    /// The host was not found or not reached, or did not answer in HTTP.
    Unreachable,
}

impl FailureClass {
    /// The name of the class, for logs, metrics and tenants.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Timeout => "timeout",
            Self::Tls => "tls",
            Self::Unreachable => "unreachable",
        }
    }
}

impl fmt::Display for FailureClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A delivery without an answer.
///
/// Its `Display` names the class and may be shown to tenants. Its [`source`](Error::source) is for operators only.
#[derive(Debug)]
pub struct Failure {
    class: FailureClass,
    detail: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    /// What kind of failure it was.
    #[must_use]
    pub const fn class(&self) -> FailureClass {
        self.class
    }

    pub(super) fn refused(error: UrlError) -> Self {
        Self {
            class: FailureClass::Refused,
            detail: Some(error.into()),
        }
    }

    pub(super) const fn timed_out() -> Self {
        Self {
            class: FailureClass::Timeout,
            detail: None,
        }
    }

    pub(super) fn from_http(error: legacy::Error) -> Self {
        Self {
            class: class_of(&error),
            detail: Some(error.into()),
        }
    }
}

fn class_of(error: &legacy::Error) -> FailureClass {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        match error.downcast_ref() {
            Some(ConnectError::Refused(_)) => return FailureClass::Refused,
            Some(ConnectError::TimedOut) => return FailureClass::Timeout,
            Some(_) | None => {}
        }
        if error.is::<rustls::Error>() {
            return FailureClass::Tls;
        }
        next = cause(error);
    }
    FailureClass::Unreachable
}

/// The cause of an error. An I/O error made from another error reports that one's cause and skips it itself.
fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.class {
            FailureClass::Refused => "the endpoint is not allowed",
            FailureClass::Timeout => "the endpoint did not answer in time",
            FailureClass::Tls => "no secure connection to the endpoint could be made",
            FailureClass::Unreachable => "the endpoint could not be reached",
        })
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.detail {
            Some(detail) => Some(&**detail),
            None => None,
        }
    }
}
