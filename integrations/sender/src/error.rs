//! Errors of the program's own configuration.

use std::error::Error;
use std::fmt;

/// The program's own configuration is wrong. Comes from constructors only, never from a delivery.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConfigError {
    /// TLS cannot be set up.
    Tls(rustls::Error),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tls(_) => f.write_str(
                "TLS cannot be set up; build rustls with its ring provider and TLS 1.2 or 1.3",
            ),
        }
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Tls(error) => Some(error),
        }
    }
}
