//! Typed payloads.

use std::error::Error;
use std::fmt;

use serde::de::DeserializeOwned;

use super::Event;

impl Event {
    /// The payload as a value of your type.
    ///
    /// A handler that hands the error on with `?` has the event tried again and, in the end, kept as a dead letter with
    /// the reason: a fixed parser can replay it.
    ///
    /// # Errors
    /// [`JsonError`] if the payload is not JSON, or not JSON of that shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, JsonError> {
        serde_json::from_slice(self.payload()).map_err(|error| JsonError {
            wrong_shape: error.is_data(),
            line: error.line(),
            column: error.column(),
            expected: std::any::type_name::<T>(),
        })
    }
}

/// The payload could not be read as the type that was asked for.
///
/// It says where, and never what: the text of a JSON parser quotes the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    wrong_shape: bool,
    line: usize,
    column: usize,
    expected: &'static str,
}

impl JsonError {
    /// Whether it is JSON, but not of the shape that was asked for.
    #[must_use]
    pub const fn is_wrong_shape(&self) -> bool {
        self.wrong_shape
    }

    /// The line, counted from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The column in bytes, counted from 1.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.wrong_shape {
            write!(
                f,
                "the payload does not fit {} at line {} column {}",
                self.expected, self.line, self.column
            )
        } else {
            write!(
                f,
                "the payload is not JSON at line {} column {}",
                self.line, self.column
            )
        }
    }
}

impl Error for JsonError {}
